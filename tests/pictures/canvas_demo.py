"""Draws the canvas and the palette, dark and light, into PNG files to be looked at.

    python -m tests.pictures.canvas_demo [FOLDER]

The scene holds every look of a node, problem badges, a selection, a frame, and a wire drag over a
port that refuses it; and again, at several zooms, what nodes show live.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.widgets.drag import press_move_release, view_point
from widgets import icons
from widgets import theme as themes
from widgets.canvas import (
    Canvas,
    End,
    Frame,
    Graph,
    Live,
    LiveScale,
    NodeView,
    Port,
    WireView,
)
from widgets.canvas.export import Picture
from widgets.fonts import load_fonts
from widgets.palette import Palette, PaletteEntry
from widgets.pictures.thumbnails import thumbnail

IN, OUT = Port("input", "Input"), Port("output", "Output")


def node(
    name: str,
    block: str,
    family: str,
    at: tuple[float, float],
    *detail: str,
    inputs: tuple[Port, ...] = (IN,),
    outputs: tuple[Port, ...] = (OUT,),
    **more: object,
) -> NodeView:
    """One node, its id being its name, with its family's icon."""
    return NodeView(
        name,
        name,
        block,
        detail,
        family,
        inputs,
        outputs,
        position=at,
        icon=icons.family_icon(family),
        **more,  # type: ignore[arg-type]
    )


def demo_graph() -> Graph:
    """A small residual image classifier with one error and one warning."""
    loss_ports = (
        Port("predictions", "predictions"),
        Port("targets", "targets"),
        Port("weights", "weights", optional=True),
    )
    add_ports = (Port("a", "a"), Port("b", "b"))
    nodes = [
        node("images", "Input", "Input and output", (0, 120), "[B, 8, 8, 1]", inputs=()),
        node(
            "conv_1",
            "Conv 2D",
            "Convolution",
            (232, 120),
            "[B, 8, 8, 16]",
            "160 parameters",
            share=0.0625,
        ),
        node("norm", "Batch normalization", "Normalization", (464, 40), "[B, 8, 8, 16]"),
        node("relu", "ReLU", "Activation", (664, 40), "[B, 8, 8, 16]"),
        node("add", "Add", "Combine", (880, 120), "[B, 8, 8, 16]", inputs=add_ports),
        node(
            "pool",
            "Max pooling",
            "Pooling",
            (1088, 120),
            "[B, 4, 4, 16]",
            badge="warning",
            badge_text="The window does not divide the image.",
        ),
        node(
            "a_classifier_with_quite_a_long_name",
            "Dense",
            "Dense",
            (880, 336),
            "[B, 10]",
            "2,570 parameters",
            badge="error",
            badge_text="Needs a flat input.",
            fix="Insert a Flatten",
            share=0.25,
        ),
        node("labels", "Target", "Input and output", (880, 480), "[B] int32", inputs=()),
        node("loss", "Cross-entropy", "Loss", (1176, 368), "scalar", inputs=loss_ports),
        node(
            "lstm",
            "LSTM",
            "Recurrent",
            (232, 336),
            "[B, T, 32]",
            "8,320 parameters",
            share=0.6875,
            outputs=(Port("sequence", "sequence"), Port("state", "state")),
        ),
        node(
            "attend",
            "Multi-head attention",
            "Attention",
            (520, 336),
            "[B, T, 32]",
            inputs=(
                Port("query", "query"),
                Port("key", "key"),
                Port("mask", "mask", optional=True),
            ),
        ),
        node("dropout", "Dropout", "Regularization", (1088, 560), "[B, 10]", muted=True),
        node(
            "encoder",
            "Layers 12 deep",
            "Groups",
            (520, 560),
            "[B, T, 32]",
            "99,840 parameters",
            container=True,
            copies=12,
            share=0.5,
        ),
        node(
            "all_of_it",
            "Everything at once, and long",
            "Shape",
            (-40, 336),
            "[B, T, 32]",
            container=True,
            copies=108,
            muted=True,
            badge="warning",
        ),
    ]
    pairs = [
        ("images.output", "conv_1.input"), ("conv_1.output", "norm.input"),
        ("norm.output", "relu.input"), ("relu.output", "add.a"), ("conv_1.output", "add.b"),
        ("add.output", "pool.input"), ("labels.output", "loss.targets"),
        ("a_classifier_with_quite_a_long_name.output", "loss.predictions"),
        ("lstm.sequence", "attend.query"), ("lstm.state", "attend.key"),
    ]  # fmt: skip
    wires = tuple(WireView(End(*a.split(".")), End(*b.split("."))) for a, b in pairs)
    frame = Frame("block", "Residual block", ("norm", "relu"))
    return Graph({view.id: view for view in nodes}, wires, (frame,))


def demo_live() -> dict[str, Live]:
    """Pictures of an image, of feature maps, a sequence and a vector, and levels of all kinds."""
    across, down = np.meshgrid(np.linspace(-1, 1, 12), np.linspace(-1, 1, 12))
    ring = np.exp(-8 * (across**2 + down**2 - 0.5) ** 2)
    maps = np.stack([ring, across * ring, down * ring, ring**3], axis=-1)
    waves = np.sin(np.linspace(0, 9, 40)[:, None] + np.linspace(0, 3, 12))
    bars = np.sin(np.linspace(0, 9, 10))
    shown = {
        "images": Live(thumbnail(ring[..., None], is_picture=True)),
        "conv_1": Live(thumbnail(maps), -1.0),
        "norm": Live(thumbnail(maps)),
        "relu": Live(thumbnail(np.maximum(maps, 0.2))),
        "add": Live(thumbnail(maps)),
        "pool": Live(thumbnail(maps[::2, ::2])),
        "lstm": Live(thumbnail(waves), -0.5),
        "attend": Live(thumbnail(waves[:, :4])),
        "encoder": Live(thumbnail(waves), 1.0),
        "a_classifier_with_quite_a_long_name": Live(thumbnail(bars), 0.0),
    }
    return shown


def demo_palette(theme: themes.Theme) -> Palette:
    """A palette with a few blocks of each family."""
    palette = Palette(theme)
    labels = {
        "Input and output": ("Input", "Target"),
        "Dense": ("Dense", "Embedding"),
        "Convolution": ("Conv 1D", "Conv 2D", "Transposed conv 2D"),
        "Pooling": ("Max pooling", "Average pooling"),
        "Normalization": ("Batch normalization", "Layer normalization"),
        "Recurrent": ("LSTM", "GRU"),
        "Attention": ("Multi-head attention",),
    }
    palette.set_entries(
        [
            PaletteEntry(label, label, family, f"Adds {label}.", family)
            for family, names in labels.items()
            for label in names
        ]
    )
    return palette


def picture(app: QApplication, theme: themes.Theme, folder: Path) -> None:
    """Write the window of one theme, its zoomed-out picture, and the exported SVG."""
    themes.apply(app, theme)
    window = QWidget()
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    palette, canvas = demo_palette(theme), Canvas(theme)
    palette.setFixedWidth(236)
    row.addWidget(palette)
    row.addWidget(canvas, 1)
    window.resize(1680, 840)
    window.show()
    empty = canvas.grab()
    empty.save(str(folder / f"canvas_{theme.name}_empty.png"))
    canvas.show_graph(demo_graph())
    canvas.connection_refusal = lambda source, target: (
        None
        if target.node == "a_classifier_with_quite_a_long_name"
        else f"{target.node} takes [B, T, F], but {source.node} gives [B, 4, 4, 16]"
    )
    canvas.fit_all()
    canvas.select(["conv_1", "relu"])
    start = view_point(canvas, canvas.port_position("pool", "output", True))
    end = view_point(canvas, canvas.port_position("attend", "mask", False)) + QPoint(3, 2)
    press_move_release(canvas.viewport(), start, end, release=False)
    app.processEvents()
    window.grab().save(str(folder / f"canvas_{theme.name}.png"))
    canvas.cancel_gesture()
    canvas.set_zoom(0.28, QPointF(700, 400))
    app.processEvents()
    canvas.grab().save(str(folder / f"canvas_{theme.name}_overview.png"))
    canvas.set_zoom(1.6)
    canvas.center_on("conv_1")
    app.processEvents()
    canvas.grab().save(str(folder / f"canvas_{theme.name}_near.png"))
    canvas.set_live(demo_live(), LiveScale("Level, compared with the last", "too low", "too high"))
    for zoom in (0.25, 0.5, 1.0, 2.0):
        canvas.set_zoom(zoom)
        canvas.center_on("attend")
        app.processEvents()
        canvas.grab().save(str(folder / f"canvas_{theme.name}_live_{zoom:.0%}.png"))
    background = "theme" if theme.is_dark else "white"
    canvas.render_to(folder / f"canvas_{theme.name}.svg", Picture(background))
    canvas.render_to(folder / f"canvas_{theme.name}_export.png")
    window.close()


def main() -> None:
    """Write all pictures and print where they are."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
    app = QApplication([])
    load_fonts(app)
    for theme in (themes.dark(), themes.light()):
        picture(app, theme, folder)
    print(folder)


if __name__ == "__main__":
    main()

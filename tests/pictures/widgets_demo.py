"""Draws every widget in both themes: ``python -m tests.pictures.widgets_demo FOLDER``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.params import Param
from widgets import fonts, icons
from widgets.banner import Banner
from widgets.parameter_form import ParameterForm
from widgets.pictures.feature_maps import FeatureMapGrid
from widgets.pictures.saliency_view import SaliencyView
from widgets.pictures.sample_chooser import SampleChooser
from widgets.pictures.value_view import ValueView
from widgets.plots.training_panel import TrainingPanel
from widgets.problem_list import ProblemList, ProblemRow
from widgets.table_preview import ImageStrip, TablePreview
from widgets.theme import FAMILIES, Theme, apply, dark, light

NUMBERS = np.random.default_rng(0)
PARAMS = (
    Param("units", "int", 64, "Units", "Number of outputs.", minimum=1),
    Param("rate", "float", 0.001, "Learning rate", "Step size.", minimum=0),
    Param("bias", "bool", True, "Bias", "Add a bias."),
    Param("padding", "choice", "same", "Padding", "What is beyond the edge.", choices=("same",)),
    Param("shape", "ints", (8, 8, 1), "Shape", "Height, width and channels.", minimum=1),
    Param("file", "path", "digits.csv", "File", "A CSV file."),
    Param("target", "column", "species", "Target", "The column to learn."),
    Param("inputs", "names", ("petal width",), "Inputs", "The columns to learn from."),
    Param("decay", "float", 1e-5, "Weight decay", "Pull to zero.", minimum=0),
)


def digit() -> np.ndarray:
    """A ring with a tail, float32 [28, 28, 1]."""
    y, x = np.mgrid[0:28, 0:28]
    ring = np.exp(-((np.hypot(x - 14, y - 9) - 5) ** 2) / 3)
    tail = np.exp(-((x - 18 + (y - 14) * 0.25) ** 2) / 3) * (y > 9) * (y < 25)
    return np.clip(ring + tail, 0, 1)[..., None].astype(np.float32)


def form(theme: Theme) -> QWidget:
    made = ParameterForm()
    columns = {
        "target": ["species", "sepal length"],
        "inputs": ["sepal length", "sepal width", "petal length", "petal width"],
    }
    faults = {"shape": "Shape must be at least 1, not 0"}
    made.set_values(PARAMS, {"shape": (8, 0, 1)}, faults, columns)
    made.setContentsMargins(14, 14, 14, 14)
    made.setFixedWidth(330)
    return made


def problems(theme: Theme) -> QWidget:
    made = ProblemList()
    made.set_theme(theme)
    made.set_problems(
        [
            ProblemRow(
                "error",
                "1",
                "Dense 2",
                "The input is an image [B, 28, 28, 1], but Dense takes a vector [B, F].",
                "Put a Flatten block before it.",
                "Insert Flatten",
            ),
            ProblemRow("error", "2", "Target", "Nothing is wired to the port in.", "Wire a loss."),
            ProblemRow("warning", "3", "Dropout", "The rate 0.95 drops almost everything."),
            ProblemRow("info", "4", "Conv 1", "The bias has no effect before normalization."),
        ]
    )
    made.setFixedSize(460, 300)
    return made


def no_problems(theme: Theme) -> QWidget:
    made = ProblemList()
    made.set_theme(theme)
    made.setFixedSize(460, 60)
    return made


def banner(kind: str, text: str, hint: str, label: str) -> Callable[[Theme], QWidget]:
    def build(theme: Theme) -> QWidget:
        made = Banner()
        made.set_theme(theme)
        made.show_message(kind, text, hint, [(label, lambda: None)] if label else [])
        made.setFixedWidth(760)
        return made

    return build


def training(theme: Theme) -> QWidget:
    made = TrainingPanel()
    made.set_theme(theme)
    made.set_metrics(("accuracy", "f1_macro"), "accuracy")
    x = np.linspace(0, 12, 1500)
    noise = NUMBERS.normal(0, 0.06, 1500) * np.exp(-x / 9)
    made.loss_plot.set_series("train", x, 2.3 * np.exp(-x / 2.5) + 0.12 + noise)
    epochs = np.arange(1, 13.0)
    made.loss_plot.set_series("validation", epochs, 2.3 * np.exp(-epochs / 2.6) + 0.2)
    made.metric_plot.set_series("train", x, 1 - np.exp(-x / 2) * 0.9 + noise / 3 - 0.02)
    made.metric_plot.set_series("validation", epochs, 0.97 - np.exp(-epochs / 2) * 0.9)
    made.loss_plot.redraw()
    made.metric_plot.redraw()
    made.set_progress(0.4, "epoch 12 of 30 · 12,300 samples/s · 14 s left")
    made.setFixedSize(980, 330)
    return made


def waiting(theme: Theme) -> QWidget:
    made = TrainingPanel()
    made.set_theme(theme)
    made.setFixedSize(980, 220)
    return made


def value(array: np.ndarray, title: str, caption: str, labels: tuple[str, ...] = ()) -> Callable:
    def build(theme: Theme) -> QWidget:
        made = ValueView()
        made.show_value(array, title, caption, labels)
        made.setFixedSize(440, 300)
        return made

    return build


def many_maps(theme: Theme) -> QWidget:
    made = FeatureMapGrid()
    made.set_value(NUMBERS.random((6, 6, 512)))
    made.setFixedSize(440, 300)
    return made


def saliency(theme: Theme) -> QWidget:
    made = SaliencyView()
    made.set_theme(theme)
    image = digit()
    y, x = np.mgrid[0:28, 0:28]
    heat = image[..., 0] * np.exp(-((x - 18) ** 2 + (y - 16) ** 2) / 40)
    made.show_saliency(image, heat, "nine", "nine", True, 0.987)
    made.setFixedSize(460, 320)
    return made


def tokens(theme: Theme) -> QWidget:
    made = SaliencyView()
    made.set_theme(theme)
    words = ["the", "film", "was", "not", "good", "at", "all"]
    heat = np.array([0.02, 0.2, 0.05, 0.9, 0.75, 0.1, 0.12])
    ids = np.arange(7, dtype=np.int32)
    made.show_saliency(ids, heat, "negative", "positive", False, 0.61, words)
    made.setFixedSize(460, 320)
    return made


def sequences(theme: Theme) -> QWidget:
    made = SaliencyView()
    made.set_theme(theme)
    wave = np.sin(np.arange(60)[:, None] / 5 + np.arange(6))
    made.show_saliency(wave, np.abs(wave) ** 4, "walking", "walking", True, 0.9)
    made.setFixedSize(460, 320)
    return made


def chooser(theme: Theme) -> QWidget:
    made = SampleChooser()
    made.set_samples(8, 2)
    return made


def table(theme: Theme) -> QWidget:
    made = TablePreview()
    rows = [["5.1", "3.5", "1.4", "setosa"], ["7.0", "3.2", "", "versicolor"]] * 3
    header = ["sepal length", "sepal width", "petal length", "species"]
    made.set_rows(header, rows, target="species")
    made.setFixedSize(520, 230)
    return made


def strip(theme: Theme) -> QWidget:
    made = ImageStrip()
    made.set_images(np.stack([np.roll(digit(), 3 * i, 1) for i in range(8)]), ["nine"] * 8)
    made.setFixedWidth(520)
    return made


def families(theme: Theme) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    for at, name in enumerate(FAMILIES):
        chip = QLabel(name)
        color = theme.family_color(name)
        chip.setStyleSheet(
            f"border-left: 8px solid {color}; padding: 5px; background: {theme.surface_raised}"
        )
        grid.addWidget(chip, at // 4, at % 4)
    for at, name in enumerate(icons.names()):
        label = QLabel()
        label.setPixmap(icons.pixmap(name, theme.text, 20))
        grid.addWidget(label, 3 + at // 10, at % 10)
    return made


GRAY = np.stack([np.roll(digit()[..., 0], i, 0) * (i - 3) / 8 for i in range(12)], axis=-1)
WIDGETS: dict[str, Callable[[Theme], QWidget]] = {
    "form": form,
    "problems": problems,
    "no_problems": no_problems,
    "banner_error": banner(
        "error",
        "The training process stopped unexpectedly.",
        "Nothing is lost but the steps since the last checkpoint.",
        "Resume",
    ),
    "banner_warning": banner("warning", "digits.csv has changed on disk. " * 4, "", "Reload"),
    "banner_success": banner("success", "Exported to model.onnx.", "", ""),
    "training": training,
    "waiting": waiting,
    "maps": value(GRAY, "Conv 1", "12 maps of 28 × 28, sample 3"),
    "many_maps": many_maps,
    "sequence": value(
        np.sin(np.arange(40)[:, None] / 4 + np.arange(16)) * 2, "LSTM", "40 steps of 16"
    ),
    "vector": value(NUMBERS.normal(size=64), "Dense 1", "64 units"),
    "classes": value(
        np.array([0.01, 0.02, 0.9, 0.03, 0.04]),
        "Softmax",
        "Probability of each class",
        ("cat", "dog", "horse", "aeroplane", "ship"),
    ),
    "saliency": saliency,
    "tokens": tokens,
    "sequences": sequences,
    "chooser": chooser,
    "table": table,
    "strip": strip,
    "families": families,
}


def main(folder: Path) -> None:
    """Write one picture for each widget and theme into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    fonts.load_fonts(app)
    for theme in (dark(), light()):
        apply(app, theme)
        for name, build in WIDGETS.items():
            window = QWidget()
            column = QVBoxLayout(window)
            column.setContentsMargins(12, 12, 12, 12)
            column.addWidget(build(theme))
            window.adjustSize()
            window.show()
            window.setFocus()
            app.processEvents()
            window.grab().save(str(folder / f"{name}_{theme.name}.png"))
            window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

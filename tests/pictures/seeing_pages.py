"""A picture of every view, each of a network that was trained for it: docs/SEEING.md shows them.

``python -m tests.pictures.documentation FOLDER seeing`` draws them alone, in about two minutes.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from core.design.document import Design
from core.project.run_acts import rename
from designer.attribution_pane import ANOTHER, NOTHING
from designer.attribution_panel import AttributionPanel
from designer.evaluation_panel import PAGES as PARTS
from tests.designs import DIGITS, add, chain, fit_to_data, iris_mlp, recipe, wire, with_recipe
from tests.pictures.looking import Looking, choose, point_at
from tests.pictures.window import closed, opened, until

TALL = 470


def draw(file: Path, picture: Path) -> None:
    """Draw all into a folder called as the picture; the examples stand beside the file."""
    folder = picture.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    window = opened(file, "dark")
    looking = Looking(window, file.parent, folder)
    for page in (digits, spirals, flowers, letters, months, patches, generator, by_hand):
        page(looking)
    closed(window)


def digits(look: Looking) -> None:
    """All that can be seen of a convolutional network, of its second run of two."""
    look.open("digits_cnn", epochs=4, batch_size=128)
    look.train()
    first = look.window.trainer.run
    assert first is not None
    rename(look.window.trainer.store, first, "batch128")
    # The next one is hardly ever wrong, which makes dull pictures.
    _evaluation(look, "", tuple(t for t in PARTS if t not in ("Slices", "Regression")))
    schedule = {"kind": "Cosine", "warmup_epochs": 1.0, "final_share": 0.1}
    look.open("digits_cnn", epochs=8, schedule=schedule)
    look.select("conv_2")
    look.train()
    _curves(look, first.id)
    look.show("layers", 820, 400)
    look.save("layers", "layers")
    look.show("histograms", 820, 380)
    look.moments(12)
    look.save("histograms", "histograms")
    look.show("projection", 820, TALL)
    look.save("projection", "projection")
    _inside_convolution(look)
    _attribution_of_digits(look, first.id)


def _curves(look: Looking, other: str) -> None:
    assert look.window.watching is not None
    views, panel = look.window.watching.views, look.window.watching.views.training
    look.show("training", 900, 380)
    panel.options.restore({"smoothing": "0.6"})
    choose(panel.metric_choice, "learning_rate")
    look.answered()
    look.save("training", "curves")
    panel.options.restore({"smoothing": "0"})
    choose(panel.metric_choice, "accuracy")
    look.window.watching.overlay(other)
    until(lambda: views._overlay is not None)
    look.answered()
    look.save("training", "curves_of_two_runs")
    look.window.watching.overlay("")
    menu = panel.look_share.menu()
    menu.ensurePolished()
    menu.adjustSize()
    look.save_widget(menu, "budget")


def _inside_convolution(look: Looking) -> None:
    assert look.window.watching is not None
    inside = look.window.watching.views.inside
    look.show("activations", 820, TALL)
    point_at(inside.value.maps, (5, 3, 4))
    look.save("activations", "feature_maps")
    inside.show_page("filters")
    look.show("activations", 820, 420)
    look.save("activations", "filters")
    inside.show_page("output")
    look.select("logits")
    look.show("activations", 700, 440)
    look.save("activations", "vector")


def _attribution_of_digits(look: Looking, other: str) -> None:
    panel = look.show("attribution", 820, TALL)
    assert isinstance(panel, AttributionPanel)
    pane = panel.pane
    look.save("attribution", "attribution_picture")
    choose(pane.compare, ANOTHER)
    choose(pane.second.method, "occlusion")
    pane.same_scale.setChecked(False)
    look.show("attribution", 860, 500)
    look.save("attribution", "attribution_two_methods")
    pane.same_scale.setChecked(True)
    choose(pane.second.method, "integrated_gradients")
    choose(pane.run.box, other)
    look.answered()
    look.save("attribution", "attribution_two_runs")
    choose(pane.compare, NOTHING)
    look.show("attribution", 820, TALL)
    pane.tabs.setCurrentWidget(panel.meaning)
    panel.meaning.check.click()
    look.show("attribution", 860, 640)
    look.save("attribution", "meaningful")
    pane.tabs.setCurrentWidget(panel.nearest)
    look.show("attribution", 820, TALL)
    look.save("attribution", "nearest")
    pane.tabs.setCurrentIndex(0)
    choose(pane.first.method, "activation_maximisation")
    look.answered()
    look.save("attribution", "activation_maximisation")
    choose(pane.first.method, "integrated_gradients")


def _evaluation(look: Looking, column: str, titles: tuple[str, ...]) -> None:
    panel = look.show("evaluation", 820, 400)
    look.answered()
    if column:
        choose(panel.column, column)
    if "Robustness" in titles:
        panel.robust.click()
    look.answered()
    for title in titles:
        panel.list.setCurrentRow(list(PARTS).index(title))
        if title == "Wrong samples":
            table = panel.pages[title].samples.table
            table.setCurrentItem(table.topLevelItem(0))
        look.answered()
        look.save("evaluation", f"evaluation_{title.lower().replace(' ', '_')}")
    if "Robustness" in titles:
        panel.robust.click()
    look.answered()


def spirals(look: Looking) -> None:
    """A plane of two features; long enough for several records of the layers."""
    look.open("spirals_mlp", epochs=1000)
    look.train()
    look.show("layer_map", 820, 300)
    look.save("layer_map", "layers_over_time")
    look.show("boundary", 820, TALL)
    look.save("boundary", "boundary")


def flowers(look: Looking) -> None:
    """A network that reads rows of numbers."""
    look.open_design("flowers", with_recipe(iris_mlp(), epochs=20, learning_rate=0.01))
    look.train()
    look.show("attribution", 820, 310)
    look.save("attribution", "attribution_row")
    _evaluation(look, "label", ("Slices",))


def letters(look: Looking) -> None:
    """A network with attention that writes."""
    look.open("moby_dick_attention", epochs=4)
    look.select("embedding")
    look.train()
    assert look.window.watching is not None
    inside = look.window.watching.views.inside
    look.show("activations", 820, TALL)
    look.save("activations", "sequence")
    look.select("attention")
    look.answered()
    inside.show_page("heads")
    look.show("activations", 820, 430)
    point_at(inside.heads.grid, _strongest(inside.facets()[0].value, least=16))
    look.save("activations", "attention_heads")
    panel = look.show("generated", 820, TALL)
    panel.prompt.setText("The whale ")
    panel.prompt.editingFinished.emit()
    look.moments(3)
    look.save("generated", "generated_text")
    look.show("attribution", 820, 310)
    look.save("attribution", "attribution_text")


def months(look: Looking) -> None:
    """A recurrent network that forecasts a number."""
    look.open("el_nino_lstm", epochs=15)
    look.select("lstm")
    look.train()
    assert look.window.watching is not None
    inside = look.window.watching.views.inside
    look.show("activations", 820, 560)
    for page in ("states", "gates"):
        inside.show_page(page)
        look.answered()
        look.save("activations", f"lstm_{page}")
    inside.show_page("output")
    _evaluation(look, "", ("Regression",))


def vision_transformer() -> Design:
    """A small vision transformer for the digits."""
    design = Design(name="Digits with a vision transformer", data=DIGITS, recipe=recipe(epochs=6))
    design = add(add(design, "Input", "image"), "Target", "digit")
    design = add(design, "PatchEmbedding", "patches", patch_size=(2,), features=32)
    design = add(add(design, "PositionalEmbedding", "positions"), "LayerNorm", "norm")
    design = add(design, "MultiHeadAttention", "attention", heads=4, features=32)
    design = add(add(design, "Add", "residual", count=2), "Flatten", "flatten")
    design = add(add(design, "Dense", "logits", units=10), "CrossEntropy", "loss")
    for before, after in pairwise(("image", "patches", "positions", "norm")):
        design = wire(design, f"{before} -> {after}.input")
    design = wire(
        design,
        "norm -> attention.query",
        "positions -> residual.input_1",
        "attention -> residual.input_2",
        "logits -> loss.logits",
        "digit -> loss.target",
    )
    return fit_to_data(chain(design, "residual", "flatten", "logits"), image="image", digit="label")


def patches(look: Looking) -> None:
    """Which parts of an image a transformer reads as its sequence."""
    look.open_design("patches", vision_transformer())
    look.select("attention")
    look.train()
    assert look.window.watching is not None
    inside = look.window.watching.views.inside
    look.show("activations", 820, 360)
    inside.show_page("heads")
    look.answered()
    weights = inside.facets()[0].value
    point_at(inside.heads.grid, _strongest(weights))
    look.save("activations", "patches")
    inside.show_page("output")


def _strongest(weights: np.ndarray, least: int = 0) -> tuple[int, int, int]:
    """The head, query and key, of weights ``[H, T, S]``, where a query from ``least`` on looks
    most at one other element.
    """
    far = weights * (1 - np.eye(*weights.shape[1:]))
    far[:, :least] = 0
    head, query, key = np.unravel_index(far.argmax(), far.shape)
    return int(head), int(query), int(key)


def generator(look: Looking) -> None:
    """Pictures that a network makes."""
    look.open("digits_gan", epochs=60)
    look.train()
    look.show("generated", 820, TALL)
    look.moments(5)
    look.save("generated", "generated_pictures")


def by_hand(look: Looking) -> None:
    """One training step, with the numbers of the derivation in the help."""
    look.open("two_relus_by_hand")
    panel = look.show("walkthrough", 820, 400)
    until(lambda: panel.walked is not None)
    panel.widget.go(7)
    look.answered()
    look.save("walkthrough", "walkthrough")


# Many pictures, in a folder of this name.
PAGES = {"seeing": (draw, "digits_mlp")}

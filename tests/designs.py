"""Small designs for tests, wired by hand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.design import edits
from core.design.document import Design, End
from core.design.problems import bind
from core.project.facts import data_facts
from core.project.file import save

Layer = tuple[str, dict[str, Any]]

IRIS: Mapping[str, Any] = {"source": {"kind": "iris"}, "split": {}}
DIGITS: Mapping[str, Any] = {"source": {"kind": "digits"}, "split": {}}


def add(design: Design, kind: str, name: str = "", **params: Any) -> Design:
    """The design with one more node, whose id is its name."""
    node = edits.new_node(design, kind, **params)
    name = name or node.name
    node = type(node)(name, name, kind, node.params)
    return edits.add_node(design, node, (160.0 * len(design.nodes), 0.0))


def wire(design: Design, *ends: str) -> Design:
    """Wires written ``source -> target.port``; a port that is left out is ``input``."""
    for text in ends:
        source, target = text.split(" -> ")
        node, _, port = target.partition(".")
        design = edits.connect(design, End(source, "output"), End(node, port or "input"))
    return design


def chain(design: Design, *names: str) -> Design:
    """Each node's output wired to the next one's input."""
    return wire(design, *(f"{before} -> {after}" for before, after in pairwise(names)))


def fit_to_data(design: Design, folder: Path = Path(), **columns: str) -> Design:
    """The design whose Input and Target nodes have the shape of the named columns."""
    facts = data_facts(design, folder)
    assert facts is not None
    assert not facts.fault, facts.fault
    for node, column in columns.items():
        design = bind(design, node, column, facts.columns[column])
    return design


def recipe(
    epochs: int = 2,
    batch_size: int = 16,
    seed: int = 0,
    optimizer: str = "Adam",
    schedule: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """A recipe as it is saved."""
    return {
        "optimizer": {"kind": optimizer, **options},
        "schedule": schedule or {"kind": "Constant"},
        "batch_size": batch_size,
        "epochs": epochs,
        "seed": seed,
    }


def classifier(data: Mapping[str, Any], *layers: Layer, x: str) -> Design:
    """Layers one after the other between an Input and a cross-entropy, called by their kinds."""
    design = Design(name="Classifier", data=data, recipe=recipe())
    for kind in ("Input", "Target"):
        design = add(design, kind, kind.lower())
    names = ["input"]
    for kind, params in layers:
        name = design.free_name(kind.lower())
        design = add(design, kind, name, **params)
        names.append(name)
    design = chain(add(design, "CrossEntropy", "loss"), *names)
    design = wire(design, f"{names[-1]} -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input=x, target="label")


def iris_mlp(units: int = 8) -> Design:
    """Two dense layers on the iris flowers."""
    layers: tuple[Layer, ...] = (
        ("Dense", {"units": units}),
        ("Activation", {"function": "tanh"}),
        ("Dense", {"units": 3}),
    )
    return classifier(IRIS, *layers, x="features")


def noisy_mlp() -> Design:
    """Like ``iris_mlp`` with layers that keep state: dropout and batch normalisation."""
    layers: tuple[Layer, ...] = (
        ("Dense", {"units": 8}),
        ("BatchNorm", {}),
        ("Activation", {"function": "relu"}),
        ("Dropout", {"rate": 0.3}),
        ("Dense", {"units": 3}),
    )
    return classifier(IRIS, *layers, x="features")


def digits_cnn() -> Design:
    """A small convolutional network on the handwritten digits."""
    layers: tuple[Layer, ...] = (
        ("Conv", {"filters": 4, "kernel_size": (3, 3)}),
        ("Activation", {"function": "relu"}),
        ("MaxPool", {}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )
    return classifier(DIGITS, *layers, x="image")


def regression(data: Mapping[str, Any], x: str, y: str, folder: Path = Path()) -> Design:
    """A linear regression on one column of the data."""
    design = Design(name="Regression", data=data, recipe=recipe(optimizer="SGD"))
    for kind, name in (("Input", "input"), ("Target", "target"), ("Flatten", "flatten")):
        design = add(design, kind, name)
    design = add(add(design, "Dense", "dense", units=1), "MeanSquaredError", "loss")
    design = chain(design, "input", "flatten", "dense")
    design = wire(design, "dense -> loss.prediction", "target -> loss.target")
    return fit_to_data(design, folder, input=x, target=y)


def with_recipe(design: Design, **changes: Any) -> Design:
    """The design with another recipe; see ``recipe``."""
    return edits.set_recipe(design, recipe(**changes))


def saved(design: Design, folder: Path, name: str = "project") -> Path:
    """The project file of a design."""
    path = folder / f"{name}.loom"
    save(design, path)
    return path

"""The networks of the training benchmark as designs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.design.document import Design, End
from core.design.edits import connect
from tests.benchmarks.training_cases import BATCH, CASES, CLASSES, LEARNING_RATE
from tests.core.networks.convolutional_designs import Sketch
from tests.designs import add, fit_to_data, recipe, wire


def design(name: str, file: Path, epochs: int) -> Design:
    """The design of a case, bound to its data, all of it for training."""
    net = Sketch(name, *CASES[name].shape)
    given = net.end
    _NETWORKS[name](net)
    net.then("Dense", units=CLASSES)
    made = add(add(net.design, "Target", "target"), "CrossEntropy", "loss")
    made = wire(made, f"{net.end} -> loss.logits", "target -> loss.target")
    data = {
        "source": {"kind": "npz", "path": file.name},
        "split": {"train": 1.0, "validation": 0.0, "test": 0.0},
    }
    training = recipe(epochs=epochs, batch_size=BATCH, learning_rate=LEARNING_RATE)
    made = replace(made, data=data, recipe=training)
    return fit_to_data(made, file.parent, **{given: "x", "target": "label"})


def _mlp(net: Sketch) -> None:
    for units in (256, 128):
        net.then("Dense", units=units).relu()


def _lenet(net: Sketch) -> None:
    net.then("Conv", filters=6, kernel_size=(5, 5), padding="SAME").relu().max_pool(2, 2)
    net.then("Conv", filters=16, kernel_size=(5, 5), padding="VALID").relu().max_pool(2, 2)
    net.then("Flatten")
    for units in (120, 84):
        net.then("Dense", units=units).relu()


def _lstm(net: Sketch) -> None:
    net.then("LSTM", units=64)


def _attention(net: Sketch) -> None:
    start = net.end
    net.end = net.add("MultiHeadAttention", features=64, heads=4)
    net.design = connect(net.design, End(start, "output"), End(net.end, "query"))
    start = net.join("Add", start).then("LayerNorm").end
    net.then("Dense", units=256).relu().then("Dense", units=64)
    net.join("Add", start).then("LayerNorm").then("GlobalAveragePool")


def _resnet18(net: Sketch) -> None:
    net.conv_norm(64, 3, 1, 1).relu()
    channels = 64
    for stage in range(4):
        filters = 64 * 2**stage
        for index in range(2):
            stride = 2 if stage and not index else 1
            start = net.end
            made = net.conv_norm(filters, 3, stride, 1).relu().conv_norm(filters, 3, 1, 1).end
            if stride > 1 or channels != filters:
                net.end = start
                start = net.conv_norm(filters, 1, stride).end
            net.end, channels = made, filters
            net.join("Add", start).relu()
    net.then("GlobalAveragePool")


_NETWORKS: dict[str, Callable[[Sketch], None]] = {
    "mlp": _mlp,
    "lenet": _lenet,
    "lstm": _lstm,
    "attention": _attention,
    "resnet18": _resnet18,
}

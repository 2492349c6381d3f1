"""Networks small enough to be worked out by hand, with the weights that the hand chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from core.design.document import Design
from core.explain.walkthrough.walk import Walk
from core.project.file import to_text
from tests.designs import add, chain, fit_to_data, recipe, wire

WEIGHTS = "weights.safetensors"


def worked(
    folder: Path,
    x: Sequence[float],
    y: Sequence[float],
    weights: Mapping[str, Any],
    function: str,
    *,
    output_function: str = "",
    loss: str = "MeanSquaredError",
    copies: int = 2,
    optimizer: Mapping[str, Any] | None = None,
    **of_loss: Any,
) -> Design:
    """A hidden Dense and an output Dense that learn ``y`` from ``x``, with files in the folder.

    ``weights`` are named as ``hidden.kernel``. The only row is there ``copies`` times.
    """
    data = {"x": np.array([x] * copies, np.float32), "y": np.array([y] * copies, np.float32)}
    np.savez(folder / "rows.npz", **data)
    arrays = {name: np.array(value, np.float32) for name, value in weights.items()}
    save_file(arrays, folder / WEIGHTS)
    source = {"kind": "npz", "path": "rows.npz"}
    split = {"train": 1.0, "validation": 0.0, "test": 0.0}
    made = recipe(**(optimizer or {"optimizer": "SGD", "learning_rate": 0.1, "momentum": 0.0}))
    made["initial_weights"] = WEIGHTS
    design = Design(name="Worked by hand", data={"source": source, "split": split}, recipe=made)
    design = add(add(design, "Input", "x"), "Target", "y")
    design = add(design, "Dense", "hidden", units=len(weights["hidden.bias"]))
    design = add(design, "Activation", "active", function=function)
    design = add(design, "Dense", "output", units=len(weights["output.bias"]))
    names = ["x", "hidden", "active", "output"]
    if output_function:
        design = add(design, "Activation", "squashed", function=output_function)
        names.append("squashed")
    design = add(design, loss, "loss", **of_loss)
    port = "prediction" if loss == "MeanSquaredError" else "logits"
    design = wire(chain(design, *names), f"{names[-1]} -> loss.{port}", "y -> loss.target")
    return fit_to_data(design, folder, x="x", y="y")


def two_relus(folder: Path, **options: Any) -> Design:
    """Two ReLUs and a linear output: half squared error 0.0578, all of it worked out by hand."""
    weights = {
        "hidden.kernel": [[0.5, 0.8]],
        "hidden.bias": [0.1, -0.3],
        "output.kernel": [[0.4], [0.4]],
        "output.bias": [0.2],
    }
    return worked(folder, [2.0], [1.5], weights, "relu", weight=0.5, **options)


def walk(
    design: Design, folder: Path, *numbers: int, before: tuple[tuple[int, ...], ...] = ()
) -> Walk:
    """The question for a step on some samples of the training split."""
    text = to_text(design)
    return Walk(text, str(folder), str(folder / "runs"), numbers or (0,), before, "cpu")

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
    loss: str,
    optimizer: Mapping[str, Any],
) -> Design:
    """A hidden Dense and an output Dense that learn ``y`` from ``x``, with weights in the folder.

    ``weights`` are named as ``hidden.kernel``.
    """
    arrays = {name: np.array(value, np.float32) for name, value in weights.items()}
    save_file(arrays, folder / WEIGHTS)
    source = {"kind": "typed_rows", "inputs": list(x), "targets": list(y), "rows": 1}
    split = {"train": 1.0, "validation": 0.0, "test": 0.0}
    made = recipe(**optimizer)
    made["initial_weights"] = WEIGHTS
    design = Design(name="Worked by hand", data={"source": source, "split": split}, recipe=made)
    design = add(add(design, "Input", "x"), "Target", "y")
    design = add(design, "Dense", "hidden", units=len(weights["hidden.bias"]))
    design = add(design, "Activation", "active", function=function)
    design = add(design, "Dense", "output", units=len(weights["output.bias"]))
    design = add(chain(design, "x", "hidden", "active", "output"), loss, "loss")
    design = wire(design, "output -> loss.logits", "y -> loss.target")
    return fit_to_data(design, folder, x="x", y="y")


def walk(
    design: Design, folder: Path, *numbers: int, before: tuple[tuple[int, ...], ...] = ()
) -> Walk:
    """The question for a step on some samples of the training split."""
    text = to_text(design)
    return Walk(text, str(folder), str(folder / "runs"), numbers or (0,), before, "cpu")

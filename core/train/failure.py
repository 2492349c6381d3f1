"""Why a training failed, and what can be done about it in its recipe. No JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.train.recipe import Recipe

# Where the first value that is not finite came up.
DATA, FORWARD, LOSS, BACKWARD, UPDATE, UNKNOWN = (
    *("data", "forward", "loss", "backward", "update", "unknown"),
)
CLIP_NORM = 1.0

Saved = Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """Values that are not finite stopped a run in ``step``, counted from 1, of ``epoch``.

    ``cause`` is one of the constants above, ``node`` the id of the unfolded node where it came up
    and ``name`` what that is called; both are empty where it is not known. ``remedies`` are names
    of ``REMEDIES``, the likeliest first.
    """

    step: int
    epoch: int
    cause: str
    node: str
    name: str
    message: str
    hint: str
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remedy:
    """A change of a saved recipe, and what a button that makes it says."""

    label: str
    change: Callable[[Saved], dict[str, Any]]


def _with_rate(factor: float) -> Callable[[Saved], dict[str, Any]]:
    def change(recipe: Saved) -> dict[str, Any]:
        whole = _whole(recipe)
        rate = float(f"{whole['optimizer']['learning_rate'] * factor:.6g}")
        return {**whole, "optimizer": {**whole["optimizer"], "learning_rate": rate}}

    return change


def _with(**values: Any) -> Callable[[Saved], dict[str, Any]]:
    return lambda recipe: {**_whole(recipe), **values}


def _whole(recipe: Saved) -> dict[str, Any]:
    """The saved recipe with what it leaves out."""
    read = Recipe.read(recipe)[0].to_json()
    return {**read, **recipe, "optimizer": read["optimizer"]}


REMEDIES: Mapping[str, Remedy] = {
    "halve_rate": Remedy("Halve rate", _with_rate(0.5)),
    "tenth_rate": Remedy("Rate / 10", _with_rate(0.1)),
    "clip_norm": Remedy("Clip gradients", _with(clip_norm=CLIP_NORM)),
    "bfloat16": Remedy("Use bfloat16", _with(precision="bfloat16")),
}

"""A stage of a training: some epochs in which some losses train some nodes. No JAX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.params import Configured, Fault, param


@dataclass(frozen=True)
class Stage(Configured):
    """Some epochs in which only some losses count and only some nodes learn.

    One stage after the other gives layer-wise pre-training, or a network whose last layers learn
    before the others are unfrozen.
    """

    kind = "Stage"
    label = "Stage"

    name: str = param("", label="Name", help="What the stage is called; may be empty.")
    epochs: int = param(10, label="Epochs", help="Passes over the training split.", minimum=1)
    losses: tuple[str, ...] = param(
        (),
        kind="names",
        label="Losses",
        help="The loss nodes that count in this stage; empty: all.",
    )
    trains: tuple[str, ...] = param(
        (),
        kind="names",
        label="Trains",
        help="The nodes and groups that learn in this stage; empty: all.",
    )

    def to_json(self) -> dict[str, Any]:
        """The saved form; names that stand for all are left out."""
        written = {n: list(v) if isinstance(v, tuple) else v for n, v in self.values().items()}
        return {n: v for n, v in written.items() if v not in ("", [])}


def for_epochs(stages: Sequence[Stage], total: int) -> tuple[Stage, ...]:
    """The stages as far as so many epochs go; the last one is longer where there are too few."""
    found: list[Stage] = []
    left = total
    for number, stage in enumerate(stages, 1):
        if left <= 0:
            break
        found.append(
            replace(stage, epochs=left if number == len(stages) else min(stage.epochs, left))
        )
        left -= found[-1].epochs
    return tuple(found)


def stages_for(recipe: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """The entry of a saved recipe that says its stages, for so many epochs; empty without any."""
    stages = for_epochs(read_stages(recipe.get("stages", ()))[0], epochs)
    return {"stages": [stage.to_json() for stage in stages]} if stages else {}


def read_stages(raw: Any) -> tuple[tuple[Stage, ...], tuple[Fault, ...]]:
    """The stages of a saved recipe, and what is wrong with them."""
    if not isinstance(raw, list | tuple):
        return (), (Fault("stages", f"stages must be a list, not {raw!r}"),)
    stages, faults = [], []
    for number, one in enumerate(raw, 1):
        if not isinstance(one, Mapping):
            faults.append(Fault("stages", f"stage {number} must be an object, not {one!r}"))
            continue
        made, wrong = Stage.read(one)
        stages.append(made)
        faults += [
            Fault(f"stages.{number}.{f.name}", f"stage {number}: {f.message}") for f in wrong
        ]
    return tuple(stages), tuple(faults)

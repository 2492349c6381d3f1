"""How to train: optimizer, schedule, batch size, epochs and seed. Editors load it: no JAX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from core.params import Configured, Fault, param
from core.registry import kinds
from core.train.optimizers import Adam, Optimizer
from core.train.schedules import Constant, Schedule

C = TypeVar("C", bound=Configured)
# Left out of files where it says nothing.
_RARE = ("initial_weights",)


def optimizers() -> dict[str, type[Optimizer]]:
    """Every optimizer by its saved kind name."""
    return kinds("core.train.optimizers", Optimizer)


def schedules() -> dict[str, type[Schedule]]:
    """Every learning-rate schedule by its saved kind name."""
    return kinds("core.train.schedules", Schedule)


@dataclass(frozen=True)
class Recipe(Configured):
    """One way to train a design."""

    kind = "Recipe"
    label = "Recipe"

    batch_size: int = param(32, label="Batch size", help="Samples in one step.", minimum=1)
    epochs: int = param(20, label="Epochs", help="Passes over the training split.", minimum=1)
    seed: int = param(
        0,
        label="Seed",
        help="Start of all randomness; the same seed gives the same run.",
        minimum=0,
        maximum=2**31 - 1,
    )
    initial_weights: str = param(
        "",
        label="Start from",
        help="The id of a run, or a .safetensors file: weights are taken from there where names "
        "and shapes match. Empty: all are drawn anew.",
        kind="path",
        advanced=True,
    )
    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> tuple[Self, tuple[Fault, ...]]:
        """Build from saved values; see ``Configured.read``."""
        rest = {k: v for k, v in values.items() if k not in ("optimizer", "schedule")}
        base, faults = super().read(rest)
        optimizer, wrong = _part("optimizer", values, optimizers(), Adam())
        schedule, wrong_too = _part("schedule", values, schedules(), Constant())
        made = cls(**base.values(), optimizer=optimizer, schedule=schedule)  # type: ignore[arg-type]
        return made, (*faults, *wrong, *wrong_too)

    def to_json(self) -> dict[str, Any]:
        """The saved form."""
        return {
            "optimizer": {"kind": self.optimizer.kind, **self.optimizer.values()},
            "schedule": {"kind": self.schedule.kind, **self.schedule.values()},
            **{n: v for n, v in self.values().items() if n not in _RARE or v},
        }


def _part(
    name: str, values: Mapping[str, Any], known: Mapping[str, type[C]], default: C
) -> tuple[C, tuple[Fault, ...]]:
    if name not in values:
        return default, ()
    raw = values[name]
    kind = raw.get("kind") if isinstance(raw, Mapping) else raw
    if not isinstance(raw, Mapping) or not isinstance(kind, str) or kind not in known:
        return default, (Fault(name, f"{name} must be one of {', '.join(known)}, not {kind!r}"),)
    made, faults = known[kind].read({k: v for k, v in raw.items() if k != "kind"})
    return made, tuple(Fault(f"{name}.{f.name}", f.message) for f in faults)

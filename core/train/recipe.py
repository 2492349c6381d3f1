"""How to train: optimizer, schedule, batches, regularisation, stages. Editors load it: no JAX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from core.params import Configured, Fault, param
from core.registry import kinds
from core.train.optimizers import Adam, Optimizer
from core.train.schedules import Constant, Schedule
from core.train.stage import Stage, read_stages

C = TypeVar("C", bound=Configured)
_PARTS = ("optimizer", "schedule", "stages")

# Headings of the form; what has none is basic.
OPTIMIZER, REGULARISATION = "Optimizer", "Regularisation"
PRECISION, STOPPING = "Precision", "Stopping"
MINI_BATCH, BATCH, STOCHASTIC = "mini-batch", "batch", "stochastic"
LAST, BEST = "last", "best"


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
    gradient_descent: str = param(
        MINI_BATCH,
        label="Batches",
        help="Samples in one step of gradient descent: a mini-batch of the batch size, the whole "
        "training split (batch), or a single one (stochastic).",
        choices=(MINI_BATCH, BATCH, STOCHASTIC),
        advanced=True,
    )
    accumulate: int = param(
        1,
        label="Accumulate",
        help="Batches whose gradients are averaged before the weights change.",
        minimum=1,
        advanced=True,
        group=OPTIMIZER,
    )
    initial_weights: str = param(
        "",
        label="Start from",
        help="The id of a run, or a .safetensors file: weights are taken from there where names "
        "and shapes match. Empty: all are drawn anew.",
        kind="path",
        advanced=True,
    )
    clip_norm: float = param(
        0.0,
        label="Clip norm",
        help="Gradients whose common norm is larger are scaled down to it; 0: never "
        "(Pascanu et al., 2013).",
        minimum=0.0,
        advanced=True,
        group=OPTIMIZER,
    )
    clip_value: float = param(
        0.0,
        label="Clip value",
        help="Each element of a gradient is held between plus and minus this; 0: not.",
        minimum=0.0,
        advanced=True,
        group=OPTIMIZER,
    )
    l1: float = param(
        0.0,
        label="L1",
        help="Adds this times the sum of |W| over all kernels to the loss, beside what nodes ask.",
        minimum=0.0,
        advanced=True,
        group=REGULARISATION,
    )
    l2: float = param(
        0.0,
        label="L2",
        help="Adds this times the sum of W^2 over all kernels to the loss, beside what nodes ask.",
        minimum=0.0,
        advanced=True,
        group=REGULARISATION,
    )
    ema_decay: float = param(
        0.0,
        label="Average of weights",
        help="Decay of an exponential moving average of the weights, which is what is evaluated "
        "and kept; 0: none (Polyak and Juditsky, 1992).",
        minimum=0.0,
        maximum=0.999999,
        advanced=True,
        group=REGULARISATION,
    )
    balance_classes: bool = param(
        False,
        label="Balance classes",
        help="Weight each class by the inverse of its share of the training split, so that rare "
        "ones count as much as frequent ones.",
        advanced=True,
        group=REGULARISATION,
    )
    precision: str = param(
        "float32",
        label="Precision",
        help="Format in which layers compute. Weights stay float32; float16 scales the loss so "
        "that small gradients survive (Micikevicius et al., 2018).",
        choices=("float32", "bfloat16", "float16"),
        advanced=True,
        group=PRECISION,
    )
    remat: bool = param(
        False,
        label="Rematerialise",
        help="Compute activations again in the backward pass instead of keeping them: less "
        "memory, about a third more time (Chen et al., 2016).",
        advanced=True,
        group=PRECISION,
    )
    patience: int = param(
        0,
        label="Patience",
        help="Stop after so many epochs without a better figure, and keep the best weights; "
        "0: do all epochs.",
        minimum=0,
        advanced=True,
        group=STOPPING,
    )
    minimum_change: float = param(
        0.0,
        label="Minimum change",
        help="How much better a figure must be to count as better.",
        minimum=0.0,
        advanced=True,
        group=STOPPING,
    )
    monitor: str = param(
        "loss",
        label="Monitor",
        help="The figure of the validation split that says which epoch was the best; losses and "
        "errors are better when smaller, all others when larger. Without a validation split it is "
        "that of the training split.",
        advanced=True,
    )
    keep: str = param(
        LAST,
        label="Keep",
        help="The weights that a run ends with: those of its last step, or those of its best "
        "epoch. With a patience it is always the best.",
        choices=(LAST, BEST),
        advanced=True,
        group=STOPPING,
    )
    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    stages: tuple[Stage, ...] = ()

    def batch_of(self, rows: int) -> int:
        """How many of so many training rows a step takes."""
        sizes = {BATCH: rows, STOCHASTIC: 1}
        return min(sizes.get(self.gradient_descent, self.batch_size), rows)

    @property
    def total_epochs(self) -> int:
        """Epochs in all: those of the stages, where there are any."""
        return sum(s.epochs for s in self.stages) or self.epochs

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> tuple[Self, tuple[Fault, ...]]:
        """Build from saved values; see ``Configured.read``."""
        rest = {k: v for k, v in values.items() if k not in _PARTS}
        base, faults = super().read(rest)
        optimizer, wrong = _part("optimizer", values, optimizers(), Adam())
        schedule, wrong_too = _part("schedule", values, schedules(), Constant())
        stages, wrong_stages = read_stages(values.get("stages", ()))
        made = replace(base, optimizer=optimizer, schedule=schedule, stages=stages)
        return made, (*faults, *wrong, *wrong_too, *wrong_stages)

    def to_json(self) -> dict[str, Any]:
        """The saved form."""
        values = self.values()
        rare = {p.name for p in self.params() if p.advanced and values[p.name] == p.default}
        stages = {"stages": [s.to_json() for s in self.stages]} if self.stages else {}
        return {
            "optimizer": {"kind": self.optimizer.kind, **self.optimizer.values()},
            "schedule": {"kind": self.schedule.kind, **self.schedule.values()},
            **{name: value for name, value in values.items() if name not in rare},
            **stages,
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

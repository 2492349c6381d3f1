"""Where a run stands: what a checkpoint says beside the arrays of the state. No JAX."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.train.early_stopping import Best


@dataclass(frozen=True)
class Place:
    """A point between two steps of a run.

    ``epoch`` whole epochs are done, and ``batch`` steps of the next one, whose batches depend on
    ``order``: batch size and seed. ``step`` counts all steps, ``stage`` is that of the optimizers'
    state. ``factor`` is what the user multiplied the learning rate with, ``plateau`` what a
    plateau schedule has seen, ``seconds`` how long the run took so far.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    stage: int = 0
    order: tuple[int, ...] = ()
    seconds: float = 0.0
    factor: float = 1.0
    best: Best = field(default_factory=Best)
    plateau: Mapping[str, Any] | None = None

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``to_text`` wrote. Raises KeyError, TypeError or ValueError."""
        saved = json.loads(text)
        return cls(
            epoch=int(saved["epoch"]),
            batch=int(saved["batch"]),
            step=int(saved["step"]),
            stage=int(saved["stage"]),
            order=tuple(int(part) for part in saved["order"]),
            seconds=float(saved["seconds"]),
            factor=float(saved["factor"]),
            best=Best.read(saved["best"]),
            plateau=saved["plateau"],
        )

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(
            {
                "epoch": self.epoch,
                "batch": self.batch,
                "step": self.step,
                "stage": self.stage,
                "order": self.order,
                "seconds": self.seconds,
                "factor": self.factor,
                "best": self.best.saved(),
                "plateau": self.plateau,
            }
        )

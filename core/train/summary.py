"""How a run ended, as the window and the command line are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.train.failure import Failure

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Summary:
    """How a run ended; the fields are those of ``layerloom train --json``.

    The figures are those of the weights that were kept. ``failure`` says why a run diverged.
    """

    run: str
    device: str
    epochs: int
    steps: int
    seconds: float
    first_step_seconds: float
    samples_per_second: float
    stopped_by: str
    train: Figures
    validation: Figures
    test: Figures
    parameters: int
    failure: Failure | None = None


def figures_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain JSON values; figures that are not finite become null.

    There is a ``failure`` only if the run failed.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value

    values = {name: plain(getattr(summary, name)) for name in summary.__dataclass_fields__}
    failure = values.pop("failure")
    return {**values, "failure": asdict(failure)} if failure else values

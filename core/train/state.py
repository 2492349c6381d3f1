"""All that training changes, as one tuple of arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from core.compile.figures import Tally


class LossScale(NamedTuple):
    """What a float16 loss is multiplied by, float32 ``[]``, and steps since it last changed."""

    factor: jax.Array
    steps: jax.Array


class State(NamedTuple):
    """All that training changes, as flat lists of arrays in a fixed order.

    ``params`` are trained, ``rest`` is what layers keep beside them (frozen weights, batch
    statistics, random counters), ``optimizer`` has optax's state for each of the stage's players.
    ``average`` is the moving average of ``params``, empty where none is kept; ``loss_scale`` is
    there in float16 alone. ``step`` int32 counts all steps; ``rate`` float32 is multiplied with
    what the schedule says. ``sums`` are the figures summed since the last reading, ``samples``
    float32 how many samples were trained on since then.
    """

    params: list[jax.Array]
    rest: list[jax.Array]
    optimizer: Any
    average: list[jax.Array]
    loss_scale: LossScale | None
    step: jax.Array
    rate: jax.Array
    sums: dict[str, Tally]
    samples: jax.Array

"""Learning-rate schedules that optax has not."""

from __future__ import annotations

from itertools import accumulate, pairwise

import jax
import jax.numpy as jnp
import optax


def warmed_up(schedule: optax.Schedule, steps: int) -> optax.Schedule:
    """Rise linearly from zero to where a schedule begins, in so many steps, and then follow it."""
    rise = optax.linear_schedule(0.0, schedule(0), steps)
    return optax.join_schedules([rise, schedule], [steps])


def dropping(peak: float, drops: tuple[int, ...], factor: float) -> optax.Schedule:
    """Multiply by a factor at each of some steps."""
    return optax.piecewise_constant_schedule(peak, dict.fromkeys(drops, factor))


def inverse_square_root(peak: float, steps: int) -> optax.Schedule:
    """Fall as one over the root of the step; after ``steps``, the root of a half is left."""

    def schedule(step: jax.typing.ArrayLike) -> jax.Array:
        return peak * jnp.sqrt(steps / (steps + jnp.maximum(step, 0)))

    return schedule


def cosine_restarts(
    peak: float, steps: int, cycles: int, multiplier: float, alpha: float
) -> optax.Schedule:
    """Cosines from the peak to a share ``alpha`` of it, each longer than the one before."""
    done = list(accumulate(multiplier**cycle for cycle in range(cycles)))
    ends = [round(steps * size / done[-1]) for size in done]
    lengths = [max(end - start, 1) for start, end in pairwise([0, *ends])]
    parts = [optax.cosine_decay_schedule(peak, length, alpha) for length in lengths]
    return optax.join_schedules(parts, ends[:-1])


def triangles(peak: float, lowest: float, half: float, keep: float) -> optax.Schedule:
    """Rise for ``half`` steps and fall for as many, each time to ``keep`` of the height before."""

    def schedule(step: jax.typing.ArrayLike) -> jax.Array:
        cycle = jnp.floor(jnp.asarray(step) / (2 * half))
        height = 1 - jnp.abs(step / half - 2 * cycle - 1)
        return lowest + (peak - lowest) * height * keep**cycle

    return schedule

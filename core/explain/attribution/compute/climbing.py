"""A sample changed step by step so that a score rises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from core.explain.attribution.activation_maximisation import ActivationMaximisation
from core.explain.attribution.compute.functions import Feed, score_of, slope_of
from core.explain.attribution.map import IMAGE
from core.explain.attribution.points import blurred

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


def climbed(subject: Subject, method: ActivationMaximisation, background: np.ndarray) -> np.ndarray:
    """The sample that is reached from the mean of a background ``[N, ...]``, in its range."""
    functions, places = subject.functions, subject.places
    image = subject.kind == IMAGE
    score = score_of(functions.network, places, subject.scored, subject.reading)
    slope = slope_of(score)
    steps, jitter, blur_every = method.steps, method.jitter if image else 0, method.blur_every

    def climb(
        params: Any, rest: Any, feed: Feed, target: Any, given: dict[str, jax.Array]
    ) -> jax.Array:
        start, low, high = given["start"], given["low"], given["high"]

        def step(number: jax.Array, x: jax.Array) -> jax.Array:
            key = jax.random.fold_in(jax.random.key(given["seed"]), number)
            moved = jax.random.randint(key, (2,), -jitter, jitter + 1)
            seen = jnp.roll(x, moved, (0, 1)) if jitter else x
            (up,) = slope(params, rest, feed, (seen[None],), target)
            back = jnp.roll(up[0], -moved, (0, 1)) if jitter else up[0]
            x = x + given["size"] * back / (jnp.sqrt(jnp.mean(back**2)) + 1e-12)
            x = start + (1 - given["l2"]) * (x - start)
            if image:
                smooth = jnp.einsum("ih,jw,hwc->ijc", given["rows"], given["columns"], x)
                x = jnp.where(number % blur_every == blur_every - 1, smooth, x)
            return jnp.clip(x, low, high)

        found: jax.Array = jax.lax.fori_loop(0, steps, step, start)
        return found

    low, high = background.min(), background.max()
    # Features have ranges of their own, pixels one.
    bounds = (low, high) if image else (background.min(axis=0), background.max(axis=0))
    given: dict[str, Any] = {
        "start": background.mean(axis=0).astype(np.float32),
        "low": np.asarray(bounds[0], np.float32),
        "high": np.asarray(bounds[1], np.float32),
        "size": np.float32(method.step_size * (high - low)),
        "l2": np.float32(method.l2),
        "seed": np.uint32(method.seed),
    }
    if image:
        height, width, _ = subject.sample.shape
        given |= {
            "rows": _smoothing(height, method.blur),
            "columns": _smoothing(width, method.blur),
        }
    key = ("climb", places, subject.scored, subject.reading, steps, jitter, blur_every)
    function = functions.once(key, lambda: jax.jit(climb))
    feed = subject.feed(subject.sample[None])
    return np.asarray(function(subject.params, subject.rest, feed, subject.chosen, given))


def _smoothing(length: int, deviation: float) -> np.ndarray:
    """The matrix ``[length, length]`` that smooths an axis as ``blurred`` does."""
    lines = np.eye(length, dtype=np.float32)[:, None, :]
    return blurred(lines, deviation)[:, 0, :] if deviation else lines[:, 0, :]

"""What policy-gradient losses compute."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def only_legal(logits: jax.Array, legal: jax.Array) -> jax.Array:
    """Logits ``[B, A]`` in which what ``legal`` has 0 for is impossible, but stays finite."""
    return jnp.where(legal > 0, logits, -1e30)


def advantage(returns: jax.Array, value: jax.Array | None = None, *, normalise: bool) -> jax.Array:
    """How much better than expected ``[B]`` it went; a constant for gradients."""
    gain = jnp.reshape(returns, -1)
    if value is not None:
        gain = gain - jnp.reshape(value, -1)
    if normalise:
        gain = (gain - gain.mean()) / (gain.std() + 1e-8)
    return jax.lax.stop_gradient(gain)


def policy_gradient(
    logits: jax.Array, action: jax.Array, gain: jax.Array, entropy_bonus: float
) -> jax.Array:
    """``-gain log softmax(logits)[action]``, less the bonus for each nat of entropy; ``[B]``."""
    chances = jax.nn.log_softmax(logits)
    taken = jnp.take_along_axis(chances, action[:, None], axis=-1)[:, 0]
    return -gain * taken - entropy_bonus * entropy(logits)


def entropy(logits: jax.Array) -> jax.Array:
    """Entropy in nats ``[B]`` of the softmax of logits ``[B, A]``."""
    chances = jax.nn.log_softmax(logits)
    return -jnp.sum(jnp.exp(chances) * chances, axis=-1)

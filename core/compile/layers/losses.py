"""What losses compute where a single function of JAX or optax does not."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

# Beyond this logarithm of a variance its exponential goes on in a straight line, so that neither
# it nor its slope overflows float32.
_LOG_VARIANCE = 60.0


def weighted_binary_cross_entropy(
    logits: jax.Array, target: jax.Array, positive_weight: float
) -> jax.Array:
    """Sigmoid cross-entropy of each element, that of yes multiplied by a weight."""
    yes = positive_weight * target * jax.nn.softplus(-logits)
    return yes + (1 - target) * jax.nn.softplus(logits)


def focal(log_odds: jax.Array, gamma: float) -> jax.Array:
    """``-(1 - p)^gamma log p`` for truths whose probability p is the sigmoid of ``log_odds``."""
    # As a power of 1 - p the slope would be infinite at p = 1 for gamma below 1.
    return jnp.exp(gamma * jax.nn.log_sigmoid(-log_odds)) * jax.nn.softplus(-log_odds)


def log_odds(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """Log-odds ``[...]`` of the true class against all others, from ``[..., C]`` with C above 1."""
    is_true = jax.nn.one_hot(labels, logits.shape[-1], dtype=bool)
    others = jax.scipy.special.logsumexp(logits, axis=-1, where=~is_true)
    return jnp.sum(logits, axis=-1, where=is_true) - others


def lead(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """How far the true class's score lies ahead of the best of the others, ``[...]``."""
    is_true = jax.nn.one_hot(labels, logits.shape[-1], dtype=bool)
    best = jnp.max(logits, axis=-1, where=~is_true, initial=-jnp.inf)
    return jnp.sum(logits, axis=-1, where=is_true) - best


def dice(probabilities: jax.Array, truth: jax.Array, smooth: float) -> jax.Array:
    """One minus the overlap of ``[B, ..., C]`` with a truth of that shape, mean over C; ``[B]``."""
    places = tuple(range(1, probabilities.ndim - 1))
    shared = jnp.sum(probabilities * truth, axis=places)
    both = jnp.sum(probabilities, axis=places) + jnp.sum(truth, axis=places)
    return 1 - jnp.mean((2 * shared + smooth) / (both + smooth), axis=-1)


def safe_log(probabilities: jax.Array) -> jax.Array:
    """The logarithm, of 1e-12 where a probability is less."""
    return jnp.log(jnp.maximum(probabilities, 1e-12))


def kl_divergence(log_prediction: jax.Array, log_target: jax.Array) -> jax.Array:
    """Divergence of the prediction from the target over the last axis, from log-probabilities."""
    return jnp.sum(jnp.exp(log_target) * (log_target - log_prediction), axis=-1)


def gaussian_kl(mean: jax.Array, log_variance: jax.Array) -> jax.Array:
    """Divergence of each Gaussian from the standard normal one, in nats."""
    beyond = jnp.maximum(log_variance - _LOG_VARIANCE, 0)
    variance = jnp.exp(jnp.minimum(log_variance, _LOG_VARIANCE)) * (1 + beyond)
    return 0.5 * (variance + mean**2 - 1 - log_variance)


def cosine(first: jax.Array, second: jax.Array) -> jax.Array:
    """Cosine of the angle between vectors ``[..., F]``; 0 where one of them is zero."""
    return jnp.sum(unit_vectors(first) * unit_vectors(second), axis=-1)


def unit_vectors(vectors: jax.Array) -> jax.Array:
    """Vectors ``[..., F]`` of length 1; zero stays zero, with a finite slope."""
    return vectors * jax.lax.rsqrt(jnp.sum(vectors**2, axis=-1, keepdims=True) + 1e-12)


def squared_euclidean(first: jax.Array, second: jax.Array) -> jax.Array:
    """Squared distance of vectors ``[..., F]``."""
    return jnp.sum((first - second) ** 2, axis=-1)


def euclidean(first: jax.Array, second: jax.Array) -> jax.Array:
    """Distance of vectors ``[..., F]``; where it is 0, so is its slope."""
    squares = squared_euclidean(first, second)
    apart = squares > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, squares, 1)), 0)


def contrastive(
    first: jax.Array, second: jax.Array, similar: jax.Array, margin: float
) -> jax.Array:
    """Half the squared distance of like pairs, half the squared lack of distance of others."""
    together = squared_euclidean(first, second)
    apart = jnp.maximum(margin - euclidean(first, second), 0) ** 2
    return 0.5 * (similar * together + (1 - similar) * apart)


def info_nce(
    first: jax.Array, second: jax.Array, temperature: float, *, both_views: bool
) -> jax.Array:
    """Cross-entropy ``[B]`` of finding each sample's other view in the batch, both ways.

    Views are ``[B, F]``. With ``both_views`` the other samples' views of the same kind are held
    against it too.
    """
    across = first @ second.T / temperature
    own = jnp.diagonal(across)
    rows, columns = across, across.T
    if both_views:
        itself = jnp.eye(len(first), dtype=bool)
        within = (jnp.where(itself, -jnp.inf, v @ v.T / temperature) for v in (first, second))
        rows, columns = (
            jnp.concatenate(p, axis=1) for p in zip((rows, columns), within, strict=True)
        )
    found = jax.scipy.special.logsumexp
    return 0.5 * (found(rows, axis=1) + found(columns, axis=1)) - own


def finds_own_pair(first: jax.Array, second: jax.Array) -> jax.Array:
    """Whether each first view's own second view is the most similar of the batch, ``[B]``."""
    return jnp.argmax(first @ second.T, axis=1) == jnp.arange(len(first))


def mean_where(values: jax.Array, counts: jax.Array) -> jax.Array:
    """Mean ``[B]`` of the elements of ``[B, ...]`` that count; 0 where none does."""
    axes = tuple(range(1, values.ndim))
    total = jnp.sum(jnp.where(counts, values, 0), axis=axes)
    return total / jnp.maximum(jnp.sum(counts, axis=axes), 1)


def ctc(logits: jax.Array, labels: jax.Array, blank: int, padding: int) -> jax.Array:
    """Negative log-likelihood ``[B]`` of labels ``[B, N]`` over all alignments to ``[B, T, C]``.

    Labels that are the blank or the padding end a row. 0 where no alignment is long enough.
    """
    ended = jnp.cumsum((labels == padding) | (labels == blank), axis=1) > 0
    steps = jnp.zeros(logits.shape[:2], logits.dtype)
    known = jnp.where(ended, blank, labels)
    # The default for log 0 is too near for long sequences or extreme logits.
    loss = optax.ctc_loss(
        logits, steps, known, ended.astype(logits.dtype), blank_id=blank, log_epsilon=-1e30
    )
    return jnp.where(loss < 1e29, loss, 0)

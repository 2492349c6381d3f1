"""What metrics compute: sums over a batch, and the figures that are made of summed or whole splits.

In a batch ``counts`` ``[B]`` float32 says how much each sample counts. What finishes a figure runs
with numpy on the sums of a split; where scikit-learn has the figure too, it is the same one, and
what would be divided by zero is 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# Up to so many classes counting by comparison, which is fused into one pass, is the fastest; a
# scatter takes its time for each label whatever their number.
_COMPARED_CLASSES = 64


def in_top(logits: jax.Array, labels: jax.Array, k: int) -> jax.Array:
    """Whether the label's logit is among the ``k`` largest of ``[..., C]``.

    Of equal logits the one of the lower class is the larger, as for ``argmax``.
    """
    known = jnp.maximum(labels, 0)[..., None]
    own = jnp.take_along_axis(logits, known, axis=-1)
    before = jnp.arange(logits.shape[-1]) < known
    ahead = (logits > own) | ((logits == own) & before)
    return jnp.sum(ahead, axis=-1) < k


def label_counts(logits: jax.Array, labels: jax.Array, counts: jax.Array) -> jax.Array:
    """For each class how often it was right, said, and true, ``[3, C]``; see ``class_scores``."""
    return _counted(jnp.argmax(logits, axis=-1), labels, counts, logits.shape[-1])


def answer_counts(logits: jax.Array, target: jax.Array, counts: jax.Array) -> jax.Array:
    """The same for no and yes, ``[3, 2]``, of all answers together; a target below 0 is unknown."""
    labels = jnp.where(target < 0, -1, target > 0.5)
    return _counted((logits > 0).astype(jnp.int32), labels, counts, 2)


def question_counts(logits: jax.Array, target: jax.Array, counts: jax.Array) -> jax.Array:
    """The same for the yes of each of several questions, from ``[B, N]``; ``[3, N]``."""
    weights = counts[:, None] * (target >= 0)
    said, true = logits > 0, target > 0.5
    return jnp.stack([jnp.sum(weights * part, axis=0) for part in (said & true, said, true)])


def class_scores(sums: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 over classes, from ``label_counts``.

    Micro: of all labels together; macro: the mean over the classes that were said or are true.
    """
    right, said, true = _exact(sums)
    seen = (said + true) > 0
    micro = {
        "precision_micro": _share(right.sum(), said.sum()),
        "recall_micro": _share(right.sum(), true.sum()),
        "f1_micro": _share(2 * right.sum(), (said + true).sum()),
    }
    macro = {
        "precision_macro": _share(right, said)[seen].mean() if seen.any() else 0.0,
        "recall_macro": _share(right, true)[seen].mean() if seen.any() else 0.0,
        "f1_macro": _share(2 * right, said + true)[seen].mean() if seen.any() else 0.0,
    }
    return {name: float(value) for name, value in {**macro, **micro}.items()}


def place_scores(sums: np.ndarray) -> dict[str, float]:
    """``class_scores``, and the intersection over union (Jaccard index), its mean over classes."""
    right, said, true = _exact(sums)
    seen = (said + true) > 0
    shares = _share(right, said + true - right)[seen]
    return {**class_scores(sums), "iou": float(shares.mean()) if seen.any() else 0.0}


def answer_scores(sums: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 of yes, and ``class_scores``, from ``answer_counts``."""
    return {**_of_yes(sums), **class_scores(sums)}


def answer_place_scores(sums: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 of yes, and ``place_scores``, from ``answer_counts``."""
    return {**_of_yes(sums), **place_scores(sums)}


def question_scores(sums: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 over questions, from ``question_counts``; macro over all of them."""
    right, said, true = _exact(sums)
    macro = {
        "precision_macro": _share(right, said).mean(),
        "recall_macro": _share(right, true).mean(),
        "f1_macro": _share(2 * right, said + true).mean(),
    }
    return {**class_scores(sums), **{name: float(value) for name, value in macro.items()}}


class Moments(NamedTuple):
    """Means and summed squares of the deviations of targets ``[D]`` over samples of some weight.

    ``residual`` ``[D]`` is the summed square of what a prediction misses. Two are joined without
    the cancellation that sums of squares suffer (Chan, Golub and LeVeque, 1983).
    """

    count: Any
    mean: Any
    squares: Any
    residual: Any

    def __add__(self, other: Any) -> Moments:
        """The moments of both sets of samples."""
        count = self.count + other.count
        share = other.count / jnp.maximum(count, 1e-9)
        apart = other.mean - self.mean
        squares = self.squares + other.squares + apart**2 * self.count * share
        return Moments(count, self.mean + apart * share, squares, self.residual + other.residual)


def target_moments(prediction: jax.Array, target: jax.Array, counts: jax.Array) -> Moments:
    """The moments of a batch ``[B, ...]``, each element of a sample by itself."""
    truth, said = (jnp.reshape(part, (len(counts), -1)) for part in (target, prediction))
    weights, count = counts[:, None], counts.sum()
    mean = jnp.sum(weights * truth, axis=0) / jnp.maximum(count, 1e-9)
    squares = jnp.sum(weights * (truth - mean) ** 2, axis=0)
    return Moments(count, mean, squares, jnp.sum(weights * (truth - said) ** 2, axis=0))


def determination(moments: Moments) -> dict[str, float]:
    """R2, the share of the targets' variance that is explained, mean over a sample's elements.

    Of a constant element it is 1 if it is told without any error, else 0.
    """
    residual, squares = (np.asarray(m, np.float64) for m in (moments.residual, moments.squares))
    varies = squares > 0
    shares = 1 - np.divide(residual, squares, out=np.zeros_like(squares), where=varies)
    return {"r2": float(np.where(varies, shares, residual == 0).mean())}


def label_ranking(logits: jax.Array, labels: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Log-odds of each class ``[B, C]``, and whether it is the true one (1, 0; unknown: -1)."""
    best = jax.nn.one_hot(jnp.argmax(logits, axis=-1), logits.shape[-1], dtype=bool)
    every = jax.scipy.special.logsumexp(logits, axis=-1, keepdims=True)
    others = jax.scipy.special.logsumexp(logits, axis=-1, keepdims=True, where=~best)
    # A probability near 1 has no digits left to tell it from others; its log-odds have.
    below = logits - every
    odds = jnp.where(best, logits - others, below - jnp.log1p(-jnp.minimum(jnp.exp(below), 0.5)))
    truth = jax.nn.one_hot(labels, logits.shape[-1], dtype=jnp.int8)
    return odds, jnp.where(labels[:, None] < 0, -1, truth)


def score_ranking(scores: jax.Array, labels: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Scores of classes ``[B, C]`` as they are, and whether each is the true one."""
    truth = jax.nn.one_hot(labels, scores.shape[-1], dtype=jnp.int8)
    return scores, jnp.where(labels[:, None] < 0, -1, truth)


def answer_ranking(logits: jax.Array, target: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Logits of yes ``[B, N]`` and whether it is true (1, 0; unknown: -1)."""
    return logits, jnp.where(target < 0, -1, target > 0.5).astype(jnp.int8)


def areas_under_curves(
    ranking: tuple[jax.Array, jax.Array], counts: jax.Array
) -> dict[str, jax.Array]:
    """The exact area under the ROC curve: one class against the rest, mean over the classes.

    ``ranking`` holds scores and truths ``[N, C]`` of a whole split. Classes of which the split has
    no sample, or nothing else, have no curve; without any the area is NaN.

    Source: Hanley and McNeil, The meaning and use of the area under a receiver operating
    characteristic curve, 1982.
    """
    scores, truth = ranking
    areas = jax.lax.map(lambda column: _area(column[0], column[1], counts > 0), (scores.T, truth.T))
    return {"auc": jnp.nanmean(areas)}


def _area(scores: jax.Array, truth: jax.Array, counts: jax.Array) -> jax.Array:
    """The share of pairs of a yes and a no whose yes has the higher score; ties count half."""
    known = jnp.where(counts, truth, -1).astype(jnp.int32)
    ranked, known = jax.lax.sort((scores, known), num_keys=1)
    yes, no = known == 1, known == 0
    upto = jnp.cumsum(no, dtype=jnp.int32)
    changes, end = ranked[1:] != ranked[:-1], jnp.ones(1, bool)
    first, last = jnp.concatenate([end, changes]), jnp.concatenate([changes, end])
    # Among equal scores all have what the first of them has below it, and the last up to it.
    below = jax.lax.cummax(jnp.where(first, upto - no, 0))
    within = jax.lax.cummin(jnp.where(last, upto, upto[-1]), reverse=True)
    shares = jnp.where(yes, (below + within) / (2 * upto[-1]), 0.0)
    # In blocks, so that rounding does not grow with the number of samples.
    size = 1 << (len(shares).bit_length() // 2)
    blocks = jnp.pad(shares, (0, -len(shares) % size)).reshape(-1, size).sum(axis=1)
    return blocks.sum() / yes.sum()


def _counted(said: jax.Array, labels: jax.Array, counts: jax.Array, classes: int) -> jax.Array:
    weights = counts.reshape((-1,) + (1,) * (labels.ndim - 1)) * (labels >= 0)
    parts = ((labels, weights * (said == labels)), (said, weights), (labels, weights))
    return jnp.stack([_by_class(where, weight, classes) for where, weight in parts])


def _by_class(labels: jax.Array, weights: jax.Array, classes: int) -> jax.Array:
    """The summed weights ``[C]`` of each class."""
    labels, weights = labels.ravel(), weights.ravel()
    if classes <= _COMPARED_CLASSES:
        return jnp.sum(jnp.where(labels == jnp.arange(classes)[:, None], weights, 0.0), axis=1)
    return jnp.zeros(classes).at[labels].add(weights)


def _of_yes(sums: np.ndarray) -> dict[str, float]:
    right, said, true = _exact(sums)[:, 1]
    return {
        "precision": float(_share(right, said)),
        "recall": float(_share(right, true)),
        "f1": float(_share(2 * right, said + true)),
    }


def _exact(sums: np.ndarray) -> np.ndarray:
    return np.asarray(sums, np.float64)


def _share(part: Any, whole: Any) -> Any:
    return np.divide(part, whole, out=np.zeros_like(np.asarray(part)), where=np.asarray(whole) > 0)

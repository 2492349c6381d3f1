"""Figures and predictions of a network over the rows of a split, layers in evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.figures import (
    Rules,
    Tally,
    added,
    evaluated_tallies,
    finish,
    unknown,
    whole_tally,
)
from core.compile.model import loss_scope
from core.compile.names import resolve
from core.compile.plan import Plan
from core.train.feed import Feed
from core.train.hosts import gathered
from core.train.networks import Networks
from core.train.pieces import stand_aside

EVALUATION_BATCH = 256
# What may be kept of a split for a metric that needs it as a whole, in numbers; a larger split has
# no such metric.
MOST_KEPT = 1 << 26

Arrays = list[jax.Array]


class Judged(NamedTuple):
    """Of each row: what the shown loss is given as its prediction ``[N, ...]``, probabilities where
    it has any, and its value float32 ``[N]``.

    The value is NaN for a row without a target, and for all rows where the loss compares samples
    with one another, or is given what no row has, such as how a game ended.
    """

    prediction: np.ndarray
    probabilities: np.ndarray | None
    losses: np.ndarray


class Evaluation:
    """Evaluates the network of a plan; ``batch_size`` is that of the training."""

    def __init__(
        self,
        plan: Plan,
        rules: Rules,
        networks: Networks,
        feed: Feed,
        batch_size: int,
        rows: int,
        one_at_a_time: bool = False,
    ) -> None:
        """Nothing is compiled yet; the data has so many ``rows``.

        With ``one_at_a_time`` each batch is waited for; see ``Placement``.
        """
        self._one_at_a_time = one_at_a_time
        self.plan, self.rules, self.networks, self.feed = plan, rules, networks, feed
        # A loss that compares samples with one another is another one in batches of another size.
        self._compared = any(loss.across_batch for loss in plan.losses)
        self._size = batch_size if self._compared else min(EVALUATION_BATCH, rows)
        self._sum_jit = jax.jit(self._sum, static_argnums=4)
        self._added_jit = jax.jit(added)
        self._whole_jit = jax.jit(self._whole, static_argnums=0)
        self._predict_jit = jax.jit(self._predict)
        self._judge_jit = jax.jit(self._judge)

    def figures(
        self, params: Arrays, rest: Arrays, rows: np.ndarray, losses: tuple[int, ...]
    ) -> dict[str, float]:
        """Figures of the losses with these numbers over the given rows; NaN for no rows."""
        if not len(rows):
            return unknown(self.rules)
        sums: Any = None
        kept: list[Any] = []
        for padded, count in self._padded(rows):
            weight = (np.arange(len(padded)) < count).astype(np.float32)
            loaded = self.feed.load(padded)
            found, part = self._sum_jit(params, rest, loaded, weight, losses)
            if self._one_at_a_time:
                jax.block_until_ready(found)
            sums = found if sums is None else self._added_jit(sums, found)
            kept.append({n: k for n, k in part.items() if _size(k) * len(rows) <= MOST_KEPT})
        wholes = {name: self._joined(name, [part[name] for part in kept]) for name in kept[0]}
        return finish(self.rules, jax.device_get(sums | wholes))

    def predict(self, params: Arrays, rest: Arrays, rows: np.ndarray) -> np.ndarray:
        """What the shown loss is given as its prediction, for the given rows ``[N, ...]``."""
        parts = []
        for padded, count in self._padded(rows):
            found = self._predict_jit(params, rest, self.feed.load(padded))
            parts.append(np.asarray(found)[:count])
        return np.concatenate(parts)

    def losses(self, params: Arrays, rest: Arrays, rows: np.ndarray) -> np.ndarray:
        """What the shown loss says of the given rows; see ``Judged``. Nothing else is fetched."""
        parts = [np.zeros(0, np.float32)]
        for padded, count in self._padded(rows):
            found = self._judge_jit(params, rest, self.feed.load(padded))[-1]
            parts.append(np.asarray(found)[:count])
        return np.concatenate(parts)

    def judged(self, params: Arrays, rest: Arrays, rows: np.ndarray) -> Judged:
        """What the shown loss is given, and what it says, for the given rows."""
        parts: list[Any] = []
        for padded, count in self._padded(rows):
            found = self._judge_jit(params, rest, self.feed.load(padded))
            parts.append([None if part is None else np.asarray(part)[:count] for part in found])
        said, chances, losses = zip(*parts, strict=True)
        known = None if chances[0] is None else np.concatenate(chances)
        return Judged(np.concatenate(said), known, np.concatenate(losses))

    def _padded(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Batches of one size, so that one compilation serves, and how many rows of each count.

        Where samples are compared, none may be seen twice in a batch that is filled up.
        """
        for start in range(0, len(rows), self._size):
            stand_aside()
            part = rows[start : start + self._size]
            filled = part if self._compared else np.resize(part, self._size)
            yield filled.astype(np.int32), len(part)

    def _found(self, params: Arrays, rest: Arrays, loaded: Any) -> Any:
        play = self.networks.play(params, rest)
        return play(self.feed.batch(loaded, play, jnp.zeros((), jnp.int32))[0])

    def _sum(
        self,
        params: Arrays,
        rest: Arrays,
        loaded: Any,
        weight: jax.Array,
        losses: tuple[int, ...],
    ) -> tuple[dict[str, Tally], dict[str, Any]]:
        found = self._found(params, rest, loaded)
        return evaluated_tallies(self.plan, self.rules, found, weight, losses)

    def _joined(self, name: str, parts: list[Any]) -> Tally:
        """The figures of a metric of a whole split, from what was kept of its batches."""
        arrays = [np.concatenate(leaves) for leaves in zip(*map(_leaves, parts), strict=True)]
        # One compilation serves splits of about one size; what is filled in does not count.
        room = 1 << (len(arrays[0]) - 1).bit_length()
        filled = [np.pad(a, [(0, room - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in arrays]
        kept, counts = jax.tree.unflatten(jax.tree.structure(parts[0]), filled)
        tally: Tally = self._whole_jit(name, kept, counts)
        return tally

    def _whole(self, name: str, kept: Any, counts: jax.Array) -> Tally:
        return whole_tally(self.rules[name], kept, counts)

    def _predict(self, params: Arrays, rest: Arrays, loaded: Any) -> jax.Array:
        return self._found(params, rest, loaded)[self.plan.shown.prediction]

    def _judge(self, params: Arrays, rest: Arrays, loaded: Any) -> tuple[Any, Any, Any]:
        loss, found = self.plan.shown, self._found(params, rest, loaded)
        said = found[loss.prediction]
        has_all = all(end in found for end in loss.inputs.values())
        scope = loss_scope(loss, found) if has_all else {}
        chances = loss.probabilities.run(scope, resolve) if loss.probabilities and has_all else None
        nothing = jnp.full(len(said), jnp.nan)
        if not has_all or loss.across_batch or loss.acts:
            return said, chances, nothing
        value = loss.value.run(scope, resolve).astype(jnp.float32)
        if loss.counted is not None:
            value = jnp.where(loss.counted.run(scope, resolve) > 0, value, nothing)
        return said, chances, value


def _leaves(part: Any) -> list[np.ndarray]:
    return [gathered(leaf) for leaf in jax.tree.leaves(part)]


def _size(kept: Any) -> int:
    """How many numbers are kept of a sample."""
    return sum(leaf.size // len(leaf) for leaf in jax.tree.leaves(kept))

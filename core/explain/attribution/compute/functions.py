"""The compiled functions by which samples are scored, kept for each program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp

from core.compile.model import Network
from core.compile.plan import Plan
from core.design.document import End
from core.explain.attribution.graph import CLASSES, UNITS
from core.explain.look import where_gradient_reaches
from core.train.networks import Networks
from core.train.program import Program

Arrays = tuple[jax.Array, ...]
Feed = Mapping[str, Any]
Make = Callable[[], Callable[..., Any]]

_KNOWN: WeakKeyDictionary[Program, Functions] = WeakKeyDictionary()


class Functions:
    """Functions of a network's weights (``params`` and ``rest``), each compiled when first used.

    Feeds hold an array ``[B, ...]`` for each Input and Target node by id.
    """

    def __init__(self, networks: Networks, plan: Plan, platform: str = "") -> None:
        self.networks, self.plan, self._platform = networks, plan, platform
        self._made: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, program: Program) -> Functions:
        """Those of a program, the same each time."""
        if program not in _KNOWN:
            platform = program.placement.here.platform
            _KNOWN[program] = cls(program.networks, program.plan, platform)
        return _KNOWN[program]

    def once(self, key: Hashable, make: Make) -> Any:
        """What ``make`` gives, called for the first of all that ask with this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def outputs(self, scored: End, reading: str) -> Any:
        """From weights and a feed to ``spread`` of an output."""

        def outputs(params: Any, rest: Any, feed: Feed) -> jax.Array:
            return spread(self.network(params, rest).values(feed)[scored], reading)

        return self.once(("outputs", scored, reading), lambda: jax.jit(outputs))

    def found(self, ends: tuple[End, ...]) -> Any:
        """From weights and a feed to what some outputs are."""

        def found(params: Any, rest: Any, feed: Feed) -> Arrays:
            values = self.network(params, rest).values(feed)
            return tuple(values[end] for end in ends)

        return self.once(("found", ends), lambda: jax.jit(found))

    def shapes(self, params: Any, rest: Any, feed: Feed) -> Mapping[End, jax.ShapeDtypeStruct]:
        """Shape and type of every output, for such a feed; nothing is computed."""

        def values(params: Any, rest: Any, feed: Feed) -> dict[str, jax.Array]:
            found = self.network(params, rest).values(feed)
            return {f"{end.port} {end.node}": value for end, value in found.items()}

        def shapes() -> Any:
            found = jax.eval_shape(values, params, rest, feed)
            parts = ((name.partition(" "), shape) for name, shape in found.items())
            return {End(node, port): shape for (port, _, node), shape in parts}

        return self.once("shapes", shapes)

    def places(self, node: str, found: Mapping[End, Any]) -> tuple[End, ...]:
        """Where gradients reach that an Input node's values go to."""
        return tuple(where_gradient_reaches(self.plan, End(node, "output"), found))

    def scores_at(self, places: tuple[End, ...], scored: End, reading: str) -> Any:
        """From weights, a feed, points at some places and a target to scores ``[B]``."""
        score = score_of(self.network, places, scored, reading)
        return self.once(("scores", places, scored, reading), lambda: jax.jit(score))

    def slopes(self, places: tuple[End, ...], scored: End, reading: str) -> Any:
        """As ``scores_at``, to the gradient of the scores at the points."""
        slope = slope_of(score_of(self.network, places, scored, reading))
        return self.once(("slopes", places, scored, reading), lambda: jax.jit(slope))

    def network(self, params: Sequence[jax.Array], rest: Sequence[jax.Array]) -> Network:
        """The network with these weights, in evaluation mode, of Flax's own layers."""
        return self.networks.plain(params, rest)

    def drawn_anew(self, seed: int) -> tuple[list[jax.Array], list[jax.Array]]:
        """Weights of the same network drawn from the next seed; the same arrays each time."""

        def draw() -> Any:
            # On the processor, a network is built without the compiler's long passes.
            drawn = Networks(self.plan, seed + 1, self._platform)
            return drawn.params, drawn.rest

        found: tuple[list[jax.Array], list[jax.Array]] = self.once("drawn anew", draw)
        return found


def score_of(
    network: Callable[[Any, Any], Network], places: tuple[End, ...], scored: End, reading: str
) -> Callable[..., jax.Array]:
    """From (params, rest, feed, points at places, target) to the target's scores ``[B]``."""

    def score(params: Any, rest: Any, feed: Feed, points: Arrays, target: Any) -> jax.Array:
        found = values_at(network(params, rest), feed, places, points)
        return chosen(spread(found[scored], reading), target)

    return score


def values_at(
    network: Network, feed: Feed, places: Sequence[End], points: Sequence[jax.Array]
) -> dict[End, jax.Array]:
    """Every node's output with the points in place of what the network has at some places."""
    pairs = dict(zip(places, points, strict=True))
    given = {end.node: point for end, point in pairs.items() if end.node in feed}
    inner = [end for end in places if end.node not in feed]
    fed = {**feed, **given}
    if not inner:
        return network.values(fed)
    before = network.values(fed)
    return network.values(fed, {end: pairs[end] - before[end] for end in inner})


def slope_of(score: Callable[..., jax.Array]) -> Callable[..., Arrays]:
    """From (params, rest, feed, points, target) to the gradient at the points."""

    def slope(params: Any, rest: Any, feed: Feed, points: Arrays, target: Any) -> Arrays:
        def total(points: Arrays) -> jax.Array:
            return score(params, rest, feed, points, target).sum()

        return jax.grad(total)(points)

    return slope


def spread(value: jax.Array, reading: str) -> jax.Array:
    """Scores ``[B, C]`` of an output ``[B, ..., C]``, by how it is read.

    Of ``CLASSES`` and ``OUTPUTS`` they are a sequence's last step, and the sum over an image's
    places; the one score of a yes-or-no answer z is that of two classes, -z and z. Of ``UNITS``
    they are the mean over all places.
    """
    if value.ndim == 1:
        value = value[:, None]
    between = tuple(range(1, value.ndim - 1))
    if reading == UNITS:
        return value.mean(axis=between)
    value = value[:, -1] if value.ndim == 3 else value.sum(axis=between)
    if reading == CLASSES and value.shape[-1] == 1:
        return jnp.concatenate([-value, value], axis=-1)
    return value


def chosen(scores: jax.Array, target: Any) -> jax.Array:
    """The target's of scores ``[B, C]``; the sum of all for a target of -1."""
    one = jnp.take(scores, jnp.maximum(target, 0), axis=-1)
    return jnp.where(target < 0, scores.sum(axis=-1), one)

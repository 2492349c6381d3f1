"""The network of a plan taken apart into arrays, and put together again inside of functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
from flax import nnx
from jax.sharding import Mesh

from core.compile import remat
from core.compile.built import built
from core.compile.lowering import lower
from core.compile.model import Network
from core.compile.plan import Plan
from core.design.document import End
from core.train.feed import Batch, Play


class Networks:
    """Makes networks of flat lists of arrays: ``params`` that are trained, and the ``rest``.

    ``frozen`` are the numbers of those of the rest that are weights too, ``averages`` those of what
    layers learn by looking, such as batch statistics, with the layer's attribute.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int,
        platform: str = "",
        rematerialise: bool = False,
        mesh: Mesh | None = None,
    ) -> None:
        """Build the network once; ``params`` and ``rest`` are its first arrays.

        On a ``platform`` that has faster ways for some layers, networks in training and evaluation
        mode use them; see ``core.compile.lowering``. The devices of a ``mesh`` divide batches. With
        ``rematerialise``, outputs are computed again in the backward pass instead of kept.
        """
        self._remat = rematerialise
        network = built(plan, seed, platform)
        network.eval()
        self._plain_graph = _split(network)[0]
        lower(network, platform, mesh)
        network.train()
        self._train_graph, params, rest = _split(network)
        network.eval()
        self._eval_graph = _split(network)[0]
        self.params, self._params_form = jax.tree.flatten(params)
        self.rest, self._rest_form = jax.tree.flatten(rest)
        self.param_names = _names(params)
        self.rest_names = _names(rest)
        kinds = [type(value) for _, value in nnx.to_flat_state(rest)]
        self.frozen = frozenset(n for n, kind in enumerate(kinds) if issubclass(kind, nnx.Param))
        self.averages = {
            number: self.rest_names[number].partition(".")[0]
            for number, kind in enumerate(kinds)
            if issubclass(kind, nnx.BatchStat)
        }

    def training(
        self,
        params: Sequence[jax.Array],
        rest: Sequence[jax.Array],
        resting: Iterable[str] = (),
    ) -> Network:
        """The network in training mode; layers that are ``resting`` keep to their averages."""
        network = self._merge(self._train_graph, params, rest)
        for attribute in resting:
            layer = getattr(network, attribute)
            layer.set_attributes(use_running_average=True, raise_if_not_found=False)
        return network

    def evaluating(self, params: Sequence[jax.Array], rest: Sequence[jax.Array]) -> Network:
        """The network in evaluation mode."""
        return self._merge(self._eval_graph, params, rest)

    def plain(self, params: Sequence[jax.Array], rest: Sequence[jax.Array]) -> Network:
        """The network in evaluation mode, of Flax's own layers, to be given away."""
        return self._merge(self._plain_graph, params, rest)

    def values(self, network: Network, feed: Batch, half: str) -> dict[End, jax.Array]:
        """Every node's output in training; see ``Network.values``."""
        if self._remat:
            return remat.values(network, feed, half)
        return network.values(feed, half=half)

    def play(self, params: Sequence[jax.Array], rest: Sequence[jax.Array]) -> Play:
        """The network in evaluation mode, as feeds use it; it is built when it is asked."""
        return lambda feed: self.evaluating(params, rest).values(feed)

    def kept(self, network: Network) -> list[jax.Array]:
        """What the layers of a network keep beside their trained weights."""
        return jax.tree.leaves(_split(network)[2])

    def _merge(self, graph: Any, params: Sequence[jax.Array], rest: Sequence[jax.Array]) -> Network:
        parts = (
            jax.tree.unflatten(self._params_form, params),
            jax.tree.unflatten(self._rest_form, rest),
        )
        return nnx.merge(graph, *parts)


def _split(network: Network) -> tuple[Any, Any, Any]:
    """The network's form, its trained parameters, and all else that it keeps."""
    frozen = {a for a, learning in network.plan.learning.items() if not learning.trainable}

    def trained(path: tuple[Any, ...], value: Any) -> bool:
        return isinstance(value, nnx.Param) and path[0] not in frozen

    form, params, rest = nnx.split(network, trained, ...)  # type: ignore[misc]
    return form, params, rest


def _names(state: Any) -> list[str]:
    """Dotted names of a state's arrays, in the order of its leaves."""
    paths = jax.tree_util.tree_flatten_with_path(state)[0]
    # The last key is the variable's own ``value``; a node may be called so too.
    return [".".join(_part(key) for key in path[:-1]) for path, _ in paths]


def _part(key: Any) -> str:
    return str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key))))

"""Layers whose kernel is normalised before each use; the kernel that is trained stays as it is."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


def _with_kernel(layer: Any, kernel: jax.Array) -> Any:
    """A copy of a layer with another kernel; the layer itself stays as it is."""
    form, state = nnx.split(layer)
    plain: Any = state["kernel"]
    state["kernel"] = plain.replace(kernel)
    return nnx.merge(form, state)


def _unit(vector: jax.Array) -> jax.Array:
    return vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)


class WeightNorm(nnx.Module):
    """A layer with the kernel scale v / ||v||, in place of v: direction and length apart.

    The length is over all axes but the last, so that each unit has a scale of its own. It starts
    as ||v||, with which the kernel is that of the plain layer.

    Source: Salimans and Kingma, Weight normalization, 2016.
    """

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.scale = nnx.Param(jnp.sqrt(self._squares()))

    def _squares(self) -> jax.Array:
        kernel = self.layer.kernel[...]
        return jnp.sum(jnp.square(kernel), axis=tuple(range(kernel.ndim - 1)))

    def __call__(self, x: jax.Array) -> jax.Array:
        factor = self.scale[...] * jax.lax.rsqrt(jnp.maximum(self._squares(), 1e-24))
        return _with_kernel(self.layer, self.layer.kernel[...] * factor)(x)


class SpectralNorm(nnx.Module):
    """A layer with its kernel divided by the kernel's largest singular value.

    The kernel is taken as the matrix ``[all other axes, last axis]``. The singular vectors ``u``
    (of the last axis) and ``v`` follow it by one power iteration each time the layer is used in
    training; their start is drawn and has 15.

    Source: Miyato et al., Spectral normalization for generative adversarial networks, 2018.
    """

    def __init__(self, layer: Any, *, rngs: nnx.Rngs) -> None:
        self.layer = layer
        self.use_running_average = False
        matrix = self._matrix()
        u = v = _unit(jax.random.normal(rngs.params(), matrix.shape[:1], matrix.dtype))
        for _ in range(15):
            u, v = self._iterated(matrix, v)
        self.u, self.v = nnx.BatchStat(u), nnx.BatchStat(v)

    def _matrix(self) -> jax.Array:
        kernel = self.layer.kernel[...]
        return kernel.reshape(-1, kernel.shape[-1])

    @staticmethod
    def _iterated(matrix: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
        u = _unit(v @ matrix)
        return u, _unit(matrix @ u)

    def __call__(self, x: jax.Array) -> jax.Array:
        matrix = self._matrix()
        u, v = self.u[...], self.v[...]
        if not self.use_running_average:
            u, v = self._iterated(jax.lax.stop_gradient(matrix), v)
            self.u[...], self.v[...] = u, v
        largest = v @ matrix @ u
        kernel = self.layer.kernel[...] / jnp.where(largest == 0, 1, largest)
        return _with_kernel(self.layer, kernel)(x)

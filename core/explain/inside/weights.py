"""The trained arrays of a layer, as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

from core.compile.layers.kernel_norm import SpectralNorm, WeightNorm
from core.explain.inside.seen import FILTERS, WEIGHTS, Facet

_NORMED = (WeightNorm, SpectralNorm)
_AS_USED = "As it is used, after its normalization."


def weight_facets(layer: Any) -> Iterator[Facet]:
    """The kernels that slide as filters, all other weights as matrices and vectors."""
    for path, module in nnx.iter_modules(layer):
        normed = isinstance(module, _NORMED)
        # What a normalization holds is told as the kernel that it makes.
        if path and isinstance(_parent(layer, path), _NORMED):
            continue
        inner: Any = module.layer if isinstance(module, _NORMED) else module
        for name, value in _params(inner):
            words = [str(part) for part in path] + [name]
            kernel = np.asarray(_used(module) if normed and name == "kernel" else value)
            note = _AS_USED if normed and name == "kernel" else ""
            yield _facet(inner, name, kernel, _title(words), note)


def table_rows(layer: Any, ids: np.ndarray, classes: Sequence[str]) -> Facet:
    """The vectors ``[n, F]`` of the ids ``[T]`` in the order in which they first occur."""
    seen = list(dict.fromkeys(int(i) for i in ids.ravel()))
    table = np.asarray(layer.embedding[...])
    names = tuple(classes[i] if i < len(classes) else str(i) for i in seen)
    there = table.shape[0]
    note = f"Those of the {len(seen)} tokens of this sample, out of {there:,}."
    return Facet(
        WEIGHTS, "Vector of each token", table[seen], ("tokens", "features"), rows=names, note=note
    )


def _parent(layer: Any, path: tuple[Any, ...]) -> Any:
    for part in path[:-1]:
        layer = layer[part] if isinstance(part, int) else getattr(layer, part)
    return layer


def _params(module: Any) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if isinstance(value, nnx.Param):
            yield name, value[...]


def _used(module: Any) -> Any:
    """The kernel that a normalization computes with, in evaluation mode."""
    kernel = module.layer.kernel[...]
    matrix = kernel.reshape(-1, kernel.shape[-1])
    if isinstance(module, WeightNorm):
        length = jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(matrix), axis=0), 1e-24))
        return kernel * (module.scale[...] / length)
    largest = module.v[...] @ matrix @ module.u[...]
    return kernel / jnp.where(largest == 0, 1, largest)


def _facet(module: Any, name: str, value: np.ndarray, title: str, note: str) -> Facet:
    slides = hasattr(module, "strides") and name == "kernel" and value.ndim > 2
    if slides:
        if value.ndim == 5:
            middle = value.shape[0] // 2
            note = f"{note} Slice {middle} of {value.shape[0]} in depth.".strip()
            value = value[middle]
        if value.ndim == 3:
            value = value[None]
        axes = ("rows", "columns", "input channels", "filters")
        return Facet(FILTERS, title, value, axes, note=note)
    if value.ndim < 2:
        return Facet(WEIGHTS, title, value.reshape(-1), ("outputs",), note=note)
    # The projections of attention are [F, H, D] and, back from the heads, [H, D, F].
    joined = value.shape[:1] if value.ndim == 2 or name == "bias" else ()
    last = value.shape[-1] if joined or title.startswith("Out") else -1
    matrix = value.reshape(-1, last) if last > 0 else value.reshape(len(value), -1)
    return Facet(WEIGHTS, title, matrix, ("inputs", "outputs"), note=note)


_WORDS = {
    "dense_i": "of input",
    "dense_h": "of state",
    "forward": "forwards",
    "backward": "backwards",
    "layers": "layer",
}


def _title(words: Sequence[str]) -> str:
    """``forward dense_i kernel`` as people read it."""
    told = [str(int(w) + 1) if w.isdigit() else _WORDS.get(w, w) for w in words]
    text = " ".join(told)
    return text[:1].upper() + text[1:]

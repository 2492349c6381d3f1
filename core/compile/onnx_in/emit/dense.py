"""Matrix products with constants, which are Dense layers and embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.compile.onnx_in.drafting import Drafting, Title, put_in_order
from core.compile.onnx_in.emit.attention import Attended, attention
from core.compile.onnx_in.emit.products import product
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value, axis_of


@dataclass(frozen=True)
class DenseMade:
    """A Dense that may be made anew: what it reads, its kernel ``[K, N]`` and bias ``[N]``."""

    source: Value
    kernel: np.ndarray
    bias: np.ndarray | None
    title: Title


def dense(d: Drafting, value: Value, kernel: np.ndarray, bias: np.ndarray | None) -> Value:
    """The last ONNX axis times ``kernel`` ``[K, N]``, plus ``bias`` ``[N]``."""
    if kernel.ndim != 2 or not value.rank or kernel.shape[0] != value.shape[-1]:
        raise UnsupportedError(f"{value.shape} and the matrix {kernel.shape} do not fit")
    attended = d.made.get(value.end)
    if isinstance(attended, Attended):
        fused = attention(d, value, attended, kernel, bias)
        if fused is not None:
            return fused
    atoms = value.logical[-1]
    given, order = d.with_last(value, atoms)
    made = DenseMade(given, put_in_order(kernel, 0, atoms, order), bias, d.title("Dense"))
    return from_parts(d, made)


def from_parts(d: Drafting, made: DenseMade) -> Value:
    """A Dense as a value whose last axis is new."""
    source, bias = made.source, made.bias
    units = made.kernel.shape[1]
    weights = {"kernel": made.kernel} | ({} if bias is None else {"bias": bias})
    params = {"units": units, "use_bias": bias is not None}
    key = d.add("Dense", params, {"input": source.end}, weights, made.title)
    new = axis_of(units)
    out = d.output(key, (*source.physical[:-1], new), (*source.logical[:-1], new))
    d.made[out.end] = made
    return replace(out, alone=True)


def biased(d: Drafting, value: Value, bias: np.ndarray) -> Value | None:
    """A Dense that nothing else reads with more bias ``[N]``; None where there is none."""
    made = d.made.get(value.end)
    if not isinstance(made, DenseMade) or not value.alone:
        return None
    with_bias = replace(made, bias=bias if made.bias is None else made.bias + bias)
    out = from_parts(d, with_bias)
    return _like(d, out, value)


def columns(d: Drafting, value: Value, chosen: np.ndarray, part: str) -> Value | None:
    """Some outputs of a Dense, by a Dense of its own; their axis is new and the last physical one.

    None where the value is not straight from a Dense.
    """
    made = d.made.get(value.end)
    if not isinstance(made, DenseMade):
        return None
    bias = None if made.bias is None else made.bias[chosen]
    return from_parts(
        d, DenseMade(made.source, made.kernel[:, chosen], bias, made.title.part(part))
    )


def _like(d: Drafting, out: Value, value: Value) -> Value:
    """A new Dense's output with the logical axes of the one it stands for."""
    made = d.made[out.end]
    taken = replace(value, end=out.end)
    d.made[taken.end] = made
    return taken


def gemm(d: Drafting, node: OnnxNode) -> Value:
    """alpha A B + beta C, with A and B transposed if so told."""
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    value = d.value(node.input(0))
    if node.integer("transA", 0):
        value = replace(value, logical=tuple(reversed(value.logical)))
    if not d.is_constant(node.input(1)):
        raise UnsupportedError("its second matrix is not constant")
    kernel = d.constant(node.input(1))
    kernel = alpha * (kernel.T if node.integer("transB", 0) else kernel)
    bias = None
    if node.input(2):
        bias = np.broadcast_to(beta * d.constant(node.input(2)), (1, kernel.shape[-1]))[0]
    return dense(d, value, kernel, bias)


def matmul(d: Drafting, node: OnnxNode) -> Value:
    """A product with a constant matrix, or of two computed values."""
    first, second = node.input(0), node.input(1)
    if d.is_constant(second):
        kernel = d.constant(second)
        if kernel.ndim == 1:
            raise UnsupportedError("it multiplies by a constant vector")
        while kernel.ndim > 2 and kernel.shape[0] == 1:
            kernel = kernel[0]
        return dense(d, d.value(first), kernel, None)
    if d.is_constant(first):
        kernel = d.constant(first)
        if kernel.ndim != 2:
            raise UnsupportedError("its first matrix is a constant of more than two axes")
        value = d.value(second)
        turned = replace(value, logical=(*value.logical[:-2], *reversed(value.logical[-2:])))
        made = dense(d, turned, kernel.T, None)
        return replace(made, logical=(*made.logical[:-2], *reversed(made.logical[-2:])))
    return product(d, d.raw(first), d.raw(second))


def embedding(d: Drafting, table: np.ndarray, ids: Value) -> Value:
    """The rows of a table ``[V, F]`` that ids choose."""
    if table.ndim != 2 or ids.dtype != "int32":
        raise UnsupportedError(f"it looks up rows in a table of shape {list(table.shape)}")
    vocabulary, features = table.shape
    params = {"vocabulary": vocabulary, "features": features}
    key = d.add("Embedding", params, {"input": ids.end}, {"embedding": table})
    new = axis_of(features)
    return d.output(key, (*ids.physical, new), (*ids.logical, new))


EMITTERS: Mapping[str, object] = {"Gemm": gemm, "MatMul": matmul}

"""Attention and positions written out in numpy, and attention against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import apply, build, run, tensors_of
from flax import nnx

from core.blocks.attention import MultiHeadAttention
from core.blocks.block import ShapeError
from core.blocks.positions import (
    ClassToken,
    PositionalEmbedding,
    RotaryEmbedding,
    SinusoidalEncoding,
)
from core.tensor import Tensor

RNG = np.random.default_rng(5)
QUERY = RNG.normal(size=(2, 5, 6)).astype(np.float32)
CONTEXT = RNG.normal(size=(2, 7, 3)).astype(np.float32)


def slow_attention(
    layer: Any, query: np.ndarray, context: np.ndarray, heads: int, causal: bool = False
) -> np.ndarray:
    """One sample and one head at a time, in float64."""

    def project(dense: Any, x: np.ndarray, head: int) -> np.ndarray:
        kernel, bias = np.asarray(dense.kernel[...], np.float64), np.asarray(dense.bias[...])
        return x @ kernel[:, head] + bias[head]

    features = layer.out.bias[...].shape[0]
    output = np.tile(np.asarray(layer.out.bias[...], np.float64), (*query.shape[:2], 1))
    for b in range(len(query)):
        for head in range(heads):
            q = project(layer.query, query[b], head)
            k, v = project(layer.key, context[b], head), project(layer.value, context[b], head)
            scores = q @ k.T / np.sqrt(features // heads)
            if causal:
                scores[np.triu_indices(len(q), 1)] = -np.inf
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            output[b] += weights @ v @ np.asarray(layer.out.kernel[...], np.float64)[head]
    return output


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [False, True])
def test_self_attention(heads: int, causal: bool) -> None:
    y, layer = run(MultiHeadAttention(heads=heads, features=8, causal=causal), query=QUERY)
    expected = slow_attention(layer, QUERY, QUERY, heads, causal)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_cross_attention() -> None:
    y, layer = run(MultiHeadAttention(heads=2, features=8), query=QUERY, context=CONTEXT)
    expected = slow_attention(layer, QUERY, CONTEXT, 2)
    assert y.shape == (2, 5, 8)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


def test_causal_attention_never_looks_ahead() -> None:
    block = MultiHeadAttention(heads=2, features=8, causal=True)
    before, layer = run(block, query=QUERY)
    changed = QUERY.copy()
    changed[:, 3] += 100.0
    after = np.asarray(apply(block, tensors_of({"query": changed}), layer, {"query": changed}))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.all(np.any(before[:, 3:] != after[:, 3:], axis=-1))


def test_dropout_acts_while_training_only() -> None:
    block = MultiHeadAttention(heads=2, features=8, dropout=0.5)
    trained, layer = run(block, train=True, query=QUERY)
    assert np.any(trained != np.asarray(layer(QUERY)))
    evaluated, layer = run(block, query=QUERY)
    expected = slow_attention(layer, QUERY, QUERY, 2)
    np.testing.assert_allclose(evaluated, expected, rtol=1e-4, atol=1e-4)


def test_dropout_differs_between_samples_and_heads() -> None:
    block = MultiHeadAttention(heads=1, features=8, dropout=0.5)
    twice = np.concatenate([QUERY[:1], QUERY[:1]])
    y, _ = run(block, train=True, query=twice)
    assert np.any(y[0] != y[1])


def test_keeps_no_random_state_without_dropout() -> None:
    layer = build(MultiHeadAttention(), {"query": Tensor((None, 5, 8))})
    assert not nnx.state(layer, nnx.RngState)


def test_refuses_features_that_heads_cannot_share() -> None:
    with pytest.raises(ShapeError, match="10 features") as refused:
        MultiHeadAttention(heads=4, features=10).infer(query=Tensor((None, 5, 8)))
    assert "Set Features to 12" in refused.value.remedy


def test_refuses_causal_attention_to_another_length() -> None:
    block = MultiHeadAttention(causal=True)
    with pytest.raises(ShapeError, match="one length") as refused:
        block.infer(query=Tensor((None, 5, 8)), context=Tensor((None, 7, 8)))
    assert "Causal off" in refused.value.remedy


def torch_twin(layer: Any, features: int, context: int) -> torch.nn.MultiheadAttention:
    """PyTorch's layer with the same weights."""
    heads = layer.num_heads
    twin = torch.nn.MultiheadAttention(
        features, heads, kdim=context, vdim=context, bias=layer.use_bias, batch_first=True
    )
    named = dict(twin.named_parameters())
    parts = (layer.query, layer.key, layer.value)
    kernels = [as_torch(p.kernel).flatten(1).T for p in parts]
    with torch.no_grad():
        if "in_proj_weight" in named:
            named["in_proj_weight"].copy_(torch.cat(kernels))
        else:
            for name, kernel in zip("qkv", kernels, strict=True):
                named[f"{name}_proj_weight"].copy_(kernel)
        named["out_proj.weight"].copy_(as_torch(layer.out.kernel).flatten(0, 1).T)
        if layer.use_bias:
            biases = [as_torch(p.bias).flatten() for p in parts]
            named["in_proj_bias"].copy_(torch.cat(biases))
            named["out_proj.bias"].copy_(as_torch(layer.out.bias))
    return twin.eval()


def as_torch(value: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(value[...], np.float32))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_is_what_pytorch_computes(
    dropout: float, cross: bool, use_bias: bool, causal: bool, masked: bool
) -> None:
    query = RNG.normal(size=(3, 5, 8)).astype(np.float32)
    context = RNG.normal(size=(3, 5, 6)).astype(np.float32)
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 1, 0]], np.int32)
    block = MultiHeadAttention(
        heads=2, features=8, causal=causal, use_bias=use_bias, dropout=dropout
    )
    given = {"context": context} if cross else {}
    y, layer = run(block, query=query, **given, **({"mask": mask} if masked else {}))
    seen = torch.from_numpy(context if cross else query)
    hidden = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1) if causal else None
    expected, _ = torch_twin(layer, 8, seen.shape[-1])(
        torch.from_numpy(query),
        seen,
        seen,
        key_padding_mask=torch.from_numpy(mask == 0) if masked else None,
        attn_mask=hidden,
    )
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 2), (6, 1), (6, 3), (4, 4)])
def test_heads_share_keys_and_values_as_in_pytorch(heads: int, kv_heads: int, causal: bool) -> None:
    block = MultiHeadAttention(heads=heads, features=12 * heads, kv_heads=kv_heads, causal=causal)
    y, layer = run(block, query=QUERY)
    assert layer.key.kernel[...].shape == (6, kv_heads, 12)
    parts = (layer.query, layer.key, layer.value)
    q, k, v = (
        torch.einsum("btf,fhd->bhtd", torch.from_numpy(QUERY), as_torch(p.kernel))
        + as_torch(p.bias)[None, :, None]
        for p in parts
    )
    attend = torch.nn.functional.scaled_dot_product_attention
    joined = attend(q, k, v, is_causal=causal, enable_gqa=True)
    expected = torch.einsum("bhtd,hdo->bto", joined, as_torch(layer.out.kernel))
    expected = expected + as_torch(layer.out.bias)
    np.testing.assert_allclose(y, expected.numpy(), rtol=1e-4, atol=1e-3)


def slow_turn(x: np.ndarray, base: float) -> np.ndarray:
    """Each pair ``(2 i, 2 i + 1)`` of each position by the rotation matrix of the paper."""
    x = x.astype(np.float64)
    turned, features = np.empty_like(x), x.shape[-1]
    for t in range(x.shape[1]):
        for i in range(features // 2):
            angle = t * base ** (-2 * i / features)
            matrix = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
            turned[:, t, ..., 2 * i : 2 * i + 2] = x[:, t, ..., 2 * i : 2 * i + 2] @ np.transpose(
                matrix
            )
    return turned


@pytest.mark.parametrize("base", [10000.0, 50.0])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_rotary_attention(base: float, dropout: float) -> None:
    block = MultiHeadAttention(
        heads=2, features=8, rotary=True, rotary_base=base, dropout=dropout, causal=True
    )
    y, layer = run(block, query=QUERY)
    parts = (layer.query, layer.key, layer.value)
    q, k, v = (
        np.einsum("btf,fhd->bthd", QUERY, np.asarray(p.kernel[...])) + np.asarray(p.bias[...])
        for p in parts
    )
    scores = np.einsum("bthd,bshd->bhts", slow_turn(q, base), slow_turn(k, base)) / 2
    scores[:, :, *np.triu_indices(5, 1)] = -np.inf
    chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    joined = np.einsum("bhts,bshd->bthd", chances, v)
    expected = np.einsum("bthd,hdo->bto", joined, np.asarray(layer.out.kernel[...]))
    expected += np.asarray(layer.out.bias[...])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("shape", [(2, 5, 6), (2, 5, 3, 4)])
def test_rotary_embedding(shape: tuple[int, ...]) -> None:
    x = RNG.normal(size=shape).astype(np.float32)
    y, _ = run(RotaryEmbedding(base=50.0), input=x)
    np.testing.assert_allclose(y, slow_turn(x, 50.0), rtol=1e-4, atol=1e-5)
    # With halves, feature i and its partner stand where the two of a pair stand otherwise.
    half = shape[-1] // 2
    order = [*range(0, 2 * half, 2), *range(1, 2 * half, 2)]
    apart, _ = run(RotaryEmbedding(base=50.0, pairs="halves"), input=x[..., order])
    np.testing.assert_allclose(apart, y[..., order], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("features", [6, 5])
def test_sinusoidal_encoding(features: int) -> None:
    x = RNG.normal(size=(2, 7, features)).astype(np.float32)
    y, _ = run(SinusoidalEncoding(base=100.0), input=x)
    expected = x.astype(np.float64)
    for t in range(7):
        for j in range(features):
            angle = t / 100.0 ** (2 * (j // 2) / features)
            expected[:, t, j] += np.cos(angle) if j % 2 else np.sin(angle)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("length", [0, 5, 9])
def test_positional_embedding(length: int) -> None:
    y, layer = run(PositionalEmbedding(length=length), input=QUERY)
    table = np.asarray(layer.embedding[...])
    assert table.shape == (length or 5, 6)
    np.testing.assert_array_equal(y, QUERY + table[:5])


def test_class_token() -> None:
    y, layer = run(ClassToken(), input=QUERY)
    np.testing.assert_array_equal(y[:, 1:], QUERY)
    np.testing.assert_array_equal(y[:, 0], np.tile(np.asarray(layer.token[...])[0, 0], (2, 1)))


@pytest.mark.parametrize(
    ("options", "message", "remedy"),
    [
        ({"heads": 4, "features": 8, "kv_heads": 3}, "4 heads", "divisor of 4"),
        ({"heads": 2, "features": 8, "kv_heads": 4}, "2 heads", "divisor of 2"),
        ({"heads": 2, "features": 6, "rotary": True}, "3 features", "Set Features to 8"),
    ],
)
def test_refuses_heads_that_do_not_fit(options: Any, message: str, remedy: str) -> None:
    with pytest.raises(ShapeError, match=message) as refused:
        MultiHeadAttention(**options).infer(query=Tensor((None, 5, 8)))
    assert remedy in refused.value.remedy


def test_refuses_a_mask_of_another_length() -> None:
    tensors = {"query": Tensor((None, 5, 8)), "context": Tensor((None, 7, 8))}
    with pytest.raises(ShapeError, match="context") as refused:
        MultiHeadAttention().infer(**tensors, mask=Tensor((None, 5), "int32"))
    assert "7 numbers" in refused.value.remedy


def test_refuses_positions_that_are_not_known_and_features_without_pairs() -> None:
    with pytest.raises(ShapeError, match="only 3"):
        PositionalEmbedding(length=3).infer(input=Tensor((None, 5, 8)))
    with pytest.raises(ShapeError, match="no pairs"):
        RotaryEmbedding().infer(input=Tensor((None, 5, 7)))

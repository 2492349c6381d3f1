"""DenseGeneral, Einsum and Affine against PyTorch's contractions, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from built_block import run

from core.blocks.affine import Affine
from core.blocks.block import Block, ShapeError
from core.blocks.general import DenseGeneral, Einsum
from core.tensor import Tensor

RNG = np.random.default_rng(3)
X = RNG.normal(size=(3, 4, 2, 5)).astype(np.float32)
T = torch.from_numpy(X).double()


def weights(value: object) -> torch.Tensor:
    return torch.from_numpy(np.asarray(value, np.float64))


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("features", [(6,), (2, 3)])
@pytest.mark.parametrize(
    ("axes", "summed"),
    [
        ((-1,), (3,)),
        ((1,), (1,)),
        ((-1, 1), (1, 3)),
        ((3, 2), (2, 3)),
        ((2, 3, 1), (1, 2, 3)),
        ((), (1, 2, 3)),
    ],
)
def test_dense_general_is_a_tensor_product(
    axes: tuple[int, ...], summed: tuple[int, ...], features: tuple[int, ...], use_bias: bool
) -> None:
    y, layer = run(DenseGeneral(features=features, axes=axes, use_bias=use_bias), input=X)
    expected = torch.tensordot(T, weights(layer.kernel[...]), (summed, tuple(range(len(summed)))))
    if use_bias:
        expected = expected + weights(layer.bias[...])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize(
    ("equation", "sizes", "bias"),
    [
        ("...d,dk->...k", (6,), "k"),
        ("... d, d h k -> ... h k", (2, 3), "hk"),
        ("bijd,djk->bik", (3,), "k"),
        ("bijd,id->bijd", (), "id"),
        ("bijd,di->bji", (), "i"),
        ("...jd,dkj->...kj", (2,), "kj"),
        ("Bijd,dk->Bkij", (2,), "k"),
        ("...jd,jd->...", (), ""),
    ],
)
def test_einsum_is_that_of_torch(
    equation: str, sizes: tuple[int, ...], bias: str, use_bias: bool
) -> None:
    y, layer = run(Einsum(equation=equation, sizes=sizes, use_bias=use_bias), input=X)
    expected = torch.einsum(equation, T, weights(layer.kernel[...]))
    if use_bias:
        letters = equation.replace(" ", "").partition("->")[2].replace("...", "")
        shape = [
            expected.shape[i - len(letters)] if n in bias else 1 for i, n in enumerate(letters)
        ]
        expected = expected + weights(layer.bias[...]).reshape(shape)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("scale", "bias"), [(True, True), (True, False), (False, True)])
def test_affine_scales_and_shifts_channels(scale: bool, bias: bool) -> None:
    y, layer = run(Affine(use_scale=scale, use_bias=bias), input=X)
    expected = T
    if scale:
        expected = expected * weights(layer.scale[...])
    if bias:
        expected = expected + weights(layer.bias[...])
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_affine_starts_from_its_scale() -> None:
    layer = Affine(initial_scale=0.1).layer(input=Tensor((None, 4)))
    assert layer.options["initial_scale"] == 0.1


def test_weights_and_operations_are_counted() -> None:
    x = Tensor((None, 4, 2, 5))
    general = DenseGeneral(features=(2, 3), axes=(1, 3))
    assert general.parameters(input=x) == (20 + 1) * 6
    assert general.flops(input=x) == 2 * 6 * (2 * 20 + 1)
    einsum = Einsum(equation="...d,dk->...k", sizes=(6,))
    assert einsum.parameters(input=x) == 5 * 6 + 6
    assert einsum.flops(input=x) == 8 * 6 * (2 * 5 + 1)


@pytest.mark.parametrize(
    ("block", "sizes", "message"),
    [
        (DenseGeneral(features=()), (4,), "Features is empty"),
        (DenseGeneral(axes=(0,)), (4,), "is the batch"),
        (DenseGeneral(axes=(2,)), (4,), "does not exist"),
        (DenseGeneral(axes=(1, -1)), (4,), "twice"),
        (DenseGeneral(features=(1,) * 6), (4,), "more than 6 axes"),
        (Affine(use_scale=False, use_bias=False), (4,), "neither"),
        (Einsum(equation=""), (4,), "cannot be read"),
        (Einsum(equation="...d,dk"), (4,), "cannot be read"),
        (Einsum(equation="...d->...k"), (4,), "cannot be read"),
        (Einsum(equation="...d,dk,kl->...l"), (4,), "cannot be read"),
        (Einsum(equation="d...,dk->k..."), (4,), "cannot be read"),
        (Einsum(equation="...d,...dk->...k"), (4,), "cannot be read"),
        (Einsum(equation="...d,dk->...k; import os"), (4,), "cannot be read"),
        (Einsum(equation="." * 10_000), (4,), "cannot be read"),
        (Einsum(equation="...é,ék->...k"), (4,), "cannot be read"),
        (Einsum(equation="...dd,dk->...k"), (4, 4), "a letter twice"),
        (Einsum(equation="...d,dk->...kk"), (4,), "a letter twice"),
        (Einsum(equation="...d,ddk->...k"), (4,), "a letter twice"),
        (Einsum(equation="...d,dk->...q"), (4,), "the output has 'q'"),
        (Einsum(equation="...d,dkj->...k"), (4,), "only the kernel has 'j'"),
        (Einsum(equation="...d,d->..."), (4,), "fewer than two axes"),
        (Einsum(equation="...d,->..."), (4,), "fewer than two axes"),
        (Einsum(equation="...d,dk->k"), (4,), "one side only"),
        (Einsum(equation="bd,dk->...k"), (4,), "one side only"),
        (Einsum(equation="bd,dk->k"), (4,), "first letter of the input is the batch"),
        (Einsum(equation="bd,dk->kb"), (4,), "first letter of the input is the batch"),
        (Einsum(equation="bd,bdk->bk"), (4,), "first letter of the input is the batch"),
        (Einsum(equation=",dk->dk"), (4,), "first letter of the input is the batch"),
        (Einsum(equation="bd,dk->bk"), (4, 3), "names 2 axes"),
        (Einsum(equation="...abc,ck->...k"), (4,), "names 3 axes besides the batch"),
        (Einsum(sizes=()), (4,), "Sizes has 0 numbers"),
        (Einsum(sizes=(1, 2)), (4,), "Sizes has 2 numbers"),
        (Einsum(equation="...d,dklmnop->...klmnop", sizes=(1,) * 6), (4,), "more than 6 axes"),
    ],
)
def test_refuses_with_a_remedy(block: Block, sizes: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError) as refused:
        block.infer(input=Tensor((None, *sizes)))
    assert message in refused.value.message
    assert refused.value.remedy

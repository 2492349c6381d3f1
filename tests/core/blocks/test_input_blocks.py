"""Inputs for one form of data, and noise that is drawn afresh in training alone."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from built_block import apply, build
from scipy import stats

from core.blocks.block import ShapeError
from core.blocks.inputs import ImageInput, Input, SequenceInput, TableInput, Target, TokenInput
from core.blocks.noise_input import NoiseInput
from core.tensor import Tensor

IMAGES = Tensor((None, 8, 8, 1))
SEQUENCES = Tensor((None, 16, 3))
TOKENS = Tensor((None, 64), "int32", 90)
ROWS = Tensor((None, 4))
LABELS = Tensor((None,), "int32", 10)
FORMS = (IMAGES, SEQUENCES, TOKENS, ROWS, LABELS)


@pytest.mark.parametrize(
    ("cls", "form"),
    [
        (ImageInput, IMAGES),
        (SequenceInput, SEQUENCES),
        (TokenInput, TOKENS),
        (TableInput, ROWS),
    ],
)
def test_an_input_for_one_form_takes_no_other(cls: type[Input], form: Tensor) -> None:
    assert [other for other in FORMS if cls().suits(other)] == [form]
    assert cls().suits(cls().infer())
    for tensor in FORMS:
        block = cls(shape=tensor.sizes, dtype=tensor.dtype, classes=tensor.classes)
        if tensor is form:
            assert block.infer() == tensor
            continue
        with pytest.raises(ShapeError) as refused:
            block.infer()
        assert str(tensor) in refused.value.message
        assert refused.value.remedy


@pytest.mark.parametrize("cls", [Input, Target])
def test_input_and_target_take_every_form(cls: type[Input]) -> None:
    assert all(cls().suits(tensor) for tensor in FORMS)


def drawn(block: NoiseInput, batch: int, train: bool = False, seed: int = 0) -> list[np.ndarray]:
    """What two calls of one layer give."""
    tensors = {"like": Tensor((None, 2))}
    layer = build(block, tensors, seed)
    assert layer is not None
    layer.train() if train else layer.eval()
    like = {"like": np.zeros((batch, 2), np.float32)}
    return [np.asarray(apply(block, tensors, layer, like)) for _ in range(2)]


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_training_draws_afresh_and_evaluation_does_not(distribution: str) -> None:
    block = NoiseInput(shape=(3, 2), distribution=distribution)
    first, second = drawn(block, 5, train=True)
    assert first.shape == (5, 3, 2)
    assert not np.any(first == second)
    first, second = drawn(block, 5)
    np.testing.assert_array_equal(first, second)
    assert len(np.unique(first)) == first.size
    # Neither the network's seed nor the batch changes what a sample is given.
    np.testing.assert_array_equal(drawn(block, 2, seed=9)[0], first[:2])
    other = NoiseInput(shape=(3, 2), distribution=distribution, seed=1)
    assert not np.any(drawn(other, 5)[0] == first)


@pytest.mark.parametrize("train", [True, False])
def test_noise_has_its_distribution(train: bool) -> None:
    normal = drawn(NoiseInput(shape=(100,)), 200, train)[0].ravel()
    assert stats.kstest(normal, "norm").pvalue > 1e-3
    uniform = drawn(NoiseInput(shape=(100,), distribution="uniform"), 200, train)[0].ravel()
    assert stats.kstest(uniform, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_only_the_batch_of_what_it_is_like_matters() -> None:
    block, tensors = NoiseInput(), {"like": Tensor((None, 4), "int32", 9)}
    assert block.infer(**tensors) == Tensor((None, 16))
    layer = build(block, tensors)
    assert layer is not None
    layer.eval()
    slope = jax.grad(lambda x: apply(block, tensors, layer, {"like": x}).sum())
    np.testing.assert_array_equal(slope(np.ones((2, 4), np.float32)), 0)

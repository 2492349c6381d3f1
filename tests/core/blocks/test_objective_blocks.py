"""Blocks for learning without labels: hidden tokens, shifted pictures, and pseudo-labels."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch
from built_block import apply, build, tensors_of

from core.blocks.augmentation import RandomCrop
from core.blocks.block import ShapeError
from core.blocks.call import Call
from core.blocks.token_masking import MaskTokens
from core.blocks.unlabelled_losses import PseudoLabel
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(0, 9, (200, 50), dtype=np.int32)


def masked(block: MaskTokens, *, train: bool = False, seed: int = 0, rows: int = 200) -> Any:
    """Tokens and mask of two calls of one layer."""
    tensors = {"input": Tensor((None, 50), "int32", 9)}
    layer = build(block, tensors, seed)
    assert layer is not None
    layer.train() if train else layer.eval()
    found = [apply(block, tensors, layer, {"input": TOKENS[:rows]}) for _ in range(2)]
    return [(np.asarray(tokens), np.asarray(mask)) for tokens, mask in found]


@pytest.mark.parametrize("train", [True, False])
def test_the_share_of_tokens_is_hidden_and_told(train: bool) -> None:
    (tokens, mask), _ = masked(MaskTokens(rate=0.3), train=train)
    assert set(np.unique(mask)) == {0, 1}
    # 10,000 draws: a deviation of 0.0046.
    assert abs(mask.mean() - 0.3) < 0.02
    assert (tokens[mask == 1] == 9).all(), "the first id after the vocabulary"
    np.testing.assert_array_equal(tokens[mask == 0], TOKENS[mask == 0])
    assert np.abs(mask.mean(axis=0) - 0.3).max() < 0.15, "no place is favoured"


def test_training_hides_other_places_each_time_and_evaluation_the_same() -> None:
    (_, first), (_, second) = masked(MaskTokens(), train=True)
    assert np.any(first != second)
    (_, first), (_, second) = masked(MaskTokens())
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(masked(MaskTokens(), seed=7, rows=5)[0][1], first[:5])
    assert np.any(masked(MaskTokens(seed=1))[0][1] != first)


def test_evaluation_hides_the_same_of_a_sample_whatever_batch_it_comes_in() -> None:
    tensors = {"input": Tensor((None, 50), "int32", 9)}
    layer = build(MaskTokens(), tensors)
    assert layer is not None
    layer.eval()
    together = np.asarray(layer(TOKENS)[1])
    order = RNG.permutation(len(TOKENS))
    np.testing.assert_array_equal(layer(TOKENS[order])[1], together[order])
    np.testing.assert_array_equal(layer(TOKENS[17:18])[1], together[17:18])
    assert len(np.unique(together, axis=0)) == len(TOKENS), "and of each sample something else"


def test_the_vocabulary_has_room_for_the_mask() -> None:
    letters = Tensor((None, 50), "int32", 9)
    tokens, mask = MaskTokens().infer(letters)
    assert (tokens.shape, tokens.classes) == ((None, 50), 10)
    assert (mask.shape, mask.classes) == ((None, 50), 2)
    assert MaskTokens(mask_id=4).infer(letters)[0].classes == 9
    assert MaskTokens(mask_id=12).infer(letters)[0].classes == 13
    (tokens, mask), _ = masked(MaskTokens(mask_id=4))
    assert (tokens[mask == 1] == 4).all()


def views(padding: int, pictures: np.ndarray, *, train: bool = True) -> np.ndarray:
    block, tensors = RandomCrop(padding=padding), tensors_of({"input": pictures})
    layer = build(block, tensors)
    assert layer is not None
    layer.train() if train else layer.eval()
    return np.asarray(apply(block, tensors, layer, {"input": pictures}))


def test_pictures_are_shifted_to_every_side_and_filled_with_zeros() -> None:
    pictures = RNG.uniform(1, 2, (400, 5, 4, 2)).astype(np.float32)
    wide = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifts = {(i, j): wide[:, i : i + 5, j : j + 4] for i in range(3) for j in range(3)}
    found = views(1, pictures)
    counts = dict.fromkeys(shifts, 0)
    for number, view in enumerate(found):
        (place,) = [p for p, moved in shifts.items() if np.array_equal(moved[number], view)]
        counts[place] += 1
    # Each of nine places is expected 44 times, with a deviation of 6.3.
    assert min(counts.values()) > 20
    assert max(counts.values()) < 75


def test_evaluation_and_no_padding_leave_pictures_as_they_are() -> None:
    pictures = RNG.normal(size=(3, 4, 4, 1)).astype(np.float32)
    np.testing.assert_array_equal(views(2, pictures, train=False), pictures)
    np.testing.assert_array_equal(views(0, pictures), pictures)


def value(call: Call, **arrays: Any) -> np.ndarray:
    return np.asarray(call.run(arrays, resolve))


LOGITS = RNG.normal(0, 3, (50, 4)).astype(np.float32)
GUESS = RNG.normal(0, 3, (50, 4)).astype(np.float32)


@pytest.mark.parametrize("threshold", [0.0, 0.7, 0.95])
@pytest.mark.parametrize("with_guess", [True, False])
def test_the_loss_is_pytorchs_for_the_class_that_is_sure(
    threshold: float, with_guess: bool
) -> None:
    block = PseudoLabel(threshold=threshold)
    arrays = {"logits": LOGITS, **({"guess": GUESS} if with_guess else {})}
    tensors = tensors_of(arrays)
    source = torch.tensor(GUESS if with_guess else LOGITS)
    chance, guess = torch.softmax(source, dim=1).max(dim=1)
    each = torch.nn.functional.cross_entropy(torch.tensor(LOGITS), guess, reduction="none")
    sure = (chance >= threshold).float()
    assert 0 < sure.sum() < 50 or threshold == 0
    found = value(block.forward(**tensors), **arrays)
    np.testing.assert_allclose(found, (each * sure).numpy(), rtol=1e-5, atol=1e-6)
    told = value(block.metrics(**tensors)["confident"].value, **arrays)
    np.testing.assert_array_equal(told, sure.numpy())


def test_only_unlabelled_samples_count() -> None:
    label = np.array([3, -1, 0, -1], np.int32)
    tensors = tensors_of({"logits": LOGITS[:4], "label": label})
    counted = PseudoLabel().counted(**tensors)
    assert counted is not None
    np.testing.assert_array_equal(value(counted, label=label), [False, True, False, True])
    assert PseudoLabel().counted(logits=tensors["logits"]) is None


def test_no_gradient_goes_into_the_guess() -> None:
    block = PseudoLabel(threshold=0.5)
    tensors = tensors_of({"logits": LOGITS, "guess": GUESS})

    def total(logits: jax.Array, guess: jax.Array) -> jax.Array:
        call = block.forward(**tensors)
        return call.run({"logits": logits, "guess": guess}, resolve).sum()

    at_logits, at_guess = jax.grad(total, (0, 1))(LOGITS, GUESS)
    assert np.any(at_logits != 0)
    np.testing.assert_array_equal(at_guess, 0)


def test_one_logit_and_unlike_shapes_are_refused() -> None:
    with pytest.raises(ShapeError, match="one logit"):
        PseudoLabel().infer(Tensor((None, 1)))
    with pytest.raises(ShapeError, match="does not fit"):
        PseudoLabel().infer(Tensor((None, 4)), Tensor((None, 3)))

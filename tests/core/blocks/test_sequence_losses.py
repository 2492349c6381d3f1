"""Losses for tokens against PyTorch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from built_block import run, tensors_of
from test_loss_blocks import figure
from torch.nn import functional

from core.blocks.block import ShapeError
from core.blocks.losses import Loss
from core.blocks.sequence_losses import CTC, MaskedToken, NextToken
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(11)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(0, 2, shape).astype(np.float32)


def ids(count: int, *shape: int) -> np.ndarray:
    return RNG.integers(0, count, shape, dtype=np.int32)


@pytest.mark.parametrize("length", [2, 7])
def test_next_token(length: int) -> None:
    logits, tokens = normal(6, length, 9), ids(9, 6, length)
    found, _ = run(NextToken(), logits=logits, tokens=tokens)
    said = torch.tensor(logits)[:, :-1].transpose(1, 2)
    truth = torch.tensor(tokens)[:, 1:].long()
    wanted = functional.cross_entropy(said, truth, reduction="none")
    np.testing.assert_allclose(found, wanted.mean(1), rtol=1e-5)
    right = (said.argmax(1) == truth).float().mean()
    accuracy = figure(NextToken(), "accuracy", logits=logits, tokens=tokens)
    assert accuracy == pytest.approx(float(right))
    perplexity = NextToken().metrics(**tensors_of({"logits": logits, "tokens": tokens}))
    assert perplexity["perplexity"].exponential


@pytest.mark.parametrize("ignore_id", [-100, 3])
@pytest.mark.parametrize("dtype", [None, np.int32, np.float32])
def test_masked_token(dtype: Any, ignore_id: int) -> None:
    logits, target = normal(8, 6, 9), ids(9, 8, 6)
    target[0, :3] = ignore_id
    target[1] = ignore_id
    given: dict[str, np.ndarray] = {"logits": logits, "target": target}
    if dtype:
        given["mask"] = RNG.integers(0, 2, (8, 6)).astype(dtype)
    found, _ = run(MaskedToken(ignore_id=ignore_id), **given)
    truth = torch.tensor(target).long()
    if dtype:
        truth = torch.where(torch.tensor(given["mask"]) > 0, truth, ignore_id)
    said = torch.tensor(logits)
    for sample in range(8):
        counts = truth[sample] != ignore_id
        wanted = 0.0
        if counts.any():
            loss = functional.cross_entropy(said[sample], truth[sample], ignore_index=ignore_id)
            wanted = float(loss)
        assert found[sample] == pytest.approx(wanted, rel=1e-5)
    counts = truth != ignore_id
    right = ((said.argmax(-1) == truth) & counts).sum(1) / counts.sum(1).clamp(min=1)
    accuracy = figure(MaskedToken(ignore_id=ignore_id), "accuracy", **given)
    assert accuracy == pytest.approx(float(right.mean()))


def torch_ctc(
    logits: np.ndarray, target: np.ndarray, lengths: list[int], blank: int
) -> tuple[np.ndarray, np.ndarray]:
    """PyTorch's loss and slope of each sample, with impossible ones at zero."""
    said = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    steps = [logits.shape[1]] * len(logits)
    loss = functional.ctc_loss(
        functional.log_softmax(said, -1).transpose(0, 1),
        torch.tensor(target).long(),
        torch.tensor(steps),
        torch.tensor(lengths),
        blank=blank,
        reduction="none",
        zero_infinity=True,
    )
    loss.sum().backward()
    assert said.grad is not None
    return loss.detach().numpy(), said.grad.numpy()


def ctc_with_slope(
    block: CTC, logits: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    tensors = tensors_of({"logits": logits, "target": target})
    formula = block.forward(**tensors)

    def total(logits: jax.Array) -> tuple[jax.Array, jax.Array]:
        loss = formula.run({"logits": logits, "target": target}, resolve)
        return jnp.sum(loss), loss

    slope, loss = jax.grad(total, has_aux=True)(jnp.asarray(logits))
    return np.asarray(loss), np.asarray(slope)


@pytest.mark.parametrize(("blank", "padding"), [(0, 0), (4, 4), (4, -1), (0, -1), (2, 2)])
def test_ctc(blank: int, padding: int) -> None:
    logits = normal(6, 9, 5)
    labels = np.array([i for i in range(5) if i != blank], np.int32)
    target = labels[RNG.integers(0, 4, (6, 4))]
    lengths = [4, 3, 2, 1, 0, 4]
    target[5] = labels[1]  # the same label four times, with a blank between
    for row, length in zip(target, lengths, strict=True):
        row[length:] = padding
    found, slope = ctc_with_slope(CTC(blank=blank, padding=padding), logits, target)
    wanted, wanted_slope = torch_ctc(logits, target, lengths, blank)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    np.testing.assert_allclose(slope, wanted_slope, rtol=1e-3, atol=1e-5)


def test_ctc_of_labels_that_cannot_fit_counts_nothing() -> None:
    logits, target = normal(2, 3, 4), np.array([[1, 1, 1], [1, 2, 3]], np.int32)
    found, slope = ctc_with_slope(CTC(), logits, target)
    wanted, wanted_slope = torch_ctc(logits, target, [3, 3], 0)
    assert found[0] == wanted[0] == 0
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    np.testing.assert_allclose(slope, wanted_slope, rtol=1e-3, atol=1e-5)


def test_ctc_of_long_sequences_with_extreme_logits() -> None:
    logits, target = 1e4 * normal(3, 60, 6), 1 + ids(5, 3, 20)
    found, slope = ctc_with_slope(CTC(), logits, target)
    wanted, _ = torch_ctc(logits, target, [20] * 3, 0)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("loss", "inputs", "message", "remedy"),
    [
        (NextToken(), {"logits": (1, 5), "tokens": (1,)}, "no next one", "at least two"),
        (NextToken(), {"logits": (4, 3), "tokens": (4,)}, "5 classes", "5 units"),
        (NextToken(), {"logits": (4, 5), "tokens": (3,)}, "do not fit", "one number a class"),
        (
            MaskedToken(),
            {"logits": (4, 5), "target": (4,), "mask": (3,)},
            "mask",
            "one number for each",
        ),
        (CTC(blank=5), {"logits": (4, 5), "target": (2,)}, "the blank is class 5", "4 or less"),
        (CTC(), {"logits": (4, 3), "target": (2,)}, "5 ids", "at least 5"),
        (CTC(), {"logits": (4, 5), "target": (6,)}, "6 labels", "Shorten"),
    ],
)
def test_refuses_with_a_remedy(
    loss: Loss, inputs: dict[str, tuple[int, ...]], message: str, remedy: str
) -> None:
    tensors = {
        name: Tensor((None, *sizes), *(() if name == "logits" else ("int32", 5)))
        for name, sizes in inputs.items()
    }
    with pytest.raises(ShapeError) as refused:
        loss.infer(**tensors)
    assert message in refused.value.message
    assert remedy in refused.value.remedy

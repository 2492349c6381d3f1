"""Losses that learn distances against PyTorch, or the formula where it has none."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from built_block import run
from test_loss_blocks import figure
from torch.nn import functional

from core.blocks.block import ShapeError
from core.blocks.losses import Loss
from core.blocks.metric_learning_losses import (
    ContrastiveLoss,
    CosineSimilarityLoss,
    InfoNCE,
    TripletLoss,
)
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(10)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("margin", [0.0, 0.3, -0.5])
def test_cosine_of_like_and_unlike_pairs(margin: float) -> None:
    first, second = normal(30, 5), normal(30, 5)
    similar = RNG.integers(0, 2, 30, dtype=np.int32)
    found, _ = run(
        CosineSimilarityLoss(margin=margin), prediction=first, target=second, similar=similar
    )
    sign = torch.tensor(2 * similar - 1)
    wanted = functional.cosine_embedding_loss(
        torch.tensor(first), torch.tensor(second), sign, margin=margin, reduction="none"
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_cosine_without_pairs_averages_over_the_vectors() -> None:
    first, second = normal(6, 3, 5), normal(6, 3, 5)
    found, _ = run(CosineSimilarityLoss(), prediction=first, target=second)
    wanted = functional.cosine_similarity(torch.tensor(first), torch.tensor(second), dim=-1).mean(1)
    np.testing.assert_allclose(found, 1 - wanted.numpy(), rtol=1e-5, atol=1e-6)
    cosine = figure(CosineSimilarityLoss(), "cosine", prediction=first, target=second)
    assert cosine == pytest.approx(float(wanted.mean()), rel=1e-5)


@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_triplets(margin: float) -> None:
    views = [normal(30, 5) for _ in range(3)]
    tensors = [torch.tensor(v) for v in views]
    given = dict(zip(("anchor", "positive", "negative"), views, strict=True))
    found, _ = run(TripletLoss(margin=margin), **given)
    wanted = functional.triplet_margin_loss(*tensors, margin=margin, reduction="none")
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    distances: dict[str, Any] = {
        "squared_euclidean": lambda a, b: ((a - b) ** 2).sum(-1),
        "cosine": lambda a, b: 1 - functional.cosine_similarity(a, b),
    }
    for name, distance in distances.items():
        block = TripletLoss(margin=margin, distance=name)
        found, _ = run(block, **given)
        wanted = functional.triplet_margin_with_distance_loss(
            *tensors, distance_function=distance, margin=margin, reduction="none"
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
        nearer = distance(tensors[0], tensors[1]) < distance(tensors[0], tensors[2])
        assert figure(block, "accuracy", **given) == pytest.approx(float(nearer.float().mean()))


@pytest.mark.parametrize("margin", [1.0, 4.0])
@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_contrastive_pairs(dtype: Any, margin: float) -> None:
    first, second = normal(30, 3), normal(30, 3)
    like = RNG.integers(0, 2, 30).astype(dtype)
    given = {"first": first, "second": second, "target": like}
    found, _ = run(ContrastiveLoss(margin=margin), **given)
    distance = np.linalg.norm(first.astype(np.float64) - second, axis=1)
    wanted = np.where(like, distance**2, np.maximum(0, margin - distance) ** 2) / 2
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)
    right = figure(ContrastiveLoss(margin=margin), "accuracy", **given)
    assert right == pytest.approx(np.mean((distance < margin / 2) == (like > 0)))


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_info_nce_with_the_other_views_is_that_of_clip(similarity: str, temperature: float) -> None:
    first, second = normal(8, 5), normal(8, 5)
    block = InfoNCE(similarity=similarity, temperature=temperature)
    found, _ = run(block, first=first, second=second)
    views = [torch.tensor(v) for v in (first, second)]
    if similarity == "cosine":
        views = [functional.normalize(v, dim=1) for v in views]
    scores = views[0] @ views[1].T / temperature
    own = torch.arange(8)
    wanted = sum(functional.cross_entropy(s, own, reduction="none") for s in (scores, scores.T)) / 2
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    right = (scores.argmax(1) == own).float().mean()
    assert figure(block, "accuracy", first=first, second=second) == pytest.approx(float(right))


def test_info_nce_with_both_views_is_nt_xent() -> None:
    first, second = normal(8, 5), normal(8, 5)
    found, _ = run(InfoNCE(temperature=0.5, negatives="both_views"), first=first, second=second)
    views = functional.normalize(torch.tensor(np.concatenate([first, second])), dim=1)
    scores = (views @ views.T / 0.5).fill_diagonal_(-torch.inf)
    partner = (torch.arange(16) + 8) % 16
    each = functional.cross_entropy(scores, partner, reduction="none")
    np.testing.assert_allclose(found, (each[:8] + each[8:]) / 2, rtol=1e-5)


def test_slopes_are_finite_where_vectors_are_equal_or_zero() -> None:
    cases: list[tuple[Loss, dict[str, np.ndarray]]] = [
        (TripletLoss(), dict.fromkeys(("anchor", "positive", "negative"), np.zeros((2, 3)))),
        (
            TripletLoss(distance="cosine"),
            dict.fromkeys(("anchor", "positive", "negative"), np.zeros((2, 3))),
        ),
        (ContrastiveLoss(), {"first": np.ones((2, 3)), "second": np.ones((2, 3))}),
        (CosineSimilarityLoss(), dict.fromkeys(("prediction", "target"), np.zeros((2, 3)))),
        (InfoNCE(), dict.fromkeys(("first", "second"), np.zeros((2, 3)))),
        (InfoNCE(negatives="both_views"), dict.fromkeys(("first", "second"), np.zeros((2, 3)))),
    ]
    for block, given in cases:
        arrays = {name: value.astype(np.float32) for name, value in given.items()}
        extra = {"target": np.array([0, 1], np.int32)} if isinstance(block, ContrastiveLoss) else {}
        tensors = {n: Tensor((None, *a.shape[1:]), str(a.dtype)) for n, a in arrays.items()}
        tensors |= {n: Tensor((None,), "int32", 2) for n in extra}
        formula = block.forward(**tensors)

        def total(values: Any, formula: Any = formula, extra: Any = extra) -> jax.Array:
            return jnp.sum(formula.run({**values, **extra}, resolve))

        value, slopes = jax.value_and_grad(total)(arrays)
        assert np.isfinite(value), block
        assert all(np.isfinite(s).all() for s in slopes.values()), block


@pytest.mark.parametrize("cls", [TripletLoss, ContrastiveLoss, CosineSimilarityLoss, InfoNCE])
def test_views_of_unlike_shapes_are_refused(cls: type[Loss]) -> None:
    vectors = [p.name for p in cls().ports() if not p.optional and 2 in p.ranks]
    tensors = {name: Tensor((None, 3 + i)) for i, name in enumerate(vectors)}
    if cls is ContrastiveLoss:
        tensors["target"] = Tensor((None,), "int32", 2)
    with pytest.raises(ShapeError) as refused:
        cls().infer(**tensors)
    assert "[B, 4]" in refused.value.remedy

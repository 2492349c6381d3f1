"""Divergences, distillation and adversarial losses against PyTorch."""

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

from core.blocks.adversarial_losses import AdversarialLoss, WassersteinLoss
from core.blocks.block import ShapeError
from core.blocks.distribution_losses import Distillation, GaussianKL, KLDivergence, Minimize
from core.blocks.losses import Loss
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(12)
FORMS = ("logits", "log_probabilities", "probabilities")


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(0, 2, shape).astype(np.float32)


def given_as(form: str, logits: np.ndarray) -> np.ndarray:
    tensor = torch.tensor(logits)
    forms = {"logits": tensor, "log_probabilities": tensor.log_softmax(-1)}
    return forms.get(form, tensor.softmax(-1)).numpy()


@pytest.mark.parametrize("prediction_as", FORMS)
@pytest.mark.parametrize("target_as", FORMS)
@pytest.mark.parametrize("places", [(), (3,), (2, 2)])
def test_kl_divergence(prediction_as: str, target_as: str, places: tuple[int, ...]) -> None:
    prediction, target = normal(7, *places, 5), normal(7, *places, 5)
    block = KLDivergence(prediction_as=prediction_as, target_as=target_as)
    found, _ = run(
        block, prediction=given_as(prediction_as, prediction), target=given_as(target_as, target)
    )
    said, truth = (torch.tensor(v).double().log_softmax(-1) for v in (prediction, target))
    each = functional.kl_div(said, truth, reduction="none", log_target=True).sum(-1)
    wanted = each.flatten(1).mean(1) if places else each
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    logits = {name for name, form in (("prediction", prediction_as), ("target", target_as))
              if form == "logits"}  # fmt: skip
    assert set(block.logit_ports) == logits


def test_kl_divergence_of_certain_targets_is_the_cross_entropy() -> None:
    prediction, target = normal(4, 3), np.eye(3, dtype=np.float32)[[0, 2, 1, 0]]
    found, _ = run(KLDivergence(), prediction=prediction, target=target)
    wanted = functional.cross_entropy(
        torch.tensor(prediction), torch.tensor(target), reduction="none"
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("shape", [(4,), (3, 2)])
def test_gaussian_kl(shape: tuple[int, ...], reduction: str) -> None:
    mean, log_variance = normal(6, *shape), normal(6, *shape)
    found, _ = run(GaussianKL(reduction=reduction), mean=mean, log_variance=log_variance)
    deviation = torch.exp(torch.tensor(log_variance).double() / 2)
    mine = torch.distributions.Normal(torch.tensor(mean).double(), deviation)
    each = torch.distributions.kl_divergence(mine, torch.distributions.Normal(0.0, 1.0)).flatten(1)
    np.testing.assert_allclose(
        found, each.sum(1) if reduction == "sum" else each.mean(1), rtol=1e-5
    )


def test_gaussian_kl_sums_unless_it_is_told_otherwise() -> None:
    assert GaussianKL().reduction == "sum"


@pytest.mark.parametrize("temperature", [1.0, 4.0])
@pytest.mark.parametrize("places", [(), (3,)])
def test_distillation(temperature: float, places: tuple[int, ...]) -> None:
    student, teacher = normal(7, *places, 5), normal(7, *places, 5)
    block = Distillation(temperature=temperature)
    found, _ = run(block, student=student, teacher=teacher)
    said, truth = ((torch.tensor(v) / temperature).log_softmax(-1) for v in (student, teacher))
    each = temperature**2 * functional.kl_div(said, truth, reduction="none", log_target=True).sum(
        -1
    )
    np.testing.assert_allclose(found, each.flatten(1).mean(1) if places else each, rtol=1e-4)
    same = np.mean(student.argmax(-1) == teacher.argmax(-1))
    assert figure(block, "agreement", student=student, teacher=teacher) == pytest.approx(same)


def test_distillation_does_not_train_the_teacher() -> None:
    arrays = {"student": normal(3, 4), "teacher": normal(3, 4)}
    formula = Distillation().forward(**tensors_of(arrays))
    slopes = jax.grad(lambda values: jnp.sum(formula.run(values, resolve)))(arrays)
    assert np.all(slopes["teacher"] == 0)
    assert np.any(slopes["student"] != 0)


@pytest.mark.parametrize("shape", [(), (1,), (3, 2)])
def test_minimize_is_the_mean(shape: tuple[int, ...]) -> None:
    value = normal(5, *shape)
    found, _ = run(Minimize(), value=value)
    np.testing.assert_allclose(found, value.reshape(5, -1).mean(axis=1), rtol=1e-5)


def cross(logits: np.ndarray, truth: float) -> np.ndarray:
    z = torch.tensor(logits)
    each = functional.binary_cross_entropy_with_logits(
        z, torch.full_like(z, truth), reduction="none"
    )
    return each.reshape(len(z), -1).mean(1).numpy()


@pytest.mark.parametrize("shape", [(), (1,), (3, 3, 1)])
def test_adversarial_losses(shape: tuple[int, ...]) -> None:
    fake, real = normal(6, *shape), normal(6, *shape)
    judge, _ = run(AdversarialLoss(), fake=fake, real=real)
    np.testing.assert_allclose(judge, cross(fake, 0.0) + cross(real, 1.0), rtol=1e-5)
    right = (np.mean(fake < 0) + np.mean(real > 0)) / 2
    assert figure(AdversarialLoss(), "accuracy", fake=fake, real=real) == pytest.approx(right)
    maker, _ = run(AdversarialLoss(side="generator"), fake=fake)
    np.testing.assert_allclose(maker, cross(fake, 1.0), rtol=1e-5)
    minimax, _ = run(AdversarialLoss(side="generator", form="minimax"), fake=fake)
    np.testing.assert_allclose(minimax, -cross(fake, 0.0), rtol=1e-5)


def test_wasserstein_losses() -> None:
    fake, real = normal(6, 2), normal(6, 2)
    critic, _ = run(WassersteinLoss(), fake=fake, real=real)
    np.testing.assert_allclose(critic, (fake - real).mean(axis=1), rtol=1e-5, atol=1e-6)
    maker, _ = run(WassersteinLoss(side="generator"), fake=fake)
    np.testing.assert_allclose(maker, -fake.mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize("cls", [AdversarialLoss, WassersteinLoss])
def test_a_generator_needs_no_real_samples(cls: type[Loss]) -> None:
    maker, _ = cls.read({"side": "generator"})
    assert [p.name for p in maker.ports()] == ["fake"]
    assert [p.name for p in cls().ports()] == ["fake", "real"]


@pytest.mark.parametrize(
    ("loss", "names"),
    [
        (KLDivergence(), ("prediction", "target")),
        (GaussianKL(), ("mean", "log_variance")),
        (Distillation(), ("student", "teacher")),
        (AdversarialLoss(), ("fake", "real")),
        (WassersteinLoss(), ("fake", "real")),
    ],
)
def test_refuses_unlike_shapes_with_a_remedy(loss: Loss, names: tuple[str, str]) -> None:
    given: dict[str, Any] = dict(zip(names, (Tensor((None, 2)), Tensor((None, 3))), strict=True))
    with pytest.raises(ShapeError) as refused:
        loss.infer(**given)
    assert refused.value.remedy
    for name in names:
        assert name.replace("_", " ") in refused.value.message

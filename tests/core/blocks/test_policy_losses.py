"""The policy-gradient loss: its value and gradient against closed forms and PyTorch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from built_block import apply, sample, tensors_of

from core.blocks.block import ShapeError
from core.blocks.policy_losses import PolicyGradient
from core.compile.names import resolve
from core.tensor import Tensor

ACTIONS = Tensor((None,), "int32", 3)
TENSORS = {"logits": Tensor((None, 3)), "action": ACTIONS, "returns": Tensor((None, 1))}
LEGAL = np.array([[1, 1, 1], [1, 1, 0], [0, 1, 1], [0, 1, 0], [1, 0, 1]], np.float32)


def arrays(**more: np.ndarray) -> dict[str, Any]:
    found = sample(TENSORS, seed=1, batch=5)
    return {**found, "action": np.array([2, 0, 1, 1, 2], np.int32), **more}


def losses(block: PolicyGradient, given: dict[str, Any]) -> Any:
    return apply(block, tensors_of(given), None, given)


def slopes(block: PolicyGradient, given: dict[str, Any]) -> dict[str, np.ndarray]:
    """Gradients of the batch's mean loss with respect to every float input."""
    floats = {n: a for n, a in given.items() if a.dtype == np.float32}
    tensors = tensors_of(given)

    def mean(floats: dict[str, Any]) -> jax.Array:
        return apply(block, tensors, None, {**given, **floats}).mean()

    return {n: np.asarray(g) for n, g in jax.grad(mean)(floats).items()}


def test_the_gradient_is_that_of_the_paper() -> None:
    given = arrays()
    found = slopes(PolicyGradient(entropy_bonus=0.0, normalise=False), given)
    logits, action, gain = given["logits"], given["action"], given["returns"][:, 0]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    # Williams 1992: the eligibility of a softmax unit is what was drawn less its probability.
    expected = -gain[:, None] * (np.eye(3)[action] - chances) / len(logits)
    np.testing.assert_allclose(found["logits"], expected, rtol=1e-5, atol=1e-7)


def test_the_gradient_is_that_of_finite_differences() -> None:
    given = arrays(legal=LEGAL, value=np.linspace(-1, 1, 5, dtype=np.float32)[:, None])
    block = PolicyGradient(entropy_bonus=0.3)
    way = np.random.default_rng(0).normal(size=given["logits"].shape)
    step = 1e-5
    with jax.enable_x64(True):
        wide = {n: a.astype(np.float64) if n != "action" else a for n, a in given.items()}
        tensors = tensors_of(given)

        def mean(share: float) -> float:
            moved = {**wide, "logits": wide["logits"] + share * way}
            return float(apply(block, tensors, None, moved).mean())

        expected = (mean(step) - mean(-step)) / (2 * step)
    assert float(np.vdot(slopes(block, given)["logits"], way)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_value_and_gradient_are_those_of_torch(normalise: bool, masked: bool) -> None:
    value = np.random.default_rng(4).normal(size=(5, 1)).astype(np.float32)
    given = arrays(value=value, **({"legal": LEGAL} if masked else {}))
    block = PolicyGradient(entropy_bonus=0.1, normalise=normalise)

    logits = torch.tensor(given["logits"], requires_grad=True)
    scores = logits.masked_fill(torch.tensor(LEGAL) == 0, -torch.inf) if masked else logits
    policy = torch.distributions.Categorical(logits=scores)
    gain = torch.tensor((given["returns"] - value)[:, 0])
    if normalise:
        gain = (gain - gain.mean()) / gain.std(unbiased=False)
    entropy = policy.entropy()
    expected = -policy.log_prob(torch.tensor(given["action"]).long()) * gain - 0.1 * entropy
    expected.mean().backward()

    np.testing.assert_allclose(losses(block, given), expected.detach(), rtol=1e-4, atol=1e-5)
    assert logits.grad is not None
    np.testing.assert_allclose(slopes(block, given)["logits"], logits.grad, rtol=1e-4, atol=1e-6)
    metric = block.metrics(**tensors_of(given))["entropy"].value.run(given, resolve)
    np.testing.assert_allclose(metric, entropy.detach(), rtol=1e-5, atol=1e-6)


def test_the_baseline_and_the_returns_get_no_gradient() -> None:
    given = arrays(value=np.ones((5, 1), np.float32))
    found = slopes(PolicyGradient(), given)
    assert not found["value"].any()
    assert not found["returns"].any()
    assert found["logits"].any()


def test_actions_that_are_not_legal_have_no_share() -> None:
    given = arrays(legal=LEGAL)
    block = PolicyGradient()
    chances = block.probabilities(**tensors_of(given)).run(given, resolve)
    np.testing.assert_array_equal(chances[LEGAL == 0], 0)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    assert not slopes(block, given)["logits"][LEGAL == 0].any()
    assert float(losses(PolicyGradient(entropy_bonus=0.5), given)[3]) == 0, "one action, no choice"


def test_normalised_advantages_forget_scale_and_offset() -> None:
    given = arrays()
    moved = {**given, "returns": 7 * given["returns"] + 3}
    block = PolicyGradient()
    np.testing.assert_allclose(losses(block, given), losses(block, moved), rtol=1e-4, atol=1e-5)
    assert block.across_batch
    assert not PolicyGradient(normalise=False).across_batch


def test_equal_returns_teach_nothing_but_finite_numbers() -> None:
    found = slopes(PolicyGradient(entropy_bonus=0.0), arrays(returns=np.zeros((5, 1), np.float32)))
    assert not found["logits"].any()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"action": Tensor((None,), "int32", 4)}, "4 actions"),
        ({"returns": Tensor((None, 2))}, "returns has 2 numbers"),
        ({"value": Tensor((None, 3))}, "value has 3 numbers"),
        ({"legal": Tensor((None, 9))}, "legal"),
    ],
)
def test_what_does_not_fit_is_told_with_a_remedy(changed: dict[str, Tensor], said: str) -> None:
    with pytest.raises(ShapeError, match=said) as told:
        PolicyGradient().infer(**{**TENSORS, **changed})
    assert told.value.remedy


def test_a_large_bonus_makes_all_legal_actions_alike() -> None:
    legal = jnp.asarray(LEGAL[1:2])
    given = {**{n: a[:1] for n, a in arrays().items()}, "legal": LEGAL[1:2]}
    block = PolicyGradient(entropy_bonus=1.0, normalise=False)
    given["returns"] = np.zeros((1, 1), np.float32)
    logits = jnp.asarray(given["logits"])
    for _ in range(200):
        logits = logits - slopes(block, {**given, "logits": np.asarray(logits)})["logits"]
    found = jax.nn.softmax(jnp.where(legal > 0, logits, -jnp.inf))
    np.testing.assert_allclose(found, [[0.5, 0.5, 0]], atol=1e-3)

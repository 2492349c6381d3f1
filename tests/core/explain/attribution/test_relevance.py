"""Relevance and guided backpropagation against hand-computed numbers and known equalities."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from tests.core.explain.attribution.samples import Asked, deep_cnn, relu_mlp
from tests.designs import IRIS, classifier
from tests.grouped import grouped

RELU = ("Activation", {"function": "relu"})


@pytest.fixture(scope="module")
def mlp() -> Asked:
    return Asked(relu_mlp(RELU))


@pytest.fixture(scope="module")
def without_bias() -> Asked:
    return Asked(deep_cnn(use_bias=False))


def test_guided_backprop_by_hand(mlp: Asked) -> None:
    sample = mlp("gradient").sample
    # Units: active and wanted, active and unwanted, not active and wanted, and two without weight.
    signs = np.sign(sample)
    kernel = np.stack([signs, 2 * signs, -signs, 0 * signs, 0 * signs], axis=1)
    after = np.zeros((5, 3))
    after[:, 1] = [3, -5, 7, 0, 0]
    mlp.set(dense__kernel=kernel, dense_2__kernel=after)
    mlp.set(dense__bias=np.zeros(5), dense_2__bias=np.zeros(3))
    np.testing.assert_allclose(mlp("gradient", target=1).values, (3 - 2 * 5) * signs)
    np.testing.assert_allclose(mlp("guided_backprop", target=1).values, 3 * signs)


def test_of_rectified_networks_without_bias_it_is_gradient_times_input(
    without_bias: Asked,
) -> None:
    """Ancona et al., Towards better understanding of gradient-based attribution, 2018, prop. 1."""
    found = without_bias("lrp", epsilon=1e-9, number=3)
    wanted = without_bias("gradient_x_input", number=3)
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-3, atol=1e-6)
    assert found.values.sum() == pytest.approx(found.score, rel=1e-4)


def test_epsilon_rule_by_hand(mlp: Asked) -> None:
    generator = np.random.default_rng(0)
    arrays = {"dense__kernel": (4, 5), "dense__bias": 5, "dense_2__kernel": (5, 3)}
    drawn = {name: generator.normal(size=shape) for name, shape in arrays.items()}
    mlp.set(**drawn, dense_2__bias=[0.1, 0.4, -0.3])
    found = mlp("lrp", target=1, epsilon=0.2)
    x = found.sample.astype(float)
    first, bias = drawn["dense__kernel"], drawn["dense__bias"]
    z = x @ first + bias
    hidden = np.maximum(z, 0)
    weights = drawn["dense_2__kernel"][:, 1]
    out = hidden @ weights + 0.4
    held = hidden * weights * out / (out + 0.2 * np.sign(out))
    wanted = x * (first @ (held / (z + 0.2 * np.sign(z))))
    np.testing.assert_allclose(found.values, wanted, rtol=1e-4)


def test_batch_normalization_counts_as_part_of_the_layer_before_it() -> None:
    asked = Asked(relu_mlp(("BatchNorm", {}), RELU))
    generator = np.random.default_rng(1)
    scale, shift = generator.uniform(0.5, 2, 5), generator.normal(size=5)
    mean, variance = generator.normal(size=5), generator.uniform(0.5, 2, 5)
    asked.set(batchnorm__scale=scale, batchnorm__bias=shift)
    asked.set(batchnorm__mean=mean, batchnorm__var=variance)
    found = asked("lrp", target=2, epsilon=0.01)
    factor = scale / np.sqrt(variance + 1e-5)
    kernel = asked.weights("dense.kernel") * factor
    bias = (asked.weights("dense.bias") - mean) * factor + shift
    x = found.sample.astype(float)
    z = x @ kernel + bias
    hidden = np.maximum(z, 0)
    weights = asked.weights("dense_2.kernel")[:, 2]
    out = hidden @ weights + asked.weights("dense_2.bias")[2]
    held = hidden * weights * out / (out + 0.01 * np.sign(out))
    wanted = x * (kernel @ (held / (z + 0.01 * np.sign(z))))
    np.testing.assert_allclose(found.values, wanted, rtol=1e-4, atol=1e-7)


def test_groups_hand_relevance_through() -> None:
    layers = (("Dense", {"units": 5}), ("Activation", {}), ("Dense", {"units": 3}))
    plain = classifier(IRIS, *layers, x="features")
    one = Asked(grouped(plain, "dense", "activation"))
    found, wanted = one("lrp", target=1), one("gradient_x_input", target=1)
    # Biases are zero before training.
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-3, atol=1e-6)


def test_blocks_without_a_rule_are_named() -> None:
    asked = Asked(relu_mlp(("LayerNorm", {}), ("Activation", {"function": "sigmoid"})))
    with pytest.raises(
        InputError, match=r"Layer normalization, which layernorm is|sigmoid"
    ) as told:
        asked("lrp")
    assert "integrated_gradients" in told.value.hint
    with pytest.raises(InputError, match="no Activation with relu"):
        asked("guided_backprop")

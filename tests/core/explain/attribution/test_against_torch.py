"""Methods that follow gradients, against PyTorch's autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from tests.core.explain.attribution.samples import Asked, biased_cnn


class GuidedRelu(torch.autograd.Function):
    """Springenberg's ReLU, written once more."""

    @staticmethod
    def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
        context.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(context: Any, slope: torch.Tensor) -> torch.Tensor:
        (x,) = context.saved_tensors
        return slope.clamp(min=0) * (x > 0)


class Twin:
    """The network of ``deep_cnn`` in PyTorch, in float64."""

    def __init__(self, asked: Asked) -> None:
        def array(name: str) -> torch.Tensor:
            return torch.tensor(asked.weights(name).astype(np.float64))

        self.kernels = [array(f"{n}.kernel").permute(3, 2, 0, 1) for n in ("conv", "conv_2")]
        self.biases = [array(f"{n}.bias") for n in ("conv", "conv_2")]
        self.dense = array("dense.kernel"), array("dense.bias")

    def __call__(self, x: torch.Tensor, relu: Any = torch.relu) -> tuple[Any, Any]:
        """The logits ``[B, 10]`` of images ``[B, H, W, C]``, and the second convolution's maps."""
        x = functional.conv2d(x.permute(0, 3, 1, 2), self.kernels[0], self.biases[0], padding=1)
        x = functional.max_pool2d(relu(x), 2)
        maps = functional.conv2d(x, self.kernels[1], self.biases[1], padding=1)
        flat = relu(maps).permute(0, 2, 3, 1).flatten(1)
        return flat @ self.dense[0] + self.dense[1], maps

    def slopes(self, samples: np.ndarray, target: int, relu: Any = torch.relu) -> np.ndarray:
        """The gradient of a logit at each of the images."""
        x = torch.tensor(samples.astype(np.float64), requires_grad=True)
        (slopes,) = torch.autograd.grad(self(x, relu)[0][:, target].sum(), x)
        return slopes.numpy()

    def slope(self, sample: np.ndarray, target: int, relu: Any = torch.relu) -> np.ndarray:
        found: np.ndarray = self.slopes(sample[None], target, relu)[0]
        return found


@pytest.fixture(scope="module")
def asked() -> Asked:
    return biased_cnn()


@pytest.fixture(scope="module")
def twin(asked: Asked) -> Twin:
    return Twin(asked)


def test_scores_and_gradients(asked: Asked, twin: Twin) -> None:
    found = asked("gradient", target=4, number=5)
    logits = twin(torch.tensor(found.sample[None].astype(np.float64)))[0][0].numpy()
    assert found.score == pytest.approx(logits[4], rel=1e-4)
    assert found.predicted == logits.argmax()
    np.testing.assert_allclose(found.values, twin.slope(found.sample, 4), rtol=1e-3, atol=1e-5)


def test_guided_backprop(asked: Asked, twin: Twin) -> None:
    found = asked("guided_backprop", target=4, number=5)
    wanted = twin.slope(found.sample, 4, GuidedRelu.apply)
    np.testing.assert_allclose(found.values, wanted, rtol=1e-3, atol=1e-5)
    assert not np.allclose(wanted, twin.slope(found.sample, 4))


@pytest.mark.parametrize("baseline", ["zeros", "mean", "blurred"])
def test_integrated_gradients_are_complete(asked: Asked, twin: Twin, baseline: str) -> None:
    found = asked(
        "integrated_gradients",
        number=1,
        baseline=baseline,
        steps=200,
        tolerance=0.0,
        rule="trapezoid",
    )
    assert found.completeness_error is not None
    assert found.completeness_error < 0.01
    if baseline == "blurred":
        return
    start = asked.mean() if baseline == "mean" else np.zeros_like(found.sample)
    way = found.sample - start
    assert found.target is not None
    shares = np.linspace(0, 1, 200)[:, None, None, None]
    slopes = twin.slopes(start + shares * way, found.target)
    wanted = way * np.trapezoid(slopes, dx=1 / 199, axis=0)
    # Where a share of the way falls on a kink the two may differ.
    np.testing.assert_allclose(found.values, wanted, atol=2e-3 * np.abs(wanted).max())


def test_grad_cam_is_its_formula(asked: Asked, twin: Twin) -> None:
    largest = [0.0, 0.0]
    for target in range(5):
        found = [asked(m, target=target, number=2) for m in ("grad_cam", "grad_cam_pp")]
        assert [one.node for one in found] == ["conv_2", "conv_2"]
        _, maps = twin(torch.tensor(found[0].sample[None].astype(np.float64)))
        leaf = maps.detach().requires_grad_()
        flat = torch.relu(leaf).permute(0, 2, 3, 1).flatten(1)
        (slope,) = torch.autograd.grad((flat @ twin.dense[0] + twin.dense[1])[0, target], leaf)
        a, g = leaf.detach()[0].numpy(), slope[0].numpy()
        below = 2 * g**2 + a.sum((1, 2), keepdims=True) * g**3
        alpha = np.where(below == 0, 0, g**2 / np.where(below == 0, 1, below))
        weights = g.mean((1, 2)), (alpha * np.maximum(g, 0)).sum((1, 2))
        for number, one in enumerate(found):
            small = np.maximum(np.tensordot(weights[number], a, 1), 0)
            large = functional.interpolate(
                torch.tensor(small)[None, None], (8, 8), mode="bilinear", align_corners=False
            )
            np.testing.assert_allclose(one.values, large[0, 0].numpy(), rtol=1e-3, atol=1e-4)
            largest[number] = max(largest[number], one.values.max())
    assert min(largest) > 0.01


def test_grad_cam_looks_at_the_layer_that_is_named(asked: Asked) -> None:
    assert asked("grad_cam", node="conv").node == "conv"
    assert asked("grad_cam", node="maxpool").values.shape == (8, 8)

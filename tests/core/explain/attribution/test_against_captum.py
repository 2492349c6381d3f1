"""Methods against Captum's, on the same network in PyTorch."""

from __future__ import annotations

from typing import Any

import captum.attr
import numpy as np
import pytest
import torch
from captum.attr._utils.lrp_rules import EpsilonRule
from torch import nn

from tests.core.explain.attribution.samples import Asked, biased_cnn

TARGET, NUMBER = 4, 5


@pytest.fixture(scope="module")
def asked() -> Asked:
    return biased_cnn()


@pytest.fixture(scope="module")
def twin(asked: Asked) -> nn.Sequential:
    """The network with channels first, in float64."""

    def given(name: str, *order: int) -> nn.Parameter:
        array = asked.weights(name).astype(np.float64)
        return nn.Parameter(torch.tensor(array.transpose(order) if order else array))

    made = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64, 10),
    ).double()
    for place, name in ((0, "conv"), (3, "conv_2")):
        made[place].weight, made[place].bias = (
            given(f"{name}.kernel", 3, 2, 0, 1),
            given(f"{name}.bias"),
        )
    dense = asked.weights("dense.kernel").astype(np.float64).reshape(4, 4, 4, 10)
    made[6].weight = nn.Parameter(torch.tensor(dense.transpose(3, 2, 0, 1).reshape(10, 64)))
    made[6].bias = given("dense.bias")
    return made.eval()


def image(sample: np.ndarray) -> torch.Tensor:
    return torch.tensor(sample.astype(np.float64)).permute(2, 0, 1)[None].requires_grad_()


def channels_last(values: torch.Tensor) -> np.ndarray:
    found: np.ndarray = values.detach()[0].permute(1, 2, 0).numpy()
    return found


@pytest.mark.parametrize(
    ("method", "theirs", "options"),
    [
        ("gradient", lambda net: captum.attr.Saliency(net), {"abs": False}),
        ("gradient_x_input", lambda net: captum.attr.InputXGradient(net), {}),
        ("guided_backprop", lambda net: captum.attr.GuidedBackprop(net), {}),
        (
            "integrated_gradients",
            lambda net: captum.attr.IntegratedGradients(net),
            {"n_steps": 64, "method": "gausslegendre", "baselines": 0.0},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.filterwarnings("ignore:Setting backward hooks")
def test_gradients(
    asked: Asked, twin: nn.Sequential, method: str, theirs: Any, options: dict[str, Any]
) -> None:
    own = {}
    if method == "integrated_gradients":
        own = {"baseline": "zeros", "steps": 64, "tolerance": 1.0}
    found = asked(method, target=TARGET, number=NUMBER, **own)
    wanted = theirs(twin).attribute(image(found.sample), target=TARGET, **options)
    expected = channels_last(wanted)
    np.testing.assert_allclose(
        found.values, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
    )


def test_relevance_by_the_epsilon_rule(asked: Asked, twin: nn.Sequential) -> None:
    found = asked("lrp", target=TARGET, number=NUMBER, epsilon=1e-6)
    for layer in twin:
        layer.rule = EpsilonRule(epsilon=1e-6)
    wanted = channels_last(captum.attr.LRP(twin).attribute(image(found.sample), target=TARGET))
    np.testing.assert_allclose(found.values, wanted, rtol=1e-2, atol=1e-3 * np.abs(wanted).max())


def test_grad_cam(asked: Asked, twin: nn.Sequential) -> None:
    found = asked("grad_cam", target=TARGET, number=NUMBER)
    small = captum.attr.LayerGradCam(twin, twin[3]).attribute(
        image(found.sample), target=TARGET, relu_attributions=True
    )
    large = nn.functional.interpolate(small, (8, 8), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(found.values, large[0, 0].detach().numpy(), rtol=1e-3, atol=1e-5)


def test_occlusion(asked: Asked, twin: nn.Sequential) -> None:
    found = asked(
        "occlusion", target=TARGET, number=NUMBER, size=2, stride=2, fill="value", value=0.0
    )
    wanted = captum.attr.Occlusion(twin).attribute(
        image(found.sample), (1, 2, 2), strides=(1, 2, 2), target=TARGET, baselines=0.0
    )
    expected = wanted.detach()[0, 0].numpy()
    np.testing.assert_allclose(
        np.squeeze(found.values), expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
    )

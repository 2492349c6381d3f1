"""Published networks, built as designs, have the published parameter counts and multiply-adds.

Publications count the multiply-adds of convolutions and dense layers alone, and biases not at all;
what normalisation, activations and pooling add is compared apart, as a share of that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import pytest
from convolutional_designs import (
    alexnet,
    densenet_121,
    lenet_5,
    mobilenet_v2,
    resnet,
    squeezenet_1_1,
    vgg_16,
)

from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.tensor import Tensor

# Trained values, and thousand million multiply-adds of one sample: those of torchvision's
# documentation; LeNet-5's follow from its layers.
NETWORKS: dict[str, tuple[Callable[[], Design], int, float]] = {
    "LeNet-5": (lenet_5, 61_706, 0.000416520),
    "AlexNet": (alexnet, 61_100_840, 0.714),
    "VGG-16": (vgg_16, 138_357_544, 15.470),
    "ResNet-18": (partial(resnet, "ResNet-18", (2, 2, 2, 2), False), 11_689_512, 1.814),
    "ResNet-50": (partial(resnet, "ResNet-50", (3, 4, 6, 3), True), 25_557_032, 4.089),
    "MobileNetV2": (mobilenet_v2, 3_504_872, 0.301),
    "SqueezeNet 1.1": (squeezenet_1_1, 1_235_496, 0.349),
    "DenseNet-121": (densenet_121, 7_978_856, 2.834),
}


@cache
def analysed(name: str) -> Analysis:
    return analyse(NETWORKS[name][0]())


@pytest.mark.parametrize("name", NETWORKS)
def test_fits_together_and_gives_a_score_for_each_class(name: str) -> None:
    analysis = analysed(name)
    assert [p for p in analysis.problems if not p.only_training] == []
    read = set(analysis.design.wires.values())
    (output,) = (tensor for end, tensor in analysis.outputs().items() if end not in read)
    assert output == Tensor((None, 10 if name == "LeNet-5" else 1000))


@pytest.mark.parametrize("name", NETWORKS)
def test_has_the_published_number_of_parameters(name: str) -> None:
    assert analysed(name).parameters == NETWORKS[name][1]


@pytest.mark.parametrize("name", NETWORKS)
def test_has_the_published_multiply_adds(name: str) -> None:
    assert analysed(name).multiply_adds == pytest.approx(NETWORKS[name][2] * 1e9, rel=0.01)


# What is left is a few operations an element, the more of all the fewer weights a layer has.
REST = {"LeNet-5": 0.02, "MobileNetV2": 0.06, "DenseNet-121": 0.02}


@pytest.mark.parametrize("name", NETWORKS)
def test_normalisation_activations_and_pooling_add_little(name: str) -> None:
    counted = 2 * analysed(name).multiply_adds
    assert counted < analysed(name).flops < (1 + REST.get(name, 0.01)) * counted

"""Models of PyTorch, by both its exporters, become tidy designs that compute the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.core.compile.onnx_in import torch_models as models
from tests.core.compile.onnx_in.exporting import BATCH, check_same, exported, kinds

EXPORTERS = pytest.mark.parametrize("dynamo", [False, True], ids=["older", "dynamo"])


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(BATCH, *shape)).astype(np.float32)


def tokens(length: int, classes: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, classes, (BATCH, length))


def compared(module: nn.Module, folder: Path, dynamo: bool, *arrays: np.ndarray, **more: int):
    inputs = tuple(torch.from_numpy(a) for a in arrays)
    path = exported(module, inputs, folder / "model.onnx", dynamo, **more)
    return check_same(path, *arrays)


def test_a_small_cnn(tmp_path: Path) -> None:
    found = compared(models.SmallCnn(), tmp_path, False, floats(3, 16, 12))
    assert kinds(found) == {
        **{"Input": 1, "Conv": 2, "Activation": 3, "MaxPool": 1},
        **{"Flatten": 1, "Dense": 2},
    }
    assert {"conv1", "conv2", "pool", "fc1", "fc2"} <= {n.name for n in found.design.nodes.values()}


@EXPORTERS
def test_resnet_18(tmp_path: Path, dynamo: bool) -> None:
    found = compared(models.ResNet18(8), tmp_path, dynamo, floats(3, 64, 64))
    assert kinds(found) == {
        **{"Input": 1, "Conv": 20, "Activation": 17, "MaxPool": 1, "Add": 8},
        **{"GlobalAveragePool": 1, "Dense": 1},
    }
    names = {n.name for n in found.design.nodes.values()}
    assert {"conv1", "layer1.0.conv1", "layer4.1.conv2", "layer2.0.downsample.0", "fc"} <= names


@pytest.mark.parametrize("v3", [False, True], ids=["v2", "v3"])
def test_mobilenet(tmp_path: Path, v3: bool) -> None:
    found = compared(models.MobileNet(v3), tmp_path, v3, floats(3, 32, 32))
    count = kinds(found)
    assert "Permute" not in count
    assert count["DepthwiseConv"] == 3
    assert count.get("Multiply", 0) == (3 if v3 else 0)
    functions = {
        n.params["function"] for n in found.design.nodes.values() if n.block == "Activation"
    }
    assert functions == ({"hard_swish", "relu", "hard_sigmoid"} if v3 else {"relu6"})


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
def test_recurrent_layers(tmp_path: Path, kind: str, both: bool) -> None:
    found = compared(models.Recurrent(kind, both), tmp_path, False, floats(6, 3))
    ours = {"RNN": "SimpleRNN"}.get(kind, kind)
    if both:
        assert kinds(found) == {"Input": 1, ours: 1, "Slice": 1, "Flatten": 1, "Dense": 1}
    else:
        assert kinds(found) == {"Input": 1, ours: 1, "Dense": 1}


@EXPORTERS
def test_stacked_layers_that_read_time_first(tmp_path: Path, dynamo: bool) -> None:
    array = np.swapaxes(floats(6, 3), 0, 1).copy()
    module = models.Recurrent("LSTM", layers=2, first=False)
    found = compared(module, tmp_path, dynamo, array, batch_axis=1)
    assert kinds(found) == {"Input": 1, "LSTM": 2, "Dense": 1}


def test_the_last_states_of_an_lstm(tmp_path: Path) -> None:
    compared(models.LastState(), tmp_path, False, floats(6, 3))


@EXPORTERS
def test_bert(tmp_path: Path, dynamo: bool) -> None:
    found = compared(models.Bert(), tmp_path, dynamo, tokens(6, 30))
    count = kinds(found)
    assert count["MultiHeadAttention"] == 2
    assert count["LayerNorm"] == 5
    assert count["PositionalEmbedding"] == 1
    assert not {"MatMul", "Permute", "Reshape"} & count.keys()


@pytest.mark.parametrize("norm_first", [False, True])
def test_the_encoder_of_pytorch(tmp_path: Path, norm_first: bool) -> None:
    found = compared(models.TorchEncoder(norm_first), tmp_path, norm_first, tokens(5, 20))
    count = kinds(found)
    assert count["MultiHeadAttention"] == 2
    assert not {"MatMul", "Permute", "Reshape", "Lambda"} & count.keys()


def test_bert_with_a_mask_of_its_padding(tmp_path: Path) -> None:
    mask = np.ones((BATCH, 6), np.int64)
    mask[0, 4:] = mask[2, 2:] = 0
    found = compared(models.Bert(masked=True), tmp_path, False, tokens(6, 30), mask)
    attention = [n.id for n in found.design.nodes.values() if n.block == "MultiHeadAttention"]
    assert all("mask" in found.design.sources[node] for node in attention)
    assert len(attention) == 2


@EXPORTERS
def test_gpt(tmp_path: Path, dynamo: bool) -> None:
    found = compared(models.Gpt(), tmp_path, dynamo, tokens(6, 20))
    attention = [n for n in found.design.nodes.values() if n.block == "MultiHeadAttention"]
    assert [n.params["causal"] for n in attention] == [True]


def test_a_vision_transformer(tmp_path: Path) -> None:
    found = compared(models.Vit(), tmp_path, False, floats(3, 8, 8))
    count = kinds(found)
    assert count["MultiHeadAttention"] == count["ClassToken"] == count["PositionalEmbedding"] == 1
    assert "Permute" not in count


def test_a_u_net(tmp_path: Path) -> None:
    found = compared(models.UNet(), tmp_path, False, floats(1, 8, 8))
    assert kinds(found)["ConvTranspose"] == kinds(found)["Upsample"] == 1
    assert "Permute" not in kinds(found)


@EXPORTERS
def test_channels_split_and_shuffled(tmp_path: Path, dynamo: bool) -> None:
    found = compared(models.ShuffleUnit(), tmp_path, dynamo, floats(8, 4, 4))
    assert kinds(found)["GroupNorm"] == 1


TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


@EXPORTERS
@pytest.mark.parametrize(("axes", "groups"), [(1, 2), (2, 2), (2, 4), (3, 2)])
def test_transposed_convolutions_in_groups(
    tmp_path: Path, axes: int, groups: int, dynamo: bool
) -> None:
    options = {"stride": 3, "padding": 1, "output_padding": 1, "groups": groups, "dilation": 2}
    module = TRANSPOSED[axes](4, 8, 3, **options)
    found = compared(module, tmp_path, dynamo, floats(4, *(5, 4, 3)[:axes]))
    (node,) = (n for n in found.design.nodes.values() if n.block == "ConvTranspose")
    assert (node.params["groups"], node.params["filters"]) == (groups, 8)

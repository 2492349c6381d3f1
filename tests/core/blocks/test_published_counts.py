"""Parameter counts that others have published."""

from __future__ import annotations

import pytest

from core.blocks.attention import MultiHeadAttention
from core.blocks.block import Block
from core.blocks.convolution import Conv
from core.blocks.dense import Dense
from core.blocks.embedding import Embedding
from core.blocks.normalization import BatchNorm, LayerNorm
from core.blocks.pooling import AveragePool
from core.blocks.recurrent import GRU, LSTM, SimpleRNN
from core.blocks.shape import Flatten
from core.tensor import Tensor


def chain(blocks: list[Block], sizes: tuple[int, ...]) -> tuple[Tensor, list[int]]:
    """The output of blocks one after another, and the parameters of each that has some."""
    tensor, counts = Tensor((None, *sizes)), []
    for block in blocks:
        counts.append(block.parameters(input=tensor))
        tensor = block.infer(input=tensor)
    return tensor, [c for c in counts if c]


def test_lenet_5_with_fully_connected_maps() -> None:
    network = [
        Conv(filters=6, kernel_size=(5,), padding="VALID"),
        AveragePool(),
        Conv(filters=16, kernel_size=(5,), padding="VALID"),
        AveragePool(),
        Flatten(),
        Dense(units=120),
        Dense(units=84),
        Dense(units=10),
    ]
    output, counts = chain(network, (32, 32, 1))
    assert output == Tensor((None, 10))
    assert counts == [156, 2416, 48120, 10164, 850]
    assert sum(counts) == 61706


def test_vgg_16_first_and_last_layers() -> None:
    assert Conv(filters=64).parameters(input=Tensor((None, 224, 224, 3))) == 1792
    assert Conv(filters=512).parameters(input=Tensor((None, 14, 14, 512))) == 2359808
    assert Dense(units=4096).parameters(input=Tensor((None, 25088))) == 102764544


def test_resnet_50_first_layers() -> None:
    image = Tensor((None, 224, 224, 3))
    first = Conv(filters=64, kernel_size=(7,), strides=(2,), use_bias=False)
    assert first.parameters(input=image) == 9408
    assert first.infer(input=image) == Tensor((None, 112, 112, 64))
    assert BatchNorm().parameters(input=Tensor((None, 112, 112, 64))) == 128


@pytest.mark.parametrize(
    ("block", "features", "count"),
    [
        (LSTM(units=32), 10, 5504),
        (LSTM(units=128), 128, 131584),
        (LSTM(units=64, bidirectional=True), 128, 98816),
        (SimpleRNN(units=32), 32, 2080),
        (GRU(units=32), 10, 3 * (32 * (10 + 32) + 32)),
    ],
)
def test_recurrent_layers(block: Block, features: int, count: int) -> None:
    assert block.parameters(input=Tensor((None, 7, features))) == count


def test_transformer_base_of_the_paper() -> None:
    sequence = Tensor((None, 10, 512))
    attention = MultiHeadAttention(heads=8, features=512)
    assert attention.parameters(query=sequence) == 4 * (512 * 512 + 512)
    assert LayerNorm().parameters(input=sequence) == 1024


def test_bert_base_embedding_and_attention() -> None:
    assert (
        Embedding(vocabulary=30522, features=768).parameters(input=Tensor((None, 5), "int32"))
        == 23440896
    )
    attention = MultiHeadAttention(heads=12, features=768)
    assert attention.parameters(query=Tensor((None, 5, 768))) == 2362368

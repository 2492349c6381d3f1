"""What a problem advises is tried: it has to lead to a tensor that the block takes."""

import re

import pytest

from core.blocks.block import Block, ShapeError, port
from core.blocks.catalog import block
from core.blocks.classification_losses import CrossEntropy
from core.blocks.normalization import GroupNorm
from core.blocks.shape import Flatten, Reshape
from core.tensor import Tensor

RANKS = [(2,), (3,), (4,), (5,), (3, 4), (4, 5), (3, 4, 5), (2, 3, 4, 5), (2, 4)]
SIZES = [(), (6,), (5, 8), (4, 6, 3), (2, 4, 6, 3), (2, 2, 2, 2, 2)]


def refused(build: Block, **inputs: Tensor) -> ShapeError:
    with pytest.raises(ShapeError) as caught:
        build.results(**inputs)
    return caught.value


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("ranks", RANKS)
def test_another_rank_is_mended_as_advised(ranks: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    given, taker = Tensor((None, *sizes)), port("input", *ranks)
    if given.rank in ranks:
        taker.check(given)
        return
    with pytest.raises(ShapeError) as caught:
        taker.check(given)
    remedy = caught.value.remedy
    if remedy.startswith("Put Flatten"):
        taker.check(Flatten().infer(given))
        return
    numbers = re.search(r"Reshape with the shape ([-\d, ]+) before", remedy)
    assert numbers is not None, remedy
    shape = tuple(map(int, numbers[1].split(",")))
    taker.check(Reshape(shape=shape).infer(given))


def test_what_takes_one_number_a_sample_gets_it_from_reduce() -> None:
    taker = port("similar", 1)
    with pytest.raises(ShapeError) as caught:
        taker.check(Tensor((None, 4)))
    assert "put Reduce before it" in caught.value.remedy
    taker.check(block("Reduce")().results(input=Tensor((None, 4)))["output"])


def test_many_ranks_are_said_shortly() -> None:
    with pytest.raises(ShapeError) as caught:
        port("input", 2, 3, 4, 5).check(Tensor((None,)))
    expected = "Input takes vectors [B, F] up to volumes [B, D, H, W, C], not [B]"
    assert caught.value.message == expected


@pytest.mark.parametrize("sizes", [(4,), (6,), (9,), (8, 8, 12), (8, 8, 7), (8,)])
def test_the_advised_groups_can_be_normalised(sizes: tuple[int, ...]) -> None:
    given = Tensor((None, *sizes))
    try:
        GroupNorm().infer(given)
    except ShapeError as error:
        number = re.search(r"(\d+)\.$", error.remedy)
        assert number is not None
        GroupNorm(groups=int(number[1])).infer(given)


def test_one_group_of_one_value_needs_more_units() -> None:
    error = refused(GroupNorm(groups=1), input=Tensor((None, 1)))
    assert error.remedy == "Give the layer before it more units."


def test_logits_of_a_sequence_are_flattened_first() -> None:
    label = Tensor((None,), "int32", 10)
    error = refused(CrossEntropy(), logits=Tensor((None, 5, 10)), target=label)
    assert error.remedy.startswith("Put Flatten or Global average pooling before the last Dense")
    CrossEntropy().results(logits=Tensor((None, 10)), target=label)

"""Splits: disjoint, covering, repeatable and even."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import Column, Dataset
from core.data.source import sources
from core.data.split import ORDERS, SPLITS, Split
from core.errors import InputError


def labelled(labels, gap: int = 0) -> Dataset:
    """A dataset of the given classes, each row with its number as the feature."""
    labels = np.asarray(labels, np.int32)
    names = tuple(map(str, range(int(labels.max()) + 1)))
    numbers = np.arange(len(labels), dtype=np.float32)[:, None]
    return Dataset(
        {"x": Column(numbers), "y": Column(labels, names)},
        title="rows",
        inputs=("x",),
        targets=("y",),
        gap=gap,
    )


@st.composite
def fractions(draw):
    parts = draw(st.tuples(*[st.integers(1, 20)] * 3))
    return dict(zip(SPLITS, (part / sum(parts) for part in parts), strict=True))


labels = st.lists(st.integers(0, 4), min_size=100, max_size=300)
splits = st.builds(
    lambda shares, **others: Split(**shares, **others),
    fractions(),
    order=st.sampled_from(ORDERS),
    stratify=st.booleans(),
    seed=st.integers(0, 2**40),
)


@given(labels, splits)
def test_rows_are_shared_out_completely_and_repeatably(classes, split):
    dataset = labelled(classes)
    found = split.indices(dataset)
    assert tuple(found) == SPLITS
    rows = np.concatenate(list(found.values()))
    assert sorted(rows) == list(range(len(classes)))
    for name in SPLITS:
        assert np.array_equal(found[name], split.indices(dataset)[name])
        assert abs(len(found[name]) - getattr(split, name) * len(classes)) < 1 + 1e-6


@given(labels, splits)
def test_stratified_classes_are_within_one_row_of_their_share(classes, split):
    if split.order == "in order" or not split.stratify:
        return
    y = np.array(classes)
    found = split.indices(labelled(classes))
    for name in SPLITS:
        for label in np.unique(y):
            exact = getattr(split, name) * (y == label).sum()
            assert abs((y[found[name]] == label).sum() - exact) < 1 + 1e-6


@given(st.integers(60, 400), fractions(), st.integers(0, 10))
def test_splits_in_order_leave_the_gap_between_them(rows, shares, gap):
    found = Split(**shares, order="in order").indices(labelled([0] * rows, gap))
    train, validation, test = found.values()
    assert train[0] == 0
    assert test[-1] == rows - 1
    for part in found.values():
        assert np.array_equal(part, np.arange(part[0], part[-1] + 1))
    assert validation[0] - train[-1] == test[0] - validation[-1] == gap + 1


def test_iris_is_split_evenly():
    iris = sources()["iris"]().load(None)
    found = Split().indices(iris)
    y = iris.columns["label"].values
    assert [len(found[name]) for name in SPLITS] == [105, 23, 22]
    counts = [np.bincount(y[found[name]]).tolist() for name in SPLITS]
    assert counts[0] == [35, 35, 35]
    assert sorted(counts[1]) == [7, 8, 8]
    assert sorted(counts[2]) == [7, 7, 8]


def test_digits_in_every_split_occur_as_often_as_expected():
    digits = sources()["digits"]().load(None)
    y = digits.columns["label"].values
    found = Split().indices(digits)
    for name, share in zip(SPLITS, (0.7, 0.15, 0.15), strict=True):
        expected = np.bincount(y) * share
        assert np.abs(np.bincount(y[found[name]], minlength=10) - expected).max() < 1


def test_without_stratifying_a_rare_class_may_be_missed():
    rare = [0] * 95 + [1] * 5
    even = Split(train=0.6, validation=0.2, test=0.2).indices(labelled(rare))
    assert [int((even[n] >= 95).sum()) for n in SPLITS] == [3, 1, 1]
    seen = {
        int((Split(stratify=False, seed=seed).indices(labelled(rare))["test"] >= 95).sum())
        for seed in range(20)
    }
    assert 0 in seen


def test_the_seed_matters_and_the_order_is_mixed():
    dataset = labelled([0] * 200)
    first, second = (Split(seed=seed).indices(dataset)["train"] for seed in (0, 1))
    assert not np.array_equal(np.sort(first), np.sort(second))
    assert not np.array_equal(first, np.sort(first))


def test_a_share_of_zero_gives_an_empty_split():
    found = Split(train=0.8, validation=0.2, test=0.0).indices(labelled([0, 1] * 10))
    assert [len(found[name]) for name in SPLITS] == [16, 4, 0]
    ordered = Split(train=0.5, validation=0.0, test=0.5, order="in order")
    found = ordered.indices(labelled([0] * 22, gap=2))
    assert [len(found[name]) for name in SPLITS] == [10, 0, 10]
    assert found["test"][0] == 12


def test_the_shares_must_add_up():
    with pytest.raises(InputError, match=r"0.7 \+ 0.2 \+ 0.2 is 1.1") as caught:
        Split(validation=0.2, test=0.2).indices(labelled([0] * 50))
    assert caught.value.hint
    with pytest.raises(InputError, match="Training needs a share"):
        Split(train=0.0, validation=0.5, test=0.5).indices(labelled([0] * 50))


@pytest.mark.parametrize(("order", "gap"), [("shuffled", 0), ("in order", 0), ("in order", 40)])
def test_a_split_that_would_be_empty_is_refused(order, gap):
    rows = 3 if gap == 0 else 50
    with pytest.raises(InputError, match=r"the .* split would be empty") as caught:
        Split(order=order).indices(labelled([0] * rows, gap))
    assert "more rows" in caught.value.hint


def test_as_many_labels_as_asked_are_left_evenly_and_repeatably():
    dataset = labelled([0] * 60 + [1] * 30 + [2] * 5 + [3] * 5)
    split = Split(labelled=22)
    rows = split.indices(dataset)["train"]
    gone = split.without_label(dataset, rows)
    np.testing.assert_array_equal(gone, split.without_label(dataset, rows))
    assert set(gone) < set(rows)
    kept = dataset.columns["y"].values[np.setdiff1d(rows, gone)]
    # Of the two rare classes there are fewer than a quarter of 22.
    counts = np.bincount(kept)
    rare = np.bincount(dataset.columns["y"].values[rows])[2:]
    assert counts.sum() == 22
    np.testing.assert_array_equal(counts[2:], rare)
    assert abs(counts[0] - counts[1]) <= 1
    other = Split(labelled=22, seed=1)
    assert set(other.without_label(dataset, rows)) != set(gone)


def test_all_labels_stay_unless_it_is_asked():
    dataset = labelled([0, 1] * 20)
    assert len(Split().without_label(dataset, np.arange(40))) == 0
    assert len(Split(labelled=40).without_label(dataset, np.arange(40))) == 0


def test_labels_that_are_not_there_cannot_be_kept():
    dataset = labelled([0, 1, -1, -1] * 10)
    assert set(Split(labelled=10).without_label(dataset, np.arange(40))) >= {2, 3, 6, 38}
    with pytest.raises(InputError, match=r"30 training rows shall keep .* only 20 have one"):
        Split(labelled=30).without_label(dataset, np.arange(40))
    numbers = Dataset({"x": dataset.columns["x"]}, title="numbers", targets=("x",))
    with pytest.raises(InputError, match="numbers has no class label"):
        Split(labelled=3).without_label(numbers, np.arange(40))

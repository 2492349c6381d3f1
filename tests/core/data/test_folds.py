"""Folds against scikit-learn's, and what they promise of every data set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, LeaveOneOut, StratifiedKFold

from core.data.dataset import Column, Dataset
from core.data.folds import make_folds
from core.data.split import Split
from core.errors import InputError

NO_TEST = Split(train=0.8, validation=0.2, test=0.0)


def dataset(labels: np.ndarray, gap: int = 0) -> Dataset:
    count = len(labels)
    classes = tuple(str(i) for i in range(int(labels.max()) + 1))
    columns = {
        "x": Column(np.arange(count, dtype=np.float32)),
        "label": Column(labels.astype(np.int32), classes),
    }
    return Dataset(columns, "Numbers", inputs=("x",), targets=("label",), gap=gap)


@given(
    st.lists(st.integers(0, 3), min_size=20, max_size=60),
    st.integers(2, 10),
    st.integers(0, 5),
)
def test_every_row_is_judged_once_and_never_learnt_from_then(
    labels: list[int], count: int, seed: int
) -> None:
    data = dataset(np.array(labels))
    split = Split(seed=seed)
    apart = split.indices(data)["test"]
    folds = make_folds(data, split, count)
    judged = np.concatenate([fold["validation"] for fold in folds])
    assert sorted(judged) == sorted(set(range(len(labels))) - set(apart))
    for fold in folds:
        whole = np.concatenate([fold["train"], fold["validation"], fold["test"]])
        assert sorted(whole) == list(range(len(labels)))
        np.testing.assert_array_equal(fold["test"], apart)


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_sizes_are_those_of_scikit_learn(count: int) -> None:
    data = dataset(np.zeros(101, int))
    ours = [len(f["validation"]) for f in make_folds(data, NO_TEST, count, stratify=False)]
    theirs = [len(held) for _, held in KFold(count).split(np.zeros(101))]
    assert ours == theirs


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_mixtures_are_those_of_scikit_learn(count: int) -> None:
    drawn = np.random.default_rng(0).choice(4, 203, p=(0.5, 0.3, 0.15, 0.05))
    # Theirs deals classes out in the order in which they first appear.
    labels = np.concatenate([np.arange(4), drawn])
    folds = make_folds(dataset(labels), NO_TEST, count)
    ours = [np.bincount(labels[f["validation"]], minlength=4).tolist() for f in folds]
    splits = StratifiedKFold(count, shuffle=True, random_state=0).split(labels, labels)
    theirs = [np.bincount(labels[held], minlength=4).tolist() for _, held in splits]
    assert ours == theirs


def test_one_row_is_left_out() -> None:
    labels = np.arange(12) % 3
    folds = make_folds(dataset(labels), NO_TEST, 12)
    assert len(folds) == LeaveOneOut().get_n_splits(labels)
    assert {len(fold["validation"]) for fold in folds} == {1}
    assert {len(fold["train"]) for fold in folds} == {11}


def test_the_test_rows_may_be_wanted_too() -> None:
    data = dataset(np.arange(30) % 3)
    folds = make_folds(data, Split(), 5, with_test=True)
    assert sorted(np.concatenate([f["validation"] for f in folds])) == list(range(30))
    assert all(not len(fold["test"]) for fold in folds)


def test_rows_in_time_stay_together_with_a_gap_around_them() -> None:
    data = dataset(np.zeros(50, int), gap=2)
    split = Split(train=0.6, validation=0.4, test=0.0, order="in order")
    folds = make_folds(data, split, 4)
    for fold in folds:
        held, learnt = fold["validation"], fold["train"]
        assert np.all(np.diff(held) >= 1)
        assert np.ptp(held) <= len(held) + 2
        distance = np.abs(held[:, None] - learnt[None, :]).min()
        assert distance > 2


def test_another_seed_shuffles_otherwise_and_the_same_one_alike() -> None:
    data = dataset(np.arange(40) % 2)
    one, same, other = (
        make_folds(data, Split(seed=seed, test=0.0, validation=0.3), 4) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one[0]["validation"], same[0]["validation"])
    assert set(one[0]["validation"]) != set(other[0]["validation"])


@pytest.mark.parametrize("count", [1, 41])
def test_as_many_folds_as_rows_at_most(count: int) -> None:
    with pytest.raises(InputError, match="cannot be divided") as caught:
        make_folds(dataset(np.arange(40) % 2), NO_TEST, count)
    assert "2 to 40" in caught.value.hint

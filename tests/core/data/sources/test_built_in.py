"""The shipped data against the places it came from."""

import csv

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

from core.data.source import BUILT_IN, sources
from core.errors import InputError


def load(kind: str):
    return sources()[kind]().load(BUILT_IN)


def test_digits_are_those_of_scikit_learn():
    ours, theirs = load("digits"), load_digits()
    np.testing.assert_array_equal(ours.columns["image"].values[..., 0] * 16, theirs.images)
    np.testing.assert_array_equal(ours.columns["label"].values, theirs.target)
    assert ours.columns["image"].values.max() == 1
    assert ours.columns["label"].classes == tuple("0123456789")


def test_iris_is_that_of_scikit_learn():
    ours, theirs = load("iris"), load_iris()
    np.testing.assert_array_equal(ours.columns["features"].values, theirs.data.astype(np.float32))
    np.testing.assert_array_equal(ours.columns["label"].values, theirs.target)
    assert ours.columns["label"].classes == tuple(theirs.target_names)


def test_every_shipped_file_is_named_with_its_licence():
    text = (BUILT_IN / "LICENCES.md").read_text(encoding="utf-8")
    data = {p.name for p in BUILT_IN.iterdir() if p.suffix in (".npz", ".csv", ".txt")}
    assert data
    assert all(f"`{name}`" in text for name in data)


def test_a_missing_shipped_file_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr("core.data.source.BUILT_IN", tmp_path)
    with pytest.raises(InputError, match=r"digits\.npz is missing") as caught:
        load("digits")
    assert "Install" in caught.value.hint


def test_el_nino_has_every_month_of_61_years():
    with (BUILT_IN / "el_nino.csv").open(encoding="utf-8", newline="") as file:
        rows = [(int(r["year"]), int(r["month"])) for r in csv.DictReader(file)]
    assert rows == [(year, month) for year in range(1950, 2011) for month in range(1, 13)]

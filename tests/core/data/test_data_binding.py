"""Bindings: saved unharmed, checked, and turned into arrays with training statistics only."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from core.data import DataBinding, Split, describe, doubts, faults, prepare
from core.data.binding import fit_scale, source_of, split_of
from core.data.dataset import Column
from core.data.environment import Environment
from core.data.source import sources
from core.errors import InputError

BUILT_IN = sorted(kind for kind, source in sources().items() if source.built_in)


def test_every_source_is_found():
    assert set(sources()) == {
        "digits",
        "iris",
        "el_nino",
        "moby_dick",
        "csv",
        "npz",
        "npy_folder",
        "images",
        "cart_pole",
        "tic_tac_toe",
        "toy_2d",
        "typed_rows",
    }
    assert all(bool(source.licence) == source.built_in for source in sources().values())


@pytest.mark.parametrize("kind", BUILT_IN)
def test_built_in_data_is_described_and_prepared_alike(kind, tmp_path):
    binding = DataBinding({"kind": kind})
    assert faults(binding) == doubts(binding) == ()
    found = describe(binding, tmp_path)
    prepared = prepare(binding, tmp_path)
    rows = prepared.dataset.rows
    # An environment keeps no rows; those that are there are games to look at.
    assert found.rows == (0 if issubclass(sources()[kind], Environment) else rows)
    assert prepared.dataset.describe() == replace(found, rows=rows)
    for name, tensor in found.columns.items():
        values = prepared.columns[name]
        assert values.shape == (rows, *tensor.sizes)
        assert values.dtype == tensor.dtype
    assert all(len(rows) for rows in prepared.splits.values())


def test_saved_form_round_trips_with_everything_unknown_in_it():
    raw = {
        "source": {"kind": "hologram", "size": [8, 8], "deep": {"a": [1]}},
        "split": {"train": 0.7, "mystery": True},
    }
    binding = DataBinding.from_json(json.loads(json.dumps(raw)))
    assert binding.to_json() == raw
    again = DataBinding.from_json(binding.to_json())
    assert again == binding
    assert hash(again) == hash(binding)


def test_binding_of_a_source_reads_back_as_that_source():
    source = sources()["images"](path="pictures", size=(8, 4))
    binding = DataBinding.of(source, Split(seed=3))
    assert source_of(DataBinding.from_json(binding.to_json())) == source
    assert split_of(binding) == Split(seed=3)


@pytest.mark.parametrize("raw", [None, [], {"source": 3}, {"split": "no"}])
def test_malformed_saved_form_is_refused(raw):
    with pytest.raises(InputError, match="must be an object"):
        DataBinding.from_json(raw)


@pytest.mark.parametrize(
    ("source", "split", "names"),
    [
        ({}, {}, ["kind"]),
        ({"kind": "hologram"}, {}, ["kind"]),
        ({"kind": ["digits"]}, {}, ["kind"]),
        ({"kind": "el_nino", "window": 0}, {}, ["window"]),
        ({"kind": "digits", "colour": 1}, {}, ["colour"]),
        ({"kind": "csv"}, {}, ["path"]),
        ({"kind": "images", "path": "p", "size": [8]}, {}, ["size"]),
        ({"kind": "iris"}, {"train": 0.9}, ["train"]),
        ({"kind": "iris"}, {"order": "random", "seed": -1}, ["order", "seed"]),
    ],
)
def test_faulty_parameters_are_named_and_refused(source, split, names, tmp_path):
    binding = DataBinding(source, split)
    assert [fault.name for fault in faults(binding)] == names
    with pytest.raises(InputError) as caught:
        prepare(binding, tmp_path)
    assert caught.value.hint


def test_unknown_source_lists_the_known_ones(tmp_path):
    with pytest.raises(InputError, match="hologram") as caught:
        describe(DataBinding({"kind": "hologram"}), tmp_path)
    assert "digits" in caught.value.hint


def test_sources_in_time_recommend_their_order_and_doubt_another():
    assert split_of(DataBinding({"kind": "el_nino"})).order == "in order"
    assert split_of(DataBinding({"kind": "iris"})).order == "shuffled"
    shuffled = DataBinding({"kind": "moby_dick"}, {"order": "shuffled"})
    assert split_of(shuffled).order == "shuffled"
    assert [doubt.name for doubt in doubts(shuffled)] == ["order"]
    assert doubts(DataBinding()) == ()


def test_standardising_learns_from_the_training_rows_only(tmp_path):
    prepared = prepare(DataBinding({"kind": "iris"}), tmp_path)
    raw = prepared.dataset.columns["features"].values
    scaler = StandardScaler().fit(raw[prepared.splits["train"]].astype(np.float64))
    np.testing.assert_allclose(prepared.columns["features"], scaler.transform(raw), atol=1e-5)
    mean, deviation = prepared.scales["features"]
    np.testing.assert_allclose(mean, scaler.mean_)
    np.testing.assert_allclose(deviation, scaler.scale_)
    assert set(prepared.scales) == {"features"}
    everything = StandardScaler().fit(raw)
    assert np.abs(everything.mean_ - mean).max() > 1e-3


def test_a_series_and_its_future_share_one_scale(tmp_path):
    prepared = prepare(DataBinding({"kind": "el_nino"}), tmp_path)
    history, following = prepared.columns["history"], prepared.columns["next"]
    np.testing.assert_array_equal(history[1:, -1], following[:-1])
    mean, deviation = prepared.scales["next"]
    raw = prepared.dataset.columns["next"].values
    np.testing.assert_allclose(following * deviation + mean, raw, atol=1e-4)
    train = prepared.dataset.columns["history"].values[prepared.splits["train"]]
    np.testing.assert_allclose(mean, [train.mean(dtype=np.float64)])


def test_a_constant_feature_keeps_deviation_one():
    values = np.full((1000, 2), 0.1, np.float32)
    values[:, 1] = np.arange(1000)
    _, deviation = fit_scale(Column(values), np.arange(1000))
    assert deviation[0] == 1
    assert deviation[1] == pytest.approx(np.arange(1000).std())


@pytest.mark.parametrize("path", ["gone", "~nobody-here/x", "a\0b", "x" * 5000, "gone/../x"])
@pytest.mark.parametrize("kind", ["csv", "npz", "images"])
def test_a_path_that_leads_nowhere_is_reported(kind, path, tmp_path):
    binding = DataBinding({"kind": kind, "path": path})
    for work in (describe, prepare):
        with pytest.raises(InputError, match="does not exist") as caught:
            work(binding, tmp_path)
        assert caught.value.hint


def test_description_follows_the_file(tmp_path):
    file = tmp_path / "data.csv"
    binding = DataBinding({"kind": "csv", "path": "data.csv"})
    with pytest.raises(InputError, match="does not exist"):
        describe(binding, tmp_path)
    file.write_text("a,b,y\n1,2,p\n3,4,q\n")
    assert describe(binding, tmp_path).columns["features"].sizes == (2,)
    assert describe(binding, tmp_path) is describe(binding, tmp_path)
    file.write_text("a,b,c,y\n1,2,3,p\n3,4,5,q\n")
    os.utime(file, ns=(1, 1))
    assert describe(binding, tmp_path).columns["features"].sizes == (3,)


def test_only_training_rows_lose_their_label(tmp_path):
    whole = prepare(DataBinding({"kind": "digits"}), tmp_path)
    some = prepare(DataBinding({"kind": "digits"}, {"labelled": 100}), tmp_path)
    label, before = some.columns["label"], whole.columns["label"]
    known = label != -1
    assert known[some.splits["train"]].sum() == 100
    left = label[some.splits["train"]]
    assert np.bincount(left[left != -1]).tolist() == [10] * 10
    np.testing.assert_array_equal(label[known], before[known])
    assert known[some.splits["validation"]].all()
    assert known[some.splits["test"]].all()
    np.testing.assert_array_equal(some.dataset.columns["label"].values, before)


def test_a_teacher_is_saved_only_where_there_is_one():
    data = {"source": {"kind": "digits"}, "split": {}}
    assert DataBinding.from_json(data).to_json() == data
    taught = {**data, "teacher": "20260101-120000"}
    assert DataBinding.from_json(taught).to_json() == taught
    with pytest.raises(InputError, match="teacher must be the id of a run"):
        DataBinding.from_json({**data, "teacher": 3})

"""Folders of .npy files: what stays on the disk, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.binding import DataBinding, Prepared, describe, prepare
from core.data.on_disk import OnDisk
from core.data.sources.npy_folder import NpyFolder
from core.errors import InputError

ROWS = 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pixels, floats and labels, one file each."""
    random = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "image.npy", random.integers(0, 256, (ROWS, 6, 5), np.uint8))
    np.save(tmp_path / "data" / "measured.npy", random.normal(3, 2, (ROWS, 4)))
    np.save(tmp_path / "data" / "label.npy", np.arange(ROWS) % 3)
    return tmp_path


def refusal(folder: Path, **params: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        NpyFolder(path="data", **params).load(folder)
    assert caught.value.hint
    return caught.value


def test_floats_and_pixels_stay_on_the_disk(folder: Path) -> None:
    found = NpyFolder(path="data").load(folder)
    assert (found.inputs, found.targets) == (("image", "measured"), ("label",))
    image, measured = (found.columns[n].values for n in found.inputs)
    assert isinstance(image, OnDisk)
    assert isinstance(measured, OnDisk)
    assert image.shape == (ROWS, 6, 5, 1)
    raw = np.load(folder / "data" / "image.npy")
    rows = np.array([7, 3, 3, 49])
    np.testing.assert_array_equal(image[rows][..., 0], raw[rows].astype(np.float32) / 255)
    np.testing.assert_array_equal(image[4][..., 0], raw[4].astype(np.float32) / 255)
    assert image[2:5].dtype == np.float32
    np.testing.assert_array_equal(found.columns["label"].values, np.arange(ROWS) % 3)


def test_what_is_described_is_what_is_loaded(folder: Path) -> None:
    binding = DataBinding.of(NpyFolder(path="data"))
    assert describe(binding, folder) == NpyFolder(path="data").load(folder).describe()


def test_a_number_that_is_not_finite_is_named_when_it_is_read(folder: Path) -> None:
    values = np.load(folder / "data" / "measured.npy")
    values[11, 2] = np.nan
    np.save(folder / "data" / "measured.npy", values)
    column = NpyFolder(path="data").load(folder).columns["measured"].values
    assert np.isfinite(column[:11]).all()
    with pytest.raises(InputError, match="measured, row 11"):
        column[np.array([2, 11, 30])]


def test_statistics_are_those_of_all_training_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A few rows in each part.
    monkeypatch.setattr("core.data.on_disk.PART_BYTES", 64)
    from core.data.binding import fit_scale, standardise
    from core.data.dataset import Column

    raw = np.load(folder / "data" / "measured.npy").astype(np.float32)
    on_disk = NpyFolder(path="data").load(folder).columns["measured"].values
    rows = np.arange(0, ROWS, 2)
    mean, deviation = fit_scale(Column(on_disk, scale="standardise"), rows)
    wanted = fit_scale(Column(raw, scale="standardise"), rows)
    np.testing.assert_allclose((mean, deviation), wanted, rtol=1e-12)
    scaled = standardise(on_disk, mean, deviation)
    assert isinstance(scaled, OnDisk)
    np.testing.assert_allclose(scaled[:], standardise(raw, *wanted), rtol=1e-6)


def test_splits_cover_all_rows(folder: Path) -> None:
    found: Prepared = prepare(DataBinding.of(NpyFolder(path="data")), folder)
    assert sum(map(len, found.splits.values())) == ROWS
    assert isinstance(found.columns["image"], OnDisk)


def test_what_cannot_be_used_is_refused(folder: Path) -> None:
    assert "nothing.npy" not in refusal(folder, inputs=("nothing",)).message
    assert "'nothing'" in refusal(folder, inputs=("nothing",)).message
    (folder / "data" / "broken.npy").write_bytes(b"not an array")
    assert "broken.npy cannot be read" in refusal(folder).message
    (folder / "data" / "broken.npy").unlink()
    np.save(folder / "data" / "measured.npy", np.zeros((3, 2)))
    assert "3 rows" in refusal(folder).message
    for path in (folder / "data").glob("*.npy"):
        path.unlink()
    assert "holds no .npy files" in refusal(folder).message
    (folder / "data").rmdir()
    assert "does not exist" in refusal(folder).message


def test_arrays_are_read_whatever_the_order_of_their_axes(folder: Path) -> None:
    raw = np.random.default_rng(1).normal(size=(ROWS, 3, 4))
    np.save(folder / "data" / "measured.npy", np.asfortranarray(raw))
    column = NpyFolder(path="data").load(folder).columns["measured"].values
    rows = np.array([5, 0, 17])
    first = column[rows]
    np.testing.assert_array_equal(first, raw[rows].astype(np.float32))
    # What was read stays, whatever is read afterwards.
    column[:]
    np.testing.assert_array_equal(first, raw[rows].astype(np.float32))

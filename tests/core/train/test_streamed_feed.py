"""Training on rows that are read from the disk is training on rows in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.on_disk import OnDisk
from core.data.source import sources
from core.errors import InputError
from core.train.feed import ResidentFeed
from core.train.job import Job
from core.train.streamed_feed import AHEAD, StreamedFeed
from tests.designs import Layer, classifier, with_recipe
from tests.training import Trained, job_of, train

LAYERS: tuple[Layer, ...] = (
    ("Conv", {"filters": 4, "kernel_size": (3, 3)}),
    ("Activation", {"function": "relu"}),
    ("Flatten", {}),
    ("Dense", {"units": 10}),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits in an archive, and in a folder of files."""
    place = tmp_path_factory.mktemp("digits")
    found = sources()["digits"]().load(place)
    image, label = (np.asarray(found.columns[n].values[:400]) for n in ("image", "label"))
    np.savez(place / "digits.npz", image=image, label=label)
    (place / "digits").mkdir()
    np.save(place / "digits" / "image.npy", image)
    np.save(place / "digits" / "label.npy", label)
    return place


def job_on(kind: str, path: str, folder: Path) -> Job:
    from dataclasses import replace

    from tests.designs import fit_to_data

    design = classifier({"source": {"kind": "digits"}, "split": {}}, *LAYERS, x="image")
    design = replace(design, data={"source": {"kind": kind, "path": path}, "split": {}})
    design = fit_to_data(design, folder, input="image", target="label")
    return job_of(with_recipe(design, epochs=2, batch_size=48), folder)


@pytest.fixture(scope="module")
def trained(folder: Path) -> tuple[Trained, Trained]:
    """From memory and from the disk."""
    jobs = job_on("npz", "digits.npz", folder), job_on("npy_folder", "digits", folder)
    loaded, streamed = (train(job, folder / f"runs{n}") for n, job in enumerate(jobs))
    return loaded, streamed


def test_the_losses_are_the_same(trained: tuple[Trained, Trained]) -> None:
    loaded, streamed = trained
    assert isinstance(loaded.training.job.program.feed, ResidentFeed)
    assert isinstance(streamed.training.job.program.feed, StreamedFeed)
    assert streamed.losses == pytest.approx(loaded.losses, rel=1e-6)
    assert streamed.summary.test == pytest.approx(loaded.summary.test, rel=1e-5)


def test_rows_are_read_once_and_a_few_batches_ahead(folder: Path) -> None:
    job = job_on("npy_folder", "digits", folder)
    image = job.prepared.columns["image"]
    assert isinstance(image, OnDisk)
    asked: list[np.ndarray] = []

    def read(rows: np.ndarray) -> np.ndarray:
        asked.append(rows)
        return image.read(rows)

    job.prepared.columns["image"] = OnDisk(image.title, image.shape, image.dtype, read)
    program = job.program
    feed = StreamedFeed(program.plan, job.prepared, 48, 0, job.placement)
    order = feed.batches(0)
    feed.load(order[0])
    feed._reader.shutdown(wait=True)
    assert [rows.tolist() for rows in asked] == [rows.tolist() for rows in order[:AHEAD]]


def test_a_row_that_cannot_be_used_ends_the_run_with_its_name(folder: Path, tmp_path: Path) -> None:
    job = job_on("npy_folder", "digits", folder)
    image = job.prepared.columns["image"]
    assert isinstance(image, OnDisk)
    bad = int(job.program.batches(0)[2][5])

    def read(rows: np.ndarray) -> np.ndarray:
        values = image.read(rows)
        values[rows == bad] = np.nan
        return values

    job.program.feed._columns["input"] = OnDisk("image", image.shape, image.dtype, read)
    with pytest.raises(InputError, match=f"image, row {bad}"):
        train(job, tmp_path)

"""Damaged and foreign checkpoints are refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from core.errors import InputError
from core.train.checkpoint import CHECKPOINT, WEIGHTS, load_checkpoint, load_weights
from core.train.job import Job
from tests.training import Trained, equal


@pytest.fixture
def kept(straight: Trained, tmp_path: Path) -> Path:
    """A copy of a run's files."""
    return Path(shutil.copytree(straight.run.directory, tmp_path / "run"))


def metadata(path: Path) -> dict[str, str]:
    with safe_open(path, framework="numpy") as file:
        return dict(file.metadata())


def test_a_checkpoint_comes_back_bit_for_bit(kept: Path, noisy_job: Job, straight: Trained) -> None:
    state, place, sums = load_checkpoint(kept, noisy_job.program)
    assert equal(state, straight.training.state)
    assert (place.epoch, place.batch, place.step) == (5, 0, straight.summary.steps)
    assert not any(tally.count for tally in sums.values())


def test_weights_are_named_after_nodes(kept: Path) -> None:
    assert set(load_file(kept / WEIGHTS)) == {
        *("dense.kernel", "dense.bias", "dense_2.kernel", "dense_2.bias"),
        *("batchnorm.scale", "batchnorm.bias", "batchnorm.mean", "batchnorm.var"),
    }


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("file", [CHECKPOINT, WEIGHTS])
def test_a_truncated_file_is_damaged(kept: Path, noisy_job: Job, file: str, share: float) -> None:
    raw = (kept / file).read_bytes()
    (kept / file).write_bytes(raw[: int(share * len(raw))])
    read = load_checkpoint if file == CHECKPOINT else load_weights
    with pytest.raises(InputError, match=f"{file} is damaged"):
        read(kept, noisy_job.program)


@pytest.mark.parametrize(
    "progress", [None, "", "{}", "[]", "3", '{"epoch": "x", "step": 1, "seconds": 0}']
)
def test_progress_that_makes_no_sense_is_damage(
    kept: Path, noisy_job: Job, progress: str | None
) -> None:
    arrays = load_file(kept / CHECKPOINT)
    save_file(arrays, kept / CHECKPOINT, None if progress is None else {"progress": progress})
    with pytest.raises(InputError, match="is damaged"):
        load_checkpoint(kept, noisy_job.program)


def test_a_missing_checkpoint_is_named(noisy_job: Job, tmp_path: Path) -> None:
    for read in (load_checkpoint, load_weights):
        with pytest.raises(InputError, match=r"checkpoint\.safetensors does not exist"):
            read(tmp_path, noisy_job.program)


@pytest.mark.parametrize("file", [CHECKPOINT, WEIGHTS])
def test_arrays_of_another_shape_or_type_do_not_fit(kept: Path, noisy_job: Job, file: str) -> None:
    about = metadata(kept / file) if file == CHECKPOINT else None
    arrays = load_file(kept / file)
    name = next(n for n in arrays if n.endswith("dense.kernel"))
    read = load_checkpoint if file == CHECKPOINT else load_weights
    for wrong in (np.zeros((4, 9), np.float32), arrays[name].astype(np.float64)):
        save_file({**arrays, name: wrong}, kept / file, about)
        with pytest.raises(InputError, match=r"dense\.kernel is .*but the design needs float32"):
            read(kept, noisy_job.program)


def test_a_checkpoint_of_another_optimizer_does_not_fit(
    kept: Path, noisy_job: Job, iris_job: Job
) -> None:
    with pytest.raises(InputError, match="does not fit the design or optimizer"):
        load_checkpoint(kept, iris_job.program)
    arrays = load_file(kept / WEIGHTS)
    del arrays["dense.bias"]
    save_file(arrays, kept / WEIGHTS)
    with pytest.raises(InputError, match=r"has no 'dense\.bias'"):
        load_weights(kept, noisy_job.program)

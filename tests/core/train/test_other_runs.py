"""Runs that are opened beside another one, and what they make of its samples."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any
from weakref import ref

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.design import edits
from core.errors import InputError
from core.explain.attribution.ask import Attribute
from core.explain.attribution.of_run import AttributeOfRun, MapOfRun
from core.project.file import to_text
from core.project.runs import WEIGHTS, Run, RunStore
from core.train import other_runs
from core.train.loop import run_training
from core.train.other_runs import OtherRuns, RunPlace
from core.train.start import load_run, start
from core.train.training import Training
from tests.designs import DIGITS, IRIS, classifier, recipe

LINEAR = classifier(IRIS, ("Dense", {"units": 3}), x="features")
DEEP = classifier(IRIS, ("Dense", {"units": 4}), ("Dense", {"units": 3}), x="features")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("other_runs")


def trained(folder: Path, design: Any, seed: int = 0, split: int = 0) -> Run:
    """A run of three epochs, of another split with another ``split``."""
    data = {**design.data, "split": {"seed": split}}
    design = edits.set_data(design, data)
    design = edits.set_recipe(design, recipe(epochs=3, batch_size=32, seed=seed))
    store = RunStore(folder / "store")
    training = start(design, folder, store, "project")
    run_training(training, lambda _: None, lambda _: True)
    return store.get(training.run.id)


@pytest.fixture(scope="module")
def runs(folder: Path) -> dict[str, Run]:
    return {
        "first": trained(folder, LINEAR),
        "seeded": trained(folder, LINEAR, seed=5),
        "deep": trained(folder, DEEP, split=1),
        "digits": trained(
            folder, classifier(DIGITS, ("Flatten", {}), ("Dense", {"units": 10}), x="image")
        ),
    }


@pytest.fixture(scope="module")
def first(folder: Path, runs: dict[str, Run]) -> Training:
    return load_run(RunStore(folder / "store"), runs["first"], folder)


def place(folder: Path, run: Run, at: int | None = None) -> RunPlace:
    return RunPlace(run.id, str(folder / "store"), str(folder), at)


def asked(folder: Path, training: Training, run: Run, **options: Any) -> MapOfRun:
    """The gradient of a class in another run."""
    at = options.pop("at", None)
    question = Attribute("gradient", **{"number": 4, "target": 1, **options})
    found = AttributeOfRun(question, place(folder, run, at))
    return found.answer(training.job, training.state, training.step)


@pytest.mark.parametrize("name", ["first", "seeded"])
def test_the_gradient_of_a_linear_run_is_its_weights(
    folder: Path, runs: dict[str, Run], first: Training, name: str
) -> None:
    found = asked(folder, first, runs[name])
    kernel = load_file(runs[name].directory / WEIGHTS)["dense.kernel"]
    np.testing.assert_allclose(found.map.values, kernel[:, 1], rtol=1e-5)
    assert (found.map.number, found.title) == (4, runs[name].title)
    assert found.step == runs[name].summary["steps"]
    # Nothing is compiled or loaded again for a network that is the same.
    beside = OtherRuns.of(first.job.program)
    assert beside.opened(first.job, first.state, place(folder, runs[name])).job is first.job


def test_an_earlier_step_of_another_run_has_the_weights_that_it_kept(
    folder: Path, runs: dict[str, Run], first: Training
) -> None:
    kept = sorted((runs["seeded"].directory / "moments").iterdir())[0]
    found = asked(folder, first, runs["seeded"], at=int(kept.stem))
    assert found.step == int(kept.stem) < runs["seeded"].summary["steps"]
    np.testing.assert_allclose(found.map.values, load_file(kept)["dense.kernel"][:, 1], rtol=1e-5)
    with pytest.raises(InputError, match="step 99,999 are not kept"):
        asked(folder, first, runs["seeded"], at=99_999)


def test_another_network_reads_the_same_sample_with_its_own_split_and_scales(
    folder: Path, runs: dict[str, Run], first: Training
) -> None:
    found = asked(folder, first, runs["deep"], target=None)
    row = int(first.job.probe_rows()[4])
    assert (found.map.index, found.map.number) == (row, 4)
    alone = load_run(RunStore(folder / "store"), runs["deep"], folder)
    own = Attribute("gradient", row=row).answer(alone.job, alone.state, alone.step)
    np.testing.assert_array_equal(found.map.values, own.values)
    # Standardised by the means of another training split, the same flower has other numbers.
    mine = Attribute("gradient", number=4).answer(first.job, first.state, first.step)
    assert not np.array_equal(found.map.sample, mine.sample)
    for job, shown in ((alone.job, found.map), (first.job, mine)):
        mean, deviation = job.prepared.scales["features"]
        raw = first.job.prepared.dataset.columns["features"].values[row]
        np.testing.assert_allclose(shown.sample * deviation + mean, raw, rtol=1e-4)
    # A row that is looked at here, the other run may have learned from.
    rows = first.job.probe_rows()
    learned = set(alone.job.prepared.splits["train"].tolist())
    for number in range(8):
        told = asked(folder, first, runs["deep"], number=number).trained_on
        assert told == (int(rows[number]) in learned)


def test_a_run_of_other_data_is_refused_with_a_remedy(
    folder: Path, runs: dict[str, Run], first: Training
) -> None:
    with pytest.raises(InputError, match="which these samples have not") as told:
        asked(folder, first, runs["digits"])
    assert "same data" in told.value.hint
    gone = RunPlace("none", str(folder / "store"), str(folder))
    with pytest.raises(InputError, match="no run 'none'"):
        OtherRuns.of(first.job.program).opened(first.job, first.state, gone)


def test_a_run_without_weights_is_refused(folder: Path, first: Training) -> None:
    empty = RunStore(folder / "store").create("project", to_text(LINEAR))
    with pytest.raises(InputError, match="has no weights"):
        asked(folder, first, empty)


def test_runs_are_read_once_and_the_oldest_goes(
    folder: Path, runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = load_run(RunStore(folder / "store"), runs["first"], folder)
    read: list[str] = []
    whole = other_runs._read

    def noted(run: Run, *rest: Any) -> Any:
        read.append(run.id)
        return whole(run, *rest)

    monkeypatch.setattr(other_runs, "_read", noted)
    for name in ("seeded", "deep", "seeded", "deep"):
        asked(folder, now, runs[name], number=len(read))
    assert read == [runs["seeded"].id, runs["deep"].id]
    for name in ("first", "deep", "seeded"):
        asked(folder, now, runs[name])
    assert read[2:] == [runs["first"].id, runs["seeded"].id]


def test_other_runs_go_with_the_network_they_were_opened_beside(
    folder: Path, runs: dict[str, Run]
) -> None:
    now = load_run(RunStore(folder / "store"), runs["first"], folder)
    asked(folder, now, runs["seeded"])
    held = ref(now.job.program)
    del now
    gc.collect()
    assert held() is None

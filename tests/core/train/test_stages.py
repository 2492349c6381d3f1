"""Stages: which nodes learn and which losses count when, and what a new stage begins anew."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.design import edits
from core.design.document import Design
from core.errors import InputError
from core.train.events import EpochEnd
from core.train.job import Job
from core.train.stage import Stage, for_epochs, stages_for
from tests.designs import add, iris_mlp, noisy_mlp, wire
from tests.training import Trained, equal, fresh_state, job_of, params_of, stop_after_epoch, train

FIRST, SECOND = {"dense.kernel", "dense.bias"}, {"dense_2.kernel", "dense_2.bias"}


def staged(design: Design, *stages: dict[str, Any], **recipe: Any) -> Design:
    """The design trained in stages."""
    changed = {**design.recipe, "optimizer": {"kind": "Adam", "learning_rate": 0.02}, **recipe}
    return edits.set_recipe(design, {**changed, "stages": list(stages)})


def two_stages(**recipe: Any) -> Design:
    """The last layer learns for two epochs, then both for three."""
    return staged(iris_mlp(), {"epochs": 2, "trains": ["dense_2"]}, {"epochs": 3}, **recipe)


def weights_at_epochs(job: Job, root: Path) -> list[dict[str, np.ndarray]]:
    """The trained values before the first epoch and after each."""
    found = [params_of(job.program, fresh_state(job.program))]

    def between(training: Any) -> bool:
        if training.epoch == len(found):
            found.append(params_of(job.program, training.state))
        return True

    trained = train(job, root, between)
    return [*found, params_of(job.program, trained.training.state)]


def moved(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    return {name for name in before if before[name].tobytes() != after[name].tobytes()}


def test_a_stage_leaves_what_it_does_not_train_to_the_bit(tmp_path: Path) -> None:
    weights = weights_at_epochs(job_of(two_stages()), tmp_path)
    changes = [moved(a, b) for a, b in itertools.pairwise(weights)]
    assert changes == [SECOND, SECOND, *[FIRST | SECOND] * 3]


def test_two_stages_are_one_training_after_the_other(tmp_path: Path) -> None:
    """The second starts with the first one's weights, and with an optimizer that knows nothing."""
    job = job_of(two_stages())
    both = train(job, tmp_path / "both")
    first = train(job_of(staged(iris_mlp(), {"epochs": 2, "trains": ["dense_2"]})), tmp_path / "1")
    alone = job_of(staged(iris_mlp(), {"epochs": 5}))
    program = alone.program
    state = fresh_state(program)
    program.compile(state)
    state = state._replace(params=[p.copy() for p in first.training.state.params])
    for epoch in (2, 3, 4):
        for rows in program.batches(epoch):
            state = program.step(state, rows)
    want, found = params_of(program, state), params_of(job.program, both.training.state)
    for name, value in want.items():
        np.testing.assert_array_equal(found[name], value)


def test_each_stage_has_the_whole_schedule(tmp_path: Path) -> None:
    schedule = {"kind": "Cosine"}
    job = job_of(staged(iris_mlp(), {"epochs": 4}, {"epochs": 4}, schedule=schedule))
    weights = weights_at_epochs(job, tmp_path)
    steps = [
        np.abs(after["dense.kernel"] - before["dense.kernel"]).sum()
        for before, after in itertools.pairwise(weights)
    ]
    assert steps[3] < 0.5 * steps[0], "the rate falls in the first stage"
    assert steps[4] > 2 * steps[3], "and is high again in the second"
    assert steps[7] < 0.5 * steps[4]


def test_only_the_losses_of_a_stage_count_and_are_told(tmp_path: Path) -> None:
    design = wire(add(iris_mlp(), "MeanSquaredError", "squares"), "dense_2 -> squares.prediction")
    design = wire(add(design, "Dense", "truth", units=3), "input -> truth")
    design = wire(design, "truth -> squares.target")
    one, other = {"losses": ["loss"], "epochs": 1}, {"losses": ["squares"], "epochs": 1}
    told = train(job_of(staged(design, one, other, {"epochs": 1})), tmp_path)
    of_loss = {"loss.accuracy", "loss.loss"}
    of_squares = {"squares.loss", "squares.mae", "squares.rmse"}
    for end, wanted in zip(
        told.told(EpochEnd), (of_loss, of_squares, of_loss | of_squares), strict=True
    ):
        assert set(end.train) == {"loss", *wanted}
        # Evaluation has further metrics, of the same losses.
        assert set(end.train) <= set(end.validation)
        owners = {name.partition(".")[0] for name in end.validation}
        assert owners == {name.partition(".")[0] for name in end.train}
    total = told.told(EpochEnd)[2].train
    assert total["loss"] == pytest.approx(total["loss.loss"] + total["squares.loss"], rel=1e-5)


@pytest.mark.parametrize("epoch", [1, 2, 3, 4])
def test_a_broken_run_goes_on_in_its_stage(epoch: int, tmp_path: Path) -> None:
    """Also where it was broken off between two stages."""
    job = job_of(two_stages())
    straight = train(job, tmp_path / "straight")
    broken = train(job, tmp_path / "broken", stop_after_epoch(epoch))
    resumed = train(job_of(two_stages()), tmp_path / "broken", resume=broken.run)
    assert equal(resumed.training.state, straight.training.state)
    assert resumed.summary.epochs == 5


def averages(trained: Trained) -> np.ndarray:
    program = trained.training.job.program
    (at,) = [i for i, n in enumerate(program.rest_names) if n.endswith("norm.mean")]
    return np.array(trained.training.state.rest[at])


def test_what_rests_is_used_as_in_evaluation(tmp_path: Path) -> None:
    """Layers before a probe keep their averages, and normalise by these."""
    apart = {"epochs": 2, "trains": ["dense_2"]}
    learnt = train(job_of(staged(noisy_mlp(), {"epochs": 3})), tmp_path / "learnt")
    both = train(job_of(staged(noisy_mlp(), {"epochs": 3}, apart)), tmp_path / "both")
    np.testing.assert_array_equal(averages(both), averages(learnt))
    only = train(job_of(staged(noisy_mlp(), apart)), tmp_path / "only")
    np.testing.assert_array_equal(averages(only), 0)


def test_what_nobody_has_is_named() -> None:
    with pytest.raises(InputError, match=r"stage 1 \(probe\) names lost, which is no loss"):
        job_of(staged(iris_mlp(), {"name": "probe", "losses": ["lost"]}))
    with pytest.raises(InputError, match="stage 1 names nobody, which is no node"):
        job_of(staged(iris_mlp(), {"trains": ["nobody"]}))


def test_so_many_epochs_in_all() -> None:
    stages = (Stage(epochs=3, name="a"), Stage(epochs=4, name="b"))

    def cut(total: int) -> list[tuple[str, int]]:
        return [(s.name, s.epochs) for s in for_epochs(stages, total)]

    assert cut(2) == [("a", 2)]
    assert cut(3) == [("a", 3)]
    assert cut(5) == [("a", 3), ("b", 2)]
    assert cut(7) == [("a", 3), ("b", 4)]
    assert cut(9) == [("a", 3), ("b", 6)]
    assert for_epochs((), 5) == ()
    assert replace(stages[0], epochs=2) == for_epochs(stages, 2)[0]
    saved = {"stages": [{"epochs": 3, "losses": ["a"]}, {"epochs": 4}]}
    assert stages_for(saved, 2) == {"stages": [{"epochs": 2, "losses": ["a"]}]}
    assert stages_for({}, 2) == {}

"""Training on more and more rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.design import edits
from core.errors import InputError
from core.train.size_curve import size_curve
from tests.designs import iris_mlp, with_recipe
from tests.training import fresh_state, job_of


def test_figures_rise_with_rows_and_the_last_is_a_whole_training() -> None:
    design = with_recipe(iris_mlp(), epochs=15, learning_rate=0.02)
    told: list[float] = []
    found = size_curve(
        design, Path(), lambda share, _: told.append(share), lambda: True, device="cpu"
    )
    job = job_of(design)
    rows = job.prepared.splits["train"]
    assert [p.rows for p in found.points] == [round(s * len(rows)) for s in (0.1, 0.25, 0.5, 1)]
    assert found.held_out == "validation"
    assert found.points[0].held_out["accuracy"] < found.points[-1].held_out["accuracy"]
    assert told == sorted(told)
    state = fresh_state(job.program)
    for epoch in range(15):
        for batch in job.program.batches(epoch):
            state = job.program.step(state, batch)
    wanted = job.program.evaluate(state, job.prepared.splits["validation"])
    assert found.points[-1].held_out == pytest.approx(wanted, abs=1e-5)


def test_it_can_be_broken_off_and_needs_rows_that_are_held_out() -> None:
    steps = iter(range(100))
    design = with_recipe(iris_mlp(), epochs=3)
    assert size_curve(design, Path(), lambda *_: None, lambda: next(steps) < 3) is None
    split = {"train": 1.0, "validation": 0.0, "test": 0.0}
    alone = edits.set_data(design, {"source": {"kind": "iris"}, "split": split})
    with pytest.raises(InputError, match="rows that are held out"):
        size_curve(alone, Path(), lambda *_: None, lambda: True)

"""Designs with groups train, are kept, and go on where they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.design import edits, marks
from core.design.document import Design, End
from core.design.levels import at_level
from core.errors import InputError
from core.project.runs import RunStore
from core.train.checkpoint import CHECKPOINT, WEIGHTS
from core.train.start import check_resumable, load_run
from tests.designs import with_recipe
from tests.grouped import grouped, mlp_with_block, redefined, transformer, use_again
from tests.training import equal, fresh_state, job_of, params_of, stop_after_epoch, train


def shared() -> Design:
    """A block that is used twice with the same weights, the second time twice over."""
    design = use_again(mlp_with_block(), "twin", weights_of="block")
    design = edits.connect(design, End("block", "output"), End("twin", "input"))
    design = edits.connect(design, End("twin", "output"), End("dense_3", "input"))
    return with_recipe(design, epochs=4, learning_rate=0.01)


def test_shared_weights_are_trained_kept_and_resumed(tmp_path: Path) -> None:
    job = job_of(shared())
    straight = train(job, tmp_path / "straight")
    assert straight.losses[-1] < straight.losses[0]
    names = set(load_file(straight.run.directory / WEIGHTS))
    assert names == {
        *("block_dense.kernel", "block_dense.bias", "block_dense_2.kernel", "block_dense_2.bias"),
        *("dense_3.kernel", "dense_3.bias"),
    }
    assert not [n for n in load_file(straight.run.directory / CHECKPOINT) if "twin" in n]
    broken = train(job, tmp_path / "broken", stop_after_epoch(2))
    resumed = train(job, tmp_path / "broken", resume=broken.run)
    assert equal(resumed.training.state, straight.training.state)
    store = RunStore(tmp_path / "straight")
    loaded = load_run(store, straight.run, Path(), "cpu")
    kept = params_of(job.program, straight.training.state)
    for name, value in params_of(loaded.job.program, loaded.state).items():
        np.testing.assert_array_equal(value, kept[name])


def test_a_transformer_of_twelve_blocks_trains_a_step() -> None:
    program = job_of(with_recipe(transformer(8, 2, 16, 12), batch_size=5000)).program
    before = fresh_state(program)
    program.compile(before)
    start = params_of(program, before)
    after = params_of(program, program.step(before, program.batches(0)[0]))
    moved = [name for name in start if not np.array_equal(start[name], after[name])]
    assert {n.split("_")[1] for n in moved if n.startswith("block")} == set(map(str, range(1, 13)))
    assert all(np.isfinite(value).all() for value in after.values())


@pytest.mark.parametrize("part", ["nodes", "shared weights", "wires"])
def test_what_changed_inside_of_a_group_keeps_a_run_from_going_on(
    tmp_path: Path, part: str
) -> None:
    design = shared()
    run = train(job_of(with_recipe(design, epochs=1)), tmp_path).run
    changed = {
        "nodes": redefined(design, activation={"function": "relu"}),
        "shared weights": edits.set_params(design, "twin", weights_of=""),
        "wires": at_level(
            ("block",), lambda d: edits.connect(d, End("dense", "output"), End("dense_2", "input"))
        )(design),
    }
    with pytest.raises(InputError, match=f"the design's {part} changed since"):
        check_resumable(changed[part], run)


def test_what_is_for_the_eye_alone_does_not(tmp_path: Path) -> None:
    design = shared()
    run = train(job_of(with_recipe(design, epochs=1)), tmp_path).run
    moved = at_level(("block",), lambda d: edits.move(d, {"dense": (7.0, 7.0)}))(design)
    check_resumable(marks.frame(moved, ["block"]), run)
    unused = edits.remove(grouped(design, "dense_3", title="unused"), ["unused"])
    check_resumable(replace(design, groups=unused.groups), run)

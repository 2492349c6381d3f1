"""Designs with noise, several outputs and formulas train, evaluate and go on where they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.design import edits
from core.design.document import Design, End
from core.design.passing import origin
from tests.designs import IRIS, add, fit_to_data, recipe, wire, with_recipe
from tests.training import equal, fresh_state, job_of, stop_after_epoch, train


def generator() -> Design:
    """Noise is turned into flowers, two measurements at a time, which a formula mixes."""
    design = Design(name="Generator", data=IRIS, recipe=recipe())
    design = fit_to_data(add(design, "TableInput", "real"), real="features")
    design = add(design, "NoiseInput", "noise", shape=(6,))
    design = add(design, "Split", "split", sizes=(2, -1))
    design = add(add(design, "Dense", "few", units=4), "Dense", "many", units=4)
    design = add(design, "Lambda", "mix", expression="x + 0.5 * tanh(y)", count=2)
    design = add(design, "MeanSquaredError", "loss")
    design = wire(design, "real -> noise.like", "noise -> split")
    for number, name in enumerate(("few", "many"), 1):
        design = edits.connect(design, End("split", f"output_{number}"), End(name, "input"))
    return wire(
        design, "few -> mix.x", "many -> mix.y", "mix -> loss.prediction", "real -> loss.target"
    )


def test_a_generator_trains_and_a_broken_run_goes_on(tmp_path: Path) -> None:
    job = job_of(with_recipe(generator(), epochs=4, learning_rate=0.05))
    straight = train(job, tmp_path / "straight")
    assert straight.losses[-1] < straight.losses[0]
    broken = train(job, tmp_path / "broken", stop_after_epoch(2))
    resumed = train(job, tmp_path / "broken", resume=broken.run)
    assert equal(resumed.training.state, straight.training.state)


def test_noise_differs_from_step_to_step_but_not_in_evaluation() -> None:
    program = job_of(generator()).program
    state = fresh_state(program)
    rows = program.batches(0)[0]
    assert program.evaluate(state, rows) == program.evaluate(state, rows)
    one, other = (program.network(state)(program.feed.data["real"][rows]) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    network = program.network(state)
    network.train()
    feed = {"real": program.feed.data["real"][rows]}
    first, second = (network.values(feed)[End("noise", "output")] for _ in range(2))
    assert not np.any(first == second)


def test_every_output_is_a_value_of_its_own() -> None:
    design = generator()
    program = job_of(design).program
    found = program.network(fresh_state(program)).values({"real": program.feed.data["real"][:3]})
    pieces = [found[End("split", f"output_{i}")] for i in (1, 2)]
    assert [piece.shape for piece in pieces] == [(3, 2), (3, 4)]
    whole = found[End("noise", "output")]
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)
    assert origin(design, End("split", "output_2")) == End("split", "output_2")

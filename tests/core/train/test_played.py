"""Designs that learn by playing: batches, figures, resuming, and what cannot play."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core import load
from core.data.sources.cart_pole import CartPole
from core.design import edits
from core.design.document import Design
from core.errors import InputError
from core.explain.view import make_view
from core.project.gallery import examples
from core.train.events import EpochEnd
from core.train.job import Job
from core.train.played import PlayedFeed
from core.train.playing import Policy, play_games
from tests.training import arrays_of, equal, fresh_state, job_of, stop_after_epoch, train


def small(name: str, **source: Any) -> Design:
    """An example with little to play."""
    design = load(examples()[name]).design
    data = {**design.data["source"], "games": 8, "updates": 3, "evaluation_games": 20, **source}
    design = edits.set_data(design, {"source": data, "split": {}})
    return edits.set_recipe(design, {**design.recipe, "batch_size": 64, "epochs": 2})


def job(name: str = "cart_pole", **source: Any) -> Job:
    return job_of(small(name, **source))


def feed_of(made: Job) -> PlayedFeed:
    assert isinstance(made.program.feed, PlayedFeed)
    return made.program.feed


def batch_at(made: Job, step: int) -> dict[str, np.ndarray]:
    state = made.program.initial_state()
    play = made.program.networks.play(state.params, state.rest)
    batch, _ = feed_of(made).batch((), play, jnp.int32(step))
    return {made.program.plan.feeds[node]: np.asarray(a) for node, a in batch.items()}


def with_bias(made: Job, layer: str, bias: list[float]) -> Any:
    """A first state in which a layer gives the same for every observation."""
    program = made.program
    state = program.initial_state()
    params = [
        jnp.asarray(bias)
        if name == f"{layer}.bias"
        else jnp.zeros_like(value)
        if name == f"{layer}.kernel"
        else value
        for name, value in zip(program.param_names, state.params, strict=True)
    ]
    return state._replace(params=params)


def test_a_batch_is_played_anew_in_every_step_and_the_same_in_the_same() -> None:
    one, again, other = (batch_at(job(), step) for step in (0, 0, 1))
    assert one["observation"].shape == (64, 4)
    assert one["return"].shape == (64, 1)
    assert one["action"].shape == (64,)
    np.testing.assert_array_equal(one["observation"], again["observation"])
    assert not np.array_equal(one["observation"], other["observation"])
    seeded = batch_at(job(seed=1), 0)
    assert not np.array_equal(one["observation"], seeded["observation"])


def test_actions_are_drawn_as_the_policy_says() -> None:
    made = job(games=500, longest_game=1)
    state = with_bias(made, "push", [0.0, float(np.log(3))])
    policy = Policy.of(CartPole(longest_game=1), made.program.plan)
    play = made.program.networks.play(state.params, state.rest)
    games = play_games(policy.environment, policy.sampling(play), jax.random.key(0), 4000)
    # Within four standard deviations.
    assert np.mean(games.action[0]) == pytest.approx(0.75, abs=0.028)


def test_no_move_is_made_that_is_not_legal() -> None:
    rows = batch_at(job("tic_tac_toe", games=64), 0)
    assert (rows["legal"][np.arange(64), rows["action"]] == 1).all()


def test_without_the_mask_illegal_moves_are_made_and_lose() -> None:
    design = small("tic_tac_toe", games=64)
    wire = next(t for t in design.wires if t.port == "legal")
    design = edits.disconnect(design, wire)
    design = edits.remove(design, [n.id for n in design.nodes.values() if n.name == "legal"])
    found = job_of(design)
    ended = found.program.evaluate(found.program.initial_state(), np.arange(20))
    assert ended["lost_against_random"] > 0.5


@pytest.mark.parametrize("name", ["cart_pole", "tic_tac_toe"])
def test_a_resumed_run_plays_the_same_games(name: str, tmp_path: Path) -> None:
    whole = train(job(name), tmp_path / "whole")
    part = train(job(name), tmp_path / "part", stop_after_epoch(1))
    assert part.summary.stopped_by == "interrupted"
    rest = train(job(name), tmp_path / "part", resume=part.run)
    assert equal(whole.training.state, rest.training.state)
    assert rest.summary.test == whole.summary.test
    start = arrays_of(fresh_state(job(name).program))
    moved = arrays_of(whole.training.state)
    assert any(not np.array_equal(a, b) for a, b in zip(start, moved, strict=True))


def test_the_seed_of_the_recipe_plays_other_games(tmp_path: Path) -> None:
    def losses(seed: int) -> list[float]:
        design = small("cart_pole")
        design = edits.set_recipe(design, {**design.recipe, "seed": seed})
        return train(job_of(design), tmp_path / str(seed)).losses

    assert losses(0) == losses(0)
    assert losses(0) != losses(1)


def test_figures_tell_how_games_ended(tmp_path: Path) -> None:
    found = train(job(), tmp_path)
    for event in found.told(EpochEnd):
        assert event.train["return"] == event.train["length"] >= 8
        assert event.validation["return"] >= 8
        assert next(iter(event.train)) == "loss"
    assert found.summary.steps == 6
    assert found.told(EpochEnd)[0].step == 3


def test_evaluation_measures_the_likeliest_actions() -> None:
    made = job()
    world = CartPole()
    always_right = with_bias(made, "push", [0.0, 0.1])
    found = made.program.evaluate(always_right, made.prepared.splits["test"])
    # However a pole begins that is pushed to one side alone, it falls in these steps.
    lengths = []
    for corner in np.stack(np.meshgrid(*[[0.0, 1.0]] * 4), -1).reshape(-1, 4):
        state, step, done = world.reset(corner[None]), 0, np.array([False])
        while not done[0]:
            state, _, done = world.step(state, np.array([1], np.int32))
            step += 1
        lengths.append(step)
    assert min(lengths) <= found["return"] <= max(lengths)
    again = made.program.evaluate(always_right, made.prepared.splits["test"])
    assert found == again
    other = made.program.evaluate(always_right, made.prepared.splits["validation"])
    assert found["policy.loss"] != other["policy.loss"], "each split has games of its own"


def test_shares_of_games_add_up(tmp_path: Path) -> None:
    found = train(job("tic_tac_toe"), tmp_path)
    test = found.summary.test
    shares = [test[f"{ending}_against_random"] for ending in ("won", "drawn", "lost")]
    assert sum(shares) == pytest.approx(1)
    assert "return" not in test, "in self-play what one side gains the other loses"
    assert test["lost_against_perfect"] > 0, "six updates do not make a player"
    assert 5 <= test["length"] <= 9
    drawn = [e.train["drawn"] for e in found.told(EpochEnd)]
    assert all(0 <= share < 0.5 for share in (*drawn, test["drawn"]))


def test_a_view_shows_an_observation_and_the_chances_of_the_actions() -> None:
    made = job("tic_tac_toe")
    state = made.program.initial_state()
    hidden = next(n.id for n in made.design.nodes.values() if n.name == "hidden_1")
    view = make_view(made, state, hidden, 1, 0)
    assert view.sample.shape == (3, 3, 1)
    assert view.saliency.shape[:2] == (3, 3)
    assert view.classes[:2] == ("top a", "top b")
    assert view.probabilities.sum() == pytest.approx(1)
    row = made.probe_rows()[1]
    np.testing.assert_array_equal(view.probabilities > 0, made.prepared.columns["legal"][row] > 0)
    assert view.predicted_text == view.classes[int(view.probabilities.argmax())]
    assert (view.true_text, view.correct) == ("", None)


def test_a_survey_looks_at_rows(tmp_path: Path) -> None:
    made = job()
    state = made.program.initial_state()
    found = made.survey(state, [n.id for n in made.design.nodes.values()], 0, 0)
    layers = [n.id for n in made.design.nodes.values() if n.block == "Dense"]
    assert all(found.gradients[node] > 0 for node in layers)


def test_a_layer_may_be_called_value() -> None:
    assert {"value.bias", "value.kernel"} <= set(job().program.param_names)


def test_a_design_that_does_not_act_is_refused() -> None:
    design = small("cart_pole")
    policy = next(n.id for n in design.nodes.values() if n.block == "PolicyGradient")
    with pytest.raises(InputError, match="nothing in the design acts") as told:
        job_of(edits.remove(design, [policy]))
    assert "Policy gradient" in told.value.hint


def test_a_policy_cannot_see_what_comes_after() -> None:
    design = small("cart_pole")
    state = next(n for n in design.nodes.values() if n.name == "state")
    design = edits.set_params(design, state.id, column="return", shape=(1,))
    with pytest.raises(InputError, match="only after an action was chosen"):
        job_of(design)


def test_there_must_be_a_logit_for_each_action() -> None:
    design = small("cart_pole")
    push = next(n for n in design.nodes.values() if n.name == "push")
    made = job_of(edits.set_params(design, push.id, units=3))
    with pytest.raises(InputError, match="3 logits, but Cart-pole has 2 actions"):
        made.program.compile(made.program.initial_state())


def test_whole_and_single_batches_are_what_the_recipe_says() -> None:
    def size(**recipe: Any) -> int:
        design = small("cart_pole")
        changed = replace(design, recipe={**design.recipe, **recipe})
        return job_of(changed).program.batch_size

    assert size(gradient_descent="stochastic") == 1
    assert size(gradient_descent="batch") == 8 * 500
    assert size(batch_size=10**6) == 8 * 500

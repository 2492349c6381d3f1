"""Every example trains as it stands, and does what the README says of it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core import Project, load
from core.project.gallery import examples

EXAMPLES = examples()


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Project]:
    """Opens a copy of an example, so that runs stay out of the examples' folder."""

    def copy(name: str) -> Project:
        return load(shutil.copy(EXAMPLES[name], tmp_path))

    return copy


def test_there_is_one_of_each_kind() -> None:
    assert set(EXAMPLES) >= {
        *("digits_mlp", "digits_cnn", "digits_resnet"),
        *("el_nino_lstm", "moby_dick_attention", "moby_dick_transformer"),
        *("cart_pole", "tic_tac_toe", "spirals_mlp"),
        *("digits_denoising", "digits_vae", "digits_gan", "digits_contrastive"),
        *("digits_hundred_labels", "digits_deep_belief", "digits_distillation"),
        *("digits_two_tasks", "moby_dick_next_letter", "moby_dick_masked_letters"),
        *("two_relus_by_hand", "mazur_by_hand"),
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_opens_clean(name: str, copied: Callable[[str], Project]) -> None:
    project = copied(name)
    assert project.analysis.problems == ()
    names = {n.name for n in project.design.nodes.values()}
    assert len(set(project.design.view["positions"].values())) == len(names)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_trained_by_a_test(name: str) -> None:
    tests = [Path(__file__), Path(__file__).with_name("test_objectives.py")]
    assert any(re.search(f'(copied|trained)\\(\\s*"{name}"', t.read_text("utf-8")) for t in tests)


def test_small_digits_are_told_by_dense_layers(copied: Callable[[str], Project]) -> None:
    assert copied("digits_mlp").train(epochs=30, seed=0).test["accuracy"] >= 0.96


@pytest.mark.optimised
def test_small_digits_are_told_by_convolutions(copied: Callable[[str], Project]) -> None:
    assert copied("digits_cnn").train(epochs=30, seed=0).test["accuracy"] >= 0.98


@pytest.mark.optimised
def test_small_digits_are_told_by_residual_blocks(copied: Callable[[str], Project]) -> None:
    assert copied("digits_resnet").train(epochs=5, seed=0).test["accuracy"] >= 0.96


@pytest.mark.optimised
def test_a_transformer_begins_to_learn(copied: Callable[[str], Project]) -> None:
    summary = copied("moby_dick_transformer").train(epochs=2, seed=0)
    assert (summary.stopped_by, summary.epochs) == ("epochs", 2)
    # Guessing among 45 letters by how often they come costs 2.95 nats.
    assert summary.test["loss"] < 2.7


def test_the_spirals_are_parted(copied: Callable[[str], Project]) -> None:
    # By chance one point of three is right; lines alone part less than two of three.
    assert copied("spirals_mlp").train(epochs=60, seed=0).test["accuracy"] >= 0.95


def test_the_forecast_beats_its_baselines(copied: Callable[[str], Project]) -> None:
    project = copied("el_nino_lstm")
    figures = project.train(seed=0).test
    # Degrees: last month's value is 1.13 off, the month's mean over the years 0.86.
    assert figures["rmse"] < 0.6


@pytest.mark.optimised
def test_attention_beats_letter_pairs(copied: Callable[[str], Project]) -> None:
    figures = copied("moby_dick_attention").train(epochs=8, seed=0).test
    # Pairs of letters reach 0.282 and 2.40 nats.
    assert figures["accuracy"] > 0.35
    assert figures["loss"] < 2.2


def test_a_step_of_the_worked_examples(copied: Callable[[str], Project]) -> None:
    # The prediction after the step is 1.3525488, and the loss half its squared distance from 1.5.
    found = copied("two_relus_by_hand").train(epochs=1).train["loss"]
    assert found == pytest.approx((1.3525488 - 1.5) ** 2 / 2, rel=1e-4)
    # Mazur gets from 0.298371109 to this; his biases stay as they are.
    assert copied("mazur_by_hand").train(epochs=1).train["loss"] < 0.291027924


def test_the_pole_stays_up(copied: Callable[[str], Project]) -> None:
    figures = copied("cart_pole").train(seed=0).test
    # Random pushes keep it up for 22 steps; 500 is where a game is broken off.
    assert figures["return"] >= 400


def test_playing_against_itself_makes_a_player(copied: Callable[[str], Project]) -> None:
    figures = copied("tic_tac_toe").train(epochs=8, seed=0).test
    # A random player loses 0.44 of its games to another.
    assert figures["lost_against_random"] < 0.05
    assert figures["lost_against_perfect"] < 0.5

"""The sanity check, and curves and maps by perturbation, of a network on digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest
from scipy.stats import spearmanr

from core.explain.attribution import sanity
from core.explain.attribution.ask import Attribute
from core.explain.attribution.catalog import method_of
from core.explain.attribution.curves import Curves
from core.explain.attribution.method import Method
from core.explain.attribution.randomised import layers_from_top, with_drawn
from core.explain.attribution.sanity import Sanity, SanityCheck, spread_over
from core.explain.attribution.subject import subject_of
from core.train.job import Job
from core.train.state import State
from tests.designs import digits_cnn
from tests.training import fresh_state, job_of


@pytest.fixture(scope="module")
def digits() -> tuple[Job, State]:
    job = job_of(digits_cnn())
    return job, fresh_state(job.program)


def check(spearman: Any, elements: int = 64, absolute: Any = None) -> SanityCheck:
    """A check of a single depth with these rank correlations."""
    one = np.array([spearman], float)
    other = one if absolute is None else np.array([absolute], float)
    return SanityCheck("gradient", ("dense",), (1,), one, other, one, elements)


def test_maps_that_stay_alike_are_found_out() -> None:
    assert check([0.6, 0.7]).depends_on_learning is False
    assert "hardly depends" in check([0.9, -0.9]).verdict
    assert check([0.1, -0.2], absolute=[0.1, 0.1]).depends_on_learning is True
    mixed = check([0.1, -0.2], absolute=[0.9, 0.9])
    assert mixed.depends_on_learning is True
    assert "signs" in mixed.verdict
    assert check([0.9, 0.9], elements=4).depends_on_learning is None


def test_what_chance_gives_is_what_random_maps_give() -> None:
    rng = np.random.default_rng(0)
    samples, elements = 6, 40
    made = rng.normal(size=(2, 1000, samples, elements))
    ranked = made.argsort(axis=-1).argsort(axis=-1) - (elements - 1) / 2
    found = (ranked[0] * ranked[1]).sum(axis=-1) / (ranked[0] ** 2).sum(axis=-1)
    limit = check(np.zeros(samples), elements).likely_at_most
    exceeded = (np.abs(found).mean(axis=1) > limit).mean()
    assert 0.005 < exceeded < 0.06


def test_weights_are_drawn_anew_from_the_top(digits: tuple[Job, State]) -> None:
    job, state = digits
    subject = subject_of(job, state, method_of("gradient"), number=1)
    layers = layers_from_top(subject)
    assert layers == (("dense", "dense"), ("conv", "conv"))
    top = with_drawn(subject, ["dense"])
    names = job.program.param_names
    for name, old, new in zip(names, subject.params, top.params, strict=True):
        kept = np.array_equal(old, new)
        # Biases are 0 before the first step, whatever the seed.
        assert kept == (not name.startswith("dense.kernel")), name
    everything = with_drawn(subject, [a for a, _ in layers])
    ask = Attribute("gradient", number=1, randomised=True)
    np.testing.assert_array_equal(
        method_of("gradient").attribute(everything), ask.answer(job, state, 0).values
    )
    assert everything.target == subject.target


def test_gradients_depend_on_weights_and_a_copy_of_the_input_does_not(
    digits: tuple[Job, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, state = digits
    found = Sanity(Attribute("gradient"), samples=3).answer(job, state, 0)
    assert found.layers == ("dense", "conv")
    assert (found.depths, found.elements) == ((1, 2), 64)
    assert found.spearman.shape == found.absolute.shape == found.cosine.shape == (2, 3)
    assert found.depends_on_learning

    @dataclass(frozen=True)
    class Copy(Method):
        """The sample itself, as an edge detector would have it."""

        kind = "copy"
        label = "Copy"

        def attribute(self, subject: Any) -> np.ndarray:
            return np.asarray(subject.sample[..., 0])

    monkeypatch.setattr(sanity, "method_of", lambda *_: Copy())
    copied = Sanity(Attribute("copy"), samples=2).answer(job, state, 0)
    np.testing.assert_allclose(copied.spearman, 1)
    np.testing.assert_allclose(copied.cosine, 1)
    assert copied.depends_on_learning is False


def test_one_compilation_serves_learned_and_drawn_weights(digits: tuple[Job, State]) -> None:
    job, state = digits
    asked = Attribute("integrated_gradients", (("steps", 128),))
    subject = subject_of(job, state, method_of("integrated_gradients"))
    slopes = subject.functions.slopes(subject.places, subject.scored, subject.reading)
    before = slopes._cache_size()
    Sanity(asked, samples=2).answer(job, state, 0)
    assert slopes._cache_size() == before + 1


def test_quick_integrated_gradients_rank_as_exact_ones_do(digits: tuple[Job, State]) -> None:
    job, state = digits
    quick = method_of("integrated_gradients").quick()
    exact = method_of("integrated_gradients", (("steps", 512), ("tolerance", 0.0)))
    for number in range(3):
        subject = subject_of(job, state, quick, number=number)
        drawn = with_drawn(subject, [attribute for attribute, _ in layers_from_top(subject)])
        for one in (subject, drawn):
            assert spearmanr(quick.attribute(one), exact.attribute(one), axis=None)[0] > 0.95


def test_depths_are_spread_over_the_layers() -> None:
    assert spread_over(3, 6) == (1, 2, 3)
    assert spread_over(50, 6) == (1, 11, 21, 30, 40, 50)
    assert spread_over(50, 1) == (50,)


@pytest.mark.parametrize("kind", ["occlusion", "shap", "lime"])
def test_maps_of_a_network(digits: tuple[Job, State], kind: str) -> None:
    job, state = digits
    small = {"shap": (("coalitions", 256), ("background", 2)), "lime": (("samples", 100),)}
    found = Attribute(kind, small.get(kind, ()), number=2).answer(job, state, 0)
    assert found.values.shape == (8, 8)
    assert np.abs(found.values).max() > 0
    if kind == "shap":
        assert found.completeness_error is not None
        assert found.completeness_error < 1e-4


def test_curves_of_a_network_start_and_end_where_it_says(digits: tuple[Job, State]) -> None:
    job, state = digits
    occluded = Attribute("occlusion", (("size", 1), ("fill", "value")), number=2)
    found = Curves(occluded, fill="value", steps=8).answer(job, state, 0)
    row = job.probe_rows()[2]
    image = np.asarray(job.prepared.columns["image"][row])
    network: Any = job.program.network(state)
    scores = network(np.stack([image, np.zeros_like(image)]))
    chances = np.asarray(jax.nn.softmax(scores))[:, int(scores[0].argmax())]
    assert found.measure == "probability"
    np.testing.assert_allclose(found.deletion[[0, -1]], chances, rtol=1e-5)
    np.testing.assert_allclose(found.insertion[[-1, 0]], chances, rtol=1e-5)
    assert found.better_than_chance

"""Histograms, projections, boundaries and generated samples against numpy and scikit-learn."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from core.design.document import Design, End
from core.errors import InputError
from core.explain import projection
from core.explain.boundary import AskBoundary
from core.explain.generated import AskGenerated, Samples, Texts, drawn_tokens, encoded
from core.explain.histograms import OUTPUTS, AskHistograms, histogram
from core.explain.projection import AskProjection, pca, project
from core.explain.sample import AskSample
from core.explain.samples import fed, outputs
from core.train.job import Job
from core.train.state import State
from tests.adversarial import gan
from tests.designs import classifier, digits_cnn, iris_mlp, regression
from tests.generative import autoencoder, language_model
from tests.training import fresh_state, job_of

TOY = {"source": {"kind": "toy_2d", "shape": "spirals", "classes": 3, "samples": 90}, "split": {}}


def made(design: Design) -> tuple[Job, State]:
    job = job_of(design)
    return job, fresh_state(job.program)


@pytest.fixture(scope="module")
def iris() -> tuple[Job, State]:
    return made(iris_mlp(8))


@pytest.fixture(scope="module")
def toy() -> tuple[Job, State]:
    layers = (("Dense", {"units": 6}), ("Activation", {"function": "tanh"}))
    return made(classifier(TOY, *layers, ("Dense", {"units": 3}), x="point"))


@pytest.fixture(scope="module")
def text() -> tuple[Job, State]:
    return made(language_model())


def test_the_outputs_of_nodes_are_those_of_the_network(iris: tuple[Job, State]) -> None:
    job, state = iris
    rows = job.probe_rows()[:7]
    plan = job.program.plan
    found = outputs(job, state, rows, (plan.shown.prediction,))[plan.shown.prediction]
    np.testing.assert_allclose(found, job.program.predict(state, rows), rtol=1e-5, atol=1e-6)


def test_what_is_given_stands_for_what_would_be_computed(iris: tuple[Job, State]) -> None:
    job, state = iris
    logits = job.program.plan.shown.prediction
    (last,) = (step for step in job.program.plan.steps if logits in step.outputs)
    (before,) = last.inputs.values()
    hidden = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    found = job.program.compute(state, {before: hidden}, (logits,))[logits]
    weights = dict(zip(job.program.param_names, state.params, strict=True))
    expected = hidden @ weights[f"{last.attribute}.kernel"] + weights[f"{last.attribute}.bias"]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_histograms_are_those_of_numpy(iris: tuple[Job, State]) -> None:
    job, state = iris
    told = AskHistograms("dense").answer(job, state, 0)
    assert [part.name for part in told.parts] == ["bias", "kernel", OUTPUTS]
    weights = dict(zip(job.program.param_names, state.params, strict=True))
    end = End("dense", "output")
    rows = job.probe_rows()
    values = {
        "bias": weights["dense.bias"],
        "kernel": weights["dense.kernel"],
        OUTPUTS: outputs(job, state, rows, (end,))[end],
    }
    assert told.samples == len(rows)
    for part in told.parts:
        array = np.asarray(values[part.name], np.float64)
        counts, edges = np.histogram(array, bins=len(part.counts))
        np.testing.assert_array_equal(part.counts, counts)
        np.testing.assert_allclose(part.edges, edges)
        assert (part.mean, part.deviation) == pytest.approx((array.mean(), array.std()))
        assert part.zeros == np.mean(array == 0)


def test_what_is_not_finite_is_counted_apart() -> None:
    found = histogram("x", np.array([0.0, 0.0, 1.0, 3.0, np.nan, np.inf]))
    assert (found.not_finite, found.zeros, found.mean) == (2, 0.5, 1.0)
    assert found.counts.sum() == 4
    nothing = histogram("x", np.array([np.nan]))
    assert np.isnan(nothing.mean)
    assert not nothing.counts.any()


@pytest.mark.parametrize("shape", [(60, 9), (5, 40)])
def test_pca_is_that_of_scikit_learn(shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(1).normal(size=shape) @ np.diag(np.arange(1.0, shape[1] + 1))
    points, explained = pca(rows)
    model = PCA(2, svd_solver="full").fit(rows)
    theirs = model.transform(rows)
    theirs *= np.sign((theirs * points).sum(axis=0))
    np.testing.assert_allclose(points, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max())
    np.testing.assert_allclose(explained, model.explained_variance_ratio_, atol=1e-5)
    # Signs come from the axes alone, so the order of the rows changes nothing.
    turned, _ = pca(rows[::-1])
    np.testing.assert_allclose(turned[::-1], points, atol=1e-4)


def test_pca_of_equal_rows_is_one_point() -> None:
    points, explained = pca(np.ones((4, 3)))
    np.testing.assert_allclose(points, 0, atol=1e-6)
    assert explained == pytest.approx((0, 0))


def test_neighbours_stay_together_in_t_sne() -> None:
    random = np.random.default_rng(0)
    rows = np.repeat(10 * np.eye(3, 6), 12, axis=0) + random.normal(size=(36, 6))
    points, explained = project(rows, projection.TSNE)
    assert explained == ()
    assert trustworthiness(rows, points, n_neighbors=5) > 0.85
    theirs = TSNE(2, init="random", random_state=0, perplexity=35 / 3)
    np.testing.assert_allclose(points, theirs.fit_transform(rows.astype(np.float32)), rtol=1e-3)


def test_the_projection_is_of_what_comes_before_the_logits(iris: tuple[Job, State]) -> None:
    job, state = iris
    told = AskProjection().answer(job, state, 0)
    rows = job.probe_rows()[told.numbers]
    end = End("activation", "output")
    assert told.node == "activation"
    hidden = outputs(job, state, rows, (end,))[end]
    np.testing.assert_allclose(told.points, pca(hidden)[0], atol=1e-5)
    np.testing.assert_array_equal(told.verdicts.truth, job.prepared.columns["label"][rows])
    guesses = job.program.predict(state, rows).argmax(axis=1)
    np.testing.assert_array_equal(told.verdicts.predicted, guesses)
    np.testing.assert_array_equal(told.verdicts.wrong, guesses != told.verdicts.truth)


def test_a_method_that_is_missing_is_named(
    iris: tuple[Job, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="UMAP is not installed") as caught:
        AskProjection(method=projection.UMAP).answer(*iris, 0)
    assert "pip install" in caught.value.hint
    with pytest.raises(InputError, match="not in the network"):
        AskProjection(node="gone").answer(*iris, 0)


def test_the_boundary_is_what_the_network_predicts_there(toy: tuple[Job, State]) -> None:
    job, state = toy
    told = AskBoundary(cells=12).answer(job, state, 0)
    assert told.features == ("x", "y")
    across, up = np.meshgrid(told.xs, told.ys)
    grid = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
    network = job.program.network(state)
    chances = np.asarray(jax.nn.softmax(network(grid))).reshape(12, 12, 3)
    assert told.winner is not None
    assert told.sure is not None
    np.testing.assert_array_equal(told.winner, chances.argmax(axis=-1))
    np.testing.assert_allclose(told.sure, chances.max(axis=-1), atol=1e-5)
    rows = np.concatenate([job.prepared.splits[s] for s in ("train", "validation")])
    np.testing.assert_allclose(told.points, job.prepared.columns["point"][rows], atol=1e-6)
    assert told.xs[0] < told.points[:, 0].min() < told.points[:, 0].max() < told.xs[-1]
    assert told.training.sum() == len(job.prepared.splits["train"])


def test_other_features_are_held_at_their_mean(iris: tuple[Job, State]) -> None:
    job, state = iris
    told = AskBoundary(x=3, y=1, cells=6).answer(job, state, 0)
    assert told.features[3] == "petal width"
    mean, deviation = job.prepared.scales["features"]
    grid = np.zeros((36, 4))
    across, up = np.meshgrid(told.xs, told.ys)
    grid[:, 3] = (across.ravel() - mean[3]) / deviation[3]
    grid[:, 1] = (up.ravel() - mean[1]) / deviation[1]
    # Standardised features have mean 0 over the training rows.
    scores = np.asarray(job.program.network(state)(grid.astype(np.float32)))
    np.testing.assert_array_equal(told.winner, scores.argmax(axis=1).reshape(6, 6))


def test_values_are_in_the_units_of_the_data(tmp_path: Path) -> None:
    data = {"source": {"kind": "csv", "path": "plane.csv", "task": "number"}, "split": {}}
    random = np.random.default_rng(0)
    table = random.normal(size=(40, 3)) * (1, 20, 1) + (5, 0, 100)
    lines = ("a,b,value", *(",".join(f"{v:.4f}" for v in row) for row in table))
    (tmp_path / "plane.csv").write_text("\n".join(lines))
    job = job_of(regression(data, "features", "value", tmp_path), tmp_path)
    state = fresh_state(job.program)
    told = AskBoundary(cells=4).answer(job, state, 0)
    assert told.features == ("a", "b")
    mean, deviation = job.prepared.scales["features"]
    raw = np.stack([axis.ravel() for axis in np.meshgrid(told.xs, told.ys)], axis=1)
    grid = ((raw - mean) / deviation).astype(np.float32)
    scores = np.asarray(job.program.network(state)(grid))
    mean, deviation = job.prepared.scales["value"]
    assert told.values is not None
    expected = (scores[:, 0] * deviation[0] + mean[0]).reshape(4, 4)
    np.testing.assert_allclose(told.values, expected, rtol=1e-5)
    assert told.verdicts.wrong is None
    assert told.verdicts.truth is not None
    assert 95 < told.verdicts.truth.mean() < 105


def test_pictures_have_no_boundary_and_nothing_is_generated() -> None:
    job, state = made(digits_cnn())
    with pytest.raises(InputError, match="reads images"):
        AskBoundary().answer(job, state, 0)
    with pytest.raises(InputError, match="nothing in this design generates") as caught:
        AskGenerated().answer(job, state, 0)
    assert "Noise input" in caught.value.hint


def test_a_generator_makes_samples_of_noise() -> None:
    job, state = made(gan(noise=True))
    told = AskGenerated(seed=3, count=5).answer(job, state, 0)
    assert isinstance(told, Samples)
    assert (told.title, told.like, told.values.shape) == (
        "generator/generator_out",
        "features",
        (5, 4),
    )
    weights = {
        name[name.rindex("generator_") :]: array
        for name, array in zip(job.program.param_names, state.params, strict=True)
        if "generator_" in name
    }
    noise = np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32)
    hidden = np.tanh(noise @ weights["generator_in.kernel"] + weights["generator_in.bias"])
    flowers = hidden @ weights["generator_out.kernel"] + weights["generator_out.bias"]
    mean, deviation = job.prepared.scales["features"]
    np.testing.assert_allclose(told.values, flowers * deviation + mean, rtol=1e-4, atol=1e-4)


def test_a_decoder_makes_pictures_of_codes() -> None:
    job, state = made(autoencoder())
    told = AskGenerated(count=3).answer(job, state, 0)
    assert isinstance(told, Samples)
    assert told.values.shape == (3, 8, 8, 1)
    weights = dict(zip(job.program.param_names, state.params, strict=True))
    code = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    hidden = np.maximum(code @ weights["decoder.kernel"] + weights["decoder.bias"], 0)
    logits = hidden @ weights["pixels.kernel"] + weights["pixels.bias"]
    expected = 1 / (1 + np.exp(-logits.reshape(3, 8, 8, 1)))
    np.testing.assert_allclose(told.values, expected, rtol=1e-4, atol=1e-5)
    # The code itself is what tells samples apart.
    assert AskProjection().answer(job, state, 0).node == "code"


def test_a_text_goes_on_by_the_likeliest_token(text: tuple[Job, State]) -> None:
    job, state = text
    told = AskGenerated(prompt="The wh", temperature=0.0, length=20).answer(job, state, 0)
    assert isinstance(told, Texts)
    assert told.prompt == "the wh"
    classes = job.prepared.dataset.columns["tokens"].classes
    # This network knows one letter back, so that each follows from the one before.
    weights = dict(zip(job.program.param_names, state.params, strict=True))
    table = weights["embedding.embedding"] @ weights["dense.kernel"] + weights["dense.bias"]
    letter, expected = classes.index("h"), ""
    for _ in range(20):
        letter = int(np.asarray(table)[letter].argmax())
        expected += classes[letter]
    assert set(told.texts) == {expected}
    with pytest.raises(InputError, match="'€' is not in the vocabulary"):
        AskGenerated(prompt="a €").answer(job, state, 0)


def test_tokens_are_drawn_by_their_probability() -> None:
    logits = np.log(np.array([0.1, 0.6, 0.3]))
    random = np.random.default_rng(0)
    drawn = drawn_tokens(np.tile(logits, (20_000, 1)), 1.0, random)
    shares = np.bincount(drawn, minlength=3) / len(drawn)
    np.testing.assert_allclose(shares, [0.1, 0.6, 0.3], atol=0.02)
    cold = drawn_tokens(np.tile(logits, (20_000, 1)), 0.5, random)
    sharper = np.array([0.01, 0.36, 0.09]) / 0.46
    np.testing.assert_allclose(np.bincount(cold, minlength=3) / 20_000, sharper, atol=0.02)
    assert encoded("cab bar", ("bar", "cab")) == [1, 0]


def test_a_sample_is_shown_as_it_is(text: tuple[Job, State], toy: tuple[Job, State]) -> None:
    job, state = text
    told = AskSample(1).answer(job, state, 0)
    classes = job.prepared.dataset.columns["tokens"].classes
    assert [classes.index(letter) for letter in told.text] == told.values.tolist()
    job, state = toy
    rows = job.probe_rows()
    np.testing.assert_array_equal(
        AskSample(len(rows)).answer(job, state, 0).values, job.prepared.columns["point"][rows[0]]
    )
    assert fed(job, rows[:2])[End("input", "output")].shape == (2, 2)

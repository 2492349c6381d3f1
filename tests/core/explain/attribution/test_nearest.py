"""Nearest training samples against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.design.document import Design
from core.errors import InputError
from core.explain.attribution.nearest import Nearest, compared_end
from core.train.job import Job
from core.train.state import State
from tests.designs import add, chain, fit_to_data, iris_mlp, recipe, regression, wire
from tests.training import fresh_state, job_of


@pytest.fixture(scope="module")
def iris() -> tuple[Job, State]:
    job = job_of(iris_mlp())
    return job, fresh_state(job.program)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("node", ["", "input", "dense"])
def test_they_are_those_of_scikit_learn(iris: tuple[Job, State], metric: str, node: str) -> None:
    job, state = iris
    train = job.prepared.splits["train"]
    row = job.probe_rows()[3]
    values = np.asarray(job.prepared.columns["features"])
    if node != "input":
        network = job.program.network(state)
        values = np.asarray(network.dense(values), np.float64)
        values = np.tanh(values) if node == "" else values
    peer = NearestNeighbors(n_neighbors=5, metric=metric, algorithm="brute").fit(values[train])
    distances, places = peer.kneighbors(values[[row]])
    found = Nearest(3, node, 5, metric).answer(job, state, 0)
    assert found.node == (node or "activation")
    np.testing.assert_allclose(found.distances, distances[0], rtol=1e-3, atol=1e-6)
    # Flowers that were measured alike may change places.
    before_last = distances[0] < distances[0, -1] - 1e-5
    assert set(train[places[0][before_last]]) <= set(found.rows)
    assert found.searched == len(train)


def test_they_come_with_labels_and_samples(iris: tuple[Job, State]) -> None:
    job, state = iris
    found = Nearest(len(job.probe_rows()) + 1, count=4).answer(job, state, 0)
    assert found.number == 1
    rows = np.concatenate([[found.row], found.rows])
    names = job.prepared.dataset.columns["label"].classes
    truth = job.prepared.columns["label"][rows]
    assert found.truths == tuple(names[i] for i in truth)
    guesses = job.program.predict(state, rows).argmax(axis=-1)
    assert found.predictions == tuple(names[i] for i in guesses)
    np.testing.assert_array_equal(found.samples, job.prepared.columns["features"][rows])
    assert (np.diff(found.distances) >= 0).all()


def test_a_training_sample_is_not_its_own_neighbour() -> None:
    data = {
        "source": {"kind": "el_nino", "window": 4},
        "split": {"train": 0.8, "validation": 0.0, "test": 0.2},
    }
    job = job_of(regression(data, "history", "next"))
    state = fresh_state(job.program)
    found = Nearest(2, count=3).answer(job, state, 0)
    assert found.row in job.prepared.splits["train"]
    assert found.row not in found.rows
    assert found.node == "flatten"
    # Degrees Celsius, as in the file, not as the network is fed.
    truth = job.prepared.dataset.columns["next"].values[found.row]
    assert float(found.truths[0]) == pytest.approx(float(truth[0]), rel=1e-3)


def test_what_cannot_be_compared_is_named(iris: tuple[Job, State]) -> None:
    job, state = iris
    with pytest.raises(InputError, match="no node called 'nobody'"):
        Nearest(0, "nobody").answer(job, state, 0)
    with pytest.raises(InputError, match="loss computes nothing"):
        compared_end(job, "loss")
    with pytest.raises(InputError, match="no distance called 'manhattan'"):
        Nearest(0, metric="manhattan").answer(job, state, 0)


def test_of_a_sequence_the_last_step_is_compared() -> None:
    design = Design(
        data={"source": {"kind": "moby_dick", "length": 6}, "split": {}}, recipe=recipe()
    )
    for kind, name in (("Input", "input"), ("Target", "target"), ("CrossEntropy", "loss")):
        design = add(design, kind, name)
    design = add(design, "Embedding", "embedding", vocabulary=45, features=5)
    design = add(design, "Dense", "dense", units=45)
    design = chain(design, "input", "embedding", "dense")
    design = wire(design, "dense -> loss.logits", "target -> loss.target")
    job = job_of(fit_to_data(design, input="tokens", target="next"))
    found = Nearest(1, count=10).answer(job, fresh_state(job.program), 0)
    assert found.node == "embedding"
    last = found.samples[:, -1]
    np.testing.assert_array_equal(found.distances == 0, last[1:] == last[0])
    assert found.distances[0] == 0
    letters = job.prepared.dataset.columns["next"].classes
    truth = job.prepared.columns["next"][[found.row, *found.rows]]
    assert found.truths == tuple(letters[i] for i in truth[:, -1])
    with pytest.raises(InputError, match="gives ids"):
        compared_end(job, "input")

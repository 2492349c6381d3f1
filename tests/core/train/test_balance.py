"""Class weights for imbalance against scikit-learn, and what they do to the loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from core.design import edits
from core.design.document import Design
from core.train.balance import balanced_weights
from core.train.job import Job
from tests.designs import add, chain, fit_to_data, recipe, wire
from tests.training import batch_loss, fresh_state, job_of

SHARES = (0.7, 0.2, 0.1)


def test_weights_are_those_of_scikit_learn() -> None:
    labels = np.random.default_rng(0).choice(3, 500, p=SHARES)
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balanced_weights(labels, 3), wanted, rtol=1e-12)


def test_classes_that_do_not_occur_and_labels_that_nobody_knows() -> None:
    labels = np.array([0, 0, 0, 2, -1, -1])
    known = compute_class_weight("balanced", classes=np.array([0, 2]), y=labels[:4])
    assert balanced_weights(labels, 4) == pytest.approx((known[0], 1.0, known[1], 1.0))
    assert balanced_weights(np.array([-1, -1]), 2) == (1.0, 1.0)


def job(folder: Path, units: int, loss: str, **params: object) -> Job:
    """Classes (two for a single unit) of unequal shares, told from four numbers."""
    rng = np.random.default_rng(1)
    label = rng.choice(max(units, 2), 300, p=SHARES if units == 3 else (0.9, 0.1))
    np.savez(folder / "data.npz", x=rng.normal(size=(300, 4)).astype(np.float32), label=label)
    source = {"kind": "npz", "path": "data.npz", "inputs": ["x"], "targets": ["label"]}
    design = Design(data={"source": source, "split": {}}, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    design = chain(add(design, "Dense", "dense", units=units), "input", "dense")
    design = wire(
        add(design, loss, "loss", **params), "dense -> loss.logits", "target -> loss.target"
    )
    design = edits.set_recipe(design, {**design.recipe, "balance_classes": True})
    return job_of(fit_to_data(design, folder, input="x", target="label"), folder)


def loss_and_logits(made: Job) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss over the training split, and what it is of."""
    rows, columns = made.prepared.splits["train"], made.prepared.columns
    network = made.program.network(fresh_state(made.program))
    found = network.values({"input": columns["x"][rows], "target": columns["label"][rows]})
    loss = float(batch_loss(made.program.plan, found))
    return loss, np.asarray(network(columns["x"][rows]), np.float64), columns["label"][rows]


@pytest.mark.parametrize("units", [3, 1])
def test_each_class_counts_alike_in_the_loss(tmp_path: Path, units: int) -> None:
    kind = "CrossEntropy" if units == 3 else "BinaryCrossEntropy"
    loss, logits, labels = loss_and_logits(job(tmp_path, units, kind))
    full = logits if units == 3 else np.concatenate([np.zeros_like(logits), logits], axis=1)
    chances = np.exp(full) / np.exp(full).sum(axis=1, keepdims=True)
    weights = compute_sample_weight("balanced", labels)
    wanted = log_loss(labels, chances, sample_weight=weights, normalize=True)
    # Weights of yes and no are told by their ratio only, as binary cross-entropy has but one.
    scale = 1.0 if units == 3 else weights[labels == 0][0]
    assert loss == pytest.approx(wanted * weights.sum() / len(labels) / scale, rel=1e-5)


def test_weights_of_the_loss_itself_stay(tmp_path: Path) -> None:
    own = job(tmp_path, 3, "CrossEntropy", class_weights=(1.0, 1.0, 5.0))
    loss, logits, labels = loss_and_logits(own)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    each = -np.log(chances[np.arange(len(labels)), labels])
    assert loss == pytest.approx(float((each * np.array([1, 1, 5])[labels]).mean()), rel=1e-5)


def test_focal_losses_are_weighted_too(tmp_path: Path) -> None:
    made = job(tmp_path, 3, "Focal", gamma=0.0)
    loss, logits, labels = loss_and_logits(made)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wanted = log_loss(labels, chances, sample_weight=compute_sample_weight("balanced", labels))
    assert loss == pytest.approx(wanted, rel=1e-5)

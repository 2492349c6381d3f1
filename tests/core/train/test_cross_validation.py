"""Cross-validation against scikit-learn on the same folds, and what its folds share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.data.binding import DataBinding, prepare, split_of
from core.data.folds import make_folds
from core.design import edits
from core.design.document import Design
from core.errors import InputError, WorkError
from core.project.file import load
from core.project.gallery import examples
from core.train.cross_validation import cross_validate
from core.train.events import (
    CrossValidated,
    Event,
    FoldEnd,
    FoldProgress,
)
from core.train.fold_summary import summary_of
from core.train.program import Program
from tests.designs import IRIS, classifier, iris_mlp, noisy_mlp, with_recipe


def on(_: Event | None = None) -> bool:
    return True


def quiet(_: Event) -> None:
    """Hear nothing."""


def validated(design: Design, folds: int, **options: Any) -> CrossValidated:
    return cross_validate(design, Path(), folds, quiet, on, device="cpu", **options)


def logistic_regression(rows: int) -> Design:
    """One layer with the penalty that scikit-learn's has by default, on so many rows."""
    design = classifier(IRIS, ("Dense", {"units": 3, "l2": 1 / (2 * rows)}), x="features")
    options = {"epochs": 400, "optimizer": "Adam", "learning_rate": 0.1}
    design = with_recipe(design, **options)
    return edits.set_recipe(design, {**design.recipe, "gradient_descent": "batch"})


def test_a_logistic_regression_is_that_of_scikit_learn() -> None:
    binding = DataBinding.from_json(IRIS)
    data = prepare(binding, Path()).dataset
    folds = make_folds(data, split_of(binding), 5)
    found = validated(logistic_regression(len(folds[0]["train"])), 5)
    x, y = data.columns["features"].values, data.columns["label"].values
    theirs = cross_val_score(
        make_pipeline(StandardScaler(), LogisticRegression()),
        x,
        y,
        cv=[(fold["train"], fold["validation"]) for fold in folds],
    )
    ours = [figures["accuracy"] for figures in found.figures]
    one_sample = 1 / len(folds[-1]["validation"])
    np.testing.assert_allclose(ours, theirs, atol=one_sample + 1e-6)
    assert found.mean["accuracy"] == pytest.approx(theirs.mean(), abs=0.01)
    assert found.spread["accuracy"] == pytest.approx(theirs.std(), abs=0.015)
    assert found.mean["accuracy"] > 0.9


def test_each_fold_is_as_if_it_were_trained_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a fold's weights, statistics or scales goes over to the next one."""
    design = with_recipe(noisy_mlp(), epochs=3)
    together = validated(design, 4)
    alone = []
    for number in range(4):

        def only(*args: Any, number: int = number, **options: Any) -> Any:
            return [make_folds(*args, **options)[number]]

        monkeypatch.setattr("core.train.cross_validation.make_folds", only)
        alone.append(validated(design, 4).figures[0])
        monkeypatch.undo()
    for one, other in zip(together.figures, alone, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-5)


def test_folds_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All folds together need a step for full batches, and one for each size of the last batch."""
    made: list[Program] = []
    init = Program.__init__

    def counted(self: Program, *args: Any) -> None:
        made.append(self)
        init(self, *args)

    monkeypatch.setattr(Program, "__init__", counted)
    validated(with_recipe(iris_mlp(), epochs=1), 10)
    (program,) = made
    sizes = {size for _, size in program._compiled}
    assert 16 in sizes
    assert len(sizes) <= 3
    assert program.evaluation._sum_jit._cache_size() == 1


def test_it_tells_how_far_it_is_and_ends_when_told_to() -> None:
    events: list[Event] = []

    def until_two_are_done() -> bool:
        return sum(isinstance(e, FoldEnd) for e in events) < 2

    design = with_recipe(iris_mlp(), epochs=2)
    found = cross_validate(design, Path(), 5, events.append, until_two_are_done, device="cpu")
    assert (found.folds, len(found.figures)) == (5, 2)
    ends = [e for e in events if isinstance(e, FoldEnd)]
    assert [e.fold for e in ends] == [0, 1]
    assert found.mean["loss"] == pytest.approx(np.mean([e.figures["loss"] for e in ends]))
    shares = [e.share for e in events if isinstance(e, FoldProgress)]
    assert shares
    assert all(0 < share <= 1 for share in shares)


def test_one_row_is_left_out_of_each() -> None:
    data = {"source": {"kind": "iris"}, "split": {"train": 0.1, "validation": 0.1, "test": 0.8}}
    design = edits.set_data(with_recipe(iris_mlp(), epochs=1), data)
    found = validated(design, 0)
    assert found.folds == len(found.figures) == 30
    # An area under a curve or a precision has no meaning for a single sample.
    assert set(found.mean) == {"loss", "accuracy"}
    assert {figures["accuracy"] for figures in found.figures} <= {0.0, 1.0}


def test_mean_and_spread_leave_out_what_a_fold_does_not_have() -> None:
    nan = float("nan")
    found = summary_of([{"auc": 0.5, "loss": 1.0}, {"auc": nan, "loss": 3.0}, {"auc": 0.9}], 3, 1.0)
    assert found.mean == pytest.approx({"auc": 0.7, "loss": 2.0})
    assert found.spread == pytest.approx({"auc": 0.2, "loss": 1.0})
    assert np.isnan(summary_of([{"auc": nan}], 1, 1.0).mean["auc"])


def test_too_many_folds_and_a_fold_that_diverges() -> None:
    with pytest.raises(InputError, match="cannot be divided into 1000 folds"):
        validated(iris_mlp(), 1000)
    wild = with_recipe(iris_mlp(), optimizer="SGD", learning_rate=1e38, epochs=3)
    with pytest.raises(WorkError, match="not finite") as caught:
        validated(wild, 3)
    assert "learning rate" in caught.value.hint


def test_games_have_no_folds() -> None:
    with pytest.raises(InputError, match="games have no rows"):
        validated(load(examples()["cart_pole"]), 3)

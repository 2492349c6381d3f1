"""The network of another run as a teacher: its words are a column, and a student learns from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.errors import InputError
from core.project.facts import data_facts
from core.project.file import save
from core.project.project import Project
from core.project.runs import FOLDER, RunStore
from core.train.checkpoint import WEIGHTS
from tests.designs import (
    DIGITS,
    IRIS,
    Layer,
    add,
    classifier,
    fit_to_data,
    iris_mlp,
    wire,
    with_recipe,
)
from tests.training import job_of


def trained(design: Design, folder: Path, name: str = "teacher") -> tuple[str, dict[str, float]]:
    """The id of a run beside the project, and its figures of the test split."""
    path = folder / f"{name}.loom"
    save(design, path)
    summary = Project(design, path).train(device="cpu")
    return summary.run, dict(summary.test)


def with_teacher(design: Design, run: str) -> Design:
    return edits.set_data(design, {**(design.data or {}), "teacher": run})


def test_the_column_is_what_the_teacher_says_of_every_row(tmp_path: Path) -> None:
    run, _ = trained(with_recipe(iris_mlp(), epochs=3), tmp_path)
    # Another split, so that the student's data is standardised otherwise.
    design = edits.set_data(iris_mlp(), {**IRIS, "split": {"seed": 5}, "teacher": run})
    facts = data_facts(design, tmp_path)
    assert facts is not None
    assert facts.fault == ""
    assert facts.columns["teacher"].shape == (None, 3)
    assert facts.targets == ("label", "teacher")
    said = job_of(design, tmp_path).prepared.columns["teacher"]

    weights = load_file(RunStore(tmp_path / FOLDER).get(run).directory / WEIGHTS)
    x = job_of(iris_mlp()).prepared.columns["features"]
    hidden = np.tanh(x @ weights["dense.kernel"] + weights["dense.bias"])
    wanted = hidden @ weights["dense_2.kernel"] + weights["dense_2.bias"]
    np.testing.assert_allclose(said, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({**IRIS, "teacher": "nobody"}, "the teacher is missing: there is no run 'nobody'"),
        ({**DIGITS, "teacher": "run"}, "was trained on other data"),
    ],
)
def test_a_teacher_that_cannot_be_is_a_problem_of_the_data(
    data: dict[str, Any], message: str, tmp_path: Path
) -> None:
    run, _ = trained(with_recipe(iris_mlp(), epochs=1), tmp_path)
    chosen = {**data, "teacher": run if data["teacher"] == "run" else data["teacher"]}
    design = edits.set_data(iris_mlp(), chosen)
    problem, *_ = analyse(design, data_facts(design, tmp_path)).errors
    assert problem.message.startswith("data: ")
    assert message in problem.message
    assert problem.remedy
    with pytest.raises(InputError, match="data: "):
        job_of(design, tmp_path)


def test_a_target_of_another_shape_than_the_teacher_says_is_an_error(tmp_path: Path) -> None:
    run, _ = trained(with_recipe(iris_mlp(), epochs=1), tmp_path)
    design = add(with_teacher(iris_mlp(), run), "Target", "said", column="teacher")
    (problem,) = [
        p
        for p in analyse(design, data_facts(design, tmp_path)).problems
        if p.node == "said" and "column 'teacher'" in p.message
    ]
    assert problem.fix is not None
    healed = analyse(problem.fix.edit(design), data_facts(design, tmp_path))
    assert healed.nodes["said"].outputs["output"].shape == (None, 3)


def student(units: int, **split: Any) -> Design:
    """A small network on the digits, few of which have a label."""
    layers: tuple[Layer, ...] = (
        ("Flatten", {}),
        ("Dense", {"units": units}),
        ("Activation", {"function": "relu"}),
        ("Dense", {"units": 10}),
    )
    design = classifier({**DIGITS, "split": split}, *layers, x="image")
    return with_recipe(design, epochs=30, batch_size=32, learning_rate=0.005)


def distilled(design: Design, run: str, folder: Path) -> Design:
    """The student that listens to a teacher too."""
    design = add(add(with_teacher(design, run), "Target", "said"), "Distillation", "distillation")
    design = wire(design, "dense_2 -> distillation.student", "said -> distillation.teacher")
    return fit_to_data(design, folder, said="teacher")


def test_a_student_does_better_with_a_teacher_than_alone(tmp_path: Path) -> None:
    run, best = trained(student(64), tmp_path)
    alone = student(12, labelled=100)
    _, figures = trained(alone, tmp_path, "alone")
    _, taught = trained(distilled(alone, run, tmp_path), tmp_path, "student")
    assert best["accuracy"] > 0.95
    assert taught["loss.accuracy"] > figures["accuracy"] + 0.03
    assert taught["distillation.agreement"] > 0.9

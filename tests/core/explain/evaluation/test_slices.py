"""Groups of rows, how far they are treated alike, and the hint on over- and underfitting."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Column, Dataset
from core.data.sources.csv_file import CsvFile
from core.errors import InputError
from core.explain.evaluation.fit import GOOD, OVER, UNDER, UNKNOWN, Errors, fit_hint
from core.explain.evaluation.groups import MOST_GROUPS, groups_of, slice_columns
from core.explain.evaluation.slices import fairness, slices


def data() -> Dataset:
    label = Column(np.array([0, 1, 1, 0, -1, 1], np.int32), ("no", "yes"))
    age = Column(np.array([[18], [70], [35], [50], [35], [22]], np.float32), scale="standardise")
    pair = Column(np.arange(12, dtype=np.float32).reshape(6, 2))
    image = Column(np.zeros((6, 2, 2, 1), np.float32))
    columns = {"label": label, "age": age, "pair": pair, "image": image}
    return Dataset(columns, "people", targets=("label",))


def grouped(column: str, rows: list[int] | None = None) -> list[str]:
    chosen = np.array(rows if rows is not None else range(6))
    names, group = groups_of(data(), column, chosen)
    return [names[i] for i in group]


def test_labels_and_numbers_make_groups() -> None:
    assert slice_columns(data()) == ["label", "age", "pair[0]", "pair[1]"]
    assert grouped("label") == ["no", "yes", "yes", "no", "no label", "yes"]
    ages = grouped("age")
    assert ages == [
        *("18 to 25.25", "46.25 to 70", "25.25 to 35", "46.25 to 70"),
        *("25.25 to 35", "18 to 25.25"),
    ]
    assert grouped("pair[1]", [0, 0, 2]) == ["1", "1", "5"]


def test_what_cannot_be_grouped_by_is_said() -> None:
    with pytest.raises(InputError, match="grouped by 'image'") as raised:
        grouped("image")
    assert "label, age, pair" in raised.value.hint


def test_a_csv_file_can_be_grouped_by_a_column_that_is_no_input(tmp_path: Path) -> None:
    lines = [f"{i},{'ab'[i % 2]}{i % 3},{i * 2.5},{i % 2}" for i in range(12)]
    (tmp_path / "t.csv").write_text("x,town,wage,y\n" + "\n".join(lines))
    made = CsvFile(path="t.csv", inputs=("x",), target="y").load(tmp_path)
    assert {"town", "wage"} <= set(slice_columns(made))
    names, group = groups_of(made, "town", np.arange(12))
    assert names == ("a0", "a1", "a2", "b0", "b1", "b2")
    assert names[group[4]] == "a1"
    assert len(groups_of(made, "wage", np.arange(12))[0]) == 4
    (tmp_path / "t.csv").write_text("x,town,wage,y\n1,a,2,0\n")
    with pytest.raises(InputError, match="1 rows now, it had 12"):
        groups_of(made, "town", np.arange(12))


def test_many_values_keep_the_largest_groups() -> None:
    ids = np.r_[np.arange(30), np.arange(25, 30)].astype(np.int32)
    dataset = Dataset({"id": Column(ids, tuple(f"c{i:02}" for i in range(30)))}, "many")
    names, group = groups_of(dataset, "id", np.arange(35))
    assert len(names) == MOST_GROUPS
    assert names[-1] == "11 others"
    assert {"c25", "c29"} <= set(names)
    assert np.bincount(group)[-1] == 11


def test_differences_of_a_worked_example() -> None:
    """Group 0: 3 of 4 are given yes, 2 of its 2 true ones; group 1: 1 of 4, 1 of its 3."""
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    truth = np.array([1, 1, 0, 0, 1, 1, 1, 0])
    said = np.array([1, 1, 1, 0, 1, 0, 0, 0])
    (found,) = fairness(("no", "yes"), group, truth, said)
    assert found.outcome == "yes"
    assert found.demographic_parity == pytest.approx(3 / 4 - 1 / 4)
    assert found.equal_opportunity == pytest.approx(1 - 1 / 3)
    parts = slices("sex", ("f", "m", "none"), group, truth == said, np.arange(8.0)).slices
    assert [(s.name, s.size, s.score, s.loss) for s in parts] == [
        ("f", 4, 0.75, 1.5),
        ("m", 4, 0.5, 5.5),
    ]
    (alone,) = fairness(("no", "yes"), group[:4], truth[:4], said[:4])
    assert math.isnan(alone.demographic_parity)


@pytest.mark.parametrize(
    ("train", "held", "baseline", "losses", "kind"),
    [
        (0.01, Errors(0.2, 400, 0.02), 0.9, (), OVER),
        (0.01, Errors(0.2, 10, 0.12), 0.9, (), GOOD),
        (0.01, Errors(0.04, 400, 0.01), 0.9, (), GOOD),
        (0.01, Errors(0.04, 400, 0.01), 0.9, (1.0, 0.5, 0.4, 0.5, 0.6), OVER),
        (0.01, Errors(0.04, 400, 0.01), 0.9, (1.0, 0.5, 0.4, 0.41, 0.42), GOOD),
        # Nothing to gain: held-out rows are answered as well as training rows.
        (0.0, Errors(0.0, 400, 0.0), 0.9, (1.0, 0.5, 0.4, 0.5, 0.6), GOOD),
        (0.6, Errors(0.62, 400, 0.02), 0.9, (), UNDER),
        (0.3, None, 0.9, (), GOOD),
        (math.nan, None, 0.9, (), UNKNOWN),
    ],
)
def test_the_hint_follows_its_rule(
    train: float, held: Errors | None, baseline: float, losses: tuple[float, ...], kind: str
) -> None:
    found = fit_hint(Errors(train, 100), held, baseline, losses)
    assert found.kind == kind
    assert bool(found.remedies) == (kind in (OVER, UNDER))

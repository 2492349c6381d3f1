"""Parameters: what they take, how they are typed, and how they are saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.params import Configured, Param, param, plain
from core.registry import kinds
from core.train.recipe import Recipe, optimizers, schedules
from tests.strategies import JSON, ODD_VALUES, TEXT


@dataclass(frozen=True)
class Everything(Configured):
    """One of each kind.

    More about it.
    """

    kind = "Everything"
    label = "Everything"

    flag: bool = param(True, label="Flag", help="")
    count: int = param(3, label="Count", help="", minimum=1, maximum=9)
    rate: float = param(0.5, label="Rate", help="", minimum=0.0, maximum=1.0)
    title: str = param("", label="Title", help="")
    mode: str = param("a", label="Mode", help="", choices=("a", "b"))
    sizes: tuple[int, ...] = param((2, 2), label="Sizes", help="", minimum=1)
    columns: tuple[str, ...] = param((), label="Columns", help="", kind="names")
    weights: tuple[float, ...] = param((), label="Weights", help="", kind="floats", minimum=0.0)
    free: int = param(0, label="Free", help="")


PARAMS = {p.name: p for p in Everything.params()}


def test_kinds_follow_from_the_defaults() -> None:
    assert [(p.name, p.kind) for p in Everything.params()] == [
        *(("flag", "bool"), ("count", "int"), ("rate", "float"), ("title", "text")),
        *(("mode", "choice"), ("sizes", "ints"), ("columns", "names")),
        *(("weights", "floats"), ("free", "int")),
    ]
    assert Everything.summary() == "One of each kind."


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("flag", False, None),
        ("flag", 1, "Flag must be true or false, not 1"),
        ("count", 9, None),
        ("count", 0, "Count must be at least 1, not 0"),
        ("count", 10, "Count must be at most 9, not 10"),
        ("count", 2.0, "Count must be a whole number, not 2.0"),
        ("count", True, "Count must be a whole number, not True"),
        ("free", -(2**31), "Free must be between"),
        ("free", 10**400, "Free must be between"),
        ("rate", 1, None),
        ("rate", 1.5, "Rate must be at most 1, not 1.5"),
        ("rate", float("nan"), "Rate must be finite"),
        ("rate", float("inf"), "Rate must be finite"),
        ("rate", 10**400, "Rate must be finite"),
        ("rate", "0.5", "Rate must be a number, not '0.5'"),
        ("title", 3, "Title must be text, not 3"),
        ("mode", "b", None),
        ("mode", "c", "Mode must be one of a, b, not 'c'"),
        ("mode", ("a",), "Mode must be one of a, b"),
        ("sizes", (1, 2, 3), None),
        ("sizes", (1, 0), "Sizes must be at least 1, not 0"),
        ("sizes", (1, 2.5), "Sizes must be a whole number, not 2.5"),
        ("sizes", 3, "Sizes must be a list of whole numbers, not 3"),
        ("columns", ("x", "y"), None),
        ("columns", ("x", 1), "Columns must be a list of names"),
        ("weights", (1, 2.5), None),
        ("weights", (1.0, -1.0), "Weights must be at least 0, not -1"),
        ("weights", (1.0, float("nan")), "Weights must be finite"),
        ("weights", (1.0, "2"), "Weights must be a number, not '2'"),
        ("weights", 3.0, "Weights must be a list of numbers, not 3.0"),
    ],
)
def test_faults_are_named(name: str, value: Any, fault: str | None) -> None:
    found = PARAMS[name].fault(value)
    assert found is None if fault is None else (found or "").startswith(fault)
    assert len(found or "") < 120


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("flag", " TRUE ", True),
        ("flag", "false", False),
        ("count", "7", 7),
        ("rate", "1e-3", 0.001),
        ("rate", "1", 1.0),
        ("title", " some text ", "some text"),
        ("mode", "b", "b"),
        ("sizes", "8, 8, 1", (8, 8, 1)),
        ("sizes", "(3,)", (3,)),
        ("sizes", "[]", ()),
        ("sizes", "4", (4,)),
        ("columns", "a, b ,", ("a", "b")),
        ("weights", "1, 2.5, 1e-3", (1.0, 2.5, 0.001)),
        ("weights", "", ()),
    ],
)
def test_typed_values_are_read(name: str, text: str, value: Any) -> None:
    found = PARAMS[name].parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flag", "yes"),
        ("count", "1.5"),
        ("count", ""),
        ("rate", "one"),
        ("sizes", "1, x"),
        ("weights", "1, x"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{PARAMS[name].label} must be"):
        PARAMS[name].parse(text)


def test_numbers_of_a_list_become_floats() -> None:
    made, faults = Everything.read({"weights": [1, 2.5]})
    assert (made.weights, faults) == ((1.0, 2.5), ())
    assert all(isinstance(v, float) for v in made.weights)


def test_a_faulty_value_is_reported_and_the_default_stands_in() -> None:
    made, faults = Everything.read({"count": 99, "rate": 1, "sizes": [4], "colour": "red"})
    assert made == Everything(rate=1.0, sizes=(4,))
    assert isinstance(made.rate, float)
    assert [f.name for f in faults] == ["count", "colour"]


@given(st.dictionaries(st.sampled_from(list(PARAMS)) | TEXT, ODD_VALUES | JSON, max_size=8))
def test_anything_can_be_read_and_comes_out_usable(values: dict[str, Any]) -> None:
    made, faults = Everything.read(values)
    assert all(PARAMS[name].fault(value) is None for name, value in made.values().items())
    wrong = {f.name for f in faults}
    for name, value in values.items():
        assert name in wrong or getattr(made, name) == plain(value)
    assert Everything.read(json.loads(json.dumps(made.values()))) == (made, ())


def test_the_same_kind_twice_is_an_error_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="two classes are called"):
        kinds("tests.twins", Configured)


@pytest.mark.parametrize("declared", [p for k in optimizers().values() for p in k.params()])
def test_every_default_of_an_optimizer_may_be_used(declared: Param) -> None:
    assert declared.fault(declared.default) is None
    assert declared.help.endswith(".")


@given(st.dictionaries(st.sampled_from(["optimizer", "schedule", "epochs", "seed"]), JSON))
def test_any_recipe_can_be_read(values: dict[str, Any]) -> None:
    made, _ = Recipe.read(values)
    assert Recipe.read(made.to_json()) == (made, ())


@pytest.mark.parametrize("optimizer", optimizers())
@pytest.mark.parametrize("schedule", schedules())
def test_every_recipe_comes_back_from_its_saved_form(optimizer: str, schedule: str) -> None:
    made, faults = Recipe.read(
        {"optimizer": {"kind": optimizer}, "schedule": {"kind": schedule}, "epochs": 3}
    )
    assert faults == ()
    assert (made.optimizer.kind, made.schedule.kind, made.epochs) == (optimizer, schedule, 3)
    assert Recipe.read(json.loads(json.dumps(made.to_json()))) == (made, ())

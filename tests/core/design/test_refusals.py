"""Many questions about one design are answered as each alone would be, in two walks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.design import refusals
from core.design.analysis import analyse
from core.design.document import Design, End
from core.design.order import ancestors
from core.design.ports import ports_of
from core.design.problems import CIRCLE, OWN_INPUT, refusal
from core.design.refusals import Refusals
from tests.designs import add, chain, iris_mlp
from tests.strategies import designs


@given(st.data())
def test_the_answers_are_those_of_each_question_alone(data: st.DataObject) -> None:
    design = data.draw(designs().filter(lambda d: d.nodes))
    outputs = analyse(design).outputs()
    asked = Refusals(design, outputs)
    ids = st.sampled_from(list(design.nodes))
    for _ in range(12):
        source, target = End(data.draw(ids), "output"), End(data.draw(ids), "input")
        assert asked(source, target) == refusal(design, outputs, source, target)


@pytest.mark.parametrize("from_output", [True, False])
def test_all_ports_of_a_drag_take_one_walk(
    monkeypatch: pytest.MonkeyPatch, from_output: bool
) -> None:
    design = Design()
    names = [f"d{i}" for i in range(30)]
    for name in names:
        design = add(design, "Dense", name)
    design = chain(design, *names)
    walked: list[str] = []

    def counted(*args: object) -> set[str]:
        walked.append("")
        return ancestors(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(refusals, "ancestors", counted)
    asked = Refusals(design, {})
    found = []
    for name in names:
        ends = ("d15", name) if from_output else (name, "d15")
        found.append(asked(End(ends[0], "output"), End(ends[1], "input")))
    circles = found[:15] if from_output else found[16:]
    others = found[16:] if from_output else found[:15]
    assert circles == [CIRCLE] * len(circles)
    assert others == [None] * len(others)
    assert found[15] == OWN_INPUT
    assert len(walked) == 1


def test_ports_that_do_not_fit_are_refused_with_the_same_words() -> None:
    design = iris_mlp()
    outputs = analyse(design).outputs()
    ends = End("target", "output"), End("dense_2", "input")
    assert ports_of(design, design.nodes["dense_2"])[0][0].name == "input"
    why = Refusals(design, outputs)(*ends)
    assert why is not None
    assert "takes float32" in why

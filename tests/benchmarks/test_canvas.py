"""The canvas benchmark's own side of the figures comes out; what they are is not looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.design.analysis import analyse
from core.project.facts import data_facts
from tests.benchmarks import canvas, peer_environment
from tests.benchmarks.canvas_ours import OurSide
from tests.benchmarks.canvas_plan import planned
from tests.benchmarks.canvas_stage import Stage
from tests.benchmarks.large_project import residual_network
from widgets.canvas.graph import EMPTY

COMPARED = {"add", "full_frame", "repaint", "pan", "drag_one", "drag_twenty", "delete"}


@pytest.fixture
def side(qtbot: QtBot) -> OurSide:
    made = OurSide(planned(60))
    qtbot.addWidget(made.view)
    return made


def test_the_plan_is_the_agreed_graph() -> None:
    plan = planned(1000)
    assert (len(plan.places), len(plan.wires)) == (1000, 1499)
    assert len(set(plan.places)) == 1000
    assert len({(target, port) for _, target, port in plan.wires}) == 1499
    assert all(source < target for source, target, _ in plan.wires)


def test_our_side_is_measured_in_every_figure(side: OurSide) -> None:
    stage = Stage(side)
    assert set(side.view.graph.nodes) == {f"n{number}" for number in range(60)}
    found = stage.compared(1)
    assert set(found) == COMPARED
    assert min(found.values()) > 0
    assert side.view.graph == EMPTY


def test_smoothness_is_measured_near_and_far(side: OurSide) -> None:
    found = Stage(side).smoothness(8)
    assert set(found) == {"drag_p95", "pan_p95", "far_drag_p95", "far_pan_p95"}
    assert min(found.values()) > 0


def test_a_drag_that_moves_nothing_is_no_measurement(side: OurSide) -> None:
    stage = Stage(side)
    side.near(0)
    side.corner = lambda node: side.view.node_rect(f"n{node}").bottomRight()  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="did not follow"):
        stage.drag([0], 1)


def test_a_pan_moves_the_picture(side: OurSide) -> None:
    stage = Stage(side)
    side.near(30)
    before = side.view.mapFromScene(side.corner(30))
    with stage.screen.held(QPoint(300, 300), Qt.MouseButton.MiddleButton) as move:
        move(QPoint(340, 310))
        assert side.view.mapFromScene(side.corner(30)) - before == QPoint(40, 10)


def test_a_large_project_is_free_of_problems() -> None:
    design = residual_network(63)
    assert len(design.nodes) == 63
    assert not analyse(design, data_facts(design, Path())).problems


def test_a_project_is_opened_and_edited_in_the_real_window() -> None:
    found = canvas.found(Path(sys.executable), "window_round", "63")
    assert set(found) == {"open", "edit"}
    assert min(found.values()) > 0


def test_without_a_package_index_the_peer_is_missed_clearly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(peer_environment, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(peer_environment.venv, "create", lambda *_, **__: None)
    answer = subprocess.CompletedProcess((), 1, "", "no route to host")
    monkeypatch.setattr(peer_environment.subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(RuntimeError, match=r"package index .*\n?.*\nno route to host"):
        peer_environment.peer_python("moon", ("moon==1.0",))
    assert not list(tmp_path.rglob("pins.txt"))

"""The worker of a window gives way to it."""

from __future__ import annotations

import os
import sys

import pytest
from pytestqt.qtbot import QtBot

from core.train.events import Ready
from core.train.priority import NICENESS
from designer.training_process import TrainingProcess
from tests.designer.conftest import PATIENCE


@pytest.mark.skipif(sys.platform == "win32", reason="processes have priority classes there")
@pytest.mark.parametrize("gives_way", [True, False])
def test_a_worker_has_the_lower_priority_if_wanted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, gives_way: bool
) -> None:
    monkeypatch.setattr(TrainingProcess, "gives_way", gives_way)
    process = TrainingProcess()
    with qtbot.waitSignal(
        process.told, timeout=PATIENCE, check_params_cb=lambda event: isinstance(event, Ready)
    ):
        process.warm_up()
    assert process.pid is not None
    expected = min(os.nice(0) + NICENESS, 19) if gives_way else os.nice(0)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == expected
    process.shut_down()

"""Garbage is not looked for meanwhile, and is again afterwards, whatever happens."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from widgets.uncollected import Collector, put_off, take_up, uncollected


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if no window of another test were there."""
    was_on = gc.isenabled()
    monkeypatch.setattr("widgets.uncollected._collectors", 0)
    gc.enable()
    yield
    if not was_on:
        gc.disable()


def test_collecting_is_put_off_and_taken_up_again() -> None:
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one still puts it off"
    assert gc.isenabled()


def test_an_error_does_not_leave_it_off() -> None:
    with pytest.raises(ZeroDivisionError), uncollected():
        _ = 1 / 0
    assert gc.isenabled()


def test_where_it_is_not_wanted_nothing_is_put_off() -> None:
    with uncollected(False):
        assert gc.isenabled()


def test_who_ends_first_does_not_take_it_up_for_the_other() -> None:
    put_off()
    put_off()
    take_up()
    assert not gc.isenabled()
    take_up()
    assert gc.isenabled()


class Knot:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


def test_a_collector_collects_on_its_own_thread_alone(qtbot: QtBot) -> None:
    threads: set[str] = set()

    def note(phase: str, _: object) -> None:
        threads.add(threading.current_thread().name)

    def make() -> None:
        for _ in range(20_000):
            Knot()

    was_on = gc.isenabled()
    collector = Collector()
    gc.callbacks.append(note)
    try:
        found = weakref.ref(Knot())
        worker = threading.Thread(target=make, name="other")
        worker.start()
        worker.join()
        with uncollected():
            with qtbot.waitSignal(collector.timer.timeout):
                pass
            assert found() is not None
        qtbot.waitUntil(lambda: found() is None)
    finally:
        gc.callbacks.remove(note)
        collector.stop()
    assert threads == {threading.main_thread().name}
    assert gc.isenabled() == was_on

"""A computation that is given turns, in a thread of its own."""

from __future__ import annotations

import threading

import pytest

from core.train.pieces import Dropped, Pieces, beside, stand_aside

PATIENCE = 60.0


def counted(count: int, done: list[int]) -> str:
    for number in range(count):
        done.append(number)
        stand_aside()
    return "the end"


def test_each_turn_is_one_piece() -> None:
    done: list[int] = []
    pieces = Pieces(lambda: counted(3, done), least=0.0)
    assert done == []
    for turn in (1, 2, 3):
        pieces.go_on()
        assert len(done) == turn
        assert not pieces.is_done
    pieces.go_on()
    assert pieces.is_done
    assert pieces.result() == "the end"


def test_where_nobody_gives_turns_nothing_waits() -> None:
    done: list[int] = []
    assert counted(3, done) == "the end"
    with beside() as check:
        check()


def test_short_pieces_are_put_together() -> None:
    done: list[int] = []
    pieces = Pieces(lambda: counted(3, done), least=PATIENCE)
    pieces.go_on()
    assert pieces.result() == "the end"


def test_errors_come_out_where_the_result_is_asked_for() -> None:
    pieces = Pieces(lambda: 1 // 0)
    pieces.go_on()
    with pytest.raises(ZeroDivisionError):
        pieces.result()


def test_a_dropped_computation_ends_where_it_stands_aside() -> None:
    done: list[int] = []
    ended = threading.Event()

    def work() -> None:
        try:
            counted(10**9, done)
        except Exception:  # noqa: BLE001 - methods may catch what fails, but not this
            done.append(-1)
        finally:
            ended.set()

    pieces = Pieces(work, least=0.0)
    pieces.go_on()
    pieces.drop()
    assert ended.wait(PATIENCE)
    assert done == [0]
    pieces.go_on()
    with pytest.raises(Dropped):
        pieces.result()


def test_a_long_piece_goes_on_beside_what_is_done_next() -> None:
    may_end = threading.Event()

    def work() -> str:
        assert may_end.wait(PATIENCE)
        stand_aside()
        return "the end"

    pieces = Pieces(work, least=0.0)
    pieces.go_on(0.01)
    assert not pieces.can_go_on
    assert not pieces.is_done
    may_end.set()
    while not pieces.is_done:
        pieces.go_on()
    assert pieces.result() == "the end"


def test_the_end_of_a_dropped_computation_can_be_waited_for() -> None:
    may_rest, rested = threading.Event(), threading.Event()

    def work() -> None:
        assert may_rest.wait(PATIENCE)
        rested.set()
        stand_aside()
        raise AssertionError("nobody wants the rest")

    pieces = Pieces(work, least=0.0)
    pieces.go_on(0.01)
    assert not pieces.can_go_on
    threading.Timer(0.05, may_rest.set).start()
    pieces.drop(wait=True)
    assert rested.is_set()


def test_no_turn_is_needed_while_another_process_computes() -> None:
    may_end = threading.Event()

    def work() -> str:
        with beside():
            assert may_end.wait(PATIENCE)
        return "the end"

    pieces = Pieces(work, least=0.0)
    pieces.go_on()
    assert not pieces.can_go_on
    assert pieces.seconds < PATIENCE
    may_end.set()
    while not pieces.is_done:
        pieces.go_on()
    assert pieces.result() == "the end"

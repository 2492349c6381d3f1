"""Garbage is not looked for meanwhile, and is again afterwards, whatever happens."""

import gc

import pytest

from widgets.uncollected import put_off, take_up, uncollected


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

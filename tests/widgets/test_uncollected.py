"""Garbage is not looked for meanwhile, and is again afterwards, whatever happens."""

import gc

import pytest

from widgets.uncollected import uncollected


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

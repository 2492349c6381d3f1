"""What calls have in common and where they differ: the form of a call, and its constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from core.blocks.call import Call, Name


class Constant(NamedTuple):
    """A constant of a call, and the option that it stands in; empty for one without a name."""

    value: Any
    option: str


def form(value: Any) -> Any:
    """A call without its constants: calls of one form differ in constants alone."""
    if isinstance(value, Call):
        options = tuple((name, form(item)) for name, item in value.options.items())
        return (value.function, tuple(map(form, value.args)), options)
    return value if isinstance(value, Name) else None


def constants(value: Any, option: str = "") -> Iterator[Constant]:
    """The constants of a call, in the order in which they are written."""
    if isinstance(value, Call):
        for item in value.args:
            yield from constants(item)
        for name, item in value.options.items():
            yield from constants(item, name)
    elif not isinstance(value, Name):
        yield Constant(value, option)


def replaced(value: Any, put: Callable[[Any], Any]) -> Any:
    """The call with ``put`` done to each constant, in the order in which they are written."""
    if isinstance(value, Call):
        args = tuple(replaced(item, put) for item in value.args)
        return Call(
            value.function, args, {k: replaced(item, put) for k, item in value.options.items()}
        )
    return value if isinstance(value, Name) else put(value)


def names_in(value: Any) -> Iterator[str]:
    """Every name in a call: its functions, local names and dotted ones."""
    if isinstance(value, Call):
        yield value.function
        for item in (*value.args, *value.options.values()):
            yield from names_in(item)
    elif isinstance(value, Name):
        yield value.name

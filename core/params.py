"""Parameters declared once as class fields.

Blocks, optimizers, schedules and data sources are all ``Configured``: from the one declaration come
validation, the saved form, the inspector's form and the help page.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self, cast

from core import expression

Value = bool | int | float | str | tuple[int, ...] | tuple[float, ...] | tuple[str, ...]

# No count, size or seed is larger; beyond it, products of sizes are no longer worth showing.
LARGEST_INT = 2**31 - 1

_KIND_OF_TYPE = {bool: "bool", int: "int", float: "float", str: "text", tuple: "ints"}


@dataclass(frozen=True)
class Param:
    """One parameter of a ``Configured`` class.

    ``kind`` is one of ``bool``, ``int``, ``float``, ``text``, ``choice`` (one of ``choices``),
    ``ints`` (a tuple of integers, such as a shape), ``floats`` (a tuple of numbers), ``names`` (a
    tuple of strings), ``path`` (a file), ``folder``, ``column`` (a column of the design's data) and
    ``expression`` (see ``core.expression``).
    ``minimum`` and ``maximum`` bound numbers, and each element of ``ints`` and ``floats``. An
    ``advanced`` one is for few: forms fold it away, and files name it only where it was set.
    ``group`` is the heading that it stands under in a long form. ``titles`` are what people see in
    place of the ``choices``, and ``notes`` say what each choice is, in the same order.
    """

    name: str
    kind: str
    default: Value
    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = False
    group: str = ""
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def fault(self, value: object) -> str | None:
        """Say what is wrong with ``value``, or None if it may be used."""
        check = _CHECKS[self.kind]
        wrong = check(self, value)
        return f"{self.label} {wrong}" if wrong else None

    def parse(self, text: str) -> Value:
        """Read a value from what a person types (``8, 8, 1`` for a shape).

        Raises ValueError naming what was expected.
        """
        text = text.strip()
        if self.kind == "bool":
            if text.lower() not in ("true", "false"):
                raise ValueError(f"{self.label} must be true or false, not {text!r}")
            return text.lower() == "true"
        if self.kind in ("int", "float"):
            try:
                return int(text) if self.kind == "int" else float(text)
            except ValueError:
                noun = "a whole number" if self.kind == "int" else "a number"
                raise ValueError(f"{self.label} must be {noun}, not {text!r}") from None
        if self.kind == "ints":
            try:
                return tuple(int(part) for part in text.strip("()[]").split(",") if part.strip())
            except ValueError:
                raise ValueError(
                    f"{self.label} must be whole numbers with commas between them, not {text!r}"
                ) from None
        if self.kind == "floats":
            try:
                return tuple(float(part) for part in text.strip("()[]").split(",") if part.strip())
            except ValueError:
                raise ValueError(
                    f"{self.label} must be numbers with commas between them, not {text!r}"
                ) from None
        if self.kind == "names":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text

    def parse_valid(self, text: str) -> Value:
        """As ``parse``, and raises ValueError also for a value that has a fault."""
        value = self.parse(text)
        if wrong := self.fault(value):
            raise ValueError(wrong)
        return value


def param(
    default: Value,
    *,
    label: str,
    help: str,
    kind: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
    advanced: bool = False,
    group: str = "",
) -> Any:
    """Declare a parameter; its kind follows from the default unless it is given."""
    found = kind or ("choice" if choices else _KIND_OF_TYPE[type(default)])
    meta = {
        "kind": found,
        "label": label,
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "choices": tuple(choices),
        "advanced": advanced,
        "group": group,
    }
    return dataclasses.field(default=default, metadata=meta)


@dataclass(frozen=True)
class Fault:
    """A parameter value that cannot be used: which parameter, and why."""

    name: str
    message: str


class Configured:
    """Base of every class that is a kind name and some parameters.

    Subclasses are frozen dataclasses whose fields come from ``param``. ``kind`` is the saved name
    and is permanent; ``label`` is what people see; the docstring is the help.
    """

    kind: ClassVar[str]
    label: ClassVar[str]

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        """The parameters in the order of declaration, the advanced ones last."""
        return _params_of(cls)  # type: ignore[arg-type]

    @classmethod
    def defaults(cls) -> dict[str, Value]:
        """The default value of every parameter."""
        return {p.name: p.default for p in cls.params()}

    def values(self) -> dict[str, Value]:
        """The value of every parameter."""
        return {p.name: getattr(self, p.name) for p in self.params()}

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> tuple[Self, tuple[Fault, ...]]:
        """Build from saved values. A faulty value is reported, and the default stands in for it."""
        good: dict[str, Any] = {}
        faults = []
        known = {p.name: p for p in cls.params()}
        for name, raw in values.items():
            if name not in known:
                hint = ", ".join(known) or "none"
                faults.append(Fault(name, f"{cls.label} has no parameter {name!r} (it has {hint})"))
                continue
            value = plain(raw)
            wrong = known[name].fault(value)
            if wrong:
                faults.append(Fault(name, wrong))
            else:
                good[name] = _as_declared(known[name], value)
        return cls(**good), tuple(faults)

    @classmethod
    def summary(cls) -> str:
        """The first sentence of the docstring, for tooltips."""
        return " ".join((cls.__doc__ or "").split("\n\n")[0].replace("``", "").split())


def plain(value: Any) -> Any:
    """Turn JSON lists into tuples, so that values compare and hash."""
    return tuple(plain(v) for v in value) if isinstance(value, list | tuple) else value


def _as_declared(p: Param, value: Any) -> Any:
    """A value without fault as its parameter's type: files may write 1 for 1.0."""
    if p.kind == "floats":
        return tuple(float(v) for v in value)
    return float(value) if p.kind == "float" else value


@cache
def _params_of(cls: type) -> tuple[Param, ...]:
    fields = (f for f in dataclasses.fields(cls) if "kind" in f.metadata)
    found = (Param(name=f.name, default=cast(Value, f.default), **f.metadata) for f in fields)
    return tuple(sorted(found, key=lambda p: p.advanced))


def _limits(p: Param, value: float) -> str | None:
    if p.minimum is not None and value < p.minimum:
        return f"must be at least {p.minimum:g}, not {_shown(value)}"
    if p.maximum is not None and value > p.maximum:
        return f"must be at most {p.maximum:g}, not {_shown(value)}"
    return None


def _shown(value: float) -> str:
    text = str(value) if isinstance(value, int) else f"{value:g}"
    return text if len(text) <= 20 else f"{text[:20]}..."


def _check_bool(p: Param, value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {value!r}"


def _check_int(p: Param, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"must be a whole number, not {value!r}"
    if abs(value) > LARGEST_INT:
        return f"must be between -{LARGEST_INT} and {LARGEST_INT}, not {_shown(value)}"
    return _limits(p, value)


def _check_float(p: Param, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be a number, not {value!r}"
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return f"must be finite, not {_shown(value)}"
    if not math.isfinite(value):
        return f"must be finite, not {value!r}"
    return _limits(p, value)


def _check_text(p: Param, value: object) -> str | None:
    return None if isinstance(value, str) else f"must be text, not {value!r}"


def _check_expression(p: Param, value: object) -> str | None:
    return expression.fault(value) if isinstance(value, str) else f"must be text, not {value!r}"


def _check_choice(p: Param, value: object) -> str | None:
    if isinstance(value, str) and value in p.choices:
        return None
    return f"must be one of {', '.join(p.choices)}, not {value!r}"


def _check_ints(p: Param, value: object) -> str | None:
    if not isinstance(value, tuple):
        return f"must be a list of whole numbers, not {value!r}"
    return next((w for v in value if (w := _check_int(p, v))), None)


def _check_floats(p: Param, value: object) -> str | None:
    if not isinstance(value, tuple):
        return f"must be a list of numbers, not {value!r}"
    return next((w for v in value if (w := _check_float(p, v))), None)


def _check_names(p: Param, value: object) -> str | None:
    if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return None
    return f"must be a list of names, not {value!r}"


_CHECKS = {
    "bool": _check_bool,
    "int": _check_int,
    "float": _check_float,
    "text": _check_text,
    "choice": _check_choice,
    "ints": _check_ints,
    "floats": _check_floats,
    "names": _check_names,
    "path": _check_text,
    "folder": _check_text,
    "column": _check_text,
    "expression": _check_expression,
}

"""The language of Lambda blocks: arithmetic on arrays, read into a tree and never run as code.

``read`` takes the text apart; what it lets through is in the tables here and nothing else.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

VARIABLES = ("x", "y", "z", "w")
MOST_CHARACTERS = 500
MOST_DEPTH = 100
LARGEST_NUMBER = 1e30


@dataclass(frozen=True)
class Function:
    """A function of the language: its dotted name in JAX and what it takes.

    ``form`` is ``each`` (of ``count`` arguments, element by element), ``reduction`` (with axis and
    keepdims) or ``along`` (one axis, the shape stays).
    """

    target: str
    form: str = "each"
    count: int = 1


FUNCTIONS: Mapping[str, Function] = {
    **{
        name: Function(f"jnp.{name}")
        for name in (
            *("abs", "exp", "log", "sqrt", "square", "sign", "floor", "ceil", "round"),
            *("sin", "cos", "tan", "tanh"),
        )
    },
    **{name: Function(f"nnx.{name}") for name in ("relu", "sigmoid", "softplus", "silu", "elu")},
    **{name: Function(f"jnp.{name}", count=2) for name in ("maximum", "minimum")},
    "clip": Function("jnp.clip", count=3),
    "where": Function("jnp.where", count=3),
    **{
        name: Function(f"jnp.{name}", "reduction")
        for name in ("sum", "mean", "max", "min", "prod", "var")
    },
    "softmax": Function("nnx.softmax", "along"),
    "log_softmax": Function("nnx.log_softmax", "along"),
    "cumsum": Function("jnp.cumsum", "along"),
    "flip": Function("jnp.flip", "along"),
}
ALLOWED = (
    f"Use {', '.join(VARIABLES)}, numbers, + - * / **, comparisons, x[..., 0] and the functions "
    f"{', '.join(FUNCTIONS)}."
)
COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")

_BINARY: Mapping[type, tuple[str, Callable[[float, float], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("subtract", operator.sub),
    ast.Mult: ("multiply", operator.mul),
    ast.Div: ("divide", operator.truediv),
    ast.Pow: ("power", operator.pow),
}
_COMPARED: Mapping[type, str] = dict(
    zip((ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq), COMPARISONS, strict=True)
)
OPERATORS = tuple(
    ast.unparse(made).strip("ab ")
    for made in (
        *(ast.BinOp(ast.Name("a"), kind(), ast.Name("b")) for kind in _BINARY),
        *(ast.Compare(ast.Name("a"), [kind()], [ast.Name("b")]) for kind in _COMPARED),
    )
)
_LETTERS = re.compile(r"[A-Za-z0-9_+\-*/<>=!.,:()\[\] ]")


class ExpressionError(Exception):
    """What is wrong with an expression, at which character (from 1), and what would be right."""

    def __init__(self, message: str, position: int, remedy: str = ALLOWED) -> None:
        super().__init__(message)
        self.message, self.position, self.remedy = message, position, remedy

    def __str__(self) -> str:
        return f"at character {self.position}: {self.message}"


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float
    position: int


@dataclass(frozen=True)
class Variable:
    """An input."""

    name: str
    position: int


@dataclass(frozen=True)
class Apply:
    """An operation or function on parts.

    ``name`` is one of ``FUNCTIONS``, of ``COMPARISONS``, or ``add``, ``subtract``, ``multiply``,
    ``divide``, ``power``, ``negative``, ``index`` or ``slice``. ``options`` hold constants:
    ``axis``, ``keepdims``; the ``index``, or ``start``, ``stop`` and ``step`` on the last axis.
    """

    name: str
    parts: tuple[Part, ...]
    position: int
    options: Mapping[str, Any] = field(default_factory=dict)


Part = Number | Variable | Apply


def fault(text: str) -> str | None:
    """What is wrong with an expression as such, whatever its inputs are; None if nothing is."""
    try:
        read(text)
    except ExpressionError as error:
        return f"{error}. {error.remedy}"
    return None


def read(text: str) -> Part:
    """The tree of an expression. Raises ExpressionError, and nothing else, for any text."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            f"it has {len(text)} characters, more than {MOST_CHARACTERS}",
            MOST_CHARACTERS + 1,
            "Use two Lambda blocks one after the other.",
        )
    for place, letter in enumerate(text, 1):
        if not _LETTERS.fullmatch(letter):
            raise ExpressionError(f"{letter!r} means nothing here", place)
    if not text.strip():
        raise ExpressionError("there is nothing", 1)
    skipped = len(text) - len(text.lstrip())
    part = _Reader(skipped).part(_parsed(text, skipped).body, 0)
    if not any(isinstance(p, Variable) for p in _all(part)):
        raise ExpressionError("it uses no input", 1)
    return part


def _parsed(text: str, skipped: int) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            # Python warns of ``1or 2``, which is refused in any case.
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        place = min(max(error.offset or 1, 1), len(text.strip()) + 1)
        raise ExpressionError("this cannot be read", skipped + place) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this is nested too deeply", 1, "Make it simpler.") from None


def _all(part: Part) -> list[Part]:
    inner = part.parts if isinstance(part, Apply) else ()
    return [part, *(each for one in inner for each in _all(one))]


class _Reader:
    """Turns Python's tree into ours, and lets nothing through that is not known."""

    def __init__(self, skipped: int) -> None:
        self._skipped = skipped

    def part(self, node: ast.expr, depth: int) -> Part:
        at = self._at(node)
        if depth > MOST_DEPTH:
            raise ExpressionError("this is nested too deeply", at, "Make it simpler.")
        match node:
            case ast.Constant():
                return Number(self._number(node), at)
            case ast.Name():
                return self._variable(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign):
                inner = self.part(node.operand, depth + 1)
                if isinstance(sign, ast.UAdd):
                    return inner
                if isinstance(inner, Number):
                    return Number(-inner.value, at)
                return Apply("negative", (inner,), at)
            case ast.BinOp() if type(node.op) in _BINARY:
                return self._operation(node, depth + 1)
            case ast.Compare(ops=[sign]) if type(sign) in _COMPARED:
                sides = (node.left, node.comparators[0])
                parts = tuple(self.part(side, depth + 1) for side in sides)
                return Apply(_COMPARED[type(sign)], parts, at)
            case ast.Compare(ops=[_, _, *_]):
                raise ExpressionError(
                    "only two things can be compared", at, "Multiply two comparisons instead."
                )
            case ast.Call(func=ast.Name() as called):
                return self._call(node, called, depth + 1)
            case ast.Subscript():
                return self._taken(node, depth + 1)
        raise ExpressionError("this is not part of the language", at)

    def _at(self, node: ast.expr) -> int:
        return self._skipped + node.col_offset + 1

    def _number(self, node: ast.Constant) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ExpressionError("this is no number", self._at(node))
        return _finite(value, self._at(node))

    def _variable(self, node: ast.Name) -> Variable:
        if node.id in VARIABLES:
            return Variable(node.id, self._at(node))
        if node.id in FUNCTIONS:
            message = f"{node.id} is a function and needs brackets"
            raise ExpressionError(message, self._at(node), f"Write {node.id}(x).")
        raise ExpressionError(f"there is no {node.id!r}", self._at(node))

    def _operation(self, node: ast.BinOp, depth: int) -> Part:
        name, compute = _BINARY[type(node.op)]
        left, right = self.part(node.left, depth), self.part(node.right, depth)
        if isinstance(left, Number) and isinstance(right, Number):
            try:
                value = compute(left.value, right.value)
            except (OverflowError, ZeroDivisionError):
                value = math.nan
            return Number(_finite(value, self._at(node)), self._at(node))
        if name == "power" and not isinstance(right, Number):
            raise ExpressionError(
                "a power needs a number as its exponent",
                self._at(node.right),
                "Write exp(y * log(x)) for x ** y.",
            )
        return Apply(name, (left, right), self._at(node))

    def _call(self, node: ast.Call, called: ast.Name, depth: int) -> Part:
        function, at = FUNCTIONS.get(called.id), self._at(node)
        if function is None:
            raise ExpressionError(f"there is no function {called.id!r}", at)
        args, given = list(node.args), {k.arg: k.value for k in node.keywords}
        known = {"each": (), "along": ("axis",), "reduction": ("axis", "keepdims")}[function.form]
        if len(given) < len(node.keywords) or not given.keys() <= set(known):
            takes = " and ".join(known) or "none"
            raise ExpressionError(
                f"{called.id} takes other options", at, f"Its options by name: {takes}."
            )
        if known and len(args) == 2 and "axis" not in given:
            given["axis"] = args.pop()
        if len(args) != function.count:
            many = f"{function.count} argument" + "s" * (function.count > 1)
            hint = f"Use {called.id}imum for two arrays." if called.id in ("max", "min") else ""
            raise ExpressionError(f"{called.id} takes {many}, not {len(args)}", at, hint or ALLOWED)
        options: dict[str, Any] = {"axis": -1} if function.form == "along" else {}
        if "axis" in given:
            options["axis"] = self._axis(given["axis"], function.form == "reduction")
        if "keepdims" in given:
            options["keepdims"] = self._flag(given["keepdims"])
        return Apply(called.id, tuple(self.part(arg, depth) for arg in args), at, options)

    def _axis(self, node: ast.expr, several: bool) -> int | tuple[int, ...]:
        if several and isinstance(node, ast.Tuple | ast.List):
            if not node.elts:
                message = "this names no axis"
                raise ExpressionError(message, self._at(node), "Leave axis out to use all.")
            return tuple(self._integer(part) for part in node.elts)
        return self._integer(node)

    def _flag(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return node.value
        raise ExpressionError("keepdims is True or False", self._at(node))

    def _integer(self, node: ast.expr) -> int:
        """A whole number, which may have a minus sign."""
        minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        inner = node.operand if isinstance(node, ast.UnaryOp) and minus else node
        if isinstance(inner, ast.Constant) and type(inner.value) is int and inner.value < 2**31:
            return -inner.value if minus else inner.value
        raise ExpressionError("a whole number is needed", self._at(node), "Write it as digits.")

    def _taken(self, node: ast.Subscript, depth: int) -> Part:
        """A place or a part of the last axis: ``x[..., 0]`` or ``x[..., 1:3]``."""
        match node.slice:
            case ast.Tuple(elts=[ast.Constant(value=v), ast.Slice() as cut]) if v is ...:
                named = {"start": cut.lower, "stop": cut.upper, "step": cut.step}
                options = {n: None if e is None else self._integer(e) for n, e in named.items()}
                if options["step"] is not None and options["step"] < 1:
                    message = "a step is at least 1"
                    raise ExpressionError(message, self._at(node), "Use flip to turn an axis.")
                return Apply("slice", (self.part(node.value, depth),), self._at(node), options)
            case ast.Tuple(elts=[ast.Constant(value=v), place]) if v is ...:
                found = {"index": self._integer(place)}
                return Apply("index", (self.part(node.value, depth),), self._at(node), found)
        raise ExpressionError(
            "only the last axis can be taken from",
            self._at(node),
            "Write x[..., 0] or x[..., 1:3].",
        )


def _finite(value: Any, position: int) -> float:
    """A constant as a float that is finite and not too large."""
    try:
        found = value if isinstance(value, complex) else float(value)
    except OverflowError:
        found = math.inf
    if isinstance(found, complex) or not abs(found) <= LARGEST_NUMBER:
        raise ExpressionError(
            f"this number is not between -{LARGEST_NUMBER:g} and {LARGEST_NUMBER:g}", position
        )
    return found

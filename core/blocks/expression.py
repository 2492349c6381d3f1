"""Lambda: a formula that the user writes, turned into calls of known functions and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.blocks.axes import ANY_RANK, axes_of, axis_of, stretched
from core.blocks.block import Block, Port, ShapeError, port
from core.blocks.call import Call, Name, call
from core.expression import (
    COMPARISONS,
    FUNCTIONS,
    VARIABLES,
    Apply,
    ExpressionError,
    Number,
    Part,
    Variable,
    read,
)
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class _Value:
    """What a part computes: a call, input or number; its axes, None for a number; operations."""

    code: Any
    sizes: tuple[int, ...] | None
    work: int = 0
    is_truth: bool = False

    @property
    def as_number(self) -> _Value:
        """A comparison as 1 or 0, anything else as it is."""
        if not self.is_truth:
            return self
        return replace(self, code=call("jnp.where", self.code, 1.0, 0.0), is_truth=False)

    @property
    def size(self) -> int:
        return Tensor((None, *(self.sizes or ()))).size


def _input(name: str) -> Port:
    """An input, called as it is written in expressions."""
    return replace(port(name, *ANY_RANK), label=name)


@dataclass(frozen=True)
class Lambda(Block):
    """Computes a formula of its inputs that you write, such as relu(x) * 2 + sin(x).

    Inputs ``[B, ...]`` float32 called x, y, z and w. Arithmetic goes element by element over arrays
    of one rank, where an axis of length 1 is stretched; numbers go with everything. ``sum``,
    ``mean``, ``max``, ``min``, ``prod`` and ``var`` work over all axes of a sample, or over those
    of ``axis``, and leave these out unless ``keepdims=True``. ``x[..., 0]`` and ``x[..., 1:3]``
    take from the last axis. A comparison is 1 or 0, and chooses in ``where``. The text is never run
    as code. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Lambda"
    label = "Lambda"
    family = "Combine"
    keywords = (
        "expression",
        "formula",
        "function",
        "custom",
        "math",
        "where",
        "exp",
        "log",
        "sqrt",
        "sin",
        "clip",
    )
    inputs = (_input("x"),)
    example = {"x": (4,)}
    formula = "y = the expression"

    expression: str = param(
        "relu(x) * 2",
        label="Expression",
        help="What is computed, in x, y, z and w: + - * / **, comparisons, x[..., 0], and "
        f"{', '.join(FUNCTIONS)}.",
        kind="expression",
    )
    count: int = param(
        1, label="Inputs", help="Number of inputs: x, then y, z and w.", minimum=1, maximum=4
    )

    def ports(self) -> tuple[Port, ...]:
        return tuple(_input(name) for name in VARIABLES[: self.count])

    def infer(self, **inputs: Tensor) -> Tensor:
        sizes = self._value(inputs).sizes
        assert sizes is not None, "an expression without inputs is not read"
        return Tensor((None, *sizes))

    def flops(self, **inputs: Tensor) -> int:
        return self._value(inputs).work

    def forward(self, **inputs: Tensor) -> Call:
        code = self._value(inputs).code
        return code if isinstance(code, Call) else call("jnp.asarray", code)

    def _value(self, inputs: Mapping[str, Tensor]) -> _Value:
        try:
            return _value(read(self.expression), inputs).as_number
        except ExpressionError as error:
            raise ShapeError(f"the expression is wrong {error}", error.remedy) from None


def _value(part: Part, inputs: Mapping[str, Tensor]) -> _Value:
    """What a part computes. Raises ExpressionError where shapes do not fit."""
    if isinstance(part, Number):
        return _Value(part.value, None)
    if isinstance(part, Variable):
        if part.name not in inputs:
            there = ", ".join(inputs)
            remedy = f"Set Inputs to {VARIABLES.index(part.name) + 1}, or use {there}."
            raise ExpressionError(f"there is no input {part.name}", part.position, remedy)
        return _Value(Name(part.name), inputs[part.name].sizes)
    values = [_value(one, inputs) for one in part.parts]
    found = _applied(part, values)
    return replace(found, work=found.work + sum(value.work for value in values))


def _applied(part: Apply, values: list[_Value]) -> _Value:
    if part.name == "where":
        return _where(part, values)
    values = [value.as_number for value in values]
    if part.name == "power":
        return _power(part, *values)
    form = FUNCTIONS[part.name].form if part.name in FUNCTIONS else "each"
    if part.name not in ("index", "slice") and form == "each":
        target = FUNCTIONS[part.name].target if part.name in FUNCTIONS else f"jnp.{part.name}"
        code = call(target, *(value.code for value in values))
        return _elementwise(part, code, values, part.name in COMPARISONS)
    (value,) = values
    if value.sizes is None:
        message = "a number alone has no axes"
        raise ExpressionError(message, part.position, "Use an input there.")
    tensor = Tensor((None, *value.sizes))
    try:
        if form == "reduction":
            return _reduced(part, value, tensor)
        if form == "along":
            axis = axis_of(tensor, part.options["axis"])
            code = call(FUNCTIONS[part.name].target, value.code, axis=axis)
            return _Value(code, value.sizes, tensor.size)
        return _taken(part, value, tensor)
    except ShapeError as error:
        raise ExpressionError(error.message, part.position, error.remedy) from None


def _elementwise(part: Apply, code: Call, values: list[_Value], is_truth: bool = False) -> _Value:
    arrays = [value.sizes for value in values if value.sizes is not None]
    sizes = stretched(arrays) if arrays else None
    if arrays and sizes is None:
        shown = " and ".join(str(Tensor((None, *one))) for one in dict.fromkeys(arrays))
        raise ExpressionError(
            f"{shown} do not go together",
            part.position,
            "Arrays need one rank and equal axes, or axes of 1: reduce with keepdims=True.",
        )
    return _Value(code, sizes, _Value(None, sizes).size, is_truth)


def _where(part: Apply, values: list[_Value]) -> _Value:
    chooser, *choices = values
    is_set = chooser.code if chooser.is_truth else call("jnp.not_equal", chooser.code, 0.0)
    chosen = [choice.as_number for choice in choices]
    code = call("jnp.where", is_set, *(choice.code for choice in chosen))
    return _elementwise(part, code, [chooser, *chosen])


def _power(part: Apply, base: _Value, exponent: _Value) -> _Value:
    # Whole exponents stay whole, so that negative bases have a gradient.
    value = exponent.code
    small = value.is_integer() and abs(value) <= 64
    code = call("jnp.power", base.code, int(value) if small else value)
    return _elementwise(part, code, [base])


def _reduced(part: Apply, value: _Value, tensor: Tensor) -> _Value:
    axes = part.options.get("axis", ())
    gone = axes_of(tensor, axes if isinstance(axes, tuple) else (axes,))
    keep = part.options.get("keepdims", False)
    left = ((i, 1 if i in gone else n) for i, n in enumerate(tensor.sizes, 1))
    sizes = tuple(n for i, n in left if keep or i not in gone)
    code = call(FUNCTIONS[part.name].target, value.code, axis=gone, keepdims=keep)
    return _Value(code, sizes, tensor.size)


def _taken(part: Apply, value: _Value, tensor: Tensor) -> _Value:
    axis = axis_of(tensor, -1)
    length, outer = tensor.features, tensor.sizes[:-1]
    if part.name == "slice":
        asked = part.options
        taken = range(length)[asked["start"] : asked["stop"] : asked["step"]]
    else:
        index = part.options["index"]
        place = index + length if index < 0 else index
        taken = range(place, place + 1) if 0 <= place < length else range(0)
    if not taken:
        remedy = f"The last axis has the places 0 to {length - 1}."
        raise ShapeError(f"nothing of {tensor} is there", remedy)
    ends = (taken.start, taken.stop)
    code = call("jax.lax.slice_in_dim", value.code, *ends, stride=taken.step, axis=axis)
    if part.name == "slice":
        return _Value(code, (*outer, len(taken)))
    return _Value(call("jnp.squeeze", code, axis=axis), outer)

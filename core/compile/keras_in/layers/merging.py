"""Several values made into one, by layers and by operations on tensors."""

from __future__ import annotations

import math

from core.compile.imported import UnsupportedError
from core.compile.keras_in.sheet import Making, Mask, Value

_SIGNS = {"Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "TrueDivide": "/"}
_PAIRS = ("Subtract", "Divide", "TrueDivide")


def merge(m: Making) -> Value:
    """Element by element; an operation may have a number on one side."""
    values = m.inputs
    if len(values) == 1 and len(m.args) == 2:
        return _with_number(m)
    params = {} if m.layer.kind in _PAIRS else {"count": len(values)}
    if len(values) < 2:
        raise UnsupportedError("it reads one value")
    kind = "Divide" if m.layer.kind == "TrueDivide" else m.layer.kind
    return m.add(kind, params, values)


def _with_number(m: Making) -> Value:
    parts = [x if isinstance(x, Value) else _number(x) for x in m.args]
    sign = _SIGNS.get(m.layer.kind)
    if sign is None:
        raise UnsupportedError("one of its sides is a number")
    text = f" {sign} ".join("x" if isinstance(p, Value) else repr(p) for p in parts)
    text = text.replace("+ -", "- ").replace("- -", "+ ")
    return m.add("Lambda", {"expression": text}, m.input)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnsupportedError("one of its sides is a constant array")
    return float(value)


def concatenate(m: Making) -> Value:
    """One behind the other."""
    axis = m.layer.integer("axis", -1)
    if len(m.inputs) < 2:
        raise UnsupportedError("it reads one value")
    return m.add("Concatenate", {"count": len(m.inputs), "axis": axis}, m.inputs)


def dot(m: Making) -> Value:
    """Products of vectors."""
    axes = m.layer.integers("axes", (-1,))
    if len(axes) not in (1, 2):
        raise UnsupportedError(f"its axes are {list(axes)}")
    normalize = m.layer.flag("normalize", False)
    params = {"axis_1": axes[0], "axis_2": axes[-1], "normalize": normalize}
    return m.add("Dot", params, m.inputs)


def not_equal(m: Making) -> Mask:
    """Which ids are not padding."""
    if len(m.args) != 2 or m.args[1] != 0 or not isinstance(m.args[0], Value):
        raise UnsupportedError("it is no mask of padding")
    return Mask(m.args[0])


CONVERTERS = {
    **dict.fromkeys((*_SIGNS, "Average", "Maximum", "Minimum"), merge),
    "Concatenate": concatenate,
    "Dot": dot,
    "NotEqual": not_equal,
}

"""Layers that give a sample another shape."""

from __future__ import annotations

from core.compile.keras_in.layers.convolution import channels_last
from core.compile.keras_in.sheet import Making, Value


def flatten(m: Making) -> Value:
    """One row."""
    channels_last(m)
    return m.add("Flatten", {}, m.input)


def reshape(m: Making) -> Value:
    """Another shape."""
    return m.add("Reshape", {"shape": m.layer.integers("target_shape")}, m.input)


def permute(m: Making) -> Value:
    """Another order of axes."""
    return m.add("Permute", {"order": m.layer.integers("dims")}, m.input)


def repeat(m: Making) -> Value:
    """A vector many times, as a sequence."""
    return m.add("Repeat", {"count": m.layer.integer("n"), "mode": "new_axis", "axis": 1}, m.input)


CONVERTERS = {"Flatten": flatten, "Reshape": reshape, "Permute": permute, "RepeatVector": repeat}

"""Reshaping and transposing a view says of each element what numpy says."""

from __future__ import annotations

import math
from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compile.onnx_in.graph import UnsupportedError, dotted
from core.compile.onnx_in.naming import Title, names_of
from core.compile.onnx_in.views import Atom, Value, axis_of, flat, reshaped, transposed
from core.design.document import End


def seen(value: Value, array: np.ndarray) -> np.ndarray:
    """The ONNX value of our array."""
    atoms = flat(value.physical)
    opened = array.reshape([a.size for a in atoms])
    order = [atoms.index(a) for a in flat(value.logical)]
    return opened.transpose(order).reshape(value.shape)


def factored(data: st.DataObject, size: int) -> list[int]:
    """Some shape with that many elements."""
    sizes = []
    while size > 1:
        part = data.draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
        sizes.append(part)
        size //= part
        if len(sizes) > 4:
            break
    return [*sizes, size]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_views_are_what_numpy_makes(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=3))
    batch = Atom(data.draw(st.sampled_from([1, 5])), True)
    axes = ((batch,), *map(axis_of, sizes))
    value = Value(End("n", "output"), axes, axes)
    array = np.arange(math.prod(value.shape)).reshape(value.shape)
    wanted = array
    for _ in range(data.draw(st.integers(1, 5))):
        if data.draw(st.booleans()):
            order = data.draw(st.permutations(range(value.rank)))
            value, wanted = transposed(value, order), wanted.transpose(order)
        else:
            shape = factored(data, wanted.size)
            # The batch cannot be cut into pieces.
            made = None
            with suppress(UnsupportedError):
                made = reshaped(value, shape)
            if made is None:
                continue
            value, wanted = made, wanted.reshape(shape)
        assert value.shape == wanted.shape
        np.testing.assert_array_equal(seen(value, array), wanted)


def test_names_come_from_modules() -> None:
    assert dotted("/layer1/layer1.0/conv1/Conv") == "layer1.0.conv1"
    assert dotted("/Flatten") == ""
    titles = {
        "a": Title("layer1.0.conv1", "layer1.0.bn1", "conv"),
        "b": Title("", "layer1.0", "add"),
        "c": Title("", "layer1.0.relu", "relu"),
        "d": Title("", "layer1.0.relu", "relu"),
        "e": Title("layer1.0.conv1", "", "conv"),
        "f": Title("", "", "dense"),
        "g": Title("a/b\n", "", "x"),
    }
    assert list(names_of(titles).values()) == [
        *("layer1.0.conv1", "layer1.0.add", "layer1.0.relu", "layer1.0.relu_2"),
        *("conv", "dense", "a b"),
    ]

"""Datasets: what they refuse, and how they describe themselves."""

import subprocess
import sys

import numpy as np
import pytest

from core.data.dataset import NO_LABEL, Column, Dataset
from core.errors import InputError
from core.tensor import Tensor


def floats(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def test_description_tells_shapes_types_and_roles():
    dataset = Dataset(
        {
            "image": Column(floats(5, 4, 3, 1)),
            "label": Column(np.array([0, 1, 2, 1, 0], np.int32), ("a", "b", "c")),
        },
        title="five",
        inputs=("image",),
        targets=("label",),
    )
    found = dataset.describe()
    assert found.rows == dataset.rows == 5
    assert found.columns == {
        "image": Tensor((None, 4, 3, 1)),
        "label": Tensor((None,), "int32", classes=3),
    }
    assert (found.inputs, found.targets) == (("image",), ("label",))


def test_refuses_columns_of_different_lengths():
    with pytest.raises(InputError, match="'b' has 3 rows, but 'a' has 2") as caught:
        Dataset({"a": Column(floats(2, 1)), "b": Column(floats(3, 1))}, title="t")
    assert "one row per sample" in caught.value.hint


@pytest.mark.parametrize("columns", [{}, {"a": Column(floats(0, 2))}])
def test_refuses_to_be_empty(columns):
    with pytest.raises(InputError, match=r"no (columns|rows)") as caught:
        Dataset(columns, title="nothing")
    assert caught.value.hint


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_names_the_first_row_that_is_not_finite(bad):
    values = floats(6, 2, 2)
    values[4, 1, 0] = values[5, 0, 0] = bad
    with pytest.raises(InputError, match=r"column 'x', row 4 \(counted from 0\)"):
        Dataset({"x": Column(values)}, title="t")


def test_a_label_may_be_unknown_and_a_token_not():
    labels = np.array([1, NO_LABEL, 0], np.int32)
    column = Column(labels, ("a", "b"))
    assert Dataset({"y": column}, title="t").columns["y"].tensor.classes == 2
    with pytest.raises(InputError, match="-1 is not one of the 2 classes"):
        Dataset({"y": Column(labels[:, None], ("a", "b"))}, title="t")


@pytest.mark.parametrize("bad", [-2, 2])
def test_names_the_first_id_that_is_no_class(bad):
    with pytest.raises(InputError, match=rf"'y', row 2 .*: {bad} is not one of the 2 classes"):
        Dataset({"y": Column(np.array([0, 1, bad], np.int32), ("a", "b"))}, title="t")


def test_a_column_is_float32_or_int32():
    with pytest.raises(ValueError, match="float64"):
        Column(np.ones((2, 2)))
    with pytest.raises(ValueError, match="minmax"):
        Column(floats(2, 2), scale="minmax")


def test_roles_must_name_columns():
    with pytest.raises(ValueError, match="'y'"):
        Dataset({"x": Column(floats(2, 2))}, title="t", targets=("y",))


def test_importing_the_data_layer_imports_no_heavy_package():
    heavy = "{'PIL', 'jax', 'PySide6', 'sklearn', 'pandas', 'scipy'}"
    code = (
        "import sys, core.data; from core.data.source import sources; sources();"
        f"found = {heavy} & set(sys.modules); assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

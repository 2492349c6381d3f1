"""NumPy archives: how arrays are read, and what is refused."""

import pickle

import numpy as np
import pytest

from core.data.sources.npz_file import NpzFile
from core.errors import InputError


def save(folder, **arrays):
    np.savez_compressed(folder / "a.npz", **arrays)


def load(folder, **params):
    """Load a.npz, and hold its description to be the same."""
    source = NpzFile(path="a.npz", **params)
    dataset = source.load(folder)
    assert source.describe(folder) == dataset.describe()
    return dataset


def refusal(folder, **params) -> InputError:
    """The error of loading, which describing must share."""
    source = NpzFile(path="a.npz", **params)
    with pytest.raises(InputError) as caught:
        source.load(folder)
    with pytest.raises(InputError) as described:
        source.describe(folder)
    assert described.value.message == caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("array", "values", "classes"),
    [
        (np.array([2, 0, 1]), np.array([2, 0, 1], np.int32), ("0", "1", "2")),
        (np.array([[2], [0], [1]], np.uint8), np.array([2, 0, 1], np.int32), ("0", "1", "2")),
        (np.array([True, False, True]), np.array([1, 0, 1], np.int32), ("False", "True")),
        (np.array(["b", "a", "b"]), np.array([1, 0, 1], np.int32), ("a", "b")),
        (np.array([0.5, 1, 2]), np.array([[0.5], [1], [2]], np.float32), ()),
        (np.ones((3, 2), np.float16), np.ones((3, 2), np.float32), ()),
        (np.array([[0, 3]] * 3), np.array([[0, 3]] * 3, np.int32), ("0", "1", "2", "3")),
        (np.full((3, 4), 51, np.uint8), np.full((3, 4), 0.2, np.float32), ()),
        (np.full((3, 4, 5), 255, np.uint8), np.ones((3, 4, 5, 1), np.float32), ()),
        (np.full((3, 4, 5, 3), 255, np.uint8), np.ones((3, 4, 5, 3), np.float32), ()),
    ],
)
def test_arrays_become_columns(tmp_path, array, values, classes):
    save(tmp_path, y=array, x=np.zeros((3, 1)))
    column = load(tmp_path).columns["y"]
    np.testing.assert_array_equal(column.values, values)
    assert column.values.dtype == values.dtype
    assert column.classes == classes


def test_rows_without_a_label_are_read(tmp_path):
    save(tmp_path, x=np.ones((4, 2)), y=np.array([1, -1, 0, -1]))
    column = load(tmp_path).columns["y"]
    assert column.values.tolist() == [1, -1, 0, -1]
    assert column.classes == ("0", "1")


def test_roles_are_guessed_or_chosen(tmp_path):
    save(tmp_path, x=np.ones((3, 2)), z=np.ones((3, 1)), Y=np.zeros(3, int), version=np.array(1))
    guessed = load(tmp_path)
    assert (guessed.inputs, guessed.targets) == (("x", "z"), ("Y",))
    chosen = load(tmp_path, inputs=("x",), targets=("z",))
    assert (chosen.inputs, chosen.targets, set(chosen.columns)) == (("x",), ("z",), {"x", "z"})
    save(tmp_path, x=np.ones((3, 2)))
    assert load(tmp_path).targets == ()


@pytest.mark.parametrize(
    ("arrays", "params", "message", "hint"),
    [
        ({"x": np.array([{}, []], object)}, {}, "'x' holds Python objects", "dtype="),
        ({"x": np.ones(3, complex)}, {}, "'x' of type complex128", "floats"),
        ({"x": np.ones((3, 2))}, {"inputs": ("w",)}, "no array 'w'", "It has x."),
        ({"x": np.ones((3, 2)), "y": np.ones(2, int)}, {}, "'y' has 2 rows, but 'x' has 3", "row"),
        ({"x": np.ones((0, 2))}, {}, "'x' has no rows", "at least one"),
        ({"y": np.ones(3)}, {}, "no array to learn from", "inputs"),
        ({"x": np.ones(3)}, {"inputs": ("x",), "targets": ("x",)}, "both", "Choose"),
        ({"x": np.array(3.0)}, {"inputs": ("x",)}, "'x' is a single value", "Leave"),
        ({"x": np.ones(2), "y": np.array([0, -2])}, {}, "run from -2 to 0", "floats"),
        ({"x": np.ones(2), "y": np.array([-1, -1])}, {}, "run from -1 to -1", "floats"),
        ({"x": np.ones(2), "y": np.array([[0, -1]] * 2)}, {}, "run from -1 to 0", "floats"),
        ({"x": np.ones(2), "y": np.array([0, 10**6])}, {}, "to 1000000", "floats"),
    ],
)
def test_unsuitable_arrays_are_refused(tmp_path, arrays, params, message, hint):
    save(tmp_path, **arrays)
    error = refusal(tmp_path, **params)
    assert message in error.message
    assert "a.npz" in error.message
    assert hint in error.hint


def test_values_that_are_not_finite_are_refused(tmp_path):
    save(tmp_path, x=np.array([1.0, 2.0, np.nan]))
    with pytest.raises(InputError, match="column 'x', row 2"):
        NpzFile(path="a.npz").load(tmp_path)
    save(tmp_path, x=np.array([1.0, 1e300]))
    with pytest.raises(InputError, match="column 'x', row 1"):
        NpzFile(path="a.npz").load(tmp_path)


class Tripwire:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return (type(self.folder).mkdir, (self.folder,))


def test_nothing_is_unpickled(tmp_path):
    mark = tmp_path / "ran"
    (tmp_path / "a.npz").write_bytes(pickle.dumps(Tripwire(mark)))
    assert "cannot be read as a NumPy archive" in refusal(tmp_path).message
    save(tmp_path, x=np.array([Tripwire(mark)], object))
    assert "Python objects" in refusal(tmp_path).message
    assert not mark.exists()


def test_damaged_archives_are_refused(tmp_path):
    assert "does not exist" in refusal(tmp_path).message
    (tmp_path / "a.npz").write_bytes(b"")
    assert "a.npz cannot be read" in refusal(tmp_path).message
    save(tmp_path, y=np.arange(50), x=np.ones((50, 1)))
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    assert "a.npz cannot be read" in refusal(tmp_path).message
    np.savez(tmp_path / "a.npz")
    assert "holds no arrays" in refusal(tmp_path).message
    np.savez(tmp_path / "a.npz", x=np.full(100_000, 7.5))
    raw = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(raw.replace(np.float64(7.5).tobytes(), b"12345678"))
    with pytest.raises(InputError, match=r"array 'x' cannot be read.*CRC"):
        NpzFile(path="a.npz").load(tmp_path)

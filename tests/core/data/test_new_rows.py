"""New rows are encoded and standardised like the training data, or refused."""

import numpy as np
import pytest
from PIL import Image

from core.data import DataBinding, prepare, read_new_rows
from core.errors import InputError


@pytest.mark.parametrize("kind", ["digits", "iris", "el_nino", "moby_dick"])
def test_rows_of_the_dataset_come_back_as_they_were_fed(kind, tmp_path):
    binding = DataBinding({"kind": kind})
    prepared = prepare(binding, tmp_path)
    name = prepared.dataset.inputs[0]
    np.savez(tmp_path / "new.npz", **{name: prepared.dataset.columns[name].values[5:9]})
    found = read_new_rows(binding, tmp_path, tmp_path / "new.npz", prepared)
    assert set(found) == {name}
    np.testing.assert_array_equal(found[name], prepared.columns[name][5:9])
    assert found[name].dtype == prepared.columns[name].dtype


def test_a_table_is_standardised_with_the_training_scales(tmp_path):
    lines = [f"{i},{'ab'[i % 2]},{i * 1.5}" for i in range(20)]
    (tmp_path / "data.csv").write_text("n,letter,y\n" + "\n".join(lines))
    (tmp_path / "new.csv").write_text("letter,n\nb,3\na,18\n")
    binding = DataBinding({"kind": "csv", "path": "data.csv"})
    prepared = prepare(binding, tmp_path)
    found = read_new_rows(binding, tmp_path, tmp_path / "new.csv", prepared)
    np.testing.assert_array_equal(found["features"], prepared.columns["features"][[3, 18]])


def test_one_picture_or_a_folder_of_them(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(6):
        for name in "ab":
            (tmp_path / "p" / name).mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 255, (8, 8, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "p" / name / f"{i}.png")
    binding = DataBinding({"kind": "images", "path": "p", "size": (8, 8)})
    split = {"train": 0.5, "validation": 0.25, "test": 0.25}
    prepared = prepare(DataBinding(binding.source, split), tmp_path)
    images = prepared.columns["image"]
    folder = read_new_rows(binding, tmp_path, tmp_path / "p" / "b", prepared)
    np.testing.assert_array_equal(folder["image"], images[6:])
    single = read_new_rows(binding, tmp_path, tmp_path / "p" / "a" / "2.png", prepared)
    np.testing.assert_array_equal(single["image"], images[2:3])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((2, 4))}, "has no array 'features'"),
        ({"features": np.zeros((2, 3))}, r"shape \(3,\), but the model was trained on \(4,\)"),
        ({"features": np.array([[1, 2, 3, np.nan]])}, "column 'features', row 0"),
        ({"features": np.zeros((0, 4))}, "has no rows"),
        ({"features": np.array([["a"] * 4])}, "of type <U1"),
    ],
)
def test_unsuitable_rows_are_refused(tmp_path, arrays, message):
    binding = DataBinding({"kind": "iris"})
    prepared = prepare(binding, tmp_path)
    np.savez(tmp_path / "new.npz", **arrays)
    with pytest.raises(InputError, match=message) as caught:
        read_new_rows(binding, tmp_path, tmp_path / "new.npz", prepared)
    assert "new.npz" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (np.full((1, 32), 45), "45 is not one of the 45 classes"),
        (np.zeros((1, 32)), "holds floats, but the model reads integers"),
    ],
)
def test_tokens_outside_the_vocabulary_are_refused(tmp_path, tokens, message):
    binding = DataBinding({"kind": "moby_dick"})
    np.savez(tmp_path / "new.npz", tokens=tokens)
    with pytest.raises(InputError, match=message):
        read_new_rows(binding, tmp_path, tmp_path / "new.npz", prepare(binding, tmp_path))


def test_files_of_another_kind_are_refused(tmp_path):
    binding = DataBinding({"kind": "iris"})
    prepared = prepare(binding, tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        read_new_rows(binding, tmp_path, tmp_path / "new.csv", prepared)
    (tmp_path / "new.csv").write_text("1,2,3,4\n")
    with pytest.raises(InputError, match="cannot be read as rows of Iris") as caught:
        read_new_rows(binding, tmp_path, tmp_path / "new.csv", prepared)
    assert ".npz" in caught.value.hint

"""CSV files: values, encodings, and a clear message for everything that can be wrong."""

import csv

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.data import DataBinding, prepare
from core.data.sources.csv_file import CsvFile
from core.errors import InputError


@pytest.fixture
def write(tmp_path):
    def write_text(text: str | bytes, name: str = "data.csv") -> None:
        raw = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(raw)

    return write_text


def load(folder, **params):
    """Load data.csv, and hold its description to be the same."""
    source = CsvFile(path="data.csv", **params)
    dataset = source.load(folder)
    assert source.describe(folder) == dataset.describe()
    return dataset


def refusal(folder, **params) -> InputError:
    with pytest.raises(InputError) as caught:
        CsvFile(path="data.csv", **params).load(folder)
    assert caught.value.hint
    return caught.value


def write_table(path, names, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])


def test_wine_has_the_values_and_the_scale_of_scikit_learn(tmp_path):
    wine = load_wine()
    rows = [[*map(repr, x.tolist()), y] for x, y in zip(wine.data, wine.target, strict=True)]
    write_table(tmp_path / "data.csv", [*wine.feature_names, "cultivar"], rows)
    prepared = prepare(DataBinding({"kind": "csv", "path": "data.csv"}), tmp_path)
    raw = prepared.dataset.columns
    np.testing.assert_array_equal(raw["features"].values, wine.data.astype(np.float32))
    np.testing.assert_array_equal(raw["label"].values, wine.target)
    assert raw["label"].classes == ("0", "1", "2")
    scaler = StandardScaler().fit(wine.data[prepared.splits["train"]])
    np.testing.assert_allclose(
        prepared.columns["features"], scaler.transform(wine.data), rtol=1e-4, atol=1e-4
    )


def test_a_number_is_predicted_as_it_stands_or_standardised(tmp_path):
    diabetes = load_diabetes()
    rows = [[*x.tolist(), y] for x, y in zip(diabetes.data, diabetes.target, strict=True)]
    write_table(tmp_path / "data.csv", [*diabetes.feature_names, "progression"], rows)
    dataset = load(tmp_path)
    np.testing.assert_array_equal(dataset.columns["value"].values[:, 0], diabetes.target)
    assert dataset.targets == ("value",)
    binding = {"kind": "csv", "path": "data.csv", "standardise_target": True}
    prepared = prepare(DataBinding(binding), tmp_path)
    y = diabetes.target[prepared.splits["train"]]
    expected = (diabetes.target - y.mean()) / y.std()
    np.testing.assert_allclose(prepared.columns["value"][:, 0], expected, atol=1e-5)


def test_text_columns_are_one_hot_as_in_scikit_learn(write, tmp_path):
    towns = ["Paris", "Berlin", "Ålesund", "Berlin", "paris"]
    lines = [f"{i},{town},{i % 2}" for i, town in enumerate(towns)]
    write("size,town,y\n" + "\n".join(lines))
    features = load(tmp_path).columns["features"].values
    theirs = OneHotEncoder(sparse_output=False).fit_transform(np.array(towns)[:, None])
    np.testing.assert_array_equal(features[:, 0], range(5))
    np.testing.assert_array_equal(features[:, 1:], theirs)
    assert "town=Berlin, town=Paris, town=paris" in load(tmp_path).notes


@pytest.mark.parametrize(
    "text",
    [
        "a,b,y\n1,2,p\n3,4,q\n",
        "\ufeffa,b,y\r\n1,2,p\r\n3,4,q\r\n",
        "a;b;y\n1;2;p\n3;4;q",
        "a\tb\ty\n\n1\t2\tp\n3\t4\tq\n\n",
        ' a , b ,"y"\n"1", 2 ,p\n3,4.0,q',
        "a;b;y\n1,0;2;p\n3;4,0;q\n",
    ],
)
def test_common_dialects_read_the_same(write, tmp_path, text):
    write(text)
    columns = load(tmp_path).columns
    assert columns["features"].values.tolist() == [[1, 2], [3, 4]]
    assert columns["label"].classes == ("p", "q")
    assert columns["label"].values.tolist() == [0, 1]


def test_chosen_inputs_and_target_in_the_order_given(write, tmp_path):
    write("a,b,c,d\n1,2,3,4.5\n5,6,7,8.5\n")
    dataset = load(tmp_path, inputs=("c", "a"), target="d")
    assert dataset.columns["features"].values.tolist() == [[3, 1], [7, 5]]
    assert dataset.columns["value"].values.tolist() == [[4.5], [8.5]]
    assert load(tmp_path, target="b").columns["features"].values.tolist() == [
        [1, 3, 4.5],
        [5, 7, 8.5],
    ]
    assert load(tmp_path, standardise=False).columns["features"].scale == "none"


@pytest.mark.parametrize(
    ("cells", "task", "column", "classes"),
    [
        (["10", "9", "2", "10"], "auto", "label", ("2", "9", "10")),
        (["1.0", "1", "0", "0"], "auto", "label", ("0", "1")),
        (["b", "a", "10", "a"], "auto", "label", ("10", "a", "b")),
        (["0.5", "1", "2", "3"], "auto", "value", ()),
        (["0.5", "1", "2", "1"], "classes", "label", ("0.5", "1", "2")),
        (["1", "2", "3", "4"], "number", "value", ()),
        ([str(i) for i in range(20)], "auto", "label", tuple(map(str, range(20)))),
        ([str(i) for i in range(21)], "auto", "value", ()),
    ],
)
def test_the_target_is_classes_or_a_number(write, tmp_path, cells, task, column, classes):
    write("x,y\n" + "\n".join(f"{i},{cell}" for i, cell in enumerate(cells)))
    found = load(tmp_path, task=task)
    assert found.targets == (column,)
    assert found.columns[column].classes == classes


def test_a_missing_header_is_noticed(write, tmp_path):
    write("5.1,3.5,setosa\n4.9,3.0,virginica\n")
    dataset = load(tmp_path)
    assert dataset.rows == 2
    assert "columns are numbered" in dataset.notes
    assert load(tmp_path, target="column_1").targets == ("value",)
    assert "add a header" in refusal(tmp_path, target="species").hint


@pytest.mark.parametrize(
    ("text", "params", "message", "hint"),
    [
        ("", {}, "data.csv is empty", "row of names"),
        ("\n\n", {}, "data.csv is empty", "row of names"),
        ("a,b\n", {}, "has a header but no rows", "at least one row"),
        ("a,b,y\n1,2,p\n\n3,4\n", {}, "row 4 has 2 cells, but row 1 has 3", "same number"),
        ("a,y\n1,p\n2,p\nx,q\n", {}, "row 4, column 'a': 'x' is not a number", "Correct"),
        ("a,y\n1,p\n,p\n", {}, "row 3, column 'a': the cell is empty", "Fill the cell"),
        ("a,y\n1,p\nNaN,p\n", {}, "row 3, column 'a': 'NaN' means", "Fill the cell"),
        ("a,y\n1,p\n2,\n", {}, "row 3, column 'y': the cell is empty", "Fill the cell"),
        ("a,y\nu,1\n,2\nv,1\n", {}, "row 3, column 'a': the cell is empty", "Fill the cell"),
        ("a,y\n1e39,p\n2,q\n", {}, "row 2, column 'a': '1e39' is too large", "unit"),
        ("a,y\ninf,p\n2,q\n", {}, "row 2, column 'a': 'inf' is too large", "unit"),
        ("a,y\n1,p\n", {"target": "z"}, "has no column 'z'", "It has a, y."),
        ("a,y\n1,p\n", {"inputs": ("b",)}, "has no column 'b'", "It has a, y."),
        ("a,y\n1,p\n", {"inputs": ("y",)}, "'y' is both an input and the target", "Take it out"),
        ("a,a\n1,p\n", {}, "two columns called 'a'", "own name"),
        ("a,y\n1,p\n", {"separator": "tab"}, "only the column 'a,y'", "separator"),
        ("a,y\n1,p\n", {"task": "number"}, "row 2, column 'y': 'p' is not a number", "Correct"),
        (b"a,y\n1,caf\xe9\n", {}, "is not UTF-8 text (byte 9)", "UTF-8"),
        (f"a,y\n1,{'x' * 200_000}\n", {}, "row 2 cannot be read: field larger", "quotes"),
        (
            "a,y\n" + "\n".join(f"n{i},p" for i in range(101)),
            {},
            "text column 'a' has 101 different texts",
            "Leave it out",
        ),
    ],
)
def test_everything_wrong_names_its_place_and_remedy(write, tmp_path, text, params, message, hint):
    write(text)
    error = refusal(tmp_path, **params)
    assert message in error.message
    assert "data.csv" in error.message
    assert hint in error.hint


def test_a_file_that_is_not_there(tmp_path):
    assert str(tmp_path / "data.csv") + " does not exist" in refusal(tmp_path).message
    (tmp_path / "data.csv").mkdir()
    assert "is a folder" in refusal(tmp_path).message
    with pytest.raises(InputError, match="no file has been chosen"):
        CsvFile().load(tmp_path)


def test_new_rows_are_encoded_like_those_of_the_source(write, tmp_path):
    write("size,town,y\n1,b,p\n2,a,q\n3,c,p\n")
    write("town,size\nc,7\na,8\n", "new.csv")
    source = CsvFile(path="data.csv")
    found = source.new_inputs(tmp_path, tmp_path / "new.csv")
    assert found["features"].tolist() == [[7, 0, 0, 1], [8, 1, 0, 0]]
    write("town,size\nd,7\n", "new.csv")
    with pytest.raises(InputError, match=r"new\.csv, row 2, column 'town': 'd' is not one"):
        source.new_inputs(tmp_path, tmp_path / "new.csv")
    write("town\na\n", "new.csv")
    with pytest.raises(InputError, match=r"new\.csv has no column 'size'"):
        source.new_inputs(tmp_path, tmp_path / "new.csv")

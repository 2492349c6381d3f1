"""Files that are no model, cut off, or made to do harm are refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from core.compile.onnx_in.converting import import_model
from core.errors import InputError
from tests.core.compile.onnx_in.test_other_exporters import drawn, written


def model(path: Path) -> Path:
    nodes = [
        ("MatMul", ["x", "w"], "a", {}),
        ("Relu", ["a"], "b", {}),
        ("Reshape", ["b", "s"], "y", {}),
    ]
    constants = {"w": drawn(4, 6), "s": np.array([-1, 2, 3])}
    return written(path, nodes, constants, ("N", 4))


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        import_model(path)
    return caught.value.message


def test_what_is_no_model(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.onnx")
    assert "is a folder" in refused(tmp_path)
    for content in (b"", b"PK\x03\x04", b"{}", os.urandom(200), b"\x08\x07"):
        path = tmp_path / "bad.onnx"
        path.write_bytes(content)
        assert str(path) in refused(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    path = model(tmp_path_factory.mktemp("damaged") / "m.onnx")
    raw = bytearray(path.read_bytes())
    end = data.draw(st.integers(0, len(raw)))
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[:end] if data.draw(st.booleans()) else raw)
    try:
        outcome = len(import_model(path).design.nodes)
    except InputError as error:
        outcome = error.message.count(path.name)
    assert outcome


def with_external(path: Path, **told: str) -> Path:
    model(path)
    made = onnx.load(path)
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in told.items():
        tensor.external_data.add(key=key, value=value)
    onnx.save(made, path)
    return path


def test_weights_in_a_file_beside(tmp_path: Path) -> None:
    wanted = drawn(4, 6)
    (tmp_path / "w.bin").write_bytes(b"1234" + wanted.tobytes())
    path = with_external(tmp_path / "m.onnx", location="w.bin", offset="4", length="96")
    ((_, arrays),) = import_model(path).weights.items()
    np.testing.assert_array_equal(arrays["kernel"], wanted)


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/passwd", "link.bin", "", "a/../../x"])
def test_files_outside_of_the_folder_are_not_opened(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(200))
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    assert "outside of the model's folder" in refused(
        with_external(folder / "m.onnx", location=place)
    )


def test_data_files_that_are_missing_or_short(tmp_path: Path) -> None:
    assert "is missing" in refused(with_external(tmp_path / "m.onnx", location="w.bin"))
    (tmp_path / "w.bin").write_bytes(bytes(20))
    for offset in ("0", "-8", "99999999999999999999", "x"):
        path = with_external(tmp_path / "m.onnx", location="w.bin", offset=offset)
        assert "too short" in refused(path)


def test_weights_of_impossible_shape(tmp_path: Path) -> None:
    path = model(tmp_path / "m.onnx")
    for dims in ((2**40, 2**40), (-1, 4), (5, 5)):
        made = onnx.load(path)
        made.graph.initializer[0].ClearField("dims")
        made.graph.initializer[0].dims.extend(dims)
        onnx.save(made, tmp_path / "bad.onnx")
        assert "'w'" in refused(tmp_path / "bad.onnx") or "w has" in refused(tmp_path / "bad.onnx")


def test_constants_that_would_fill_the_memory_are_not_computed(tmp_path: Path) -> None:
    nodes = [
        ("ConstantOfShape", ["huge"], "c", {}),
        ("ReduceSum", ["c"], "s", {"keepdims": 0}),
        ("Add", ["x", "s"], "y", {}),
    ]
    constants = {"huge": np.array([2**20, 2**20])}
    found = import_model(written(tmp_path / "m.onnx", nodes, constants, ("N", 4)))
    assert [u.op for u in found.unread] == ["ConstantOfShape", "ReduceSum", "Add"]


def test_nodes_in_a_circle_or_out_of_order(tmp_path: Path) -> None:
    nodes = [("Relu", ["b"], "a", {}), ("Relu", ["a"], "b", {}), ("Add", ["x", "b"], "y", {})]
    assert "which nothing before it makes" in refused(
        written(tmp_path / "m.onnx", nodes, {}, ("N", 4))
    )
    nodes = [("Relu", ["x"], "y", {}), ("Tanh", ["x"], "y", {})]
    assert "made twice" in refused(written(tmp_path / "m.onnx", nodes, {}, ("N", 4)))


def function(name: str, *ops: str) -> onnx.FunctionProto:
    known = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    values = ["x", *(f"v{i}" for i in range(len(ops) - 1)), "y"]
    nodes = [
        helper.make_node(op, [values[i]], [values[i + 1]], domain="" if op == "Relu" else "own")
        for i, op in enumerate(ops)
    ]
    return helper.make_function("own", name, ["x"], ["y"], nodes, known)


def with_functions(path: Path, *functions: onnx.FunctionProto) -> Path:
    node = helper.make_node("f0", ["x"], ["y"], domain="own")
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ("N", 4)) for n in "xy"]
    graph = helper.make_graph([node], "g", info[:1], info[1:])
    known = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    made = helper.make_model(graph, opset_imports=known, functions=functions)
    onnx.save(made, path)
    return path


def test_functions_of_the_file_are_put_in_place(tmp_path: Path) -> None:
    path = with_functions(tmp_path / "m.onnx", function("f0", "Relu", "Relu"))
    found = import_model(path)
    assert [n.block for n in found.design.nodes.values()] == ["Input", "Activation", "Activation"]


def test_functions_that_never_end(tmp_path: Path) -> None:
    assert "calls itself" in refused(with_functions(tmp_path / "m.onnx", function("f0", "f0")))
    many = [function(f"f{i}", *[f"f{i + 1}"] * 10) for i in range(12)]
    path = with_functions(tmp_path / "m.onnx", *many, function("f12", "Relu"))
    assert "unfold to more than" in refused(path)


def test_a_malformed_node_is_kept_as_unknown(tmp_path: Path) -> None:
    nodes = [
        ("Transpose", ["x"], "t", {"perm": [0, 7]}),
        ("Softmax", ["t"], "s", {"axis": 9}),
        ("Gemm", ["s", "w"], "y", {"transB": 1}),
    ]
    found = import_model(written(tmp_path / "m.onnx", nodes, {"w": drawn(3, 9)}, ("N", 4)))
    assert [u.op for u in found.unread] == ["Transpose", "Softmax", "Gemm"]
    assert all(u.reason for u in found.unread)


def test_weights_that_are_sparse(tmp_path: Path) -> None:
    path = model(tmp_path / "m.onnx")
    made = onnx.load(path)
    values = numpy_helper.from_array(np.ones(1, np.float32), "w2")
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "i")
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3]))
    onnx.save(made, path)
    assert "sparse" in refused(path)

"""Graphs as tf2onnx, Keras, scikit-learn and others write them, in several versions of ONNX."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from core.compile.onnx_in.converting import import_model
from tests.core.compile.onnx_in.exporting import BATCH, check_same, kinds

RNG = np.random.default_rng(3)
Node = tuple[str, list[str], str, dict[str, Any]]


def drawn(*shape: int) -> np.ndarray:
    return RNG.normal(0.0, 0.4, shape).astype(np.float32)


def written(
    path: Path,
    nodes: list[Node],
    constants: dict[str, np.ndarray],
    shape: tuple[int | str, ...],
    opset: int = 17,
    output: str = "y",
    kind: int = TensorProto.FLOAT,
) -> Path:
    """A model of one input x; a node is its operator, inputs, output and attributes."""
    made = [helper.make_node(op, ins, [out], name=f"node/{out}", **a) for op, ins, out, a in nodes]
    graph = helper.make_graph(
        made,
        "tf2onnx",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("opset", [9, 13])
def test_an_mlp_of_scikit_learn(tmp_path: Path, opset: int) -> None:
    nodes: list[Node] = [
        ("MatMul", ["x", "coefficient"], "mul_result", {}),
        ("Add", ["mul_result", "intercepts"], "add_result", {}),
        ("Relu", ["add_result"], "next", {}),
        ("Gemm", ["next", "W", "c"], "scores", {"transB": 1, "alpha": 0.5}),
        ("Softmax", ["scores"], "y", {"axis": 1}),
    ]
    constants = {
        **{"coefficient": drawn(4, 6), "intercepts": drawn(1, 6)},
        **{"W": drawn(3, 6), "c": drawn(3)},
    }
    path = written(tmp_path / "mlp.onnx", nodes, constants, ("N", 4), opset)
    found = check_same(path, drawn(BATCH, 4))
    assert kinds(found) == {"Input": 1, "Dense": 2, "Activation": 2}


@pytest.mark.parametrize("auto_pad", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_a_cnn_of_tf2onnx(tmp_path: Path, auto_pad: str) -> None:
    """NHWC in and out, transposed for ONNX, and flattened as Keras has it."""
    nodes: list[Node] = [
        ("Transpose", ["x"], "nchw", {"perm": [0, 3, 1, 2]}),
        ("Conv", ["nchw", "W", "b"], "c1", {"strides": [2, 2], "auto_pad": auto_pad}),
        ("Clip", ["c1", "zero", "six"], "r1", {}),
        ("MaxPool", ["r1"], "p1", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("Transpose", ["p1"], "nhwc", {"perm": [0, 2, 3, 1]}),
        ("Reshape", ["nhwc", "shape"], "flat", {}),
        ("MatMul", ["flat", "kernel"], "fc", {}),
        ("Add", ["fc", "bias"], "y", {}),
    ]
    places = 2 if auto_pad != "VALID" else 1
    constants = {
        **{"W": drawn(4, 3, 3, 3), "b": drawn(4), "bias": drawn(2)},
        **{"zero": np.array(0, np.float32), "six": np.array(6, np.float32)},
        **{"shape": np.array([-1, places * 2 * 4]), "kernel": drawn(places * 2 * 4, 2)},
    }
    height = 8 if auto_pad != "VALID" else 7
    path = written(tmp_path / "cnn.onnx", nodes, constants, ("n", height, 9, 3))
    found = check_same(path, drawn(BATCH, height, 9, 3))
    assert kinds(found) == {
        **{"Input": 1, "Conv": 1, "Activation": 1, "MaxPool": 1, "Flatten": 1, "Dense": 1}
    }


def test_a_dense_layer_on_each_element_as_keras_folds_the_batch(tmp_path: Path) -> None:
    nodes: list[Node] = [
        ("Shape", ["x"], "s", {}),
        ("Slice", ["s", "zero", "one"], "n", {}),
        ("Concat", ["n", "tail"], "back", {"axis": 0}),
        ("Reshape", ["x", "rows"], "two", {}),
        ("MatMul", ["two", "W"], "three", {}),
        ("Reshape", ["three", "back"], "y", {}),
    ]
    constants = {
        **{"zero": np.array([0]), "one": np.array([1]), "tail": np.array([5, 2])},
        **{"rows": np.array([-1, 4]), "W": drawn(4, 2)},
    }
    path = written(tmp_path / "rows.onnx", nodes, constants, ("unk__1", 5, 4))
    found = check_same(path, drawn(BATCH, 5, 4))
    assert kinds(found) == {"Input": 1, "Dense": 1}


@pytest.mark.parametrize(("opset", "scales"), [(18, 2), (20, 2), (21, 6)])
def test_group_normalization_has_scales_by_group_or_by_channel(
    tmp_path: Path, opset: int, scales: int
) -> None:
    options = {"num_groups": 2, "epsilon": 0.01}
    nodes: list[Node] = [("GroupNormalization", ["x", "s", "b"], "y", options)]
    constants = {"s": drawn(scales), "b": drawn(scales)}
    path = written(tmp_path / "norm.onnx", nodes, constants, ("n", 6, 4, 5), opset)
    found = check_same(path, drawn(BATCH, 6, 4, 5))
    assert kinds(found) == {"Input": 1, "GroupNorm": 1}
    (node,) = (n for n in found.design.nodes.values() if n.block == "GroupNorm")
    assert (node.params["groups"], node.params["epsilon"]) == (2, 0.01)


@pytest.mark.parametrize(
    ("groups", "scales", "why"), [(4, 6, "4 groups cannot share 6"), (2, 5, "do not fit 6")]
)
def test_group_normalization_that_does_not_fit_is_told(
    tmp_path: Path, groups: int, scales: int, why: str
) -> None:
    nodes: list[Node] = [("GroupNormalization", ["x", "s", "b"], "y", {"num_groups": groups})]
    constants = {"s": drawn(scales), "b": drawn(scales)}
    path = written(tmp_path / "norm.onnx", nodes, constants, ("n", 6, 4, 5), 21)
    (told,) = import_model(path).unread
    assert why in told.reason


def _layer_norm(epsilon: float) -> list[Node]:
    return [
        ("ReduceMean", ["x"], "mean", {"axes": [-1]}),
        ("Sub", ["x", "mean"], "centred", {}),
        ("Pow", ["centred", "two"], "square", {}),
        ("ReduceMean", ["square"], "var", {"axes": [-1]}),
        ("Add", ["var", "eps"], "more", {}),
        ("Sqrt", ["more"], "std", {}),
        ("Div", ["centred", "std"], "norm", {}),
        ("Mul", ["norm", "gamma"], "scaled", {}),
        ("Add", ["scaled", "beta"], "y", {}),
    ]


def test_a_layer_norm_in_pieces(tmp_path: Path) -> None:
    constants = {
        **{"two": np.array(2, np.float32), "eps": np.array(1e-5, np.float32)},
        **{"gamma": drawn(6), "beta": drawn(6)},
    }
    path = written(tmp_path / "norm.onnx", _layer_norm(1e-5), constants, ("N", 4, 6), 13)
    assert kinds(check_same(path, drawn(BATCH, 4, 6))) == {"Input": 1, "LayerNorm": 1}


def test_an_rms_norm_in_pieces(tmp_path: Path) -> None:
    nodes: list[Node] = [
        ("Pow", ["x", "two"], "square", {}),
        ("ReduceMean", ["square"], "mean", {"axes": [-1]}),
        ("Add", ["mean", "eps"], "more", {}),
        ("Sqrt", ["more"], "root", {}),
        ("Reciprocal", ["root"], "inverse", {}),
        ("Mul", ["x", "inverse"], "norm", {}),
        ("Mul", ["gamma", "norm"], "y", {}),
    ]
    two, eps = np.array(2, np.float32), np.array(1e-5, np.float32)
    constants = {"two": two, "eps": eps, "gamma": drawn(6)}
    path = written(tmp_path / "rms.onnx", nodes, constants, ("N", 4, 6), 13)
    assert kinds(check_same(path, drawn(BATCH, 4, 6))) == {"Input": 1, "RMSNorm": 1}


def _pieces() -> dict[str, tuple[list[Node], str]]:
    return {
        "gelu": (
            [
                ("Div", ["x", "root2"], "a", {}),
                ("Erf", ["a"], "b", {}),
                ("Add", ["b", "one"], "c", {}),
                ("Mul", ["x", "c"], "d", {}),
                ("Mul", ["d", "half"], "y", {}),
            ],
            "gelu",
        ),
        "gelu, halved first": (
            [
                ("Mul", ["x", "half"], "h", {}),
                ("Mul", ["x", "inverse"], "a", {}),
                ("Erf", ["a"], "b", {}),
                ("Add", ["one", "b"], "c", {}),
                ("Mul", ["h", "c"], "y", {}),
            ],
            "gelu",
        ),
        "gelu by tanh": (
            [
                ("Pow", ["x", "three"], "a", {}),
                ("Mul", ["cubic", "a"], "b", {}),
                ("Add", ["x", "b"], "c", {}),
                ("Mul", ["pi", "c"], "d", {}),
                ("Tanh", ["d"], "e", {}),
                ("Add", ["one", "e"], "f", {}),
                ("Mul", ["x", "f"], "g", {}),
                ("Mul", ["half", "g"], "y", {}),
            ],
            "gelu_tanh",
        ),
        "swish": ([("Sigmoid", ["x"], "s", {}), ("Mul", ["x", "s"], "y", {})], "swish"),
        "mish": (
            [
                ("Softplus", ["x"], "s", {}),
                ("Tanh", ["s"], "t", {}),
                ("Mul", ["x", "t"], "y", {}),
            ],
            "mish",
        ),
        "hard swish": (
            [
                ("Add", ["x", "three"], "a", {}),
                ("Clip", ["a", "zero", "six"], "b", {}),
                ("Mul", ["x", "b"], "c", {}),
                ("Div", ["c", "six"], "y", {}),
            ],
            "hard_swish",
        ),
        "hard sigmoid": (
            [
                ("Add", ["x", "three"], "a", {}),
                ("Clip", ["a", "zero", "six"], "b", {}),
                ("Div", ["b", "six"], "y", {}),
            ],
            "hard_sigmoid",
        ),
    }


@pytest.mark.parametrize("name", _pieces())
def test_an_activation_in_pieces(tmp_path: Path, name: str) -> None:
    nodes, function = _pieces()[name]
    numbers = {
        **{"root2": math.sqrt(2), "inverse": 1 / math.sqrt(2), "one": 1, "half": 0.5, "zero": 0},
        **{"three": 3, "six": 6, "cubic": 0.044715, "pi": math.sqrt(2 / math.pi)},
    }
    constants = {key: np.array(value, np.float32) for key, value in numbers.items()}
    path = written(tmp_path / "act.onnx", nodes, constants, ("N", 5))
    found = check_same(path, 4 * drawn(BATCH, 5))
    blocks = [n for n in found.design.nodes.values() if n.block != "Input"]
    assert [(n.block, n.params["function"]) for n in blocks] == [("Activation", function)]


def _single() -> dict[str, tuple[Node, dict[str, np.ndarray], tuple[int, ...]]]:
    """Operators by themselves, with their constants and the shape of a sample."""
    pads = np.array([0, 0, 1, 2, 0, 0, 0, 1])
    return {
        "average with padding": (
            (
                *("AveragePool", ["x"], "y"),
                {"kernel_shape": [3, 3], "pads": [1] * 4, "count_include_pad": 1},
            ),
            {},
            (2, 6, 6),
        ),
        "max, rounded up": (
            (
                *("MaxPool", ["x"], "y"),
                {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
            ),
            {},
            (2, 6, 8),
        ),
        "dilated": (
            ("Conv", ["x", "w"], "y", {"dilations": [2], "pads": [2, 1]}),
            {"w": drawn(4, 3, 3)},
            (3, 9),
        ),
        "batch norm": (
            ("BatchNormalization", ["x", "s", "b", "m", "v"], "y", {"epsilon": 1e-3}),
            {"s": drawn(3), "b": drawn(3), "m": drawn(3), "v": drawn(3) ** 2 + 0.5},
            (3, 4, 4),
        ),
        "instance norm": (
            ("InstanceNormalization", ["x", "s", "b"], "y", {}),
            {"s": drawn(3), "b": drawn(3)},
            (3, 4, 5),
        ),
        "prelu": (("PRelu", ["x", "s"], "y", {}), {"s": drawn(3, 1, 1)}, (3, 4, 4)),
        "scaled channels": (("Mul", ["x", "s"], "y", {}), {"s": drawn(1, 3, 1, 1)}, (3, 4, 4)),
        "pad": (("Pad", ["x", "p"], "y", {}), {"p": pads}, (3, 4, 4)),
        "resize": (
            (
                *("Resize", ["x", "", "s"], "y"),
                {"mode": "linear", "coordinate_transformation_mode": "half_pixel"},
            ),
            {"s": np.array([1, 1, 2, 2], np.float32)},
            (3, 4, 4),
        ),
        "mean of channels": (("ReduceMean", ["x"], "y", {"axes": [1]}), {}, (3, 4, 4)),
        "sum": (("ReduceSum", ["x", "a"], "y", {"keepdims": 0}), {"a": np.array([1])}, (5, 4)),
        "square": (("Pow", ["x", "two"], "y", {}), {"two": np.array(2, np.float32)}, (5,)),
        "negative": (("Neg", ["x"], "y", {}), {}, (5,)),
        "limits": (
            ("Clip", ["x", "low", "high"], "y", {}),
            {"low": np.array(-0.2, np.float32), "high": np.array(0.3, np.float32)},
            (5,),
        ),
        "a number before": (("Div", ["one", "x"], "y", {}), {"one": np.ones(1, np.float32)}, (5,)),
        "softmax of channels": (("Softmax", ["x"], "y", {"axis": 1}), {}, (3, 4, 4)),
        "space to depth by steps": (
            ("Slice", ["x", "s", "e", "a", "t"], "y", {}),
            {
                **{"s": np.array([1]), "e": np.array([2**62])},
                **{"a": np.array([2]), "t": np.array([2])},
            },
            (3, 6, 4),
        ),
        "matrix before": (("MatMul", ["w", "x"], "y", {}), {"w": drawn(2, 4)}, (4, 3)),
        "reset before the product": (
            ("GRU", ["t", "w", "r"], "y", {"hidden_size": 4, "linear_before_reset": 0}),
            {"w": drawn(1, 12, 3), "r": drawn(1, 12, 4)},
            (5, 3),
        ),
    }


@pytest.mark.parametrize("name", [n for n in _single() if "reset" not in n])
def test_an_operator_by_itself(tmp_path: Path, name: str) -> None:
    node, constants, shape = _single()[name]
    path = written(
        tmp_path / "single.onnx", [node], constants, ("N", *shape), 13 + 4 * (name == "pad")
    )
    check_same(path, drawn(BATCH, *shape))


@pytest.mark.parametrize("batch", [1, 2])
def test_a_model_with_a_fixed_batch(tmp_path: Path, batch: int) -> None:
    nodes: list[Node] = [
        ("Conv", ["x", "w"], "c", {"pads": [1, 1, 1, 1]}),
        ("GlobalAveragePool", ["c"], "g", {}),
        ("Reshape", ["g", "shape"], "f", {}),
        ("Gemm", ["f", "k"], "y", {}),
    ]
    shape = np.array([batch, 4])
    constants = {"w": drawn(4, 3, 3, 3), "shape": shape, "k": drawn(4, 2)}
    path = written(tmp_path / "fixed.onnx", nodes, constants, (batch, 3, 6, 6))
    found = check_same(path, drawn(batch, 3, 6, 6))
    assert kinds(found) == {"Input": 1, "Conv": 1, "GlobalAveragePool": 1, "Dense": 1}


def test_half_precision_is_read_as_float32(tmp_path: Path) -> None:
    weight = drawn(4, 3)
    constants = {"w": weight.astype(np.float16)}
    nodes: list[Node] = [("MatMul", ["x", "w"], "y", {})]
    path = written(tmp_path / "h.onnx", nodes, constants, ("N", 4), kind=TensorProto.FLOAT16)
    found = import_model(path)
    ((_, arrays),) = found.weights.items()
    assert arrays["kernel"].dtype == np.float32
    np.testing.assert_allclose(arrays["kernel"], weight, atol=1e-3)


def test_sizes_that_are_left_open_are_chosen_and_told(tmp_path: Path) -> None:
    path = written(
        tmp_path / "open.onnx",
        [("MatMul", ["x", "w"], "y", {})],
        {"w": drawn(4, 2)},
        ("N", "seq", 4),
    )
    found = import_model(path)
    assert found.notes == ("seq is left open by the model; it was set to 16",)
    chosen = import_model(path, {"seq": 7})
    (given,) = (n for n in chosen.design.nodes.values() if n.block == "Input")
    assert given.params["shape"] == (7, 4)
    assert not chosen.notes


def test_what_no_block_computes_is_kept_with_its_place(tmp_path: Path) -> None:
    node, constants, _ = _single()["reset before the product"]
    nodes: list[Node] = [
        ("Transpose", ["x"], "t", {"perm": [1, 0, 2]}),
        (node[0], node[1], "states", node[3]),
        ("Squeeze", ["states", "ways"], "s", {}),
        ("Mystery", ["s"], "m", {"domain": "com.acme", "strength": 3}),
        ("Transpose", ["m"], "b", {"perm": [1, 0, 2]}),
        ("MatMul", ["b", "k"], "y", {}),
    ]
    constants |= {"ways": np.array([1]), "k": drawn(4, 2)}
    path = written(tmp_path / "unknown.onnx", nodes, constants, ("N", 5, 3), 14)
    found = import_model(path)
    told = [(u.op, u.domain, u.place) for u in found.unread]
    assert told == [("GRU", "", "node/states"), ("Mystery", "com.acme", "node/m")]
    assert "reset gate acts before the product (linear_before_reset is 0" in found.unread[0].reason
    blocks = {n.block: n for n in found.design.nodes.values()}
    assert blocks["onnx.com.acme.Mystery"].params == {"strength": 3}
    assert {"onnx.GRU", "Dense", "Input"} <= blocks.keys()
    dense = blocks["Dense"]
    assert found.weights[dense.id]["kernel"].shape == (4, 2)

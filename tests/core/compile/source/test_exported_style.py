"""Exported code is laid out and named well, whatever nodes and designs are called."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from core.blocks.call import Call, Name
from core.compile.source import write_source
from core.compile.source.printing import lines
from core.compile.source.usual import USUAL, is_usual
from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from tests.core.compile.source.exported import check_equal, check_style, run_file
from tests.designs import add, iris_mlp, noisy_mlp, wire
from tests.grouped import grouped

ODD = [
    *(
        "jax",
        "nnx",
        "jnp",
        "np",
        "optax",
        "self",
        "x",
        "rngs",
        "l",
        "class",
        "None",
        "sum",
        "range",
    ),
    *(
        "loss",
        "train",
        "data",
        "model",
        "batch",
        "load_weights",
        "for_losses",
        "concatenate",
        "len",
    ),
    *("Größe", "ﬁlter", "残差", "a'b\"c", 'say "hi"', 'tri"""ple', "back\\slash", "two\nlines"),
    *("x" * 130, "1st", "_", "!", "Classifier", "Block", "conv 1", "𝐱", "block", "{x}", "%s"),
]


def renamed(design: Design, **names: str) -> Design:
    nodes = {i: replace(n, name=names.get(i, n.name)) for i, n in design.nodes.items()}
    return replace(design, nodes=nodes)


@pytest.mark.parametrize("name", ODD)
def test_odd_names(name: str, tmp_path: Path) -> None:
    design = add(iris_mlp(), "Add", "add")
    design = wire(design, "dense -> add.input_1", "activation -> add.input_2", "add -> dense_2")
    design = grouped(design, "dense", "activation", "add")
    design = edits.set_params(design, "block", repeat=1)
    inner = next(iter(design.groups.values()))
    nodes = {i: replace(n, name=name + "!" * k) for k, (i, n) in enumerate(inner.nodes.items())}
    group = replace(inner, name=name, nodes=nodes)
    design = replace(design, name=name, groups={inner.id: group})
    same = ("input", "target", "block", "dense_2", "loss")
    design = renamed(design, **{node: name + "!" * k for k, node in enumerate(same)})
    source = check_equal(design, tmp_path, jit=False)
    check_style(tmp_path, source.text, project_rules=False)


def test_all_odd_names_in_one_file(tmp_path: Path) -> None:
    design = Design(name="optax")
    design = add(design, "Input", "in", shape=(4,))
    for number, name in enumerate(ODD):
        design = add(design, "Dense", f"d{number}", units=4)
        design = wire(design, f"{f'd{number - 1}' if number else 'in'} -> d{number}")
        design = renamed(design, **{f"d{number}": name})
    source = write_source(analyse(design))
    check_style(tmp_path, source.text, project_rules=False)
    assert source.model in run_file(source.text)
    assert len(set(source.weights.values())) == len(ODD)


TEXTS = st.text("ab'\"\\ \n{}é,", max_size=30)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.integers(-(10**9), 10**9),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
        TEXTS,
        st.lists(st.integers(-9, 99), max_size=20).map(tuple),
        st.sampled_from(["nnx.relu", "jnp.bfloat16", "rngs"]).map(Name),
    ),
    lambda inner: st.builds(
        Call,
        st.sampled_from(["nnx.Linear", "jnp.mean", "nnx.initializers.truncated_normal"]),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(st.sampled_from(["axis", "kernel_init", "padding"]), inner, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=25, deadline=None)
@given(values=st.lists(VALUES, min_size=5, max_size=30), indent=st.sampled_from([0, 4, 8]))
def test_calls_are_laid_out_as_ruff_lays_them_out(values: list[Any], indent: int) -> None:
    heads = ["", "def f():", "class C:\n    def f(self):"]
    body = [line for value in values for line in lines(value, {}, indent, "value = ")]
    head = [heads[indent // 4]] if indent else []
    text = "\n".join([*head, *body]) + "\n"
    compile(text, "values.py", "exec")
    check_format(text)


def check_format(text: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "format",
            "--diff",
            "--isolated",
            "--line-length",
            "100",
            "-",
        ],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_lines_know_their_nodes() -> None:
    design = grouped(noisy_mlp(), "dense", "batchnorm")
    source = write_source(analyse(design))
    text = source.text.splitlines()
    for spot, word in (
        (((), "dense_2"), "self.dense_2"),
        (((), "block"), "block"),
        ((("block",), "dense"), "self.dense"),
        (((), "loss"), "softmax_cross_entropy"),
    ):
        spans = source.spans[spot]
        assert all(
            any(word in line for line in text[a:b]) for a, b in spans if "class" not in text[a]
        )
        for start, end in spans:
            assert spot in source.at(start)
            assert spot in source.at(end - 1)
    assert source.at(0) == []


def test_arguments_are_left_out_only_where_flax_takes_them_anyway() -> None:
    for function, options in USUAL.items():
        signature = inspect.signature(getattr(nnx, function.removeprefix("nnx.")).__init__)
        for name, value in options.items():
            assert signature.parameters[name].default == value, (function, name)
    assert is_usual("nnx.Conv", "strides", (1, 1))
    assert is_usual("nnx.Conv", "padding", "SAME")
    for name, value in (
        ("strides", (1, 2)),
        ("strides", ()),
        ("use_bias", 1),
        ("padding", "VALID"),
    ):
        assert not is_usual("nnx.Conv", name, value)
    assert not is_usual("nnx.Conv", "strides", Name("strides"))
    assert not is_usual("nnx.Dense", "use_bias", True)

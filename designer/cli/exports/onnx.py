"""Writes a design and its weights as an ONNX model."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from core.compile.onnx_out.document import model_proto, onnx_package
from core.compile.onnx_out.translate import OPSET, check_expressible, translate
from core.compile.onnx_out.value import Value
from core.design.analysis import analyse
from core.project.file import load, write_atomically, writing
from designer.cli.exports.weights import chosen_network


def arguments(group: Any) -> None:
    """Declare the options of ONNX."""
    group.add_argument(
        "--channels-first",
        action="store_true",
        help="images come in and go out as [B, C, H, W] instead of [B, H, W, C]",
    )
    group.add_argument(
        "--check",
        action="store_true",
        help="run the model with onnxruntime and tell how far it is from the design",
    )


def export(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the model. Returns what is told as JSON and as text.

    Raises InputError naming every node that ONNX cannot express, before anything is written.
    """
    design = load(options.file)
    # No data is needed; what a node is given follows from the Input nodes alone.
    analysis = analyse(design)
    translated = translate(analysis, channels_first=options.channels_first)
    check_expressible(translated.missing)
    for package in ("onnx", "onnxruntime") if options.check else ("onnx",):
        onnx_package(package)
    network, run = chosen_network(options, analysis)
    from core.compile.onnx_out.comparison import largest_difference
    from core.compile.weights import named_arrays

    about = f"Weights of run {run}." if run else "Untrained weights."
    model = model_proto(translated, named_arrays(network), design.name, about)
    gap = largest_difference(model, translated, analysis, network) if options.check else None
    with writing(options.output):
        write_atomically(options.output, model.SerializeToString())
    answer = {
        "opset": OPSET,
        "nodes": len(translated.ops),
        "inputs": _told(translated.inputs.values()),
        "outputs": _told(translated.outputs.values()),
        "run": run or None,
        "largest_difference": gap,
    }
    whose = f"weights of run {run}" if run else "untrained weights"
    told = f"wrote {options.output} (opset {OPSET}, {len(translated.ops)} operators, {whose})"
    return answer, told if gap is None else f"{told}\nlargest difference {gap:.2g}"


def _told(values: Iterable[Value]) -> list[dict[str, Any]]:
    return [
        {"name": v.name, "shape": [v.shape[a] for a in v.axes], "dtype": v.dtype} for v in values
    ]

"""Show nodes, shapes, parameters, operations, memory and problems of a design."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.blocks.group_ports import GroupInput
from core.design.analysis import Analysis, NodeReport
from core.tensor import Tensor
from designer.cli.check import analysed, problems_json
from designer.cli.output import DONE, print_json

BYTES_PER_VALUE = 4


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")


def run(options: argparse.Namespace) -> int:
    """Show what is known of the design."""
    analysis = analysed(options.file)
    if options.json:
        print_json(info(analysis))
    else:
        _print(analysis)
    return DONE


def info(analysis: Analysis) -> dict[str, Any]:
    """The contract's object."""
    return {
        "name": analysis.design.name,
        "parameters": analysis.parameters,
        "trainable_parameters": analysis.trainable_parameters,
        "flops_per_sample": analysis.flops,
        "multiply_adds_per_sample": analysis.multiply_adds,
        "memory": {
            "parameter_bytes": analysis.parameters * BYTES_PER_VALUE,
            "activation_bytes_per_sample": _activations(analysis) * BYTES_PER_VALUE,
        },
        "nodes": [_node(r) for r in _computed(analysis, analysis.design.nodes)],
        "problems": problems_json(analysis),
    }


def _node(report: NodeReport) -> dict[str, Any]:
    return {
        "id": report.node.id,
        "name": report.node.name,
        "block": report.node.block,
        "inputs": _shapes(report.inputs),
        "outputs": _shapes(report.outputs),
        "parameters": report.parameters,
    }


def _computed(analysis: Analysis, nodes: Iterable[str]) -> list[NodeReport]:
    """The nodes without those that only say where values enter and leave a group."""
    reports = (analysis.nodes[i] for i in nodes)
    return [r for r in reports if not isinstance(r.block, GroupInput)]


def _shapes(tensors: Any) -> dict[str, list[int | None]]:
    return {port: list(t.shape) for port, t in tensors.items()}


def _activations(analysis: Analysis) -> int:
    computed = _computed(analysis, analysis.nodes)
    outputs: list[Tensor] = [t for r in computed for t in r.outputs.values()]
    return sum(t.size for t in outputs)


def _print(analysis: Analysis) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    table = Table(title=analysis.design.name, title_justify="left", title_style="bold")
    for column in ("node", "block", "output"):
        table.add_column(column)
    for column in ("parameters", "operations"):
        table.add_column(column, justify="right")
    keys = (*analysis.order, *(i for i in analysis.nodes if i not in analysis.order))
    for report in _computed(analysis, keys):
        shape = ", ".join(str(t) for t in report.outputs.values()) or "unknown"
        counts = (f"{report.parameters:,}", f"{report.flops:,}")
        table.add_row(report.node.name, report.node.block, shape, *counts)
    console.print(table)
    console.print(f"parameters            {analysis.parameters:,}")
    frozen = analysis.parameters - analysis.trainable_parameters
    if frozen:
        console.print(f"of these frozen       {frozen:,}")
    console.print(f"operations per sample {analysis.flops:,}")
    console.print(f"multiply-adds         {analysis.multiply_adds:,} of layers with kernels")
    console.print(f"weights               {_size(analysis.parameters)}")
    console.print(f"activations           {_size(_activations(analysis))} per sample")
    for problem in analysis.problems:
        console.print(f"{problem.severity}: {problem.message}. {problem.remedy}")


def _size(values: int) -> str:
    size = float(values * BYTES_PER_VALUE)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"

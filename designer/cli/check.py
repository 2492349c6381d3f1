"""List the problems of a design; exit code 2 if any of them is an error."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.design.analysis import Analysis, analyse
from core.design.problems import ERROR, Problem
from core.project.facts import data_facts
from core.project.file import load
from designer.cli.output import DONE, WRONG, print_error, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")


def run(options: argparse.Namespace) -> int:
    """Check and tell."""
    analysis = analysed(options.file)
    if options.json:
        print_json({"problems": problems_json(analysis)})
    elif not analysis.problems:
        print(f"{options.file}: no problems")
    for problem in analysis.problems:
        if problem.severity == ERROR:
            print_error(f"{options.file}: {problem.message}", problem.remedy)
        elif not options.json:
            print(f"warning: {options.file}: {problem.message}\nhint: {problem.remedy}")
    return WRONG if analysis.errors else DONE


def analysed(file: Path) -> Analysis:
    """The analysis of a project file and its data."""
    design = load(file)
    return analyse(design, data_facts(design, file.parent))


def problems_json(analysis: Analysis) -> list[dict[str, Any]]:
    """Problems as the contract has them."""
    return [_problem_json(p) for p in analysis.problems]


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "node": problem.node,
        "message": problem.message,
        "fix": problem.remedy or None,
    }

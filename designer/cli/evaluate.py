"""Measure a trained run on one split of its data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import InputError
from core.project.file import load
from core.project.runs import find_run
from designer.cli.output import DONE, figure_table, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument("--run", default="", help="run id or folder (default: the last run)")
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu", "tpu"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Evaluate and tell."""
    load(options.file)
    store, found = find_run(options.file, options.run)
    if found.project != options.file.stem:
        note = f"note: run {found.id} is of {found.project}, and is measured with that design"
        print(note, file=sys.stderr)
    from core.explain.report import class_report
    from core.train.start import load_run

    training = load_run(store, found, options.file.parent, options.device)
    rows = training.job.prepared.splits[options.split]
    if not len(rows):
        raise InputError(f"the {options.split} split is empty", "Choose another with --split.")
    metrics = training.job.program.evaluate(training.state, rows)
    report = class_report(training.job, training.state, rows)
    if options.json:
        answer = {
            "run": found.id,
            "split": options.split,
            "samples": len(rows),
            "metrics": metrics,
            "baselines": dict(training.job.prepared.dataset.baselines),
        }
        print_json(answer | ({"classes": report.to_json()} if report else {}))
        return DONE
    print(f"run {found.id}, {options.split} split, {len(rows)} samples")
    print(figure_table({options.split: metrics}))
    for name, value in training.job.prepared.dataset.baselines.items():
        print(f"baseline {name} {value:.4f}")
    if report:
        print(report.to_text())
    return DONE

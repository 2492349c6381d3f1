"""Measure a trained run on one split of its data, and write a report of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.project.file import load, write_atomically, writing
from core.project.runs import find_run
from designer.cli.output import DONE, FAILED, figure_table, print_error, print_json
from designer.cli.train import interruptible
from designer.qt_application import qt_application

if TYPE_CHECKING:
    from core.explain.evaluation.report import EvaluationReport
    from core.explain.evaluation.sizes import SizeCurve
    from core.train.training import Training

Tell = Callable[[float, str], None]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument("--run", default="", help="run id or folder (default: the last run)")
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu", "tpu"), default="auto")
    parser.add_argument(
        "--report", type=Path, metavar="OUT.html", help="write a report as one HTML file"
    )
    parser.add_argument(
        "--slice", default="", metavar="COLUMN", help="judge the groups of a column of the data"
    )
    parser.add_argument(
        "--robustness", action="store_true", help="measure under noise and attacks (FGSM, PGD)"
    )
    parser.add_argument(
        "--learning-curve",
        action="store_true",
        help="train on 10, 25, 50 and 100%% of the training rows, which takes long",
    )
    parser.add_argument(
        "--data-folder",
        type=Path,
        help="where relative paths of data begin (default: the project's folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Evaluate and tell."""
    load(options.file)
    if options.report is not None:
        _check_target(options.report)
    store, found = find_run(options.file, options.run)
    if found.project != options.file.stem:
        note = f"note: run {found.id} is of {found.project}, and is measured with that design"
        print(note, file=sys.stderr)
    from core.explain.report import class_report
    from core.train.start import load_run

    folder = options.data_folder or options.file.parent
    training = load_run(store, found, folder, options.device)
    rows = training.job.prepared.splits[options.split]
    if not len(rows):
        raise InputError(f"the {options.split} split is empty", "Choose another with --split.")
    if options.report or options.slice or options.robustness or options.learning_curve:
        return _report(options, training, folder)
    metrics = training.job.program.evaluate(training.state, rows)
    report = class_report(training.job, training.state, rows)
    if options.json:
        print_json(_answer(options, training, metrics, report.to_json() if report else None))
        return DONE
    _print_figures(options, training, metrics)
    if report:
        print(report.to_text())
    return DONE


def _report(options: argparse.Namespace, training: Training, folder: Path) -> int:
    from core.explain.evaluation.measure import evaluation_report
    from core.train.size_curve import size_curve
    from designer.evaluation.run_fit import with_curve

    curve: SizeCurve | None = None
    # The trainings of a learning curve take nearly all of the time.
    share = 0.1 if options.learning_curve else 0.9
    with interruptible() as going_on, _progress(options.json) as tell:
        found = evaluation_report(
            training.job,
            training.state,
            options.split,
            slice_column=options.slice,
            robustness=options.robustness,
            tell=lambda done, text: tell(share * done, text),
        )
        if options.learning_curve:
            curve = size_curve(
                training.job.design,
                folder,
                lambda done, text: tell(share + (0.95 - share) * done, text),
                going_on,
                device=options.device,
            )
            if curve is None:
                print_error("interrupted before the learning curve was done")
                return FAILED
        found = with_curve(found, training.store, training.run)
        if options.report is not None:
            tell(0.95, "Writing the report")
            _write(options.report, found, training, curve)
    _tell(options, training, found, curve)
    return DONE


def _tell(
    options: argparse.Namespace,
    training: Training,
    found: EvaluationReport,
    curve: SizeCurve | None,
) -> None:
    if options.json:
        classes = found.classes.to_json() if found.classes else None
        answer = _answer(options, training, dict(found.metrics), classes)
        written = {"file": str(options.report)} if options.report is not None else {}
        print_json(answer | {"report": {**found.to_json(curve), **written}})
        return
    _print_figures(options, training, dict(found.metrics))
    if found.classes:
        print(found.classes.to_text())
    print(f"{found.fit.kind}: {found.fit.reason}")
    for part in found.by_column.slices if found.by_column else ():
        score = "mae" if found.regression else "accuracy"
        print(f"{options.slice} {part.name}: {part.size} samples, {score} {part.score:.4f}")
    if found.robustness:
        for kind, pairs in found.robustness.scores.items():
            told = "  ".join(f"{size:g}: {value:.4f}" for size, value in pairs)
            print(f"{found.robustness.figure} under {kind}  {told}")
    for point in curve.points if curve else ():
        name = "accuracy" if "accuracy" in point.held_out else "loss"
        print(f"{point.rows} training rows: {name} {point.held_out[name]:.4f}")
    if options.report is not None:
        print(f"wrote {options.report}")


def _answer(
    options: argparse.Namespace,
    training: Training,
    metrics: dict[str, float],
    classes: dict[str, Any] | None,
) -> dict[str, Any]:
    answer = {
        "run": training.run.id,
        "split": options.split,
        "samples": len(training.job.prepared.splits[options.split]),
        "metrics": metrics,
        "baselines": dict(training.job.prepared.dataset.baselines),
    }
    return answer | ({"classes": classes} if classes else {})


def _print_figures(
    options: argparse.Namespace, training: Training, metrics: dict[str, float]
) -> None:
    count = len(training.job.prepared.splits[options.split])
    print(f"run {training.run.id}, {options.split} split, {count} samples")
    print(figure_table({options.split: metrics}))
    for name, value in training.job.prepared.dataset.baselines.items():
        print(f"baseline {name} {value:.4f}")


def _check_target(path: Path) -> None:
    """Say what is wrong with the file to write before anything is computed."""
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "is in a folder that does not exist"
        raise InputError(f"{path} {what}", "Name an HTML file to write with --report.")
    # The page takes its colours and the picture of the design from the window's parts.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt_application("reports need Qt")


def _write(
    path: Path, found: EvaluationReport, training: Training, curve: SizeCurve | None
) -> None:
    from designer.evaluation.html.about import about_run
    from designer.evaluation.html.page import page

    text = page(found, about_run(training.store, training.run, training.job.analysis), curve)
    with writing(path):
        write_atomically(path, text.encode())


@contextmanager
def _progress(as_json: bool) -> Iterator[Tell]:
    """A bar on a terminal, elsewhere lines such as ``40% Robustness``; on standard error."""
    if as_json or not sys.stderr.isatty():
        last = (-1, "")

        def line(share: float, text: str) -> None:
            nonlocal last
            if (here := (int(100 * share), text)) != last:
                last = here
                print(f"{here[0]:3d}% {text}", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Loading", total=1.0)
        yield lambda share, text: bar.update(task, description=text, completed=share)

"""Train a design once for each fold of its data, and tell the figures' mean and spread."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import InputError
from core.project.file import load
from core.train.events import (
    CrossValidated,
    Event,
    FoldEnd,
    FoldProgress,
)
from designer.cli.output import DONE, FAILED, figure_table, print_error, print_json
from designer.cli.train import changed, interruptible, training_arguments


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    training_arguments(parser)
    # Each fold draws its weights anew.
    parser.set_defaults(weights=None)
    parser.add_argument(
        "--folds", type=int, default=5, help="parts that each judge once (default: 5)"
    )
    parser.add_argument(
        "--leave-one-out", action="store_true", help="as many folds as there are rows"
    )
    parser.add_argument(
        "--no-stratify",
        action="store_true",
        help="let folds differ in their mixture of classes",
    )


def run(options: argparse.Namespace) -> int:
    """Cross-validate and tell how it went."""
    if options.folds < 2:
        raise InputError(
            f"--folds must be at least 2, not {options.folds}",
            "For a fold of each row, use --leave-one-out.",
        )
    design = changed(load(options.file), options)
    from core.train.cores import offer_cores
    from core.train.cross_validation import cross_validate

    offer_cores()
    with interruptible() as going_on, _progress(options.json) as show:
        found = cross_validate(
            design,
            options.file.parent,
            0 if options.leave_one_out else options.folds,
            show,
            going_on,
            stratify=not options.no_stratify,
            device=options.device,
        )
    if options.json:
        print_json(to_json(found))
    else:
        print(figure_table({"mean": found.mean, "spread": found.spread}))
        print(f"{len(found.figures)} folds in {found.seconds:.1f} s")
    if len(found.figures) < found.folds:
        print_error(f"interrupted after {len(found.figures)} of {found.folds} folds")
        return FAILED
    return DONE


def to_json(found: CrossValidated) -> dict[str, object]:
    """The result as plain JSON values."""
    return {
        "folds": found.folds,
        "done": len(found.figures),
        "seconds": found.seconds,
        "mean": dict(found.mean),
        "spread": dict(found.spread),
        "figures": [dict(figures) for figures in found.figures],
    }


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[Event], None]]:
    """A progress bar on a terminal, a line a fold elsewhere; always on standard error."""
    if as_json or not sys.stderr.isatty():
        yield _silent if as_json else _print_fold
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("compiling", total=None)

        def show(event: Event) -> None:
            match event:
                case FoldProgress():
                    text = f"fold {event.fold + 1} of {event.folds}"
                    done = event.fold + event.share
                    bar.update(task, description=text, total=event.folds, completed=done)
                case FoldEnd():
                    bar.update(task, total=event.folds, completed=event.fold + 1)

        yield show


def _silent(_event: Event) -> None:
    """Say nothing: standard error stays free for messages."""


def _print_fold(event: Event) -> None:
    if isinstance(event, FoldEnd):
        first = list(event.figures.items())[:2]
        shown = "  ".join(f"{name} {value:.4f}" for name, value in first)
        print(f"fold {event.fold + 1} of {event.folds}: {shown}", file=sys.stderr)

"""Train a design without a window."""

from __future__ import annotations

import argparse
import difflib
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from core.design import edits
from core.design.document import Design
from core.design.levels import Path as LevelPath
from core.design.levels import at_level, level, level_as_set
from core.design.ports import block_of, group_of
from core.errors import InputError
from core.params import Value
from core.project.file import load
from core.project.runs import Run, RunStore, find_run, store_of
from core.train.events import (
    Compiled,
    EpochEnd,
    Event,
    Progress,
    Started,
)
from core.train.recipe import Recipe
from core.train.stage import stages_for
from core.train.summary import Summary, figures_json
from designer.cli import crew
from designer.cli.output import DONE, FAILED, figure_table, print_error, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    training_arguments(parser)
    parser.add_argument(
        "--devices",
        type=device_count,
        metavar="N",
        help="divide each batch among so many devices, or all of them; without it one, of a "
        "processor the cores where that is faster",
    )
    parser.add_argument("--out", type=Path, help="folder for the run's files")
    parser.add_argument("--resume", action="store_true", help="go on with the last run")
    parser.add_argument(
        "--weights",
        metavar="RUN/FILE",
        help="start from the weights of a run or a .safetensors file, where they fit",
    )
    crew.arguments(parser)


def training_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file, and the options that change what is trained."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument(
        "--epochs",
        type=int,
        help="passes over the training split; a recipe in stages is followed so far, and its last "
        "stage made longer where there are more",
    )
    parser.add_argument("--batch-size", type=int, help="samples in one step")
    parser.add_argument("--learning-rate", type=float, help="the optimizer's learning rate")
    parser.add_argument("--seed", type=int, help="start of all randomness")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu", "tpu"), default="auto")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NODE.PARAM=VALUE",
        help="change a node's parameter for this run; may be repeated",
    )


def run(options: argparse.Namespace) -> int:
    """Train and tell how it went."""
    design = changed(load(options.file), options)
    crew.check(options)
    resumed: Run | None = None
    if options.resume:
        store, resumed = find_run(options.file, str(options.out) if options.out else "")
    else:
        store = RunStore(options.out) if options.out else store_of(options.file)
    if not options.json and sys.stderr.isatty():
        print("preparing ...", file=sys.stderr)
    _offer(options)
    with crew.crew(options), crew.kept(options, store, resumed) as (kept, kept_run):
        return _train(options, design, kept, kept_run)


def _offer(options: argparse.Namespace) -> None:
    """Let the processor count as several devices where these may be wanted."""
    from core.train.cores import offer_cores
    from core.train.devices import offer_cpus

    if options.devices is None and options.processes == 1:
        offer_cores()
    elif options.device == "cpu":
        offer_cpus(options.devices or 1)


def _train(
    options: argparse.Namespace, design: Design, store: RunStore, resumed: Run | None
) -> int:
    from core.train.loop import run_training
    from core.train.start import start

    try:
        training = start(
            design,
            options.file.parent,
            store,
            options.file.stem,
            resumed,
            options.device,
            "." if options.out else "",
            options.devices,
            partial(print, file=sys.stderr),
        )
    except InputError as error:
        named = str(options.file) in error.message
        raise InputError(
            error.message if named else f"{options.file}: {error.message}", error.hint
        ) from error
    with interruptible() as going_on, _progress(options.json) as show:
        summary = run_training(training, show, crew.together(options, going_on))
    return _tell(summary, options.json, training.run.directory)


def device_count(text: str) -> int:
    """A number of devices; 0 stands for all. Raises ArgumentTypeError."""
    if text == "all":
        return 0
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number above 0 nor 'all'")
    return int(text)


def changed(design: Design, options: argparse.Namespace) -> Design:
    """The design with what ``training_arguments`` ask for. Raises InputError."""
    for assignment in options.set:
        design = with_parameter(design, assignment)
    return with_recipe(design, options)


def with_recipe(design: Design, options: argparse.Namespace) -> Design:
    """The design with the recipe that the options ask for. Raises InputError."""
    changes: dict[str, Any] = {
        name: value
        for name in ("epochs", "batch_size", "seed")
        if (value := getattr(options, name)) is not None
    }
    if options.weights:
        is_file = options.weights.endswith(".safetensors")
        place = str(Path(options.weights).resolve()) if is_file else options.weights
        changes["initial_weights"] = place
    recipe = Recipe.read(design.recipe)[0].to_json()
    if options.learning_rate is not None:
        written = design.recipe.get("optimizer")
        changes["optimizer"] = {
            **recipe["optimizer"],
            **(written if isinstance(written, Mapping) else {}),
            "learning_rate": options.learning_rate,
        }
    if not changes:
        return design
    _, faults = Recipe.read(changes)
    if faults:
        raise InputError(faults[0].message, "See `layerloom train --help`.")
    if "epochs" in changes and recipe.get("stages"):
        changes |= stages_for(recipe, changes.pop("epochs"))
    # What the file says wrongly stays, so that it is reported and not silently replaced.
    return edits.set_recipe(design, {**recipe, **design.recipe, **changes})


def with_parameter(design: Design, assignment: str) -> Design:
    """The design with ``NODE.PARAM=VALUE`` carried out. Raises InputError naming what is wrong.

    ``GROUP/NODE`` names a node inside the group that the node ``GROUP`` uses.
    """
    place, equals, text = assignment.partition("=")
    name, dot, parameter = place.rpartition(".")
    if not equals or not dot:
        raise InputError(
            f"--set {assignment!r} is not of the form NODE.PARAM=VALUE",
            "For example --set conv.filters=32.",
        )
    path, inner = _inside(design, name)
    here = level(design, path)
    node = here.named(inner)
    if node is None:
        names = [n.name for n in here.nodes.values()]
        raise InputError(f"--set: there is no node {name!r}", _meant(inner, names))
    found = block_of(here, node)
    if found is None:
        raise InputError(f"--set: {name} is an unknown block {node.block!r}")
    declared = {p.name: p for p in found[0].params()}
    if parameter not in declared:
        raise InputError(
            f"--set: {name} ({node.block}) has no parameter {parameter!r}",
            _meant(parameter, list(declared)),
        )
    try:
        value = declared[parameter].parse_valid(text)
    except ValueError as error:
        raise InputError(f"--set {place}: {error}") from None
    set_there = partial(_with_value, node=node.id, parameter=parameter, value=value)
    after = at_level(path, set_there)(design)
    if level_as_set(after, path).nodes[node.id].params[parameter] != value:
        raise InputError(
            f"--set {place}: the parameter is exposed, and set from outside of the group",
            "Set the parameter of the node that uses the group.",
        )
    return after


def _with_value(design: Design, node: str, parameter: str, value: Value) -> Design:
    return edits.set_params(design, node, **{parameter: value})


def _inside(design: Design, name: str) -> tuple[LevelPath, str]:
    """The path of the level that a name with slashes leads to, and the name there."""
    path: LevelPath = ()
    while True:
        here = level(design, path)
        outer, slash, inner = name.partition("/")
        holder = here.named(outer)
        if not slash or here.named(name) or holder is None or group_of(here, holder) is None:
            return path, name
        path, name = (*path, holder.id), inner


def _meant(word: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(word, choices, 1)
    return f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(choices)}."


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl+C ends the run after the present step; a second one ends it at once."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: not asked
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[Event], None]]:
    """A progress bar on a terminal, a line an epoch elsewhere; always on standard error."""
    if as_json or not sys.stderr.isatty():
        yield _silent if as_json else _print_epochs
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=9)),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("compiling", total=None, figures="")

        def show(event: Event) -> None:
            match event:
                case Started():
                    bar.update(task, total=event.epochs, completed=event.epoch)
                case Compiled():
                    bar.update(task, description="training")
                case Progress():
                    bar.update(task, completed=event.epoch)
                case EpochEnd():
                    bar.update(task, completed=event.epoch, figures=_short(event))

        yield show


def _silent(_event: Event) -> None:
    """Say nothing: standard error stays free for messages."""


def _print_epochs(event: Event) -> None:
    if isinstance(event, EpochEnd):
        print(f"epoch {event.epoch}: {_figures(event)}", file=sys.stderr)


def _short(event: EpochEnd) -> str:
    """The loss, and the first of the validation's figures that is none: what fits beside a bar."""
    shown = [item for item in event.validation.items() if not item[0].endswith("loss")]
    name, value = (shown or list(event.validation.items()))[0]
    return f"loss {event.train['loss']:.4f}  validation {name} {value:.4f}"


def _figures(event: EpochEnd) -> str:
    shown = [f"{name} {value:.4f}" for name, value in event.train.items()]
    # The others are in the summary, and in the run's record.
    watched = [n for n in event.validation if n in event.train]
    shown += [f"validation {name} {event.validation[name]:.4f}" for name in watched]
    return "  ".join(shown)


def _tell(summary: Summary, as_json: bool, directory: Path) -> int:
    if as_json:
        print_json(figures_json(summary))
    else:
        _print_summary(summary, directory)
    failure = summary.failure
    if failure:
        slower = " Set it for one run with --learning-rate." if failure.remedies else ""
        print_error(f"run {summary.run} diverged: {failure.message}", failure.hint + slower)
    elif summary.stopped_by == "interrupted":
        print_error(
            f"run {summary.run} was interrupted after epoch {summary.epochs}",
            "Go on with --resume.",
        )
    return DONE if summary.stopped_by in ("epochs", "early_stopping") else FAILED


def _print_summary(summary: Summary, directory: Path) -> None:
    splits = {"train": summary.train, "validation": summary.validation, "test": summary.test}
    print(figure_table(splits))
    print(
        f"{summary.parameters:,} parameters, {summary.steps} steps in {summary.seconds:.1f} s, "
        f"{summary.samples_per_second:,.0f} samples/s on {summary.device}"
    )
    print(f"run {summary.run} in {directory}")

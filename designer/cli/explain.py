"""Show which parts of a sample a prediction of a trained run rests on."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.explain.attribution.catalog import method_of, methods
from core.explain.attribution.map import Attribution
from core.explain.attribution.method import Method
from core.explain.own_sample import OwnSample
from core.project.file import load, write_atomically, writing
from core.project.runs import find_run
from designer.cli.output import DONE, print_json

SUFFIXES = (".npz", ".png")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument("--method", required=True, metavar="NAME", help=", ".join(methods()))
    parser.add_argument("--run", default="", help="run id or folder (default: the last run)")
    parser.add_argument(
        "--index",
        type=int,
        metavar="N",
        help="row of the data, from 0 (default: the first of the validation split); with --input, "
        "row of that file (default: its first)",
    )
    parser.add_argument(
        "--input",
        type=Path,
        metavar="DATA_FILE",
        help="explain a sample of your own: a picture, a table with the columns of the data, or a "
        "NumPy archive",
    )
    parser.add_argument(
        "--node",
        default="",
        help="the Input to explain or, of methods that look at a layer, that layer",
    )
    parser.add_argument(
        "--target",
        default="",
        metavar="CLASS",
        help="name or number of the class or output to explain (default: the predicted class)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PARAM=VALUE",
        help="set a parameter of the method; may be repeated",
    )
    parser.add_argument(
        "--randomised",
        action="store_true",
        help="explain the network with weights drawn anew: a map that stays the same does not "
        "depend on what was learned",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "gpu", "tpu"), default="auto")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="a file .npz or .png"
    )


def run(options: argparse.Namespace) -> int:
    """Explain, write and tell."""
    load(options.file)
    if options.output.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{options.output}: an attribution cannot be written as "
            f"{options.output.suffix or 'a file without suffix'}",
            f"Give OUT one of the suffixes {', '.join(SUFFIXES)}.",
        )
    params = parameters(options.method, options.set)
    own = _own(options.input, options.index or 0, options.file.parent) if options.input else None
    store, run = find_run(options.file, options.run)
    from core.explain.attribution.ask import Attribute
    from core.explain.attribution.looking import classes, find_node
    from core.train.start import load_run

    training = load_run(store, run, options.file.parent, options.device)
    job = training.job
    ask = Attribute(
        options.method,
        params,
        target=target_of(options.target, classes(job)),
        node=find_node(job, options.node) if options.node else "",
        randomised=options.randomised,
        row=None if own else options.index,
        own=own,
    )
    found = ask.answer(job, training.state, training.step)
    _write(options.output, found, type(method_of(options.method)))
    name = job.program.plan.names[found.node]
    if options.json:
        told = {"node": name, "run": run.id, "file": str(options.output)}
        if own is not None:
            told |= {"input": own.path}
        print_json(found.to_json() | told)
        return DONE
    explained = found.class_name(found.target)
    sample = f"row {found.index}" if own is None else f"{options.input.name}, row {own.row}"
    print(f"run {run.id}, {sample}, {options.method} of {name}")
    print(f"score of {explained or 'the output'}: {found.score:.4f}")
    if found.completeness_error is not None:
        print(f"completeness error: {found.completeness_error:.2e}")
    if found.fit is not None:
        print(f"R² of the linear model: {found.fit:.3f}")
    print(f"wrote {options.output}")
    return DONE


def _own(path: Path, row: int, folder: Path) -> OwnSample:
    """Raises InputError for a row that no file has."""
    if row < 0:
        raise InputError(f"--index {row}: there is no such row", "Rows are counted from 0.")
    return OwnSample(str(folder), str(path), row=row)


def parameters(kind: str, assignments: list[str]) -> tuple[tuple[str, Any], ...]:
    """What ``PARAM=VALUE`` set of a method. Raises InputError for what is not there or not right.

    Also for a method that is not there.
    """
    known = {p.name: p for p in method_of(kind).params()}
    found = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or name not in known:
            raise InputError(
                f"--set {assignment}: {kind} has no parameter {name!r}"
                if equals
                else f"--set {assignment}: this is not PARAM=VALUE",
                f"It has {', '.join(known) or 'none'}.",
            )
        try:
            found.append((name, known[name].parse_valid(text)))
        except ValueError as error:
            raise InputError(f"--set {assignment}: {error}", known[name].help) from None
    return tuple(found)


def target_of(text: str, classes: tuple[str, ...]) -> int | None:
    """The number of a class given by name or number, None for an empty text. Raises InputError."""
    if not text:
        return None
    if text in classes:
        return classes.index(text)
    if text.isdecimal():
        return int(text)
    raise InputError(
        f"--target {text}: there is no such class",
        f"The classes are {', '.join(classes)}." if classes else "Give the number of an output.",
    )


def _write(path: Path, found: Attribution, method: type[Method]) -> None:
    content = io.BytesIO()
    if path.suffix.lower() == ".npz":
        arrays: dict[str, Any] = dict(found.arrays())
        np.savez(content, **arrays)
    else:
        from designer.cli.attribution_picture import picture

        picture(found, method.makes_sample).save(content, "PNG")
    with writing(path):
        write_atomically(path, content.getvalue())

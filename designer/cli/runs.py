"""List the runs of a project, compare, name, tag and delete them, and take their designs back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from core.design.difference import shown
from core.errors import InputError
from core.project.file import save
from core.project.moving import moved
from core.project.run_acts import add_tags, delete, design_of, remove_tags, rename
from core.project.run_report import Report, report, reports, run_differences
from core.project.run_tables import DATABASE
from core.project.runs import Run, RunStore, store_of
from core.project.tensorboard import write_events
from designer.cli.output import DONE, print_json
from designer.cli.table import lines


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file, or a folder given to train --out")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=False)

    def act(name: str, told: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=told, description=told, allow_abbrev=False)
        # Repeated here, so that it may stand behind the act too.
        made.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        return made

    listing = act("list", "list the runs, the newest first (what is done without an ACT)")
    listing.add_argument("--all", action="store_true", help="those of other projects here, too")
    comparing = act("compare", "tell in what two runs differ")
    for side, metavar in (("first", "A"), ("second", "B")):
        comparing.add_argument(side, metavar=metavar, help="id or name of a run")
    naming = act("rename", "give a run a name")
    naming.add_argument("run", metavar="RUN", help="id or name of a run")
    naming.add_argument("name", metavar="NAME", help="the new name; empty for none")
    for name, told in (("tag", "give a run tags"), ("untag", "take tags away from a run")):
        tagging = act(name, told)
        tagging.add_argument("run", metavar="RUN", help="id or name of a run")
        tagging.add_argument("tags", metavar="TAG", nargs="+")
    deleting = act("delete", "delete runs, with their figures and weights, for good")
    deleting.add_argument("runs", metavar="RUN", nargs="+", help="id or name of a run")
    deleting.add_argument(
        "--force", action="store_true", help="even one that was training on another computer"
    )
    restoring = act("restore", "write the design as a run trained it")
    restoring.add_argument("run", metavar="RUN", help="id or name of a run")
    restoring.add_argument("-o", "--output", type=Path, required=True, help="the project file")
    events = act("tensorboard", "write the figures of runs as files for TensorBoard")
    events.add_argument("runs", metavar="RUN", nargs="+", help="id or name of a run")
    events.add_argument("-o", "--output", type=Path, required=True, help="the log folder")


def run(options: argparse.Namespace) -> int:
    """Do what is asked for, and tell."""
    store = _store(options.file)
    act = _ACTS[options.act or "list"]
    answer, text = act(store, options)
    if options.json:
        print_json(answer)
    else:
        print("\n".join(text))
    return DONE


Answer = tuple[Mapping[str, Any], list[str]]


def _store(file: Path) -> RunStore:
    """The store of a project, or that in a folder. Raises InputError where there can be none."""
    if file.is_dir():
        if not (file / DATABASE).is_file():
            raise InputError(f"{file} is a folder without runs", "Name a .loom file in it.")
        return RunStore(file)
    store = store_of(file)
    # A project whose file is lost or damaged can be had back from its runs.
    if not file.exists() and not store.runs(file.stem):
        raise InputError(
            f"{file} does not exist", "Check the path; `layerloom gallery` lists examples."
        )
    return store


def _list(store: RunStore, options: argparse.Namespace) -> Answer:
    everything = options.file.is_dir() or getattr(options, "all", False)
    found = reports(store, None if everything else options.file.stem)
    answer = {"store": str(store.root), "runs": [r.to_json() for r in found]}
    if not found:
        return answer, [f"no runs of {options.file} yet"]
    head = ("id", "name", "when", "status", "epochs", "seconds", "device", "figures", "tags")
    return answer, lines([head, *(_row(r) for r in found)])


def _row(found: Report) -> tuple[str, ...]:
    run = found.run
    when = datetime.fromisoformat(run.created).astimezone()
    return (
        run.id,
        run.name,
        f"{when:%Y-%m-%d %H:%M}",
        found.status,
        "" if found.epochs is None else str(found.epochs),
        "" if found.seconds is None else f"{found.seconds:.1f}",
        found.device,
        _figures(found),
        ", ".join(run.tags),
    )


def _figures(found: Report) -> str:
    """The figures of the first split that has some, the held-out ones first."""
    for split in ("validation", "train"):
        known = {n: v for n, v in found.figures.get(split, {}).items() if v is not None}
        if known:
            return f"{split} " + " ".join(f"{name} {value:.4f}" for name, value in known.items())
    return ""


def _compare(store: RunStore, options: argparse.Namespace) -> Answer:
    one, other = store.get(options.first), store.get(options.second)
    rows = run_differences(store, one, other)
    answer = {
        "a": report(store, one).to_json(),
        "b": report(store, other).to_json(),
        "differences": [
            {"part": r.part, "what": r.what, "a": r.before, "b": r.after} for r in rows
        ],
    }
    if not rows:
        return answer, [f"runs {one.title} and {other.title} are the same"]
    table = [(r.part, r.what, shown(r.before) or "-", shown(r.after) or "-") for r in rows]
    return answer, lines([("part", "what", one.title, other.title), *table])


def _rename(store: RunStore, options: argparse.Namespace) -> Answer:
    found = rename(store, store.get(options.run), options.name)
    told = f"run {found.id} is called {found.name}" if found.name else f"run {found.id} has no name"
    return {"run": found.id, "name": found.name}, [told]


def _tag(store: RunStore, options: argparse.Namespace) -> Answer:
    change = add_tags if options.act == "tag" else remove_tags
    found = change(store, store.get(options.run), options.tags)
    told = ", ".join(found.tags) or "none"
    return {"run": found.id, "tags": list(found.tags)}, [f"tags of run {found.title}: {told}"]


def _delete(store: RunStore, options: argparse.Namespace) -> Answer:
    # All are looked up first, so that a wrong name deletes nothing.
    found = _each(store, options.runs)
    for one in found:
        delete(store, one, options.force)
    told = ", ".join(one.title for one in found)
    return {"deleted": [one.id for one in found]}, [f"deleted {told}"]


def _restore(store: RunStore, options: argparse.Namespace) -> Answer:
    found, target = store.get(options.run), options.output
    if target.exists():
        raise InputError(f"{target} exists already", "Choose another name with -o.")
    home = options.file if options.file.is_dir() else options.file.parent
    save(moved(design_of(found), home, target.parent), target)
    answer = {"run": found.id, "file": str(target)}
    return answer, [f"wrote the design of run {found.title} to {target}"]


def _tensorboard(store: RunStore, options: argparse.Namespace) -> Answer:
    found = _each(store, options.runs)
    files = [path for one in found for path in write_events(store, one, options.output)]
    if not files:
        raise InputError("these runs have no figures", "Train them for an epoch at least.")
    answer = {"runs": [one.id for one in found], "files": [str(path) for path in files]}
    return answer, [
        f"wrote {len(files)} files; see them with tensorboard --logdir {options.output}"
    ]


def _each(store: RunStore, names: list[str]) -> list[Run]:
    """The runs of these names, each once. Raises InputError."""
    return list({found.id: found for found in map(store.get, names)}.values())


_ACTS: Mapping[str, Callable[[RunStore, argparse.Namespace], Answer]] = {
    "list": _list,
    "compare": _compare,
    "rename": _rename,
    "tag": _tag,
    "untag": _tag,
    "delete": _delete,
    "restore": _restore,
    "tensorboard": _tensorboard,
}

"""What people do with runs that are there: name, tag and delete them, and take a design back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from core.design.document import Design
from core.errors import InputError, WorkError
from core.project.file import from_text
from core.project.moments import drop_all
from core.project.owner import host_of, is_here
from core.project.run_tables import remove_runs, writing
from core.project.runs import RUNNING, SNAPSHOT, Run, RunStore

LONGEST = 200
# Between the tags of a run where people write them in one line.
COMMA = ","
_RUNS, _DELETED = "runs", ".deleted-"
# What training leaves in a folder that was chosen for it; all else there is somebody else's.
_FILES = (SNAPSHOT, "checkpoint.safetensors", "weights.safetensors")


def rename(store: RunStore, run: Run, name: str) -> Run:
    """Give a run a name; an empty one takes it away. Raises InputError."""
    wanted = _one_line(name, "name")
    with writing(store.root) as db:
        db.execute("UPDATE runs SET name = ? WHERE id = ?", (wanted, run.id))
    return store.get(run.id)


def set_tags(store: RunStore, run: Run, tags: Iterable[str]) -> Run:
    """Give a run these tags and no others, each once. Raises InputError."""
    return _retag(store, run, tags, replace=True)


def add_tags(store: RunStore, run: Run, tags: Iterable[str]) -> Run:
    """Give a run more tags; those that it has stay. Raises InputError."""
    return _retag(store, run, tags, replace=False)


def remove_tags(store: RunStore, run: Run, tags: Iterable[str]) -> Run:
    """Take tags away from a run; those that it has not are passed over. Raises InputError."""
    gone = {_tag(tag) for tag in tags}
    with writing(store.root) as db:
        _write_tags(db, run, [tag for tag in _tags_of(db, run) if tag not in gone])
    return store.get(run.id)


def delete(store: RunStore, run: Run, force: bool = False) -> None:
    """Delete a run with its figures and files for good.

    A run that is being trained stays; on another computer ``force`` says that its process is known
    to be gone. Raises InputError, and WorkError if the files cannot be removed.
    """
    try:
        with writing(store.root) as db:
            held = store.get(run.id)
            _check_idle(held, force)
            left = _left_over(store, {i for (i,) in db.execute("SELECT id FROM runs")})
            remove_runs(db, [held.id])
            aside = _set_aside(store, held)
    except OSError as error:
        raise WorkError(
            f"the files of run {held.title} cannot be deleted: {error.strerror or error}",
            f"Close what uses {held.directory}, then delete the run again.",
        ) from error
    if aside is None and held.directory == store.root:
        left += [held.directory / name for name in _FILES]
        drop_all(held.directory)
    # What cannot be removed now goes with the next run that is deleted.
    for path in [*left, aside] if aside else left:
        _remove(path)


def design_of(run: Run) -> Design:
    """The design as a run trained it, recipe included. Raises InputError if its file is gone."""
    return from_text(run.snapshot, f"the design of run {run.id}")


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a line that people wrote."""
    return tuple(tag.strip() for tag in text.split(COMMA) if tag.strip())


def _retag(store: RunStore, run: Run, tags: Iterable[str], replace: bool) -> Run:
    wanted = [_tag(tag) for tag in tags]
    with writing(store.root) as db:
        before = [] if replace else _tags_of(db, run)
        _write_tags(db, run, [*before, *wanted])
    return store.get(run.id)


def _tags_of(db: sqlite3.Connection, run: Run) -> list[str]:
    row = db.execute("SELECT tags FROM runs WHERE id = ?", (run.id,)).fetchone()
    return [str(tag) for tag in json.loads(row[0])] if row else []


def _write_tags(db: sqlite3.Connection, run: Run, tags: list[str]) -> None:
    kept = json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)
    db.execute("UPDATE runs SET tags = ? WHERE id = ?", (kept, run.id))


def _tag(text: str) -> str:
    tag = _one_line(text, "tag")
    if not tag:
        raise InputError("a tag needs at least one letter", "For example: baseline.")
    if COMMA in tag:
        raise InputError(f"the tag {tag!r} has a comma in it", "Commas stand between tags.")
    return tag


def _one_line(text: str, what: str) -> str:
    found = text.strip()
    if len(found) > LONGEST:
        raise InputError(f"the {what} has {len(found)} letters", f"Use {LONGEST} at most.")
    if not found.isprintable():
        raise InputError(
            f"the {what} {found!r} has letters that cannot be shown", "Leave them out."
        )
    return found


def _check_idle(run: Run, force: bool) -> None:
    if run.status != RUNNING:
        return
    if is_here(run.owner):
        raise InputError(f"run {run.title} is being trained", "Stop it first.")
    if not force:
        raise InputError(
            f"run {run.title} is being trained on {host_of(run.owner)}",
            "Stop it there. If that process is gone, use --force on the command line.",
        )


def _is_own_folder(store: RunStore, run: Run) -> bool:
    """Whether all in a run's folder is its own, whatever the database says of where it is."""
    return run.directory.parent == store.root / _RUNS and run.directory.name == run.id


def _set_aside(store: RunStore, run: Run) -> Path | None:
    """Move a run's own folder to a name that no run has, at once; None if it has none.

    Raises OSError.
    """
    if not _is_own_folder(store, run) or not os.path.lexists(run.directory):
        return None
    aside = store.root / _RUNS / f"{_DELETED}{run.id}"
    _remove(aside)
    os.replace(run.directory, aside)
    return aside


def _left_over(store: RunStore, known: set[str]) -> list[Path]:
    """What deletions that were broken off have left; folders of runs that stayed are put back.

    Raises OSError.
    """
    gone = []
    for path in (store.root / _RUNS).glob(f"{_DELETED}*"):
        key = path.name.removeprefix(_DELETED)
        home = path.with_name(key)
        if key in known and not os.path.lexists(home):
            os.replace(path, home)
        else:
            gone.append(path)
    return gone


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

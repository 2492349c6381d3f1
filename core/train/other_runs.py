"""Other runs of a project, opened to be asked beside the network that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from core.errors import InputError
from core.project.file import from_text
from core.project.runs import CHECKPOINT, WEIGHTS, Run, RunStore

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.program import Program
    from core.train.state import State

# More of them would hold their data and weights without being looked at.
MOST = 2


@dataclass(frozen=True)
class RunPlace:
    """Where a run is: its id, its store, and the folder that its data paths count from.

    ``at`` is a step whose weights it keeps; None is how it ended.
    """

    run: str
    store: str
    folder: str
    at: int | None = None


@dataclass(frozen=True)
class OpenRun:
    """A run's network with the weights of a step, and what people call the run."""

    job: Job
    state: State
    step: int
    title: str


@dataclass(frozen=True)
class _Held:
    """What was read of a run; without a job it is the network that it is held beside."""

    job: Job | None
    state: State
    step: int


class OtherRuns:
    """The last runs that were opened beside one program; they go when it goes."""

    def __init__(self) -> None:
        # By store, run and the age of its weights.
        self._ends: dict[_Key, _Held] = {}
        self._moments: dict[_Key, _Held] = {}

    @classmethod
    def of(cls, program: Program) -> OtherRuns:
        """Those beside a program, the same each time."""
        return _BESIDE.setdefault(program, cls())

    def opened(self, job: Job, state: State, place: RunPlace) -> OpenRun:
        """A run beside ``job``, whose ``state`` is any of its own.

        Raises InputError where the run is gone, has no weights or cannot be read.
        """
        run = RunStore(Path(place.store)).get(place.run)
        key = (place.store, run.id, _age(run))
        held = self._ends.pop(key, None)
        while len(self._ends) >= MOST:
            oldest = next(iter(self._ends))
            del self._ends[oldest]
            self._moments.pop(oldest, None)
        held = held or _read(run, job, state, place)
        self._ends[key] = held
        if place.at is not None:
            held = self._moment(key, run, job, held, place.at)
        return OpenRun(held.job or job, held.state, held.step, run.title)

    def _moment(self, key: _Key, run: Run, job: Job, end: _Held, at: int) -> _Held:
        from core.train.snapshots import recalled

        held = self._moments.get(key)
        if held is None or held.step != at:
            program = (end.job or job).program
            held = _Held(end.job, recalled(run.directory, program, end.state, at), at)
            self._moments[key] = held
        return held


_Key = tuple[str, str, int]
_BESIDE: WeakKeyDictionary[Program, OtherRuns] = WeakKeyDictionary()


def _read(run: Run, job: Job, state: State, place: RunPlace) -> _Held:
    """Only weights are read where the present network has their places; else all is built anew."""
    from core.train.snapshots import state_of
    from core.train.start import load_run

    weights = run.directory / WEIGHTS
    if weights.is_file() and _is_same_network(run, job):
        step = int(run.summary.get("steps", 0))
        return _Held(None, state_of(weights, job.program, state, step), step)
    store, device = RunStore(Path(place.store)), job.placement.here.platform
    loaded = load_run(store, run, Path(place.folder), device)
    return _Held(loaded.job, loaded.state, loaded.step)


def _is_same_network(run: Run, job: Job) -> bool:
    """Whether a run has the nodes, wires, data and precision of a job."""
    from core.train.start import trained_parts

    design = from_text(run.snapshot, f"the design of run {run.id}")
    kept = ("precision", "ema_decay")
    same_recipe = all(design.recipe.get(name) == job.design.recipe.get(name) for name in kept)
    return same_recipe and trained_parts(design) == trained_parts(job.design)


def _age(run: Run) -> int:
    """When the weights of a run were written, in nanoseconds. Raises InputError without any."""
    for name in (WEIGHTS, CHECKPOINT):
        try:
            return (run.directory / name).stat().st_mtime_ns
        except OSError:
            continue
    raise InputError(
        f"run {run.title} has no weights: it ended before any were saved", "Choose another run."
    )

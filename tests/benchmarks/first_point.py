"""How long it takes from Train to the first figures of a training, as a window's user waits."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from core.project.file import load, to_text
from core.project.gallery import examples
from core.train.commands import Train
from core.train.events import (
    Event,
    Failed,
    Progress,
    Ready,
)
from core.train.worker import main
from tests.benchmarks.figure import Figure

PROJECT = "digits_cnn"
COLD_BUDGET, WARM_BUDGET = 6.0, 1.5
ROUNDS = 3
PATIENCE = 120.0


def measure() -> dict[str, Figure]:
    """Cold: no worker yet and nothing compiled; warm: a worker that waits, and a full cache."""
    cold, warm = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(first_point(Path(folder), warm=False))
            warm.append(first_point(Path(folder), warm=True))
    return {
        "first_point_cold": Figure(median(cold), "s", "lower", budget=COLD_BUDGET),
        "first_point_warm": Figure(median(warm), "s", "lower", budget=WARM_BUDGET),
    }


def first_point(folder: Path, warm: bool) -> float:
    """Seconds until a new worker told the first loss; ``warm`` counts from when it was ready.

    ``folder`` holds the cache of compiled programs and the runs. Raises RuntimeError.
    """
    design = to_text(load(examples()[PROJECT]))
    train = Train(design, str(examples()[PROJECT].parent), str(folder / "runs"), PROJECT)
    began = time.perf_counter()
    with _worker(folder / "cache") as pipe:
        if warm:
            _until(pipe, Ready)
            began = time.perf_counter()
        pipe.send(train)
        told = _until(pipe, Progress)
        assert isinstance(told, Progress)
        if "loss" not in told.train:
            raise RuntimeError(f"the first figures have no loss: {sorted(told.train)}")
        return time.perf_counter() - began


@contextmanager
def _worker(cache: Path) -> Iterator[Connection]:
    # The folder is the only thing that differs from the cache which users have.
    changed = {"XDG_CACHE_HOME": str(cache)}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(theirs,), daemon=True)
    try:
        process.start()
        theirs.close()
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _until(pipe: Connection, kind: type[Event]) -> Event:
    while True:
        if not pipe.poll(PATIENCE):
            raise RuntimeError(f"the worker told no {kind.__name__}")
        told = pipe.recv()
        if isinstance(told, Failed):
            raise RuntimeError(f"the worker failed: {told.message}")
        if isinstance(told, kind):
            return told

"""A real worker process, driven from a test through its pipe."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from core.design.document import Design
from core.project.file import to_text
from core.train.commands import (
    Command,
    Train,
)
from core.train.events import (
    Event,
    Kept,
    Looked,
    View,
)
from core.train.worker import main
from tests.designs import iris_mlp, with_recipe

PATIENCE = 120.0


def noisy_main(pipe: Connection) -> None:
    """A worker whose process prints what a library might."""
    os.write(1, b"written to standard output\n")
    print("printed before the worker begins")
    main(pipe)
    print("printed after the worker ended")


class WorkerProcess:
    """A spawned worker and our end of its pipe."""

    def __init__(self, target: Callable[[Connection], None] = main) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=target, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.pipe.send(command)

    def until(self, kind: type[Event]) -> list[Event]:
        """Everything told up to the first event of a kind."""
        told: list[Event] = []
        while not told or not isinstance(told[-1], kind):
            assert self.pipe.poll(PATIENCE), f"no {kind.__name__} after {told[-3:]}"
            told.append(self.pipe.recv())
        return told

    def view_of(self, node: str) -> View:
        """The next view of a node; views of another one may still be on their way."""
        while True:
            view = self.until(View)[-1]
            if isinstance(view, View) and view.node == node:
                return view

    def silent(self) -> bool:
        """Whether the worker tells nothing for a while."""
        return not self.pipe.poll(0.3)

    def end(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join(PATIENCE)
        self.pipe.close()


def train(design: Design, store: Path, resume: str = "") -> Train:
    return Train(to_text(design), str(store), str(store), "project", resume, "cpu")


def long() -> Design:
    """A run that goes on until somebody stops it."""
    return with_recipe(iris_mlp(), epochs=1_000_000, batch_size=8)


def kinds(events: list[Event], *left_out: type[Event]) -> list[str]:
    """What was told, without what comes now and then: the kept weights and what looking took."""
    return [type(e).__name__ for e in events if not isinstance(e, (*left_out, Kept, Looked))]

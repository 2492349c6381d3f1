"""Training with several processes from the command line: starting them, and acting as one."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core.errors import InputError
from core.project.runs import Run, RunStore
from designer.cli.output import FAILED, print_error

if TYPE_CHECKING:
    from core.train.hosts import Crew

# Steps between two questions whether to go on, which all processes have to ask together.
TOGETHER = 16


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_argument_group("several processes")
    group.add_argument(
        "--processes", type=int, default=1, metavar="N", help="processes that divide each batch"
    )
    group.add_argument(
        "--coordinator",
        metavar="ADDRESS:PORT",
        help="where process 0 listens, when the processes are on several machines and each is "
        "started by hand; without it all are started here",
    )
    group.add_argument(
        "--process", type=int, default=0, metavar="I", help="which of them this is, from 0"
    )


def check(options: argparse.Namespace) -> None:
    """Raise InputError if the options do not fit each other."""
    if options.processes < 1 or not 0 <= options.process < max(1, options.processes):
        raise InputError(
            f"--process {options.process} is none of --processes {options.processes}",
            "Processes are numbered from 0.",
        )
    if options.process and not options.coordinator:
        raise InputError("--process needs --coordinator", "Name the machine and port of process 0.")


@contextmanager
def crew(options: argparse.Namespace) -> Iterator[None]:
    """Join the other processes, having started those of this machine if that was asked for.

    Raises WorkError when they do not find each other.
    """
    if options.processes == 1:
        yield
        return
    from core.train.hosts import Crew, free_port, join, leave

    started = not options.coordinator
    place = options.coordinator or f"127.0.0.1:{free_port()}"
    made = Crew(place, options.processes, options.process)
    with _others(options, made) if started else nullcontext():
        if options.process:
            # The first process asks the others to stop, so that all stop after the same step.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        with _own_output():
            join(made)
            yield
            leave()


@contextmanager
def kept(
    options: argparse.Namespace, store: RunStore, resumed: Run | None
) -> Iterator[tuple[RunStore, Run | None]]:
    """Where this process keeps the run: the first one's is kept, that of others thrown away."""
    if options.process == 0:
        yield store, resumed
        return
    with tempfile.TemporaryDirectory(prefix="layerloom-") as folder:
        scratch = RunStore(Path(folder))
        yield scratch, scratch.take_over(store, resumed, resumed.project) if resumed else None


def together(options: argparse.Namespace, going_on: Callable[[], bool]) -> Callable[[Any], bool]:
    """Whether to go on, by what the first process was told; a function of the training."""
    if options.processes == 1:
        return lambda training: going_on()
    from core.train.hosts import agreed

    return lambda training: bool(training.step % TOGETHER) or agreed(going_on())


@contextmanager
def _own_output() -> Iterator[None]:
    """Keep standard output to what is printed here: the library of the processes writes there."""
    sys.stdout.flush()
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(output), "w", encoding="utf-8") as own, redirect_stdout(own):
            yield
    finally:
        os.dup2(output, 1)
        os.close(output)


@contextmanager
def _others(options: argparse.Namespace, made: Crew) -> Iterator[None]:
    """The other processes of this machine; if one of them fails, so does this one."""
    with tempfile.TemporaryFile("w+") as said:
        children = [_start(options, made, number, said) for number in range(1, made.processes)]
        over = threading.Event()
        for child in children:
            threading.Thread(target=_watch, args=(child, said, over), daemon=True).start()
        try:
            yield
        except BaseException:
            for child in children:
                child.kill()
            raise
        finally:
            over.set()
        for child in children:
            child.wait()


def _start(
    options: argparse.Namespace, made: Crew, number: int, said: IO[str]
) -> subprocess.Popen[str]:
    place = ("--coordinator", made.coordinator, "--process", str(number))
    return subprocess.Popen(
        [sys.executable, "-m", "designer", *options.arguments, *place],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        text=True,
    )


def _watch(child: subprocess.Popen[str], said: IO[str], over: threading.Event) -> None:
    """End this process if another one fails: it would wait for it for ever."""
    if child.wait() and not over.is_set():
        said.seek(0)
        lines = [line for line in said.read().splitlines() if line.startswith("error: ")]
        print_error(
            f"another process of the training ended (exit code {child.returncode})",
            lines[-1].removeprefix("error: ") if lines else "Go on with --resume.",
        )
        os._exit(FAILED)

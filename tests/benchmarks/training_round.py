"""``python -m tests.benchmarks.training_round WHO CASE FILE``: one side of the training benchmark.

A process of its own for each, since the thread pools of two frameworks in one process get in each
other's way. It says how many parameters it trains, then trains for a round for each line that it
reads, and answers with the seconds.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import IO

from tests.benchmarks.training_cases import CASES


class Rounds:
    """The orders of the measuring process, and the answers to it."""

    def __init__(self, orders: IO[str], answers: IO[str]) -> None:
        self._orders, self._answers = orders, answers

    def ready(self, parameters: int) -> None:
        """Say how many values are trained."""
        self._say(parameters)

    def wait(self) -> bool:
        """Wait for the order to train for a round; False if there will be none."""
        return bool(self._orders.readline())

    def done(self, seconds: float) -> None:
        """Say how long the round took, and the most bytes that the process has held so far."""
        self._say(seconds, peak_bytes())

    def _say(self, *values: float) -> None:
        print(*values, file=self._answers, flush=True)


def peak_bytes() -> int:
    """The most memory of this process at any time; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(who: str, name: str, file: Path) -> None:
    """Serve rounds until the orders end."""
    # Frameworks print; the answers must stay clean.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module = importlib.import_module(f"tests.benchmarks.training_{who}")
    module.serve(name, CASES[name], file, Rounds(sys.stdin, answers))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

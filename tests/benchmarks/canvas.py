"""The canvas against NodeGraphQt: 1,000 nodes and 1,499 wires on 1600 x 900 pixels.

Both sides draw the same graph and are driven and timed by the same code, ``canvas_stage``, each
round of each side in a process of its own, in turn. What no peer does is held against a budget.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.figure import Figure
from tests.benchmarks.peer_environment import NODEGRAPHQT, peer_python

ROUNDS = 3
PEER = "NodeGraphQt 0.6.44"
FRAME, OPENING = 1000 / 60, 2000.0
Found = dict[str, float]


def measure() -> dict[str, Figure]:
    """All figures in milliseconds, medians of several rounds."""
    peer = peer_python("nodegraphqt", NODEGRAPHQT)
    rounds = [_round(peer) for _ in range(ROUNDS)]
    ours, theirs, large = (_medians(column) for column in zip(*rounds, strict=True))
    compared = {name: Figure(ours[name], "ms", "lower", theirs[name], PEER) for name in theirs}
    alone = {name: Figure(time, "ms", "lower", budget=FRAME) for name, time in ours.items()}
    opening = Figure(large["open"], "ms", "lower", budget=OPENING)
    edit = Figure(large["edit"], "ms", "lower", budget=FRAME)
    return {**alone, **compared, "open_5000": opening, "edit_5000": edit}


def _round(peer: Path) -> tuple[Found, Found, Found]:
    ours = Path(sys.executable)
    return (
        found(ours, "canvas_round", "ours"),
        found(peer, "canvas_round", "nodegraphqt"),
        found(ours, "window_round"),
    )


def found(python: Path, module: str, *arguments: str) -> Found:
    """What a round prints. Raises RuntimeError with the end of its complaint where it fails."""
    command = (str(python), "-m", f"tests.benchmarks.{module}", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.strip()[-1500:]}")
    answer: Found = json.loads(done.stdout.splitlines()[-1])
    return answer


def _medians(rounds: Sequence[Found]) -> Found:
    return {name: median(found[name] for found in rounds) for name in rounds[0]}

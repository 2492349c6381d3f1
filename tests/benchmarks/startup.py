"""How long people wait: for the window's first picture, and for a training's first figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from statistics import median

from tests.benchmarks import first_point
from tests.benchmarks.figure import Figure

BUDGET = 1.0
ROUNDS = 7
LINE = re.compile(r"^first-paint ([0-9.]+)$", re.MULTILINE)


def first_paint() -> float:
    """Seconds from the start of the process, as it tells them. Raises RuntimeError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "designer"],
        env=os.environ | {"LAYERLOOM_STARTUP_TRACE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = LINE.search(done.stderr)
    if found is None:
        raise RuntimeError(f"the window told no first-paint time: {done.stderr.strip()[-500:]}")
    return float(found[1])


def measure() -> dict[str, Figure]:
    """The median of several starts, after one that warms the disk."""
    taken = [first_paint() for _ in range(ROUNDS + 1)][1:]
    window = Figure(median(taken), "s", "lower", budget=BUDGET)
    return {"window": window, **first_point.measure()}

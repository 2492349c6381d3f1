"""A training in the window with its views live: its speed against one without a window, and how
smoothly the window runs meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from statistics import median

from core.design import edits
from core.project.file import load, save
from core.project.gallery import examples
from tests.benchmarks.figure import Figure

EPOCHS = 100
ROUNDS = 5
SPEED = "digits_cnn"
# In milliseconds: the longest that anything else waits for the event loop, a frame at 60 a second,
# and what the window may do about one thing that the worker tells.
STALL, FRAME, HANDLING = 50.0, 16.7, 4.0
# The training that is watched for its frames ends when it was watched for long enough.
ENDLESS = 1_000_000


def measure(names: Collection[str] = ()) -> dict[str, Figure]:
    """Samples a second with and without a window, in turn, and the frames; or those named."""
    figures = {}
    if not names or SPEED in names:
        figures[SPEED] = speed()
    if not names or set(names) - {SPEED}:
        figures |= frames()
    return {name: figure for name, figure in figures.items() if not names or name in names}


def speed() -> Figure:
    """Samples a second with and without a window, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits_cnn.loom"
        _save(file, EPOCHS)
        ways: tuple[Callable[[Path], float], ...] = (_windowed, _headless)
        rates = [[way(file) for way in ways] for _ in range(ROUNDS)]
    ours, peer = (median(column) for column in zip(*rates, strict=True))
    return Figure(ours, "samples/s", "higher", peer, "without a window")


def frames(*options: str) -> dict[str, Figure]:
    """How smoothly the window runs in the layout that is the hardest on it, which is told."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits_cnn.loom"
        _save(file, ENDLESS)
        found = json.loads(_output("tests.benchmarks.frames_round", str(file), *options))
    figures = {}
    for name, budget in (("longest_stall", STALL), ("p99_frame", FRAME), ("opening", STALL)):
        layouts = {one: told[name] for one, told in found["layouts"].items() if name in told}
        if layouts:
            figures[name] = _worst(name, layouts, budget)
    event = max(found["handling"], key=found["handling"].__getitem__)
    print(f"longest_handling: {event}", file=sys.stderr)
    longest = found["handling"][event]
    return {**figures, "longest_handling": Figure(longest, "ms", "lower", budget=HANDLING)}


def _worst(name: str, layouts: dict[str, float], budget: float) -> Figure:
    """A figure of the layout in which it is the largest."""
    layout = max(layouts, key=layouts.__getitem__)
    print(f"{name}: {layout}", file=sys.stderr)
    return Figure(layouts[layout], "ms", "lower", budget=budget)


def _save(file: Path, epochs: int) -> None:
    design = load(examples()["digits_cnn"])
    save(edits.set_recipe(design, {**design.recipe, "epochs": epochs}), file)


def _windowed(file: Path) -> float:
    return float(_output("tests.benchmarks.windowed_run", str(file)).split()[0])


def _headless(file: Path) -> float:
    answer = json.loads(_output("designer", "train", str(file), "--json"))
    return float(answer["samples_per_second"])


def _output(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr.strip()[-500:]}")
    return done.stdout

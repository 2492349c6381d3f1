"""Training with the window open and its views live, against the same training without a window."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from core.design import edits
from core.project.file import load, save
from core.project.gallery import examples
from tests.benchmarks.figure import Figure

EPOCHS = 100
ROUNDS = 5


def measure() -> dict[str, Figure]:
    """Samples a second with and without a window, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits_cnn.loom"
        design = load(examples()["digits_cnn"])
        recipe = {**design.recipe, "epochs": EPOCHS}
        save(edits.set_recipe(design, recipe), file)
        ways: tuple[Callable[[Path], float], ...] = (_windowed, _headless)
        rates = [[way(file) for way in ways] for _ in range(ROUNDS)]
    ours, peer = (median(column) for column in zip(*rates, strict=True))
    return {"digits_cnn": Figure(ours, "samples/s", "higher", peer, "without a window")}


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

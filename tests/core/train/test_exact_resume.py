"""A run that was killed and resumed ends with the same bits as one that was not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from core.design import edits
from core.design.document import Design
from core.project.runs import CHECKPOINT, WEIGHTS, Run, store_of
from core.train.place import Place
from designer.cli.main import run
from tests.designs import noisy_mlp, recipe, saved

ROOT = Path(__file__).parents[3]
EPOCHS = 10
# Of 105 training samples in batches of 16, the last of which is smaller.
STEPS = 7

COSINE = {
    **recipe(EPOCHS, optimizer="SGD", learning_rate=0.05, momentum=0.9),
    "schedule": {"kind": "Cosine", "warmup_epochs": 1.0},
    "ema_decay": 0.9,
    "clip_norm": 1.0,
}
# So much is never gained, so the rate is reduced again and again and the first epoch stays best.
PLATEAU = {
    **recipe(EPOCHS, optimizer="Adam", learning_rate=0.02),
    "schedule": {"kind": "Plateau", "patience": 1, "factor": 0.5, "minimum_change": 0.3},
    "patience": 8,
    "minimum_change": 0.3,
}
STAGES = {
    **recipe(optimizer="Adam", learning_rate=0.02),
    "schedule": {"kind": "Cosine", "warmup_epochs": 0.5},
    "accumulate": 3,
    "keep": "best",
    "stages": [
        {"epochs": 4, "trains": ["dense"]},
        {"epochs": 3, "trains": ["dense_2"]},
        {"epochs": 3},
    ],
}


def design_of(values: dict[str, Any]) -> Design:
    return edits.set_recipe(noisy_mlp(), values)


def last_run(project: Path) -> Run:
    return store_of(project).runs()[0]


def place_of(project: Path) -> Place:
    with safe_open(last_run(project).directory / CHECKPOINT, framework="numpy") as file:
        return Place.from_text(file.metadata()["progress"])


def arrays_of(project: Path) -> dict[str, bytes]:
    """Final weights, and all that the last checkpoint has of the state, as raw bits."""
    directory = last_run(project).directory
    files = {name: load_file(directory / name) for name in (WEIGHTS, CHECKPOINT)}
    return {f"{f}:{n}": np.asarray(v).tobytes() for f, a in files.items() for n, v in a.items()}


def killed(project: Path, steps: int, *arguments: str) -> None:
    """Train in a process that is killed before it does another step."""
    command = [sys.executable, "-m", "tests.core.train.killed_run", str(steps)]
    done = subprocess.run(
        [*command, "train", str(project), *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture(scope="module")
def straight_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Path]:
    """The project of a recipe, trained without a break; each recipe is trained once."""
    trained: dict[str, Path] = {}

    def train(values: dict[str, Any]) -> Path:
        key = json.dumps(values, sort_keys=True)
        if key not in trained:
            trained[key] = saved(design_of(values), tmp_path_factory.mktemp("straight"))
            assert run(["train", str(trained[key]), "--json"]) == 0
        return trained[key]

    return train


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        (COSINE, 4 * STEPS + 5),
        (PLATEAU, 4 * STEPS + 5),
        (STAGES, 4 * STEPS + 5),
        # Just after the first stage has ended, and just before.
        (STAGES, 4 * STEPS),
        (STAGES, 4 * STEPS - 1),
    ],
)
def test_killed_and_resumed_equals_straight(
    tmp_path: Path,
    straight_of: Callable[[dict[str, Any]], Path],
    values: dict[str, Any],
    steps: int,
) -> None:
    straight, broken = straight_of(values), saved(design_of(values), tmp_path)
    killed(broken, steps)
    there = place_of(broken)
    assert 0 < there.step <= steps
    assert not (last_run(broken).directory / WEIGHTS).exists()
    assert run(["train", str(broken), "--resume", "--json"]) == 0
    assert (place_of(broken).epoch, place_of(broken).step) == (EPOCHS, EPOCHS * STEPS)
    assert arrays_of(broken) == arrays_of(straight)
    assert place_of(broken).best == place_of(straight).best
    assert place_of(broken).plateau == place_of(straight).plateau
    assert len(store_of(broken).runs()) == 1


def test_the_states_that_are_compared_do_change(
    straight_of: Callable[[dict[str, Any]], Path],
) -> None:
    place = place_of(straight_of(PLATEAU))
    assert place.plateau is not None
    assert place.plateau["scale"] < 0.5
    assert place.best.waited > 2


def test_killed_twice_with_more_epochs_the_second_time(tmp_path: Path) -> None:
    """Without a schedule the number of epochs changes no step, so it may be changed."""
    for name in ("straight", "broken"):
        (tmp_path / name).mkdir()
    design = design_of(recipe(EPOCHS, optimizer="Adam", learning_rate=0.02))
    straight, broken = (saved(design, tmp_path / name) for name in ("straight", "broken"))
    assert run(["train", str(straight), "--json"]) == 0
    killed(broken, 2 * STEPS + 3, "--epochs", "4")
    killed(broken, 3, "--epochs", "4", "--resume")
    assert run(["train", str(broken), "--epochs", "4", "--resume", "--json"]) == 0
    assert place_of(broken).epoch == 4
    assert run(["train", str(broken), "--epochs", "10", "--resume", "--json"]) == 0
    assert arrays_of(broken) == arrays_of(straight)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_killed_from_outside(tmp_path: Path) -> None:
    for name in ("straight", "broken"):
        (tmp_path / name).mkdir()
    values = {**COSINE, "schedule": {"kind": "Constant"}}
    straight, broken = (saved(design_of(values), tmp_path / n) for n in ("straight", "broken"))
    with subprocess.Popen(
        [sys.executable, "-m", "designer", "train", str(broken), "--epochs", "1000000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        for _ in running.stderr:
            if (last_run(broken).directory / CHECKPOINT).is_file() and place_of(broken).epoch > 3:
                break
        running.kill()
    total = str(place_of(broken).epoch + 6)
    assert run(["train", str(broken), "--resume", "--epochs", total, "--json"]) == 0
    assert run(["train", str(straight), "--epochs", total, "--json"]) == 0
    assert arrays_of(broken) == arrays_of(straight)

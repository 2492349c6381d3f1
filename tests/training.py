"""Runs programs in tests, from states that may be used again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from core.compile.figures import figure_rules, tallies, total_loss
from core.compile.plan import Plan
from core.design.document import Design, End
from core.project.file import to_text
from core.project.runs import Run, RunStore
from core.train.epoch import Between
from core.train.events import EpochEnd, Event
from core.train.job import Job
from core.train.loop import run_training
from core.train.program import Program
from core.train.state import State
from core.train.summary import Summary
from core.train.training import Training


def fresh_state(program: Program) -> State:
    """A first state that may be trained on any number of times: steps give up a copy's memory."""
    return jax.tree.map(lambda array: array.copy(), program.initial_state())


def params_of(program: Program, state: State) -> dict[str, np.ndarray]:
    """The trained values by name."""
    return {
        name: np.array(value) for name, value in zip(program.param_names, state.params, strict=True)
    }


def arrays_of(state: State) -> list[np.ndarray]:
    """Parameters, what layers keep beside them, and the optimizer's state, as raw numbers."""
    leaves = jax.tree.leaves((state.params, state.rest, state.optimizer, state.average))
    keys = (jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key) for leaf in leaves)
    return [
        np.array(jax.random.key_data(leaf) if is_key else leaf)
        for leaf, is_key in zip(leaves, keys, strict=True)
    ]


def equal(left: State, right: State) -> bool:
    """Whether two states agree in every bit."""
    pairs = zip(arrays_of(left), arrays_of(right), strict=True)
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def batch_loss(plan: Plan, found: Mapping[End, jax.Array]) -> jax.Array:
    """The total loss of a batch from every node's output."""
    rules = figure_rules(plan, {})
    size = len(next(iter(found.values())))
    numbers = range(len(plan.losses))
    return total_loss(rules, tallies(plan, rules, found, np.ones(size, np.float32), numbers))


def go_on(_: Any) -> bool:
    return True


def stop_after_epoch(epoch: int) -> Between:
    """Go on until so many epochs are done."""
    return lambda training: training.epoch < epoch


class Trained:
    """A training that was run, with everything it told."""

    def __init__(self, training: Training, between: Between = go_on) -> None:
        self.training = training
        self.events: list[Event] = []
        self.summary: Summary = run_training(training, self.events.append, between)

    @property
    def run(self) -> Run:
        return self.training.store.get(self.training.run.id)

    def told(self, kind: type[Event]) -> list[Any]:
        return [e for e in self.events if isinstance(e, kind)]

    @property
    def losses(self) -> list[float]:
        return [e.train["loss"] for e in self.told(EpochEnd)]


def train(job: Job, root: Path, between: Between = go_on, resume: Run | None = None) -> Trained:
    """Train a job from its first state, or from a run's checkpoint, with its store at ``root``."""
    store = RunStore(root)
    if resume:
        return Trained(Training.begin(job, store, resume, True), between)
    run = store.create("project", to_text(job.design))
    return Trained(Training(job, store, run, fresh_state(job.program)), between)


def job_of(design: Design, folder: Path = Path()) -> Job:
    return Job.of(design, folder, "cpu")

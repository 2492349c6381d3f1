"""Starts a network from the weights of a run or a file, as far as they fit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from core.compile.model import Network
from core.compile.plan import Plan, make_plan
from core.compile.source import exported_names
from core.compile.weights import named_shapes
from core.design.analysis import analyse
from core.design.document import Design
from core.errors import InputError
from core.project.exported import source_of
from core.project.facts import data_facts
from core.project.file import from_text
from core.project.runs import FOLDER, RunStore
from core.project.weights import read_weights, run_weights
from core.train.commands import CompareWeights
from core.train.events import WeightsCompared
from core.train.job import Job
from core.train.state import State
from core.train.transfer import Match, Shapes, match

# Files of whole models.
SUFFIXES = (".onnx", ".keras")


def source(wanted: str, folder: Path, store: RunStore) -> dict[str, np.ndarray]:
    """The arrays of a run's id, or of a safetensors file, whose relative path counts from a folder.

    A run that is not in the store may be in that of the folder. Raises InputError.
    """
    if wanted.endswith(".safetensors"):
        return read_weights(folder / wanted)
    if wanted.endswith(SUFFIXES):
        raise InputError(
            f"{wanted} is a model, not weights alone",
            f"Make a project of it: layerloom import {wanted} -o FILE.loom",
        )
    known = {run.id for run in store.runs()}
    beside = RunStore(folder / FOLDER)
    return run_weights((store if wanted in known else beside).get(wanted))


def compare(command: CompareWeights) -> WeightsCompared:
    """How the weights of a source fit a design. Raises InputError."""
    design = from_text(command.design, "the design")
    folder = Path(command.folder)
    analysis = analyse(design, data_facts(design, folder))
    plan = make_plan(analysis, to_train=False)
    given = source(command.source, folder, RunStore(Path(command.store)))
    wanted = _shapes(plan)
    found = match(wanted, _shapes_of(as_runs_name(given, design, wanted)))
    owners = {step.attribute: step.node for step in plan.steps if step.layer is not None}
    return WeightsCompared(command.source, found, owners)


def as_runs_name(
    arrays: dict[str, np.ndarray], design: Design, names: Iterable[str]
) -> dict[str, np.ndarray]:
    """Arrays that are called as in a design's exported code under the names that runs have."""
    exported = exported_names(source_of(design), dict.fromkeys(names))
    back = {new: old for old, new in exported.items()}
    return {back.get(name, name): value for name, value in arrays.items()}


def started(job: Job, given: dict[str, np.ndarray], where: str) -> tuple[State, Match]:
    """A fresh state with all of the given arrays that fit, and which do.

    Raises InputError if none does.
    """
    program, state = job.program, job.program.initial_state()
    names = (program.param_names, program.rest_names)
    leaves = (state.params, state.rest)
    wanted = {
        name: value.shape
        for part, values in zip(names, leaves, strict=True)
        for name, value in zip(part, values, strict=True)
        if jnp.issubdtype(value.dtype, jnp.floating)
    }
    given = as_runs_name(given, job.design, wanted)
    found = match(wanted, _shapes_of(given))
    if not found.taken:
        raise InputError(
            f"nothing in {where} fits this design: no array has the name and shape of one of its",
            "Choose other weights, or clear Start from in the recipe.",
        )

    def filled(part: list[str], values: list[jax.Array]) -> list[Any]:
        return [
            program.placement.put(given[found.taken[name]].astype(value.dtype))
            if name in found.taken
            else value
            for name, value in zip(part, values, strict=True)
        ]

    params, rest = (filled(n, v) for n, v in zip(names, leaves, strict=True))
    optimizer = program.placement.put(program.first_optimizer(params))
    average = [jnp.copy(p) for p in params] if state.average else []
    filled_in = state._replace(params=params, rest=rest, optimizer=optimizer, average=average)
    return filled_in, found


def _shapes_of(arrays: dict[str, np.ndarray]) -> Shapes:
    return {name: value.shape for name, value in arrays.items()}


def _shapes(plan: Plan) -> Shapes:
    """The shapes of a network's weights by name; nothing is computed."""
    network = nnx.eval_shape(lambda: Network(plan, nnx.Rngs(0)))
    return named_shapes(network)

"""Training state and weights on disk, as safetensors. Nothing is ever unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from core.errors import InputError
from core.project.file import write_atomically
from core.project.weights import CHECKPOINT, WEIGHTS, write_weights
from core.train.program import Program
from core.train.state import State


def save_checkpoint(
    directory: Path, program: Program, state: State, progress: dict[str, Any]
) -> None:
    """Write all that resuming needs; ``progress`` is plain JSON, kept beside it. Raises OSError."""
    arrays = {
        name: _to_numpy(value)
        for name, value in zip(_names(program, state), _leaves(state), strict=True)
    }
    metadata = {"progress": json.dumps(progress)}
    write_atomically(directory / CHECKPOINT, save(arrays, metadata))


def load_checkpoint(directory: Path, program: Program) -> tuple[State, dict[str, Any]]:
    """The saved state and progress. Raises InputError naming the file if it does not fit."""
    path = directory / CHECKPOINT
    try:
        with safe_open(path, framework="numpy") as file:
            progress = _progress(file.metadata()["progress"])
            program.stage = program.stage_at(progress["epoch"])
            fresh = program.initial_state()
            names = _names(program, fresh)
            if set(names) != set(file.keys()):
                odd = sorted(set(names) ^ set(file.keys()))[0]
                raise InputError(
                    f"{path} does not fit the design or optimizer: {odd!r} is in only one of them",
                    "Train anew, or go back to the design and optimizer of that run.",
                )
            values = [
                _like(file.get_tensor(name), leaf, f"{path}: {name}")
                for name, leaf in zip(names, _leaves(fresh), strict=True)
            ]
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Train first.") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}", "Train anew.") from None
    saved = jax.tree.unflatten(jax.tree.structure(_kept(fresh)), values)
    placed = zip(State._fields, program.placement.put(saved), strict=False)
    return fresh._replace(**dict(placed)), progress


def save_weights(directory: Path, program: Program, state: State) -> None:
    """Write the weights and batch statistics alone, named ``node.kernel``. Raises OSError."""
    named = dict(zip(program.param_names, program.evaluated(state), strict=True))
    named |= {
        name: value
        for name, value in zip(program.rest_names, state.rest, strict=True)
        if _is_weight(value)
    }
    write_weights(directory / WEIGHTS, {n: np.asarray(value) for n, value in named.items()})


def load_weights(directory: Path, program: Program) -> State:
    """The state to evaluate or look at: the final weights, or the last checkpoint's without them.

    Raises InputError naming the file if it does not fit.
    """
    path = directory / WEIGHTS
    if not path.is_file():
        return load_checkpoint(directory, program)[0]
    fresh = program.initial_state()
    try:
        saved = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path} is damaged: {error}", "Train anew.") from None

    def fitted(names: list[str], leaves: list[jax.Array]) -> list[Any]:
        for name, leaf in zip(names, leaves, strict=True):
            if name not in saved and _is_weight(leaf):
                raise InputError(f"{path} has no {name!r}", "Train anew.")
        return [
            _like(saved[name], leaf, f"{path}: {name}") if name in saved else leaf
            for name, leaf in zip(names, leaves, strict=True)
        ]

    params = fitted(program.param_names, fresh.params)
    rest = fitted(program.rest_names, fresh.rest)
    average = params if fresh.average else []
    loaded = {"params": params, "rest": rest, "average": average}
    return fresh._replace(**program.placement.put(loaded))


def _progress(text: str) -> dict[str, Any]:
    """What ``save_checkpoint`` was given. Raises KeyError, TypeError or ValueError."""
    saved = json.loads(text)
    seconds = float(saved["seconds"])
    return {"epoch": int(saved["epoch"]), "step": int(saved["step"]), "seconds": seconds}


def _kept(state: State) -> tuple[Any, ...]:
    """What a checkpoint has of a state: all but the figures."""
    return tuple(state[: State._fields.index("sums")])


def _names(program: Program, state: State) -> list[str]:
    def under(name: str) -> list[str]:
        paths = jax.tree_util.tree_flatten_with_path(getattr(state, name))[0]
        return [f"{name}/{jax.tree_util.keystr(path)}" for path, _ in paths]

    return [
        *(f"param/{n}" for n in program.param_names),
        *(f"rest/{n}" for n in program.rest_names),
        *under("optimizer"),
        *(f"average/{n}" for n, _ in zip(program.param_names, state.average, strict=False)),
        *under("loss_scale"),
        "step",
        "rate",
    ]


def _leaves(state: State) -> list[jax.Array]:
    return jax.tree.leaves(_kept(state))


def _is_key(value: jax.Array) -> bool:
    return bool(jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key))


def _is_weight(value: jax.Array) -> bool:
    return bool(jax.numpy.issubdtype(value.dtype, jax.numpy.floating))


def _to_numpy(value: jax.Array) -> np.ndarray:
    # A copy that owns its memory: safetensors wants contiguous arrays, donation frees the original.
    raw = jax.random.key_data(value) if _is_key(value) else value
    return np.array(raw, order="C")


def _like(saved: np.ndarray, leaf: jax.Array, where: str) -> Any:
    expected = jax.random.key_data(leaf) if _is_key(leaf) else leaf
    if saved.shape != expected.shape or saved.dtype != expected.dtype:
        raise InputError(
            f"{where} is {saved.dtype}{list(saved.shape)}, "
            f"but the design needs {expected.dtype}{list(expected.shape)}",
            "Train anew, or go back to the design of that run.",
        )
    return jax.random.wrap_key_data(jax.numpy.asarray(saved)) if _is_key(leaf) else saved

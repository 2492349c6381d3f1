"""Training state and weights on disk, as safetensors. Nothing is ever unpickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from core.compile.figures import Tallies, Tally, no_tallies
from core.errors import InputError
from core.project.file import write_atomically
from core.project.runs import CHECKPOINT, WEIGHTS
from core.project.weights import write_weights
from core.train.early_stopping import Best
from core.train.place import Place
from core.train.program import Program
from core.train.rates import begin_plateau
from core.train.state import State

Arrays = dict[str, np.ndarray]

# What the names of figures in a checkpoint begin with.
_SUMS = "sums/"


def snapshot(program: Program, state: State) -> Arrays:
    """A copy on the host of all that resuming needs, by name; the state may then be given up."""
    for leaf in _leaves(state):
        leaf.copy_to_host_async()
    named = zip(_names(program, state), _leaves(state), strict=True)
    return {name: _to_numpy(value) for name, value in named}


def write_checkpoint(directory: Path, arrays: Arrays, place: Place, sums: Tallies) -> None:
    """Write a snapshot with where the run stood, and the figures of its epoch so far.

    Raises OSError.
    """
    parts = {f"{_SUMS}{n}/{part}": v for n, t in sums.items() for part, v in t._asdict().items()}
    arrays = arrays | {name: np.array(value, order="C") for name, value in parts.items()}
    write_atomically(directory / CHECKPOINT, save(arrays, {"progress": place.to_text()}))


def load_checkpoint(directory: Path, program: Program) -> tuple[State, Place, Tallies]:
    """The saved state, where the run stood, and the figures of its epoch so far.

    The program is then in the stage that was saved. Raises InputError naming the file if it does
    not fit.
    """
    path = directory / CHECKPOINT
    try:
        with safe_open(path, framework="numpy") as file:
            place = Place.from_text(file.metadata()["progress"])
            begin_plateau(program.recipe.schedule, place.plateau)
            program.stage = min(place.stage, len(program.stages) - 1)
            fresh = program.initial_state()
            names = _names(program, fresh)
            saved_names = {n for n in _names_in(file) if not n.startswith(_SUMS)}
            if set(names) != saved_names:
                odd = sorted(set(names) ^ saved_names)[0]
                raise InputError(
                    f"{path} does not fit the design or optimizer: {odd!r} is in only one of them",
                    "Train anew, or go back to the design and optimizer of that run.",
                )
            values = [
                _like(file.get_tensor(name), leaf, f"{path}: {name}")
                for name, leaf in zip(names, _leaves(fresh), strict=True)
            ]
            sums = _sums(file, program)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Train first.") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error}", "Train anew.") from None
    saved = jax.tree.unflatten(jax.tree.structure(_kept(fresh)), values)
    placed = zip(State._fields, program.placement.put(saved), strict=False)
    return fresh._replace(**dict(placed)), place, sums


def weights_of(program: Program, state: State) -> Arrays:
    """A copy on the host of weights and batch statistics alone, named ``node.kernel``."""
    named = dict(zip(program.param_names, program.evaluated(state), strict=True))
    named |= {
        name: value
        for name, value in zip(program.rest_names, state.rest, strict=True)
        if _is_weight(value)
    }
    return {name: _to_numpy(value) for name, value in named.items()}


def save_weights(directory: Path, program: Program, state: State) -> None:
    """Write the final weights. Raises OSError."""
    write_weights(directory / WEIGHTS, weights_of(program, state))


def best_path(directory: Path, best: Best) -> Path:
    """Where the weights of the best epoch are kept.

    Each has a file of its own until a checkpoint that knows of it is written, so that a crash
    between the two leaves both as they were.
    """
    return directory / f"best-{best.step}.safetensors"


def drop_other_bests(directory: Path, best: Best) -> None:
    """Delete the weights of epochs that are no longer the best. Raises OSError."""
    kept = best_path(directory, best)
    for path in directory.glob("best-*.safetensors"):
        if path != kept:
            path.unlink(missing_ok=True)


def load_weights(directory: Path, program: Program) -> State:
    """The state to evaluate or look at: the final weights, or the last checkpoint's without them.

    Raises InputError naming the file if it does not fit.
    """
    path = directory / WEIGHTS
    if not path.is_file():
        return load_checkpoint(directory, program)[0]
    return with_weights(path, program, program.initial_state())


def with_weights(path: Path, program: Program, state: State) -> State:
    """The state with the weights of a file. Raises InputError naming it if it does not fit."""
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

    params = fitted(program.param_names, state.params)
    rest = fitted(program.rest_names, state.rest)
    average = params if state.average else []
    loaded = {"params": params, "rest": rest, "average": average}
    return state._replace(**program.placement.put(loaded))


def _names_in(file: Any) -> list[str]:
    found: list[str] = file.keys()
    return found


def _sums(file: Any, program: Program) -> Tallies:
    """The figures of an epoch that was broken off; none if the design has others by now."""
    fresh = no_tallies(program.rules)
    found = {n: file.get_tensor(n) for n in _names_in(file) if n.startswith(_SUMS)}

    def saved(name: str) -> Tally:
        return Tally(*(found[f"{_SUMS}{name}/{part}"] for part in Tally._fields))

    try:
        sums = {name: saved(name) for name in fresh}
    except KeyError:
        return fresh
    fits = all(np.shape(sums[name].total) == np.shape(t.total) for name, t in fresh.items())
    return sums if fits else fresh


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

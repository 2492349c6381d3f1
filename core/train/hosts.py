"""Training with several processes, on one machine or on several: how they find each other."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import jax
import numpy as np
from jax.experimental import multihost_utils

from core.errors import WorkError


@dataclass(frozen=True)
class Crew:
    """The processes of one training; ``coordinator`` is ``ADDRESS:PORT`` of the first one's."""

    coordinator: str
    processes: int
    process: int


def join(crew: Crew) -> None:
    """Become one of the processes; only before JAX is first asked for devices.

    Returns when all have joined. Raises WorkError when that fails.
    """
    try:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(crew.coordinator, crew.processes, crew.process)
    except (RuntimeError, ValueError) as error:
        raise WorkError(
            f"process {crew.process} could not join the training at {crew.coordinator}: "
            f"{str(error).splitlines()[0]}",
            "Check the address, and that all processes are started.",
        ) from error


def leave() -> None:
    """Part from the others; returns when all have come to it."""
    jax.distributed.shutdown()


def agreed(go_on: bool) -> bool:
    """What the first process says, for all of them. All have to ask at the same step."""
    if jax.process_count() == 1:
        return go_on
    return bool(multihost_utils.broadcast_one_to_all(go_on))


def gathered(array: jax.Array) -> np.ndarray:
    """All rows ``[N, ...]`` of an array that may be divided among processes, in each of them."""
    if array.is_fully_addressable:
        return np.asarray(array)
    return np.asarray(multihost_utils.process_allgather(array, tiled=True))


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

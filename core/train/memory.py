"""How much memory a training needs, known before its first step, against what there is.

What a step needs beside its arguments is what XLA has planned for it when it compiled it. Libraries
that a device calls into may take some more; on CPUs the process itself is not counted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax

from core.errors import WorkError
from core.train.program import Program
from core.train.state import State
from core.units import in_units

IGNORE = "LAYERLOOM_IGNORE_MEMORY"
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Need:
    """Bytes on each device, or on all that share a processor's memory, for ``batch_size`` samples.

    ``data`` is there for all steps, ``activations`` has gradients and whatever else a step computes
    with, ``copy`` is the state that a failed run goes back to, where that is in the same memory.
    """

    batch_size: int
    data: int
    weights: int
    optimizer: int
    activations: int
    copy: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.present + self.activations + self.copy

    @property
    def present(self) -> int:
        """What is allocated before the first step."""
        return self.data + self.weights + self.optimizer

    def to_text(self) -> str:
        """What takes how much, the largest first."""
        parts = {
            "activations and gradients": self.activations,
            "data": self.data,
            "weights": self.weights,
            "optimizer": self.optimizer,
            "a copy to go back to": self.copy,
        }
        ordered = sorted(parts.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {in_units(size)}" for name, size in ordered if size)


def need_of(program: Program, state: State, batch_size: int) -> Need:
    """What the present stage's step needs; it is compiled for that batch size if it is not yet."""
    compiled = program.compiled(state, batch_size)
    planned = compiled.memory_analysis()
    loaded = program.feed.load(program.rows_for(batch_size))
    copies = program.placement.copies
    weights = _bytes((state.params, state.rest, state.average))
    optimizer = _bytes(state.optimizer)
    extra = planned.output_size_in_bytes - planned.alias_size_in_bytes if planned else 0
    return Need(
        batch_size,
        _bytes(loaded),
        weights * copies,
        optimizer * copies,
        (planned.temp_size_in_bytes + max(0, extra)) * copies if planned else 0,
        weights + optimizer if program.placement.here.platform == "cpu" else 0,
    )


def free_bytes(device: jax.Device) -> int | None:
    """What is free on a device now; of a CPU, in its machine or container. None if unknown."""
    if device.platform != "cpu":
        stats = device.memory_stats() or {}
        if "bytes_limit" not in stats:
            return None
        return int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
    known = [size for size in (_machine_free(), _container_free()) if size is not None]
    return min(known, default=None)


def check(program: Program, state: State, free: int | None = None) -> Need:
    """What the present stage needs. Raises WorkError, with what to do, if that is not there.

    ``free`` is what is free beside the data and the state, which are allocated; it is asked of the
    device if it is not given. The environment variable LAYERLOOM_IGNORE_MEMORY=1 skips the check.
    """
    need = need_of(program, state, program.batch_size)
    free = free_bytes(program.placement.here) if free is None else free
    if free is None or need.total - need.present <= free or os.environ.get(IGNORE) == "1":
        return need
    raise WorkError(
        f"training needs about {in_units(need.total)} of memory, but "
        f"{in_units(need.present + free)} are there: {need.to_text()} at batch size "
        f"{need.batch_size}",
        remedies(program, state, need, free),
    )


def fitting(program: Program, state: State, need: Need, free: int) -> Need | None:
    """The need of the largest power of two of samples that fits, None if a single one does not.

    It is guessed from two sizes, as activations grow with the batch, and then compiled to be sure.
    """
    if need.batch_size == 1:
        return None
    smaller = need_of(program, state, max(1, need.batch_size // 4))
    slope = (need.activations - smaller.activations) / (need.batch_size - smaller.batch_size)
    base = need.activations - slope * need.batch_size
    guess = (free - need.copy - base) / slope if slope > 0 else 1
    size = 1 << max(0, int(min(guess, need.batch_size - 1)).bit_length() - 1)
    while size:
        found = need_of(program, state, size)
        if found.activations + found.copy <= free:
            return found
        size //= 2
    return None


def remedies(program: Program, state: State, need: Need, free: int) -> str:
    """What would make a training fit."""
    recipe = program.recipe
    found = fitting(program, state, need, free)
    parts = []
    if found is not None:
        together = -(-need.batch_size // found.batch_size) * recipe.accumulate
        parts.append(
            f"Batch size {found.batch_size} fits (about {in_units(found.total)}); with accumulate "
            f"{together} the updates stay as they are."
        )
    others = [
        *(["rematerialise"] if not recipe.remat else []),
        *(["choose the precision bfloat16"] if recipe.precision == "float32" else []),
    ]
    if others:
        parts.append(f"{'Or ' if parts else ''}{' or '.join(others)} in the recipe.".capitalize())
    parts.append(f"{IGNORE}=1 trains nevertheless.")
    return " ".join(parts)


def _bytes(tree: Any) -> int:
    return sum(leaf.nbytes for leaf in jax.tree.leaves(tree))


def _machine_free() -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return _unused_pages()


def _unused_pages() -> int | None:
    """What systems without that file say, which leaves out memory that caches would give up."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _container_free() -> int | None:
    """What a control group (version 2) leaves to its processes; caches count as free."""
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        stats = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return max(0, limit - used + int(stats.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None

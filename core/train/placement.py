"""Where the arrays of a training live: on one device, or on several that share each batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from core.errors import InputError
from core.train.devices import of_kind, title


@dataclass(frozen=True)
class Placement:
    """The devices of a training.

    With several, weights and data are copied to each, and the rows of a batch are divided among
    them: each computes the gradient of its part, and XLA adds the parts up. ``cores`` says that
    they are those of one processor, which nobody asked to be several devices.
    """

    devices: tuple[jax.Device, ...]
    cores: bool = False

    @classmethod
    def choose(cls, device: str = "auto", count: int | None = None, parts: int = 1) -> Placement:
        """The first so many devices of a kind, with 0 all of them; of several processes, all.

        Without a count it is one, or so many ``parts`` of a processor if they are offered. Raises
        InputError.
        """
        found = of_kind(device)
        several = jax.process_count() > 1
        if count is None:
            count = 1
            if found[0].platform == "cpu" and not several and 1 < parts <= len(found):
                return cls(tuple(found[:parts]), cores=True)
        if count > len(found):
            raise InputError(
                f"{count} devices were asked for, but JAX finds {len(found)} here",
                f"Ask for at most {len(found)}; on a CPU, "
                f"XLA_FLAGS=--xla_force_host_platform_device_count={count} makes more.",
            )
        return cls(tuple(found if several else found[: count or len(found)]))

    @property
    def title(self) -> str:
        """``cpu:0``, or ``cpu:0 and 3 more``."""
        others = 0 if self.cores else len(self.devices) - 1
        more = f" and {others} more" if others else ""
        return title(self.devices[0]) + more

    @property
    def here(self) -> jax.Device:
        """The first of the devices that this process can reach."""
        return next(d for d in self.devices if d.process_index == jax.process_index())

    @cached_property
    def one_at_a_time(self) -> bool:
        """Whether a step must be over before the next one is queued.

        Several devices of one processor share its threads: with two steps in them, each can wait
        for a part of the other that gets none, until XLA gives up.
        """
        return len(self.devices) > 1 and self.devices[0].platform == "cpu"

    @cached_property
    def mesh(self) -> Mesh | None:
        """The devices as they divide a batch; None for a single one."""
        return Mesh(np.array(self.devices), ("batch",)) if len(self.devices) > 1 else None

    @property
    def copies(self) -> int:
        """How many copies of the weights are in the memory of the device that is ``here``."""
        local = sum(d.process_index == jax.process_index() for d in self.devices)
        return local if self.here.platform == "cpu" else 1

    @cached_property
    def whole(self) -> NamedSharding | None:
        """How arrays lie that every device has a copy of; None on a single device."""
        return NamedSharding(self.mesh, PartitionSpec()) if self.mesh else None

    def put(self, tree: Any) -> Any:
        """Arrays on the device, or copied to each of them; all processes give the same."""
        if jax.process_count() > 1:
            return jax.jit(lambda arrays: arrays, out_shardings=self.whole)(tree)
        return jax.device_put(tree, self.whole or self.devices[0])

    def divided(self, values: np.ndarray) -> Any:
        """Values ``[N, ...]``, a part of the rows for each device where N can be divided evenly.

        A remainder goes to every device as a whole. On a single device they stay as they are.
        """
        if self.mesh is None or self.whole is None:
            return values
        even = len(values) % len(self.devices) == 0
        sharding = NamedSharding(self.mesh, PartitionSpec("batch")) if even else self.whole
        return jax.make_array_from_callback(values.shape, sharding, lambda index: values[index])

"""Whether the cores of a processor each compute a part of every batch.

XLA gives the operations of a small network one core, and all that is in a loop. Cores that count as
devices do a whole step each, on their part of the batch, and meet to add up the gradients.
docs/decisions/8 has the measurements.
"""

from __future__ import annotations

import os
from contextlib import suppress

import jax

from core.blocks.normalization import BatchNorm
from core.design.analysis import Analysis
from core.project.environment import cores

# As many as this was measured with; operations that XLA divides by itself use the others too.
PARTS = 2
# The operations of a batch's forward pass that make up for one meeting of the cores.
WORK_PER_MEETING = 50_000_000
# Every core updates all weights, so each has to be used several times in a sample, as those of
# convolutions, attention and recurrent layers are.
LEAST_USES = 4


def offer_cores() -> None:
    """Let the processor count as several devices; too late once JAX was asked for any."""
    asked = jax.config.jax_num_cpu_devices > 0  # type: ignore[attr-defined]
    asked |= "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", "")
    if not asked and cores() >= PARTS:
        # JAX refuses where something in this process has computed already; one device serves, too.
        with suppress(RuntimeError):
            jax.config.update("jax_num_cpu_devices", PARTS)


def parts_of(analysis: Analysis, batch_size: int) -> int:
    """How many cores divide each batch of a design among them."""
    if batch_size % PARTS or analysis.flops < 2 * LEAST_USES * analysis.parameters:
        return 1
    # Batch statistics are added up twice forward and twice backward, all else at the end.
    normalized = sum(isinstance(report.block, BatchNorm) for report in analysis.nodes.values())
    enough = (2 + 4 * normalized) * WORK_PER_MEETING
    return PARTS if analysis.flops * batch_size >= enough else 1

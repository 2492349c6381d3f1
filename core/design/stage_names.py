"""What a stage of a training may name: losses, and nodes and groups that have weights."""

from __future__ import annotations

from collections.abc import Mapping

from core.blocks.losses import Loss
from core.design.flat import Flat
from core.design.reports import NodeReport


def loss_names(nodes: Mapping[str, NodeReport]) -> list[str]:
    """The names of an unfolded design's losses."""
    return [report.node.name for report in nodes.values() if isinstance(report.block, Loss)]


def trained_names(nodes: Mapping[str, NodeReport], flat: Flat) -> list[str]:
    """The names of the groups with weights in them, and of the nodes that have weights."""
    layered = {key: None for key, report in nodes.items() if report.parameters or report.tied_to}
    uses = (k for k, use in flat.uses.items() if any(i in layered for i in flat.inner(use)))
    return list(dict.fromkeys(flat.name_of(key) for key in (*uses, *layered)))

"""Tries a group on a tensor, to know whether it can take it and what it makes of it."""

from __future__ import annotations

from core.blocks.block import ShapeError
from core.blocks.inputs import Input
from core.design.analysis import analyse
from core.design.document import Design, End, Node
from core.design.ports import GROUP_KIND, exits
from core.tensor import Tensor

_SOURCE, _USE = "source", "use"


def group_made_of(design: Design, group: str, port: str, given: Tensor) -> Tensor | None:
    """What a group's first output is when ``port`` is given a tensor; None where that is not known.

    Raises ShapeError where something in the group cannot take what comes to it.
    """
    source = Node(
        _SOURCE,
        _SOURCE,
        Input.kind,
        {"shape": given.sizes, "dtype": given.dtype, "classes": given.classes},
    )
    use = Node(_USE, _USE, GROUP_KIND, {"group": group})
    alone = Design(
        nodes={_SOURCE: source, _USE: use},
        wires={End(_USE, port): End(_SOURCE, "output")},
        groups=design.groups,
    )
    found = analyse(alone)
    for report in found.nodes.values():
        ports = report.block.ports() if report.block else ()
        fed = bool(ports) and all(p.optional or p.name in report.inputs for p in ports)
        if fed and not report.outputs:
            problem = next(iter(report.problems), None)
            raise ShapeError(problem.message if problem else "it does not fit")
    outs = exits(design.groups[group])
    last = found.nodes.get(f"{_USE}/{outs[0].id}") if outs else None
    return last.outputs.get("output") if last else None

"""Tries a group on a tensor: whether it can take it, with which settings, what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.blocks.block import ShapeError
from core.blocks.inputs import Input
from core.design.analysis import analyse
from core.design.document import Design, End, Node
from core.design.ports import GROUP_KIND, exposed_params
from core.params import Value
from core.tensor import Tensor

_SOURCE, _USE = "source", "use"


def group_made_of(
    design: Design, group: str, port: str, given: Tensor
) -> tuple[Mapping[str, Value], Tensor | None]:
    """What a new use of a group has to set to take a tensor, and what it makes of it.

    It sets nothing where the group takes the tensor as it stands; else one exposed size, such as
    the features of a transformer block, is set to the length of the tensor's last axis. For what
    is made see ``use_made_of``. Raises ShapeError where the group cannot take the tensor.
    """
    use = Node(_USE, _USE, GROUP_KIND, {"group": group})
    try:
        return {}, use_made_of(design, use, port, given)
    except ShapeError as error:
        sizes = [p for p in exposed_params(design, design.groups[group]) if p.kind == "int"]
        last = given.sizes[-1] if given.sizes else 0
        for size in sizes:
            if size.default == last or size.fault(last):
                continue
            values: dict[str, Value] = {size.name: last}
            fitted = replace(use, params={**use.params, **values})
            try:
                return values, use_made_of(design, fitted, port, given)
            except ShapeError:
                continue
        raise error


def use_made_of(design: Design, use: Node, port: str, given: Tensor) -> Tensor | None:
    """What the first output of a group's use is when ``port`` alone is given a tensor.

    None where that is not known. Raises ShapeError where something in the group cannot take what
    comes to it.
    """
    source = Node(
        _SOURCE,
        _SOURCE,
        Input.kind,
        {"shape": given.sizes, "dtype": given.dtype, "classes": given.classes},
    )
    params = {name: value for name, value in use.params.items() if name != "weights_of"}
    alone = Design(
        nodes={_SOURCE: source, _USE: replace(use, id=_USE, params=params)},
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
    unfolded = found.flat.uses.get(_USE)
    if unfolded is None or not unfolded.block.outputs:
        return None
    return found.nodes[f"{unfolded.copies[-1]}/{unfolded.block.outputs[0]}"].outputs.get("output")

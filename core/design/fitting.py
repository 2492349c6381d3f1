"""Which blocks fit a wire: those that can take a tensor, feed a port, or stand between both."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from core.blocks.block import Block, Port, ShapeError
from core.blocks.catalog import block
from core.tensor import Tensor

_SAMPLES = tuple(Tensor((None, *(8,) * axes)) for axes in range(1, 5)) + tuple(
    Tensor((None, *(8,) * axes), "int32", 8) for axes in range(2)
)


def accepts(port: Port, tensor: Tensor | None) -> bool:
    """Whether a port may take such a tensor; one that is not known fits every port."""
    if tensor is None:
        return True
    try:
        port.check(tensor)
    except ShapeError:
        return False
    return True


def taking_ports(kind: str, tensor: Tensor | None) -> tuple[str, ...]:
    """The inputs of a new node of this kind that can take ``tensor``."""
    return tuple(port.name for port in block(kind)().ports() if accepts(port, tensor))


def can_feed(kind: str, port: Port) -> bool:
    """Whether a new layer of this kind can make something that ``port`` takes.

    Losses feed nothing. An Input or Target is judged by its default shape.
    """
    return block(kind).role != "loss" and any(accepts(port, made) for made in _makes(kind))


def fits_between(kind: str, given: Tensor | None, taker: Port) -> bool:
    """Whether a new layer of this kind takes ``given`` and makes of it what ``taker`` takes.

    As on the wire between both: by its first input and its first output. A tensor that is not
    known fits, and so does what a layer makes that needs more inputs.
    """
    cls = block(kind)
    ports = cls().ports()
    inner = cls.role == "layer" and not cls.within_groups and ports
    if not inner or not accepts(ports[0], given):
        return False
    try:
        return accepts(taker, made_of(cls(), given))
    except ShapeError:
        return False


def made_of(instance: Block, given: Tensor | None) -> Tensor | None:
    """What a block makes of the tensor at its first input; None where more than that is needed.

    Raises ShapeError where it cannot be built on such a tensor.
    """
    first, *others = instance.ports()
    if given is None or not all(port.optional for port in others):
        return None
    return next(iter(instance.results(**{first.name: given}).values()))


@cache
def _makes(kind: str) -> tuple[Tensor, ...]:
    """What new nodes of this kind make of inputs of every rank that they take."""
    made: list[Tensor] = []
    for instance in _variants(kind):
        for given in _givens(instance):
            try:
                made += instance.results(**given).values()
            except ShapeError:
                continue
    return tuple(made)


def _variants(kind: str) -> Iterator[Block]:
    """The default block, and those that differ in one choice, which may change the rank."""
    cls = block(kind)
    yield cls()
    for declared in cls.params():
        values = (True, False) if declared.kind == "bool" else declared.choices
        for value in values:
            if value != declared.default:
                yield cls(**{declared.name: value})


def _givens(instance: Block) -> Iterator[dict[str, Tensor]]:
    needed = [port for port in instance.ports() if not port.optional]
    if not needed:
        yield {}
        return
    for tensor in _SAMPLES:
        if all(accepts(port, tensor) for port in needed):
            yield {port.name: tensor for port in needed}

"""Where values enter and leave a group, and what stands for a node that is passed by."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.tensor import Tensor


@dataclass(frozen=True)
class GroupInput(Block):
    """An input of a group; its name is the port's name.

    Passes on what the group is given there, of any shape ``[B, ...]`` and type.
    """

    kind = "GroupInput"
    label = "Group input"
    family = "Groups"
    keywords = ("port", "entry", "argument", "subgraph")
    inputs = (port("input", 1, 2, 3, 4, 5, 6, dtype=""),)
    within_groups = True
    passes_on = True
    formula = "y = x"

    def infer(self, input: Tensor) -> Tensor:
        return input

    def forward(self, input: Tensor) -> Call:
        return call("jnp.asarray", Name("input"))


@dataclass(frozen=True)
class GroupOutput(GroupInput):
    """An output of a group; its name is the port's name.

    Passes on what it is given, of any shape ``[B, ...]`` and type, to where the group is used.
    """

    kind = "GroupOutput"
    label = "Group output"
    keywords = ("port", "exit", "result", "subgraph")


@dataclass(frozen=True)
class Bypass(GroupInput):
    """Stands for a muted node: passes on what the node is given at its first input."""

    kind = "Bypass"
    label = "Muted"
    keywords = ("mute", "skip", "identity", "pass")
    listed = False
    within_groups = False

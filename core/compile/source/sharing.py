"""Which objects of exported code are used in several places."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.compile.plan import Step
from core.design.flat import Flat, copy_around
from core.design.ports import weights_owner


class Sharing:
    """For the nodes and copies of groups that use the weights of others, whose they use."""

    def __init__(self, flat: Flat, steps: Mapping[str, Step]) -> None:
        self._twins = _twins(flat)
        layered: set[str] = set()
        for key, step in steps.items():
            if step.layer is not None:
                layered.update((key, *_around(key)))
        self._layered: Collection[str] = layered

    def owner(self, key: str, scope: str = "") -> str:
        """The unfolded node or copy that has the weights of one; itself where it has its own.

        What stands in ``scope``, a copy of a group, is looked at as if that stood alone.
        """
        if not self._twins:
            return key
        for part in (*reversed(_around(key)), key):
            if len(part) <= len(scope):
                continue
            twin = self._twins.get(part) if part in self._layered else None
            if twin is not None:
                return self.owner(twin + key[len(part) :], scope)
        return key


def _twins(flat: Flat) -> dict[str, str]:
    """For each copy or node that uses the weights of another one, that one."""
    found: dict[str, str] = {}
    for key, use in flat.uses.items():
        chosen = use.block.values()
        if chosen["weights_of"]:
            owner = _beside(key, str(chosen["weights_of"]))
            found.update(zip(use.copies, flat.uses[owner].copies, strict=True))
        elif chosen["shared_repeats"]:
            found.update(dict.fromkeys(use.copies[1:], key))
    for key in flat.ties:
        table = weights_owner(flat.design.nodes[key])
        if table:
            found[key] = _beside(key, table)
    return found


def _beside(key: str, node: str) -> str:
    """The unfolded id of a node at the level of another one."""
    above = copy_around(key)
    return f"{above}/{node}" if above else node


def _around(key: str) -> list[str]:
    """The copies of groups that a node stands in, the innermost first."""
    found = []
    while key := copy_around(key):
        found.append(key)
    return found

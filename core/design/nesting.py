"""Which groups hold which: the order from the inner to the outer ones, and groups in circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.design.document import Design, End, Group
from core.design.order import ancestors, computing_order, in_circles
from core.design.ports import used_by
from core.errors import InputError


def inner_first(groups: Mapping[str, Group]) -> tuple[list[str], list[str]]:
    """The groups, each after those it holds; and those that hold a circle, in any order."""
    return computing_order(groups, _held(groups))


def with_inner(groups: Mapping[str, Group], starts: Iterable[str]) -> set[str]:
    """The groups of these ids, and those that they hold at whatever depth."""
    return ancestors((i for i in starts if i in groups), _held(groups))


def self_holding(design: Design) -> list[str]:
    """The groups that hold themselves, at whatever depth."""
    _, stuck = inner_first(design.groups)
    return in_circles(stuck, _held(design.groups)) if stuck else []


def check_no_circle(design: Design, before: Design) -> None:
    """Raise InputError where a group came to hold itself, which it did not before."""
    was: list[str] | None = None
    for key in self_holding(design):
        was = self_holding(before) if was is None else was
        if key not in was:
            raise InputError(
                f"The group {design.groups[key].name} cannot hold itself",
                "Use it outside of the group.",
            )


def _held(groups: Mapping[str, Group]) -> dict[str, dict[str, End]]:
    """For each group those that it holds, in the form of a design's ``sources``."""
    return {
        key: {
            node.id: End(used, "")
            for node in group.nodes.values()
            if (used := used_by(node)) is not None and used in groups
        }
        for key, group in groups.items()
    }

"""Why wires cannot be drawn, asked of many ports of one design, as at the start of a drag."""

from __future__ import annotations

from collections.abc import Mapping, Set

from core.design.document import Design, End
from core.design.order import ancestors, descendants
from core.design.problems import CIRCLE, OWN_INPUT, misfit
from core.tensor import Tensor

_Reach = tuple[str | None, Set[str]]


class Refusals:
    """Answers as ``problems.refusal`` does, but walks a design once for many wires of one end.

    What comes before the last source and after the last target asked for is kept, so that a row of
    questions in which either stays the same takes two walks, not one each.
    """

    def __init__(self, design: Design, outputs: Mapping[End, Tensor]) -> None:
        self._design, self._outputs = design, outputs
        self._before: _Reach = (None, frozenset())
        self._after: _Reach = (None, frozenset())

    def __call__(self, source: End, target: End) -> str | None:
        """Why an output cannot be wired to an input, or None if it can."""
        if source.node == target.node:
            return OWN_INPUT
        if self._makes_circle(source.node, target.node):
            return CIRCLE
        return misfit(self._design, self._outputs, source, target)

    def _makes_circle(self, source: str, target: str) -> bool:
        if source != self._before[0]:
            if target == self._after[0]:
                return source in self._after[1]
            self._before = source, ancestors([source], self._design.sources)
            self._after = target, descendants([target], self._design.wires)
        return target in self._before[1]

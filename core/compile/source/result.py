"""What writing a design as code gives: the text, the lines of each node, and names of weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.compile.source.page import Span, Spot


@dataclass(frozen=True)
class Source:
    """An exported file. ``spans`` has the lines, from 0, that each node of the design is.

    ``weights`` says what each layer is called in it, by its attribute in the compiled network.
    """

    text: str
    spans: Mapping[Spot, tuple[Span, ...]]
    model: str
    weights: Mapping[str, str]

    def at(self, line: int) -> list[Spot]:
        """The nodes that a line stands for, those with the fewest lines first."""
        found = [
            (end - start, spot)
            for spot, spans in self.spans.items()
            for start, end in spans
            if start <= line < end
        ]
        return [spot for _, spot in sorted(found, key=lambda pair: pair[0])]

    def exported(self, name: str) -> str | None:
        """What a weight of a run is called in the file; None where the file has no such layer."""
        attribute, _, rest = name.partition(".")
        layer = self.weights.get(attribute)
        return f"{layer}.{rest}" if layer is not None else None


def exported_names(source: Source, names: Mapping[str, object]) -> dict[str, str]:
    """For each weight of a run that the file has: what it is called there."""
    found = ((name, source.exported(name)) for name in names)
    return {name: exported for name, exported in found if exported is not None}

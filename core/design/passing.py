"""Looks through nodes that only pass a wire on, to where its value really comes from."""

from __future__ import annotations

from core.design.document import Design, End


def origin(design: Design, source: End) -> End:
    """The output whose value ``source`` gives, behind any number of nodes that pass it on.

    Where such a node is fed by nothing, or by itself in a circle, that is the node's own output.
    """
    seen = {source}
    while True:
        found = design.nodes[source.node].instance
        if found is None or not found[0].passes_on:
            return source
        before = design.wires.get(End(source.node, found[0].ports()[0].name))
        if before is None or before in seen:
            return source
        source = before
        seen.add(source)

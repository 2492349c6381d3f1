"""Recognises operators that exporters take to pieces, and puts them together again.

Each pattern looks at the last of the pieces and returns a node that does the same.
"""

from __future__ import annotations

from dataclasses import replace

from core.compile.onnx_in.folding import without_unread
from core.compile.onnx_in.graph import OnnxGraph, OnnxNode
from core.compile.onnx_in.matching import Matcher
from core.compile.onnx_in.pieces import PATTERNS


def recognised(graph: OnnxGraph) -> OnnxGraph:
    """The graph with what was recognised in place of its pieces that nothing else reads."""
    nodes: list[OnnxNode] = []
    matcher = Matcher(graph)
    for node in graph.nodes:
        found = None
        if not node.domain:
            for pattern in PATTERNS.get(node.op, ()):
                found = pattern(matcher, node)
                if found is not None:
                    break
        if found is not None:
            found = replace(found, name=node.name, outputs=node.outputs, scope=node.scope)
            matcher.replaced(found)
        nodes.append(found or node)
    return without_unread(replace(graph, nodes=tuple(nodes)))

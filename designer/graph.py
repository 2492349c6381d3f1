"""What the canvas shows of a design."""

from __future__ import annotations

from core.blocks.block import Port as BlockPort
from core.design import document
from core.design.analysis import Analysis, NodeReport
from core.design.document import Design
from core.design.ports import GroupUse, ports_of
from core.design.problems import ERROR, Problem
from designer.fixing import fix_label
from widgets import icons
from widgets.canvas.graph import (
    Badge,
    End,
    Frame,
    Graph,
    NodeView,
    NoteView,
    Port,
    Shape,
    WireView,
)

# Shares are drawn in so many steps: an edit changes every share a little, and nodes whose bar stays
# the same need not be made and drawn anew.
SHARE_STEPS = 128


def to_canvas(end: document.End) -> End:
    """The canvas' name for a wire's end."""
    return End(end.node, end.port)


def to_design(end: End) -> document.End:
    """The design's name for a wire's end."""
    return document.End(end.node, end.port)


class GraphMaker:
    """Makes the canvas' graph; parts whose node did not change are the same objects again."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[object, NodeView]] = {}

    def graph(self, analysis: Analysis, total: int) -> Graph:
        """The graph of one level of a design with so many parameters in ``total``."""
        problems: dict[str, list[Problem]] = {}
        for problem in analysis.problems:
            if problem.node is not None:
                problems.setdefault(problem.node, []).append(problem)
        design = analysis.design
        nodes = {
            i: self._node(analysis, i, tuple(problems.get(i, ())), total) for i in design.nodes
        }
        self._made = {i: made for i, made in self._made.items() if i in nodes}
        outputs = analysis.outputs()
        wires = tuple(
            WireView(to_canvas(s), to_canvas(t), str(outputs.get(s, "")))
            for t, s in design.wires.items()
        )
        frames = tuple(Frame(f.id, f.name, f.nodes, f.color) for f in design.frames.values())
        notes = tuple(NoteView(n.id, n.text, n.rect, n.color) for n in design.notes.values())
        return Graph(nodes, wires, frames, notes)

    def _node(
        self, analysis: Analysis, node: str, problems: tuple[Problem, ...], total: int
    ) -> NodeView:
        report = analysis.nodes[node]
        share = shown_share(report.parameters, total)
        position = analysis.design.position(node)
        # Unknown blocks take their ports from the wires, which may change without the report.
        fresh = (report, position, problems, share, None if report.block else analysis.design)
        old = self._made.get(node)
        if old and old[0] == fresh:
            return old[1]
        view = _view(analysis.design, report, position, problems, share)
        self._made[node] = (fresh, view)
        return view


def shown_share(parameters: int, total: int) -> float | None:
    """A node's share (0..1) of all parameters, in whole steps, at least one; None for a node
    without any.
    """
    if not parameters or not total:
        return None
    return max(1, round(SHARE_STEPS * parameters / total)) / SHARE_STEPS


def share_text(parameters: int, total: int) -> str:
    """``61,706 parameters, 43 % of the model``; empty for a node without any."""
    if not parameters or not total:
        return ""
    percent = 100 * parameters / total
    share = "under 0.1" if percent < 0.1 else f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"
    noun = "parameter" if parameters == 1 else "parameters"
    return f"{parameters:,} {noun}, {share} % of the model"


def _view(
    design: Design,
    report: NodeReport,
    position: tuple[float, float],
    problems: tuple[Problem, ...],
    share: float | None,
) -> NodeView:
    inputs, outputs = ports_of(design, report.node)
    use = report.block if isinstance(report.block, GroupUse) else None
    labels = use.output_labels if use else [name.capitalize() for name in outputs]
    worst = {p.severity for p in problems}
    badge: Badge = "error" if ERROR in worst else "warning" if worst else ""
    return NodeView(
        id=report.node.id,
        title=report.node.name,
        subtitle=report.block.label if report.block else f"{report.node.block} (unknown)",
        detail=_detail(report),
        color_key=report.block.family if report.block else "",
        inputs=tuple(_port(p) for p in inputs),
        outputs=tuple(_outlet(*named, report) for named in zip(outputs, labels, strict=True)),
        badge=badge,
        badge_text="\n".join(f"{p.message}\n{p.remedy}".strip() for p in problems),
        position=position,
        icon=icons.family_icon(report.block.family) if report.block else "help",
        share=share,
        muted=report.node.muted,
        container=use is not None,
        copies=use.repeat if use else 1,
        shape=_shape(report),
        fix=fix_label(problems),
    )


def _port(port: BlockPort) -> Port:
    label = port.label or port.name
    return Port(port.name, label, f"{label} (optional)" if port.optional else label, port.optional)


def _outlet(name: str, label: str, report: NodeReport) -> Port:
    return Port(name, label, str(report.outputs.get(name, "")))


def _detail(report: NodeReport) -> tuple[str, ...]:
    role = report.block.role if report.block else ""
    if role == "loss":
        return ()
    shape = next((str(t) for t in report.outputs.values()), "shape unknown")
    if not report.parameters:
        return (shape,)
    return (shape, f"{report.parameters:,} parameters")


def _shape(report: NodeReport) -> Shape:
    """The ports of a group pass on as well, but their names have to be read."""
    block = report.block
    return "dot" if block and block.passes_on and not block.within_groups else "card"

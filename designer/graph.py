"""What the canvas shows of a design."""

from __future__ import annotations

from collections.abc import Mapping, Set

from core.blocks.block import Port as BlockPort
from core.design import document
from core.design.analysis import Analysis, NodeReport
from core.design.document import Design
from core.design.freezing import is_frozen
from core.design.ports import GroupUse, ports_of
from core.design.problems import ERROR, Problem
from designer.fixing import fix_label
from widgets import icons
from widgets.canvas.graph import (
    EMPTY,
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


Problems = Mapping[str, tuple[Problem, ...]]


class GraphMaker:
    """Makes the canvas' graph; parts whose node did not change are the same objects again.

    An edit leaves nearly all of a design's parts as the same objects too, and those are passed over
    without a look into them.
    """

    def __init__(self) -> None:
        self._analysis: Analysis | None = None
        self._total = 0
        self._problems: Problems = {}
        self._made_of: dict[str, object] = {}
        self._nodes: dict[str, NodeView] = {}
        self._wires: dict[document.End, WireView] = {}
        self._graph = EMPTY

    def graph(self, analysis: Analysis, total: int) -> Graph:
        """The graph of one level of a design with so many parameters in ``total``."""
        before = self._analysis
        old = before.design if before else Design()
        reports = before.nodes if before else {}
        problems, known = _by_node(analysis.problems), self._problems
        design = analysis.design
        changed = {
            i for i, r in analysis.nodes.items() if reports.get(i) is not r or r.block is None
        }
        told = problems.keys() | known.keys()
        looked_at = {
            *changed,
            *_otherwise_placed(old, design),
            *(i for i in told if _differ(problems.get(i, ()), known.get(i, ()))),
            *_with_other_share(analysis, self._total, total),
        }
        for node in design.nodes.keys() & looked_at:
            self._make(analysis, node, problems.get(node, ()), total)
        if list(self._nodes) != list(design.nodes):
            self._nodes = {i: self._nodes[i] for i in design.nodes}
            self._made_of = {i: self._made_of[i] for i in design.nodes}
        self._make_wires(analysis, old, changed)
        wires, shown = tuple(self._wires.values()), self._graph
        self._graph = Graph(
            dict(self._nodes),
            shown.wires if wires == shown.wires else wires,
            shown.frames if design.frames is old.frames else _frames(design),
            shown.notes if design.notes is old.notes else _notes(design),
        )
        self._analysis, self._problems, self._total = analysis, problems, total
        return self._graph

    def _make(
        self, analysis: Analysis, node: str, problems: tuple[Problem, ...], total: int
    ) -> None:
        report = analysis.nodes[node]
        share = shown_share(report.parameters, total)
        position = analysis.design.position(node)
        # Unknown blocks take their ports from the wires, which may change without the report.
        # Problems are equal whatever mends them.
        fix = fix_label(problems)
        outside = None if report.block else analysis.design
        fresh = (report, position, problems, fix, share, outside)
        if self._made_of.get(node) != fresh:
            self._made_of[node] = fresh
            self._nodes[node] = _view(analysis.design, report, position, problems, share)

    def _make_wires(self, analysis: Analysis, old: Design, changed: Set[str]) -> None:
        """Make anew the wires that lead elsewhere and those that may carry something else."""
        known, wires, reports = old.wires, analysis.design.wires, analysis.nodes
        others = () if known is wires else (t for t, s in wires.items() if known.get(t) is not s)
        fed = (target for target, source in wires.items() if source.node in changed)
        for target in {*others, *fed}:
            source = wires[target]
            tooltip = str(reports[source.node].outputs.get(source.port, ""))
            view = WireView(to_canvas(source), to_canvas(target), tooltip)
            if self._wires.get(target) != view:
                self._wires[target] = view
        if known is not wires:
            self._wires = {target: self._wires[target] for target in wires}


def _by_node(problems: tuple[Problem, ...]) -> Problems:
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        if problem.node is not None:
            found[problem.node] = (*found.get(problem.node, ()), problem)
    return found


def _differ(first: tuple[Problem, ...], second: tuple[Problem, ...]) -> bool:
    return first != second or fix_label(first) != fix_label(second)


def _otherwise_placed(old: Design, new: Design) -> list[str]:
    """The nodes whose places may differ."""
    before, after = old.view.get("positions", {}), new.view.get("positions", {})
    if before is after:
        return []
    return [i for i in before.keys() | after.keys() if before.get(i) is not after.get(i)]


def _with_other_share(analysis: Analysis, before: int, total: int) -> list[str]:
    """The nodes whose bar is another because the whole has another size."""
    if before == total:
        return []
    counts = {report.parameters for report in analysis.nodes.values()}
    other = {n for n in counts if shown_share(n, before) != shown_share(n, total)}
    return [i for i, r in analysis.nodes.items() if r.parameters in other] if other else []


def _frames(design: Design) -> tuple[Frame, ...]:
    return tuple(Frame(f.id, f.name, f.nodes, f.color) for f in design.frames.values())


def _notes(design: Design) -> tuple[NoteView, ...]:
    return tuple(NoteView(n.id, n.text, n.rect, n.color) for n in design.notes.values())


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
    labels = use.output_labels if use else [_words(name) for name in outputs]
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
        frozen=is_frozen(report.node),
        shape=_shape(report),
        fix=fix_label(problems),
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _port(port: BlockPort) -> Port:
    label = port.label or port.name
    return Port(port.name, label, f"{label} (optional)" if port.optional else label, port.optional)


def _outlet(name: str, label: str, report: NodeReport) -> Port:
    return Port(name, label, str(report.outputs.get(name, "")))


def _detail(report: NodeReport) -> tuple[str, ...]:
    role = report.block.role if report.block else ""
    if role == "loss":
        return ()
    # Two fit into a node; the tooltips of the ports tell each.
    shapes = list(dict.fromkeys(map(str, report.outputs.values())))
    shape = " · ".join(shapes[:2]) + " …" * (len(shapes) > 2) or "shape unknown"
    if not report.parameters:
        return (shape,)
    return (shape, f"{report.parameters:,} parameters")


def _shape(report: NodeReport) -> Shape:
    """The ports of a group pass on as well, but their names have to be read."""
    block = report.block
    return "dot" if block and block.passes_on and not block.within_groups else "card"

"""What a survey found, told of the nodes of the level that the user is at."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.design.analysis import NodeReport
from core.design.flat import flat_id
from core.design.outlook import watched_output
from core.train.events import Surveyed
from designer import gradients
from designer.session import Session
from widgets.canvas.live import Live


def pictured(session: Session) -> dict[str, str]:
    """For each node of the level that has a picture, the unfolded node whose output it is."""
    whole, path = session.analysis_of_whole, session.path
    reports = session.analysis.nodes.items()
    return {i: watched_output(whole, path, i) for i, report in reports if _has_picture(report)}


class Findings:
    """One survey of the design that a session has open."""

    def __init__(self, session: Session, survey: Surveyed) -> None:
        self._session, self._survey = session, survey
        whole = session.analysis_of_whole
        best = gradients.reference(survey.gradients, whole.order)
        self._reference = None if best is None else survey.gradients[best]
        self._reference_name = "" if best is None else whole.name_of(best)

    def lives(self) -> dict[str, Live]:
        """What the nodes of the level show, those that have nothing to show left out."""
        outputs = pictured(self._session)
        return {
            node: self._live(node, report, outputs.get(node, ""))
            for node, report in self._session.analysis.nodes.items()
            if report.parameters or node in outputs
        }

    def _live(self, node: str, report: NodeReport, output: str) -> Live:
        value = self._survey.outputs.get(output)
        picture = None
        if value is not None and value.size:
            from widgets.pictures.thumbnails import thumbnail

            is_input = report.block is not None and report.block.role == "input"
            picture = thumbnail(value, is_input and value.shape[-1] in (1, 3))
        gradient = self._gradient(node) if report.parameters else None
        if gradient is None:
            return Live(picture)
        level = gradients.level(gradient, self._reference)
        words = gradients.words(gradient, self._reference, self._reference_name)
        return Live(picture, level, words)

    def _gradient(self, node: str) -> float | None:
        """The gradient of a node, or of all that a group holds."""
        whole = self._session.analysis_of_whole
        key = flat_id(self._session.path, node)
        use = whole.flat.uses.get(key)
        if use is None:
            return self._survey.gradients.get(key)
        starts = tuple(f"{copy}/" for copy in use.copies)
        inside = {i: r.parameters for i, r in whole.nodes.items() if i.startswith(starts)}
        return together(self._survey.gradients, inside)


def together(found: Mapping[str, float], counts: Mapping[str, int]) -> float | None:
    """The root of the mean square over all parameters of nodes that have so many each.

    None where no node has any.
    """
    parts = [(found[node], count) for node, count in counts.items() if count and node in found]
    if not parts:
        return None
    if not all(math.isfinite(gradient) for gradient, _ in parts):
        return math.nan
    peak = max(gradient for gradient, _ in parts) or 1.0
    squares = sum(count * (gradient / peak) ** 2 for gradient, count in parts)
    return peak * math.sqrt(squares / sum(count for _, count in parts))


def _has_picture(report: NodeReport) -> bool:
    computed = report.block is not None and report.block.role in ("layer", "input")
    numbers = (t for t in report.outputs.values() if t.dtype == "float32" and 2 <= t.rank <= 4)
    return computed and any(numbers)

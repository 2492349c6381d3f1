"""Problems of who learns when: what losses and stages call by name, and what they train."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from core.blocks.losses import Loss
from core.design import naming
from core.design.document import End
from core.design.flat import Flat
from core.design.order import ancestors
from core.design.problems import ERROR, WARNING, Problem
from core.design.reports import NodeReport
from core.design.stage_names import trained_names
from core.train.recipe import Recipe
from core.train.stage import Stage


def turns(
    flat: Flat,
    reports: Mapping[str, NodeReport],
    sources: Mapping[str, Mapping[str, End]],
    recipe: Recipe,
) -> Iterator[Problem]:
    """Names that nothing has, and losses and stages that train nothing."""
    losses = {i: r.block for i, r in reports.items() if isinstance(r.block, Loss)}
    if not recipe.stages and not any(loss.trains for loss in losses.values()):
        return
    work = _Turns(flat, reports, sources, losses)
    for key, loss in losses.items():
        if loss.trains:
            yield from work.of_loss(key, loss)
    for number, stage in enumerate(recipe.stages, 1):
        yield from work.of_stage(number, stage)


class _Turns:
    """The losses and stages of one design, and what the names in them stand for."""

    def __init__(
        self,
        flat: Flat,
        reports: Mapping[str, NodeReport],
        sources: Mapping[str, Mapping[str, End]],
        losses: Mapping[str, Loss],
    ) -> None:
        self.flat, self.reports, self.sources, self.losses = flat, reports, sources, losses
        self.places = naming.places(flat)
        self.loss_names = {reports[i].node.name: i for i in losses}
        self.trained = frozenset(trained_names(reports, flat))

    def of_loss(self, key: str, loss: Loss) -> Iterator[Problem]:
        """A loss that trains what is not there, or nothing."""
        name = self.flat.name_of(key)
        unknown = [n for n in loss.trains if n not in self.places]
        for wrong in unknown:
            meant = naming.probably_meant(wrong, self.places)
            yield Problem(
                ERROR,
                key,
                f"{name} trains {wrong!r}, but nothing is called that",
                f"Did you mean {meant}?" if meant else "Name nodes as the canvas does.",
                naming.other_name(wrong, self.places, naming.TRAINS),
                only_training=True,
            )
        if not unknown and not self._learns(key, loss.trains):
            yield Problem(
                WARNING,
                key,
                f"{name} trains nothing: no weights of {', '.join(loss.trains)} lead to it",
                "Name nodes or groups before it whose weights are not frozen.",
            )

    def of_stage(self, number: int, stage: Stage) -> Iterator[Problem]:
        """A stage that trains nothing; what it names and is not there is told by the recipe."""
        counted = [self.loss_names[n] for n in stage.losses if n in self.loss_names]
        if len(counted) < len(stage.losses) or not self.trained.issuperset(stage.trains):
            return
        chosen = counted or list(self.losses)
        if not any(self._learns(key, self.losses[key].trains, stage.trains) for key in chosen):
            called = f"stage {number}" + (f" ({stage.name})" if stage.name else "")
            yield Problem(
                WARNING,
                None,
                f"recipe: {called} trains nothing",
                "Choose nodes before its losses whose weights are not frozen.",
            )

    def _learns(self, key: str, *named: Collection[str]) -> bool:
        """Whether a loss reaches weights that are trained and stand in all of the named places."""
        reached = self._owners(ancestors([key], self.sources))
        for names in named:
            if names:
                inside = chain.from_iterable(self.places.get(n, ()) for n in names)
                reached &= self._owners(inside)
        return any(
            report.parameters and report.block and report.block.learning.trainable
            for report in (self.reports[i] for i in reached)
        )

    def _owners(self, keys: Iterable[str]) -> set[str]:
        """The nodes whose weights some nodes use."""
        return {self.reports[i].tied_to or i for i in keys if i in self.reports}

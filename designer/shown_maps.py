"""Draws the answers of the attribution panel: one map, or two on a common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.explain.attribution.map import IMAGE, Attribution
from core.explain.attribution.method import Method
from core.explain.attribution.of_run import MapOfRun
from core.explain.probe_samples import ProbeSamples, labels_of
from core.train.asks import Answered
from designer.map_words import FAINT, TRAINED_ON, title_of, words_of
from widgets.pictures.attribution_view import AttributionView, flat_map
from widgets.pictures.value_range import limits_of

# A map whose largest value is less than this share of another's cannot be seen on its scale.
_FAINT_SHARE = 0.1


@dataclass(frozen=True)
class ShownMap:
    """An answer, the step of the weights, and what stands before the title.

    ``trained_on`` says that another run had the sample among its training rows.
    """

    map: Attribution
    step: int
    before: str = ""
    trained_on: bool = False

    @classmethod
    def of(cls, answered: Answered, fixed: bool = False) -> ShownMap:
        """What was answered; of ``fixed`` weights the step stands before the title."""
        found = answered.answer
        if isinstance(found, MapOfRun):
            return cls(found.map, found.step, f"{found.title}: ", found.trained_on)
        return cls(found, answered.step, f"Step {answered.step:,}: " if fixed else "")


@dataclass(frozen=True)
class Known:
    """What is known of the samples, as far as the worker has told it."""

    samples: ProbeSamples | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty where there are none."""
        return self.samples.classes if self.samples is not None else ()

    @property
    def has_truth(self) -> bool:
        """Whether samples have true classes."""
        return self.samples is not None and bool(len(self.samples.truth))

    def truth(self, number: int) -> int | None:
        """The true class of a sample, None if it is not known."""
        known = self.samples.truth if self.samples is not None else ()
        return int(known[number]) if 0 <= number < len(known) and known[number] >= 0 else None

    def labels(self, shown: Attribution) -> tuple[str, ...]:
        """The labels of a row's features; empty for other samples."""
        known = self.samples.features if self.samples is not None else {}
        features = known.get(shown.node, next(iter(known.values()), None))
        return tuple(labels_of(features, shown.sample))


def draw(
    views: Sequence[AttributionView],
    maps: Sequence[ShownMap | None],
    same_scale: bool,
    kinds: Mapping[str, type[Method]],
    known: Known,
) -> None:
    """Show each map that there is in its view, on one scale or each on its own."""
    everything = [flat_map(shown.map.values) for shown in maps if shown]
    for view, shown in zip(views, maps, strict=True):
        if shown is None:
            continue
        found = shown.map
        limits = limits_of(everything if same_scale else [flat_map(found.values)])
        title = f"{shown.before}{title_of(found, kinds)}"
        words = words_of(found, found.class_name(known.truth(found.number)), shown.step)
        if shown.trained_on:
            words = f"{words} {TRAINED_ON}"
        is_sample = _is_sample(found, kinds)
        view.show_map(found, limits, title, words, known.labels(found), is_sample)


def overlays(shown: Attribution, kinds: Mapping[str, type[Method]]) -> bool:
    """Whether the map is laid over its sample: of images, but of none that was made up."""
    return shown.kind == IMAGE and not _is_sample(shown, kinds)


def _is_sample(shown: Attribution, kinds: Mapping[str, type[Method]]) -> bool:
    return shown.method in kinds and kinds[shown.method].makes_sample


def scale_hint(maps: Sequence[ShownMap | None]) -> str:
    """What to do where one of two maps is too faint on the scale of the other."""
    most = [float(np.abs(flat_map(s.map.values)).max(initial=0)) for s in maps if s]
    return FAINT if len(most) > 1 and min(most) < _FAINT_SHARE * max(most) else ""

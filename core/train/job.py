"""From a design and its data to a program that can train, evaluate and be looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.compile.plan import make_plan
from core.data.binding import DataBinding, Prepared, prepare
from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.project.facts import data_facts
from core.train.balance import balanced
from core.train.cores import parts_of
from core.train.devices import keep_compiled
from core.train.events import Surveyed, View
from core.train.placement import Placement
from core.train.program import Program
from core.train.state import State
from core.train.teacher import taught


@dataclass(frozen=True)
class Job:
    """A design made ready on a device."""

    design: Design
    analysis: Analysis
    prepared: Prepared
    program: Program
    placement: Placement

    @classmethod
    def of(
        cls, design: Design, folder: Path, device: str = "auto", devices: int | None = None
    ) -> Job:
        """Check, load the data, and build the network on so many devices of a kind, 0 for all.

        Without a number it is one, whose cores may divide each batch; see ``core.train.cores``.
        Raises InputError naming the first error of the design, its data or the device.
        """
        keep_compiled()
        analysis = analyse(design, data_facts(design, folder))
        plan = make_plan(analysis)
        assert design.data is not None, "a design without data has an error"
        binding = DataBinding.from_json(design.data)
        prepared = prepare(binding, folder)
        if binding.teacher:
            prepared = taught(prepared, binding.teacher, folder, device)
        if analysis.recipe.balance_classes:
            plan = balanced(plan, analysis, prepared)
        batch_size = analysis.recipe.batch_of(len(prepared.splits["train"]))
        parts = 1 if prepared.environment else parts_of(analysis, batch_size)
        place = Placement.choose(device, devices, parts)
        program = Program(plan, analysis.recipe, prepared, place)
        return cls(design, analysis, prepared, program, place)

    def probe_rows(self) -> np.ndarray:
        """The rows that may be looked at: the validation split, else the training split."""
        splits = self.prepared.splits
        return splits["validation"] if len(splits["validation"]) else splits["train"]

    def view(self, state: State, node: str, number: int, step: int) -> View:
        """Look at one probe sample; ``number`` counts in the probe rows and wraps around."""
        from core.explain.view import make_view

        return make_view(self, state, node, number, step)

    def survey(self, state: State, pictured: Collection[str], number: int, step: int) -> Surveyed:
        """Survey all nodes; ``number`` counts in the probe rows and wraps around."""
        from core.explain.survey import make_survey

        return make_survey(self, state, pictured, number, step)

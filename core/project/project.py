"""A project from Python: its design, its model, and its training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.project.facts import data_facts
from core.project.file import load as load_design
from core.project.runs import store_of
from core.train.recipe import Recipe
from core.train.stage import stages_for

if TYPE_CHECKING:
    from core.compile.model import Network
    from core.train.summary import Summary


@dataclass(frozen=True)
class Project:
    """A design and the file it is in."""

    design: Design
    path: Path

    @property
    def analysis(self) -> Analysis:
        """Shapes, parameter counts and problems."""
        return analyse(self.design, data_facts(self.design, self.path.parent))

    def model(self, seed: int = 0) -> Network:
        """The untrained network, a plain ``nnx.Module``, its weights drawn from ``seed``.

        Raises InputError naming the first error of the design; data and losses may be missing.
        """
        from flax import nnx

        from core.compile.model import Network
        from core.compile.plan import make_plan

        return Network(make_plan(self.analysis, to_train=False), nnx.Rngs(seed))

    def train(self, device: str = "auto", **recipe: Any) -> Summary:
        """Train and return how it went; ``recipe`` changes entries such as ``epochs``.

        Raises InputError for a design with errors, WorkError when training fails.
        """
        from core.train.loop import run_training
        from core.train.start import start

        if "epochs" in recipe:
            recipe = {**stages_for(self.design.recipe, recipe["epochs"]), **recipe}
        changed = {**Recipe.read(self.design.recipe)[0].to_json(), **self.design.recipe, **recipe}
        design = replace(self.design, recipe=changed)
        store = store_of(self.path)
        training = start(design, self.path.parent, store, self.path.stem, device=device)
        return run_training(training, lambda _: None, lambda _: True)


def load(path: str | Path) -> Project:
    """Open a project file. Raises InputError naming the file and what is wrong with it."""
    return Project(load_design(Path(path)), Path(path))

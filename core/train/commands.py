"""What the trainer can be told, as small typed messages. No JAX, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Base of what the trainer can be told."""


@dataclass(frozen=True)
class Train(Command):
    """Train a design (project file text) whose data paths are relative to ``folder``.

    Runs are kept under ``store``; ``resume`` names a run to go on with.
    """

    design: str
    folder: str
    store: str
    project: str
    resume: str = ""
    device: str = "auto"


@dataclass(frozen=True)
class LoadRun(Command):
    """Make the weights of a run available for looking."""

    folder: str
    store: str
    run: str


@dataclass(frozen=True)
class CompareWeights(Command):
    """Tell how the weights of ``source`` fit a design (project file text).

    It is a run's id, or a .safetensors file whose relative path counts from ``folder``.
    """

    design: str
    folder: str
    store: str
    source: str


@dataclass(frozen=True)
class FindRate(Command):
    """Search a learning rate for a design (project file text); ``Stop`` ends the search."""

    design: str
    folder: str
    device: str = "auto"


@dataclass(frozen=True)
class Watch(Command):
    """Look at this node (an id) for this row of the validation split; ``every`` seconds at most.

    ``at`` is a step of the run whose weights are kept; None: as they are now.
    """

    node: str
    row: int
    every: float = 0.5
    at: int | None = None


@dataclass(frozen=True)
class Survey(Command):
    """Survey the nodes while training, each ``every`` seconds at most; 0 ends it.

    ``pictured`` are the ids of the nodes whose outputs are wanted.
    """

    every: float = 1.0
    pictured: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetBudget(Command):
    """Looking may take this ``share`` of a training's time; infinite: there is no limit."""

    share: float


@dataclass(frozen=True)
class CrossValidate(Command):
    """Train a design (project file text) once for each fold; with 0 folds each leaves one row out.

    Its data paths count from ``folder``.
    """

    design: str
    folder: str
    folds: int = 5
    stratify: bool = True
    device: str = "auto"


@dataclass(frozen=True)
class Pause(Command):
    """Wait after the present step."""


@dataclass(frozen=True)
class Continue(Command):
    """Go on after a pause."""


@dataclass(frozen=True)
class StepOnce(Command):
    """While paused: do one step, tell its figures and views, and wait again."""


@dataclass(frozen=True)
class SetRate(Command):
    """Change the learning rate from the next step on; the schedule goes on from there.

    It becomes ``rate`` or, without one, ``factor`` times what it is.
    """

    rate: float | None = None
    factor: float = 1.0


@dataclass(frozen=True)
class Stop(Command):
    """End the run after the present step, and save it."""


@dataclass(frozen=True)
class Shutdown(Command):
    """End the process."""

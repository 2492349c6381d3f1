"""What the trainer tells, as small typed messages. No JAX, no Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.project.moments import Moment
from core.train.summary import Figures, Summary
from core.train.transfer import Match

if TYPE_CHECKING:
    import numpy as np

    from core.train.tried_rates import TriedRates


def _no_array() -> np.ndarray:
    # The window hears no arrays before it was drawn.
    import numpy as np

    return np.zeros(0, np.float32)


@dataclass(frozen=True)
class Event:
    """Base of what the trainer tells."""


Emit = Callable[[Event], None]


@dataclass(frozen=True)
class Ready(Event):
    """The process is warm; ``device`` is what it would train on.

    ``kinds`` are those of ``cpu``, ``gpu`` and ``tpu`` that there are.
    """

    device: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started(Event):
    """A run begins: a new one, or one that has done ``step`` steps and ``epoch`` whole epochs."""

    run: str
    directory: str
    device: str
    epoch: int
    epochs: int
    steps_per_epoch: int
    train_samples: int
    step: int = 0


@dataclass(frozen=True)
class Compiled(Event):
    """The training step is compiled; ``seconds`` is how long that took.

    ``memory_bytes`` is about what the training needs on each device, 0 if that is not known.
    """

    seconds: float
    memory_bytes: int = 0


@dataclass(frozen=True)
class Progress(Event):
    """Figures of the training steps since the last such event.

    ``epoch`` is fractional: 2.5 is the middle of the third. ``samples_per_second`` counts steps.
    ``learning_rate`` is that of the next update, ``seconds`` how long the run took so far.
    """

    epoch: float
    step: int
    train: Figures
    samples_per_second: float
    learning_rate: float = math.nan
    seconds: float = math.nan


@dataclass(frozen=True)
class EpochEnd(Event):
    """An epoch is done: mean figures of its steps, and the validation split's."""

    epoch: int
    step: int
    train: Figures
    validation: Figures
    seconds_left: float


@dataclass(frozen=True)
class Saved(Event):
    """A checkpoint is on disk: a crash loses only what came after ``step`` steps.

    ``epoch`` is fractional.
    """

    epoch: float
    step: int


@dataclass(frozen=True)
class Kept(Event):
    """The steps of the run whose weights are kept, in order; ``note`` says why others are not."""

    moments: tuple[Moment, ...]
    note: str = ""


@dataclass(frozen=True)
class RateChanged(Event):
    """The next update has the learning rate ``rate``: ``factor`` times what the recipe says."""

    step: int
    rate: float
    factor: float


@dataclass(frozen=True)
class Paused(Event):
    """Training waits."""


@dataclass(frozen=True)
class Continued(Event):
    """Training goes on after a pause."""


@dataclass(frozen=True)
class Finished(Event):
    """The run is over, by its epochs, early, by a stop, or because it diverged."""

    summary: Summary


@dataclass(frozen=True)
class Loaded(Event):
    """The weights of an earlier run are there to look at."""

    run: str


@dataclass(frozen=True)
class WeightsCompared(Event):
    """How the weights of a source fit the design.

    ``nodes`` maps the layers, the first part of an array's name, to the ids of unfolded nodes.
    ``fault`` says why they could not be compared.
    """

    source: str
    match: Match
    nodes: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True)
class RateTried(Event):
    """The loss of a batch at a learning rate that the search has come to."""

    rate: float
    loss: float


@dataclass(frozen=True)
class RateSearched(Event):
    """The search for a learning rate is over.

    There is no ``curve`` if it was stopped or failed; ``fault`` and ``hint`` say why it failed.
    """

    curve: TriedRates | None
    fault: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Failed(Event):
    """What was asked for could not be done; the process goes on.

    ``ends_run`` is False when a run that is going on is not touched by it.
    """

    message: str
    hint: str = ""
    ends_run: bool = True


@dataclass(frozen=True)
class View(Event):
    """One look at the probe sample.

    ``activation`` is the watched node's output without the batch axis, None if the node has none.
    ``sample`` is the input as it is fed and ``saliency`` how much each element matters, per
    element of the sample (images: per pixel). ``tokens`` spells a token sample out. Texts are
    ready to show; ``probabilities`` and ``classes`` are empty where nothing is classified. ``at``
    is the step that was asked for, None where the weights are those of now.
    """

    step: int
    row: int
    rows: int
    node: str
    activation: np.ndarray | None
    sample: np.ndarray
    saliency: np.ndarray
    tokens: tuple[str, ...]
    true_text: str
    predicted_text: str
    correct: bool | None
    probabilities: np.ndarray = field(default_factory=_no_array)
    classes: tuple[str, ...] = ()
    at: int | None = None


@dataclass(frozen=True)
class Looked(Event):
    """What looking took of the present training so far, in seconds.

    ``seconds`` is what the training took, pauses left out; ``looking`` the part of it for views,
    surveys, live questions and records, which may take ``share``. Beside it, ``asked`` are
    answers that somebody waited for, ``compiling`` each first look of a kind.
    """

    share: float
    seconds: float
    looking: float
    asked: float
    compiling: float


@dataclass(frozen=True)
class LayerFigures:
    """How one node learns and what it gives, over a few training samples; None if it has no such.

    The norms are Euclidean, of the gradient of the loss with respect to all of the node's weights
    and of the weights themselves; ``gradient_rms`` is the root of the mean square, which does not
    grow with the number of weights. ``update_ratio`` is the norm of the change that the optimizer
    proposes, divided by that of the weights. ``dead_share`` is the share of the units of an output
    without negative values that are 0 for all samples; ``mean`` and ``deviation`` are those of the
    output. Any may be infinite or NaN where training has failed.
    """

    gradient_norm: float | None = None
    gradient_rms: float | None = None
    weight_norm: float | None = None
    update_ratio: float | None = None
    dead_share: float | None = None
    mean: float | None = None
    deviation: float | None = None

    @property
    def known(self) -> dict[str, float]:
        """The figures that the node has, by name."""
        return {n: v for n in self.__dataclass_fields__ if (v := getattr(self, n)) is not None}


@dataclass(frozen=True)
class Surveyed(Event):
    """What all nodes learn and compute.

    ``gradients`` holds, by node id, the root of the mean square of the loss' gradient with respect
    to the node's parameters, over a few training samples with layers in training mode; it may be
    infinite or NaN. ``outputs`` holds small parts of outputs for one probe sample, without the
    batch axis: of images ``[H, W, C]``, sequences ``[T, F]`` and vectors ``[F]``. ``layers`` has
    the figures of each node that has any, by node id in computing order.
    """

    step: int
    gradients: Mapping[str, float]
    outputs: Mapping[str, np.ndarray]
    layers: Mapping[str, LayerFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class Layers(Event):
    """What was recorded of the layers at the end of an epoch, by node id in computing order."""

    step: int
    layers: Mapping[str, LayerFigures]


@dataclass(frozen=True)
class FoldProgress(Event):
    """A cross-validation trains ``fold``, counted from 0, and has done a ``share`` of it."""

    fold: int
    folds: int
    share: float


@dataclass(frozen=True)
class FoldEnd(Event):
    """A fold is done: the figures of the rows that it was not trained on."""

    fold: int
    folds: int
    figures: Figures


@dataclass(frozen=True)
class CrossValidated(Event):
    """A cross-validation is over: the figures of each fold, their mean and standard deviation.

    The deviation is that of the folds themselves, divided by their number. A figure that a fold
    does not have is left out of both; one that none has is NaN. Fewer folds were done than there
    are if it was broken off.
    """

    folds: int
    figures: tuple[Figures, ...]
    mean: Figures
    spread: Figures
    seconds: float

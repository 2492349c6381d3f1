"""What a method is given: one sample, the network, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End

if TYPE_CHECKING:
    from core.compile.plan import Plan
    from core.explain.attribution.method import Method
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True, eq=False)
class Subject:
    """One sample of a design's data, explained for one ``target``.

    Samples are arrays ``[N, *sample.shape]`` as the network is fed: float32, or int32 token ids.
    Points are what gradients reach: the samples themselves or, for token ids, the first outputs
    behind them that are not ids, one array ``[N, ...]`` for each of ``places``. All other Input
    nodes keep what this row has. Functions are compiled once for a program and serve all samples,
    targets and weights.
    """

    job: Job
    state: State  # whose weights are used
    node: str  # the Input node that is explained
    layer: str  # the layer that is looked at, of methods ``at_layer``; else empty
    row: int
    number: int
    kind: str  # image, tokens or values
    sample: np.ndarray
    target: int | None
    predicted: int | None
    classes: tuple[str, ...]
    tokens: tuple[str, ...]

    @property
    def plan(self) -> Plan:
        """The steps of the network."""
        raise NotImplementedError

    @cached_property
    def score(self) -> float:
        """f(x): the target's score of the sample."""
        raise NotImplementedError

    def scores(self, samples: np.ndarray) -> np.ndarray:
        """The target's score of each sample ``[N]`` float32, before a softmax; in any number."""
        raise NotImplementedError

    def outputs(self, samples: np.ndarray) -> np.ndarray:
        """All scores of each sample ``[N, C]`` float32; of a sequence those of the last step."""
        raise NotImplementedError

    def node_outputs(self, node: str, samples: np.ndarray) -> np.ndarray:
        """What a node gives for each sample ``[N, ...]``. Raises InputError for an unknown node."""
        raise NotImplementedError

    def background(self, count: int) -> np.ndarray:
        """Up to so many training samples of the explained Input, spread over the split."""
        raise NotImplementedError

    @property
    def places(self) -> tuple[End, ...]:
        """The outputs that the points stand for."""
        raise NotImplementedError

    def points(self, samples: np.ndarray) -> tuple[np.ndarray, ...]:
        """The points of samples, one array ``[N, ...]`` for each of ``places``."""
        raise NotImplementedError

    def scores_at(self, points: Sequence[np.ndarray]) -> np.ndarray:
        """The target's score at points ``[N]``."""
        raise NotImplementedError

    def slopes(self, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """The gradient of the target's score at points, in their shapes."""
        raise NotImplementedError


def subject_of(
    job: Job,
    state: State,
    method: Method,
    *,
    number: int = 0,
    target: int | None = None,
    node: str = "",
    randomised: bool = False,
) -> Subject:
    """The subject of a question. Raises InputError where the method cannot explain the design."""
    raise NotImplementedError

"""What a method is given: one sample, the network, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from core.design.document import End
from core.errors import InputError
from core.explain.attribution import looking
from core.explain.attribution.graph import CLASSES, OUTPUTS, UNITS, scored_end
from core.explain.own_sample import OwnSample, check_own, own_values
from core.train.pieces import stand_aside

if TYPE_CHECKING:
    from core.compile.plan import Plan
    from core.explain.attribution.compute.functions import Functions
    from core.explain.attribution.method import Method
    from core.train.job import Job
    from core.train.state import State

# Samples, or points, in one call of a compiled function; fewer are filled up to a power of two, so
# that few sizes are compiled.
CHUNK = 64


@dataclass(frozen=True, eq=False)
class Subject:
    """One sample, of a design's data or the user's own, explained for one ``target``.

    Samples are arrays ``[N, *sample.shape]`` as the network is fed: float32, or int32 token ids.
    Points are what gradients reach: the samples themselves or, for token ids, the first outputs
    behind them that are not ids, one array ``[N, ...]`` for each of ``places``. All other Input
    nodes keep what ``fed`` has, the sample's arrays by Input and Target node. Functions are
    compiled once for a program and serve all samples, targets and weights.

    ``node`` is the Input node that is explained, ``layer`` the layer that is looked at, empty
    where none is; ``scored`` the output whose numbers are scores, ``reading`` how they are
    read: ``classes``, ``outputs`` or ``units``. ``params`` and ``rest`` are the
    weights. For the others see ``Attribution``.
    """

    job: Job
    params: Sequence[Any]
    rest: Sequence[Any]
    node: str
    layer: str
    row: int
    number: int
    kind: str
    fed: Mapping[str, np.ndarray]
    scored: End
    target: int | None
    predicted: int | None
    reading: str
    classes: tuple[str, ...]
    tokens: tuple[str, ...]

    @property
    def sample(self) -> np.ndarray:
        """What the explained Input is fed, without the batch."""
        return self.fed[self.node]

    @property
    def plan(self) -> Plan:
        """The steps of the network."""
        return self.job.program.plan

    @property
    def functions(self) -> Functions:
        """The compiled functions of the program."""
        from core.explain.attribution.compute.functions import Functions

        return Functions.of(self.job.program)

    @property
    def chosen(self) -> np.int32:
        """The target for compiled functions, where -1 stands for the sum of all outputs."""
        return np.int32(-1 if self.target is None else self.target)

    def name_of(self, node: str) -> str:
        """What people call a node."""
        return self.plan.names.get(node, node)

    @cached_property
    def score(self) -> float:
        """f(x): the target's score of the sample."""
        return float(self.scores(self.sample[None])[0])

    def scores(self, samples: np.ndarray) -> np.ndarray:
        """The target's score of each sample ``[N]`` float32, before a softmax."""
        found = self.outputs(samples)
        return found.sum(axis=-1) if self.target is None else found[:, self.target]

    def outputs(self, samples: np.ndarray) -> np.ndarray:
        """All scores of each sample ``[N, C]`` float32; see ``spread``."""
        function = self.functions.outputs(self.scored, self.reading)
        (found,) = self._mapped(lambda feed: (function(self.params, self.rest, feed),), samples)
        return found

    def node_outputs(self, node: str, samples: np.ndarray) -> np.ndarray:
        """What a node's first output is for each sample ``[N, ...]``.

        Raises InputError for a node without outputs.
        """
        (found,) = self.found((self.end_of(node),), samples)
        return found

    def end_of(self, node: str) -> End:
        """The first output of a node. Raises InputError where there is none."""
        for step in self.plan.steps:
            if step.node == node and step.outputs:
                return step.outputs[0]
        if node in self.plan.feeds:
            return End(node, "output")
        names = ", ".join(self.name_of(step.node) for step in self.plan.steps)
        raise InputError(f"{self.name_of(node)} computes nothing", f"Choose one of {names}.")

    def found(self, ends: tuple[End, ...], samples: np.ndarray) -> tuple[np.ndarray, ...]:
        """What some outputs are for each sample, ``[N, ...]`` each."""
        function = self.functions.found(ends)
        return self._mapped(lambda feed: function(self.params, self.rest, feed), samples)

    def background(self, count: int) -> np.ndarray:
        """Up to so many training samples of the explained Input, spread over the split."""
        rows = self.job.prepared.splits["train"]
        chosen = np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)
        return np.asarray(self.job.prepared.columns[self.plan.feeds[self.node]][rows[chosen]])

    def drawn_anew(self) -> tuple[list[Any], list[Any]]:
        """``params`` and ``rest`` drawn from another seed, the same arrays each time.

        They lie where the learned ones do, or functions would be compiled anew for each mixture.
        """
        functions, program = self.functions, self.job.program

        def placed() -> Any:
            return program.placement.put(functions.drawn_anew(program.recipe.seed))

        found: tuple[list[Any], list[Any]] = functions.once("drawn and placed", placed)
        return found

    @cached_property
    def places(self) -> tuple[End, ...]:
        """The outputs that the points stand for; none where the Input leads nowhere."""
        return self.functions.places(self.node, self.shapes)

    @property
    def shapes(self) -> Mapping[End, Any]:
        """Shape (with a batch of 1) and type of every output."""
        return self.functions.shapes(self.params, self.rest, self.feed(self.sample[None]))

    def points(self, samples: np.ndarray) -> tuple[np.ndarray, ...]:
        """The points of samples, one array ``[N, ...]`` for each of ``places``."""
        return self.found(self.places, samples) if self.places else ()

    def scores_at(self, points: Sequence[np.ndarray]) -> np.ndarray:
        """The target's score at points ``[N]``."""
        if self.places == (End(self.node, "output"),):
            # These points are samples, for which there is a function already.
            return self.scores(points[0])
        function = self.functions.scores_at(self.places, self.scored, self.reading)
        return self.at_points(lambda *given: (function(*given),), points)[0]

    def slopes(self, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """The gradient of the target's score at points, in their shapes."""
        function = self.functions.slopes(self.places, self.scored, self.reading)
        return self.at_points(function, points)

    def at_points(
        self, function: Callable[..., tuple[Any, ...]], points: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, ...]:
        """A compiled function of (params, rest, feed, points, target), called for all points."""
        parts = []
        for chunk, size in chunks(points):
            feed = self.feed(np.repeat(self.sample[None], len(chunk[0]), axis=0))
            stand_aside()
            found = function(self.params, self.rest, feed, chunk, self.chosen)
            parts.append(tuple(np.asarray(part)[:size] for part in found))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def feed(self, samples: np.ndarray) -> dict[str, np.ndarray]:
        """What the network is fed with samples, and with this sample's values at other nodes."""
        others = {node: value for node, value in self.fed.items() if node != self.node}
        repeated = {n: np.repeat(v[None], len(samples), axis=0) for n, v in others.items()}
        return {**repeated, self.node: samples}

    def _mapped(
        self, function: Callable[[Mapping[str, np.ndarray]], tuple[Any, ...]], samples: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        samples = np.asarray(samples, self.sample.dtype)
        parts = []
        for (chunk,), size in chunks((samples,)):
            stand_aside()
            found = function(self.feed(chunk))
            parts.append(tuple(np.asarray(part)[:size] for part in found))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def chunks(arrays: Sequence[np.ndarray]) -> Iterator[tuple[tuple[np.ndarray, ...], int]]:
    """Arrays ``[N, ...]`` cut into pieces whose length is a power of two, and how much counts."""
    count = len(arrays[0]) if arrays else 0
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        padded = 1 << (size - 1).bit_length()
        rows = np.minimum(np.arange(start, start + padded), count - 1)
        yield tuple(array[rows] for array in arrays), size


def subject_of(
    job: Job,
    state: State,
    method: Method,
    *,
    number: int = 0,
    target: int | None = None,
    node: str = "",
    randomised: bool = False,
    row: int | None = None,
    own: OwnSample | None = None,
) -> Subject:
    """The subject of a question; see ``Attribute``.

    Raises InputError where the method cannot explain the design, and for a node or target that is
    not there.
    """
    plan, program = job.program.plan, job.program
    source, layer = looking.nodes(job, method, node)
    if own is not None:
        number, row, fed = -1, -1, own_values(job, own)
    else:
        number, row = looking.row_of(job, number, row)
        columns = job.prepared.columns
        fed = {node: np.asarray(columns[column][row]) for node, column in plan.feeds.items()}
    sample = fed[source]
    kind = looking.kind_of(sample)
    looking.check_needs(job, method, kind)
    subject = Subject(
        job,
        program.evaluated(state),
        state.rest,
        source,
        layer,
        row,
        number,
        kind,
        fed,
        scored_end(plan),
        None,
        None,
        CLASSES if plan.shown.classifies or plan.shown.probabilities else OUTPUTS,
        looking.classes(job),
        looking.spelled(job, source, sample),
    )
    if looking.answers_several(plan, subject.shapes):
        subject = replace(subject, reading=OUTPUTS)
    scores = subject.outputs(sample[None])[0]
    predicted = int(scores.argmax()) if subject.reading == CLASSES and len(scores) > 1 else None
    subject, likely = replace(subject, predicted=predicted), predicted
    if layer and not method.needs:
        subject = replace(subject, scored=subject.end_of(layer), reading=UNITS, classes=())
        scores = subject.outputs(sample[None])[0]
        likely = int(scores.argmax())
    if own is not None:
        check_own(job, subject.scored)
    looking.check_target(target, subject.reading, len(scores))
    asked = likely if target is None else target
    subject = replace(subject, target=None if len(scores) == 1 else asked)
    if not randomised:
        return subject
    params, rest = subject.drawn_anew()
    return replace(subject, params=params, rest=rest)

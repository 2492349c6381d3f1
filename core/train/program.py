"""The training program of a design: pure jitted functions over its state and the resident data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
from flax import nnx

from core.compile.figures import FigureRule, figure_rules, figures
from core.compile.model import Network
from core.compile.names import resolve
from core.compile.plan import Plan
from core.data.binding import Prepared
from core.explain.look import Look, look
from core.explain.survey import SAMPLES, Findings, rms, small_samples
from core.train.held import Held
from core.train.recipe import Recipe

EVALUATION_BATCH = 256


class State(NamedTuple):
    """All that training changes, as flat lists of arrays in a fixed order.

    ``params`` are trained, ``rest`` is what layers keep beside them (frozen weights, batch
    statistics, random counters), ``optimizer`` is optax's state, ``sums`` the figures summed since
    the last reading and ``samples`` how many they were summed over.
    """

    params: list[jax.Array]
    rest: list[jax.Array]
    optimizer: Any
    sums: dict[str, jax.Array]
    samples: jax.Array


class Program:
    """Compiled functions for one plan, recipe and data set on one device."""

    def __init__(self, plan: Plan, recipe: Recipe, prepared: Prepared, device: jax.Device) -> None:
        """Build the network and put the data on the device; nothing is compiled yet."""
        self.plan, self.recipe, self.prepared, self.device = plan, recipe, prepared, device
        with jax.default_device(device):
            network = Network(plan, nnx.Rngs(recipe.seed))
        network.train()
        self._train_graph, params, rest = _split(network)
        network.eval()
        self._eval_graph = _split(network)[0]
        first_params, self._params_form = jax.tree.flatten(params)
        first_rest, self._rest_form = jax.tree.flatten(rest)
        self.param_names = _names(params)
        self.rest_names = _names(rest)
        self._held = Held.of(plan, self.param_names)
        self.train_rows = prepared.splits["train"]
        self.batch_size = min(recipe.batch_size, len(self.train_rows))
        self.steps_per_epoch = -(-len(self.train_rows) // self.batch_size)
        self.schedule = self._schedule()
        self.optimizer: optax.GradientTransformation = recipe.optimizer.build().run(
            {"learning_rate": self.schedule}, resolve
        )
        self.rules: dict[str, FigureRule] = figure_rules(plan, self._target_scales())
        self.data = {
            node: jax.device_put(prepared.columns[column], device)
            for node, column in plan.feeds.items()
        }
        self._first = (first_params, first_rest)
        self._train_jit = jax.jit(self._train_step, donate_argnums=0)
        self._evaluate_jit = jax.jit(self._evaluate_step)
        self._predict_jit = jax.jit(self._predict)
        self._look_jit = jax.jit(self._look)
        self._compiled: dict[int, Any] = {}
        # Spread over the split, whose rows may be sorted.
        places = np.linspace(0, len(self.train_rows) - 1, min(SAMPLES, self.batch_size))
        self._survey_rows = self.train_rows[places.astype(np.int32)].astype(np.int32)
        self._survey_compiling: Future[Any] | None = None

    def initial_state(self) -> State:
        """The state before the first step, on the device. May be asked for once only."""
        params, rest = self._first
        state = State(params, rest, self.optimizer.init(params), *self.no_sums())
        return jax.device_put(state, self.device)

    def no_sums(self) -> tuple[dict[str, jax.Array], jax.Array]:
        """Figures before any sample was counted."""
        sums = {name: np.zeros((), np.float32) for name in self.rules}
        return jax.device_put((sums, np.zeros((), np.float32)), self.device)

    def batches(self, epoch: int) -> list[np.ndarray]:
        """The row numbers of each step of an epoch; the last batch may be smaller.

        The order depends on seed and epoch alone, so that a resumed run sees the same batches.
        """
        order = np.random.default_rng([self.recipe.seed, epoch]).permutation(self.train_rows)
        cuts = range(self.batch_size, len(order), self.batch_size)
        return [part.astype(np.int32) for part in np.split(order, list(cuts))]

    def compile(self, state: State) -> None:
        """Compile the train step for both batch sizes that an epoch has."""
        sizes = {self.batch_size, len(self.train_rows) % self.batch_size} - {0}
        for size in sizes - self._compiled.keys():
            rows = np.zeros(size, np.int32)
            self._compiled[size] = self._train_jit.lower(state, self.data, rows).compile()

    def step(self, state: State, rows: np.ndarray) -> State:
        """One step on the given rows. The old state's arrays are given up."""
        return self._compiled[len(rows)](state, self.data, rows)

    def look(self, state: State, row: int) -> Look:
        """Outputs and gradients for one row of the data, layers in evaluation mode."""
        return self._look_jit(state.params, state.rest, self.data, np.int32(row))

    def prepare_survey(self, state: State) -> bool:
        """Compile the survey in a thread, beside the training; returns whether that is done."""
        if self._survey_compiling is None:
            shapes = jax.tree.map(_shape_of, (state.params, state.rest, self.data))
            arguments = (*shapes, self._survey_rows, np.int32(0))
            thread = ThreadPoolExecutor(1)
            self._survey_compiling = thread.submit(
                lambda: jax.jit(self._survey).lower(*arguments).compile()
            )
            thread.shutdown(wait=False)
        return self._survey_compiling.done()

    def survey(self, state: State, row: int) -> Findings:
        """Gradients at some training samples, and small outputs for one row of the data.

        Waits for its compilation.
        """
        self.prepare_survey(state)
        assert self._survey_compiling is not None
        compiled = self._survey_compiling.result()
        return compiled(state.params, state.rest, self.data, self._survey_rows, np.int32(row))

    def evaluate(self, state: State, rows: np.ndarray) -> dict[str, float]:
        """Figures over the given rows, layers in evaluation mode. NaN for no rows."""
        if not len(rows):
            return {name: float("nan") for name in self.rules}
        sums = self.no_sums()[0]
        for padded, count in self._padded(rows):
            weight = (np.arange(len(padded)) < count).astype(np.float32)
            sums = self._evaluate_jit(state.params, state.rest, self.data, padded, weight, sums)
        return self.finish(jax.device_get(sums), len(rows))

    def predict(self, state: State, rows: np.ndarray) -> np.ndarray:
        """What the shown loss is given as its prediction, for the given rows ``[N, ...]``."""
        parts = []
        for padded, count in self._padded(rows):
            found = self._predict_jit(state.params, state.rest, self.data, padded)
            parts.append(np.asarray(found)[:count])
        return np.concatenate(parts)

    def _padded(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Batches of one size, so that one compilation serves, and how many rows of each count.

        A loss that compares samples with one another would see rows twice in a batch that is filled
        up, and is another one in batches of another size than in training.
        """
        compared = any(loss.across_batch for loss in self.plan.losses)
        size = self.batch_size if compared else min(EVALUATION_BATCH, self.prepared.dataset.rows)
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            filled = part if compared else np.resize(part, size)
            yield filled.astype(np.int32), len(part)

    def finish(self, sums: Mapping[str, Any], count: float) -> dict[str, float]:
        """Turn summed figures into shown ones."""
        return {name: self.rules[name].finish(float(sums[name]) / count) for name in self.rules}

    def network(self, state: State) -> Network:
        """The network with the state's weights, in evaluation mode."""
        return self._merge(self._eval_graph, state.params, state.rest)

    def _merge(self, graph: Any, params: list[jax.Array], rest: list[jax.Array]) -> Network:
        parts = (
            jax.tree.unflatten(self._params_form, params),
            jax.tree.unflatten(self._rest_form, rest),
        )
        return nnx.merge(graph, *parts)

    def _objective(
        self, params: list[jax.Array], rest: list[jax.Array], batch: dict[str, jax.Array]
    ) -> tuple[jax.Array, Any]:
        """The mean loss in training mode, with each sample's figures and what layers keep."""
        network = self._merge(self._train_graph, params, rest)
        figure = figures(self.plan, network.values(batch))
        loss = figure["loss"].mean() + self._held.penalty(params)
        return loss, (figure, jax.tree.leaves(_split(network)[2]))

    def _train_step(self, state: State, data: dict[str, jax.Array], rows: jax.Array) -> State:
        batch = {node: values[rows] for node, values in data.items()}

        slopes = jax.grad(self._objective, has_aux=True)
        gradients, (figure, rest) = slopes(state.params, state.rest, batch)
        updates, optimizer = self.optimizer.update(gradients, state.optimizer, state.params)
        params = self._held.constrained(optax.apply_updates(state.params, updates))
        sums = {name: state.sums[name] + figure[name].sum() for name in state.sums}
        return State(params, rest, optimizer, sums, state.samples + len(rows))

    def _evaluate_step(
        self,
        params: list[jax.Array],
        rest: list[jax.Array],
        data: dict[str, jax.Array],
        rows: jax.Array,
        weight: jax.Array,
        sums: dict[str, jax.Array],
    ) -> dict[str, jax.Array]:
        network = self._merge(self._eval_graph, params, rest)
        figure = figures(self.plan, network.values({n: v[rows] for n, v in data.items()}))
        return {name: sums[name] + (weight * figure[name]).sum() for name in sums}

    def _predict(
        self,
        params: list[jax.Array],
        rest: list[jax.Array],
        data: dict[str, jax.Array],
        rows: jax.Array,
    ) -> jax.Array:
        network = self._merge(self._eval_graph, params, rest)
        found = network.values({n: values[rows] for n, values in data.items()})
        return found[self.plan.shown.prediction]

    def _look(
        self,
        params: list[jax.Array],
        rest: list[jax.Array],
        data: dict[str, jax.Array],
        row: jax.Array,
    ) -> Look:
        network = self._merge(self._eval_graph, params, rest)
        return look(network, {n: values[row[None]] for n, values in data.items()})

    def _survey(
        self,
        params: list[jax.Array],
        rest: list[jax.Array],
        data: dict[str, jax.Array],
        rows: jax.Array,
        row: jax.Array,
    ) -> Findings:
        batch = {node: values[rows] for node, values in data.items()}
        slopes, _ = jax.grad(self._objective, has_aux=True)(params, rest, batch)
        by_layer: dict[str, list[jax.Array]] = {}
        for name, slope in zip(self.param_names, slopes, strict=True):
            by_layer.setdefault(name.partition(".")[0], []).append(slope)
        network = self._merge(self._eval_graph, params, rest)
        found = network.values({n: values[row[None]] for n, values in data.items()})
        return Findings(
            {
                s.node: rms(by_layer[s.attribute])
                for s in self.plan.steps
                if s.attribute in by_layer
            },
            small_samples(found),
        )

    def _schedule(self) -> Any:
        warmup = round(self.recipe.schedule.warmup_epochs * self.steps_per_epoch)
        total = self.recipe.epochs * self.steps_per_epoch
        rate = self.recipe.optimizer.learning_rate
        return self.recipe.schedule.build(rate, warmup, total).run({}, resolve)

    def _target_scales(self) -> dict[str, float]:
        scales = {}
        for node, column in self.plan.feeds.items():
            deviation = self.prepared.scales.get(column, (0, np.ones(1)))[1]
            if np.size(deviation) == 1:
                scales[node] = float(np.ravel(deviation)[0])
        return scales


def _split(network: Network) -> tuple[Any, Any, Any]:
    """The network's form, its trained parameters, and all else that it keeps."""
    frozen = {a for a, learning in network.plan.learning.items() if not learning.trainable}

    def trained(path: tuple[Any, ...], value: Any) -> bool:
        return isinstance(value, nnx.Param) and path[0] not in frozen

    form, params, rest = nnx.split(network, trained, ...)  # type: ignore[misc]
    return form, params, rest


def _shape_of(array: jax.Array) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=array.sharding)


def _names(state: Any) -> list[str]:
    """Dotted names of a state's arrays, in the order of its leaves."""
    paths = jax.tree_util.tree_flatten_with_path(state)[0]
    return [".".join(_part(key) for key in path if _part(key) != "value") for path, _ in paths]


def _part(key: Any) -> str:
    return str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key))))

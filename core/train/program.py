"""The training program of a design: compiled functions over its state and its data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.figures import Rules, Tallies, Tally, figure_rules, finish, no_tallies
from core.compile.model import Network
from core.compile.plan import Plan
from core.data.binding import Prepared
from core.data.environment import Environment
from core.data.on_disk import OnDisk
from core.design.document import End
from core.explain.look import Look, look
from core.explain.survey import SAMPLES, Findings, survey
from core.train.evaluation import Evaluation, Judged
from core.train.feed import Feed, ResidentFeed
from core.train.held import Held
from core.train.networks import Networks
from core.train.pieces import stand_aside
from core.train.placement import Placement
from core.train.played import PlayedEvaluation, PlayedFeed, game_rules
from core.train.players import players
from core.train.playing import Policy
from core.train.precision import Precision
from core.train.recipe import Recipe
from core.train.stage import Stage
from core.train.state import State
from core.train.step import Step
from core.train.streamed_feed import StreamedFeed
from core.train.update import schedule_of, transformation

# Bytes of data that each core gets a copy of; more are gathered for each batch instead.
MOST_COPIED = 1 << 27


class Program:
    """Compiled functions for one plan, recipe and data set, on one device or several.

    Training goes through ``stages``; ``stage`` is the number of the present one.
    """

    def __init__(
        self, plan: Plan, recipe: Recipe, prepared: Prepared, placement: Placement
    ) -> None:
        """Build the network and put the data on the devices; nothing is compiled yet.

        Raises InputError naming what a loss or a stage trains and is not there.
        """
        self.plan, self.recipe, self.prepared, self.placement = plan, recipe, prepared, placement
        with jax.default_device(placement.here):
            platform = placement.here.platform
            self.networks = Networks(plan, recipe.seed, platform, recipe.remat, placement.mesh)
        self.param_names, self.rest_names = self.networks.param_names, self.networks.rest_names
        self.train_rows = prepared.splits["train"]
        self.rules: Rules = figure_rules(plan, _target_scales(plan, prepared))
        self.batch_size = recipe.batch_of(len(self.train_rows))
        self.epoch_samples = len(self.train_rows)
        # What is looked at are rows, wherever the batches of training come from.
        self.shown = self._feed()
        self.feed: Feed = self.shown
        evaluation: Callable[..., Evaluation] = Evaluation
        if prepared.environment is not None:
            evaluation = self._play_in(prepared.environment)
        self.steps_per_epoch = -(-self.epoch_samples // self.batch_size)
        self.precision = Precision(recipe.precision)
        self.evaluation = evaluation(
            plan,
            self.rules,
            self.networks,
            self.shown,
            self.batch_size,
            prepared.dataset.rows,
            placement.one_at_a_time,
        )
        held = Held.of(plan, self.param_names, recipe.l1, recipe.l2)
        self.stage = 0
        self.stages = tuple(self._step_of(stage, held) for stage in recipe.stages or (None,))
        self._jitted = tuple(
            jax.jit(step, donate_argnums=0, out_shardings=placement.whole) for step in self.stages
        )
        self._look_jit = jax.jit(self._look)
        self._compute_jit = jax.jit(self._compute, static_argnums=0)
        self._compiled: dict[tuple[int, int], Any] = {}
        self._compiling: dict[tuple[int, int], Future[Any]] = {}
        # Spread over the split, whose rows may be sorted.
        places = np.linspace(0, len(self.train_rows) - 1, min(SAMPLES, self.batch_size))
        self._survey_rows = self.train_rows[places.astype(np.int32)].astype(np.int32)
        self._survey_compiling: dict[int, Future[Any]] = {}

    def _feed(self) -> Feed:
        columns = [self.prepared.columns[column] for column in self.plan.feeds.values()]
        # Cores that count as devices have a copy of the data each.
        room = MOST_COPIED if self.placement.cores else math.inf
        streamed = (
            any(isinstance(c, OnDisk) for c in columns) or sum(c.nbytes for c in columns) > room
        )
        kind = StreamedFeed if streamed else ResidentFeed
        given = self.batch_size, self.recipe.seed, self.placement
        return kind(self.plan, self.prepared, *given)

    def _play_in(self, environment: Environment) -> Callable[..., Evaluation]:
        """Let batches and figures come from games. Raises InputError where nothing acts."""
        policy = Policy.of(environment, self.plan)
        self.rules = {**game_rules(policy), **self.rules}
        self.batch_size = self.recipe.batch_of(policy.most_actions)
        self.epoch_samples = environment.updates * self.batch_size
        self.feed = PlayedFeed(policy, self.batch_size, self.recipe.seed)
        return partial(PlayedEvaluation, policy)

    @property
    def losses(self) -> tuple[int, ...]:
        """The numbers of the losses that count in the present stage."""
        return tuple(number for p in self.stages[self.stage].players for number in p.losses)

    def stage_at(self, epoch: int) -> int:
        """The number of the stage that an epoch, counted from 0, belongs to; the last one after."""
        for number, stage in enumerate(self.recipe.stages):
            if epoch < stage.epochs:
                return number
            epoch -= stage.epochs
        return len(self.stages) - 1

    def take_rows(self, prepared: Prepared) -> None:
        """Go over to other rows, or other scales, of the same data; what is compiled serves on.

        Class weights and the schedule stay as they are. Not for games, which have no rows.
        """
        self.prepared, self.train_rows = prepared, prepared.splits["train"]
        self.epoch_samples = len(self.train_rows)
        self.batch_size = self.recipe.batch_of(self.epoch_samples)
        self.steps_per_epoch = -(-self.epoch_samples // self.batch_size)
        self.rules = figure_rules(self.plan, _target_scales(self.plan, prepared))
        self.feed = self.shown = self._feed()
        self.evaluation.feed, self.evaluation.rules = self.feed, self.rules

    def initial_state(self) -> State:
        """The state before the first step, on the device. May be asked for once only."""
        params, rest = self.networks.params, self.networks.rest
        state = State(
            params,
            rest,
            self.first_optimizer(params),
            # Given up with the state, so it may not be the same memory.
            [jnp.copy(p) for p in params] if self.recipe.ema_decay else [],
            self.precision.first_scale(),
            np.zeros((), np.int32),  # type: ignore[arg-type]
            np.ones((), np.float32),  # type: ignore[arg-type]
            *self.no_sums(),
        )
        return self.placement.put(state)

    def first_optimizer(self, params: list[jax.Array]) -> tuple[Any, ...]:
        """What the present stage's optimizers start from with these trained arrays."""
        step = self.stages[self.stage]
        chosen = [[params[i] for i in player.params] for player in step.players]
        optimizers = step.optimizers

        def first(chosen: list[list[jax.Array]]) -> tuple[Any, ...]:
            pairs = zip(optimizers, chosen, strict=True)
            return tuple(optimizer.init(arrays) for optimizer, arrays in pairs)

        # One program, where each array would be one by itself.
        made: tuple[Any, ...] = jax.jit(first)(chosen)
        return made

    def enter(self, state: State, stage: int) -> State:
        """Go to another stage, whose optimizers begin anew."""
        if stage == self.stage:
            return state
        self.stage = stage
        fresh = self.placement.put(self.first_optimizer(state.params))
        return state._replace(optimizer=fresh)

    def evaluated(self, state: State) -> list[jax.Array]:
        """The trained arrays that are evaluated and kept: their average, where there is one."""
        return state.average or state.params

    def no_sums(self) -> tuple[dict[str, Tally], Any]:
        """Figures before any sample was counted."""
        return self.placement.put((no_tallies(self.rules), np.zeros((), np.float32)))

    def batches(self, epoch: int) -> list[np.ndarray]:
        """The row numbers of each step of an epoch; see ``Feed``."""
        return self.feed.batches(epoch)

    def compile(self, state: State) -> None:
        """Compile the present stage's train step, that of an epoch's rest in a thread."""
        self.compiled(state, self.batch_size)
        rest = self.epoch_samples % self.batch_size
        key = (self.stage, rest)
        if rest and key not in self._compiled and key not in self._compiling:
            self._compiling[key] = _beside(self._jitted[self.stage], self._given(state, rest))

    def is_compiled(self, size: int) -> bool:
        """Whether a step on a batch of a size need not wait for its compilation."""
        return (self.stage, size) in self._compiled

    def compiled(self, state: State, size: int) -> Any:
        """The present stage's compiled train step for batches of a size.

        Waits where a thread is compiling it.
        """
        key = (self.stage, size)
        if key not in self._compiled:
            begun = self._compiling.pop(key, None)
            step = self._jitted[self.stage]
            self._compiled[key] = (
                begun.result() if begun else step.lower(*self._given(state, size)).compile()
            )
        return self._compiled[key]

    def _given(self, state: State, size: int) -> tuple[State, Any]:
        return state, self.feed.load(self.rows_for(size))

    def rows_for(self, size: int) -> np.ndarray:
        """Rows of the training split, int32 ``[size]``, to compile with."""
        return np.resize(self.train_rows, size).astype(np.int32)

    def step(self, state: State, rows: np.ndarray) -> State:
        """One step on the given rows. The old state's arrays are given up."""
        after: State = self.compiled(state, len(rows))(state, self.feed.load(rows))
        if self.placement.one_at_a_time:
            jax.block_until_ready(after.samples)
        return after

    def finish(self, sums: Tallies) -> dict[str, float]:
        """Turn summed figures into shown ones."""
        return finish(self.rules, sums)

    def evaluate(self, state: State, rows: np.ndarray) -> dict[str, float]:
        """Figures over the given rows, layers in evaluation mode. NaN for no rows."""
        return self.evaluation.figures(self.evaluated(state), state.rest, rows, self.losses)

    def predict(self, state: State, rows: np.ndarray) -> np.ndarray:
        """What the shown loss is given as its prediction, for the given rows ``[N, ...]``."""
        return self.evaluation.predict(self.evaluated(state), state.rest, rows)

    def judged(self, state: State, rows: np.ndarray) -> Judged:
        """What the shown loss is given for the given rows, and what it says of each."""
        return self.evaluation.judged(self.evaluated(state), state.rest, rows)

    def sample_losses(self, state: State, rows: np.ndarray) -> np.ndarray:
        """What the shown loss says of each of the given rows, float32 ``[N]``; see ``Judged``."""
        return self.evaluation.losses(self.evaluated(state), state.rest, rows)

    def network(self, state: State) -> Network:
        """The network with the state's weights, in evaluation mode."""
        return self.networks.plain(self.evaluated(state), state.rest)

    def look(self, state: State, row: int) -> Look:
        """Outputs and gradients for one row of the data, layers in evaluation mode."""
        loaded = self.shown.load(np.array([row], np.int32))
        return self._look_jit(self.evaluated(state), state.rest, loaded)

    def compute(
        self, state: State, given: Mapping[End, np.ndarray], wanted: Sequence[End]
    ) -> dict[End, np.ndarray]:
        """Some outputs ``[B, ...]`` from others ``[B, ...]``, layers in evaluation mode.

        What is given stands for what the network would compute there. Raises KeyError for an
        output that cannot be computed of it.
        """
        stand_aside()
        params, rest = self.evaluated(state), state.rest
        found = self._compute_jit(tuple(wanted), params, rest, dict(given))
        return {end: np.asarray(value) for end, value in jax.device_get(found).items()}

    def prepare_survey(self, state: State) -> bool:
        """Compile the present stage's survey in a thread, beside the training; returns whether
        that is done.
        """
        if self.stage not in self._survey_compiling:
            function = jax.jit(partial(self._survey, self.stages[self.stage]))
            given = (state, *self._survey_loads(0))
            self._survey_compiling[self.stage] = _beside(function, given)
        return self._survey_compiling[self.stage].done()

    def survey(self, state: State, row: int) -> Findings:
        """What layers do for some training samples, and small outputs for one row of the data.

        Waits for its compilation.
        """
        self.prepare_survey(state)
        compiled = self._survey_compiling[self.stage].result()
        return compiled(state, *self._survey_loads(row))

    def _survey_loads(self, row: int) -> tuple[Any, Any]:
        return self.shown.load(self._survey_rows), self.shown.load(np.array([row], np.int32))

    def _step_of(self, stage: Stage | None, held: Held) -> Step:
        """The step of a stage. Raises InputError."""
        epochs = stage.epochs if stage else self.recipe.epochs
        rate = schedule_of(self.recipe, epochs, self.steps_per_epoch)
        found = players(self.plan, stage, self.param_names)
        optimizers = tuple(transformation(self.recipe, rate) for _ in found)
        parts = (self.rules, self.networks, held, self.feed, self.precision)
        return Step(self.plan, self.recipe, *parts, found, optimizers)

    def _look(self, params: list[jax.Array], rest: list[jax.Array], loaded: Any) -> Look:
        network = self.networks.evaluating(params, rest)
        batch, _ = self.shown.batch(loaded, network.values, jnp.zeros((), jnp.int32))
        return look(network, batch)

    def _compute(
        self,
        wanted: tuple[End, ...],
        params: list[jax.Array],
        rest: list[jax.Array],
        given: dict[End, jax.Array],
    ) -> dict[End, jax.Array]:
        found = self.networks.evaluating(params, rest).onward(given, wanted)
        return {end: found[end] for end in wanted}

    def _survey(self, step: Step, state: State, some: Any, one: Any) -> Findings:
        play, start = self.networks.play(state.params, state.rest), jnp.zeros((), jnp.int32)
        batches = (self.shown.batch(loaded, play, start)[0] for loaded in (some, one))
        return survey(step, self.param_names, state, *batches)


def _target_scales(plan: Plan, prepared: Prepared) -> dict[str, float]:
    scales = {}
    for node, column in plan.feeds.items():
        deviation = prepared.scales.get(column, (0, np.ones(1)))[1]
        if np.size(deviation) == 1:
            scales[node] = float(np.ravel(deviation)[0])
    return scales


def _beside(function: Any, given: tuple[Any, ...]) -> Future[Any]:
    """A jitted function compiled for such arguments, in a thread beside the training."""
    shapes = jax.tree.map(_shape_of, given)
    thread = ThreadPoolExecutor(1)
    compiling = thread.submit(lambda: function.lower(*shapes).compile())
    thread.shutdown(wait=False)
    return compiling


def _shape_of(array: Any) -> jax.ShapeDtypeStruct:
    sharding = array.sharding if isinstance(array, jax.Array) else None
    return jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=sharding)

"""Training steps of a design against the same network and loop written by hand in Flax."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from core.design.document import Design
from core.train.job import Job
from core.train.program import Program
from tests.benchmarks.figure import Figure, in_turn
from tests.designs import DIGITS, Layer, classifier, with_recipe

BATCH = 64
ROUNDS = 7
EPOCHS = 5
PEER = "nnx.jit loop by hand"


class HandMlp(nnx.Module):
    """The network of ``mlp`` as a person writes it."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = nnx.Linear(64, 128, rngs=rngs)
        self.second = nnx.Linear(128, 64, rngs=rngs)
        self.last = nnx.Linear(64, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = nnx.relu(self.first(x.reshape(x.shape[0], -1)))
        return self.last(nnx.relu(self.second(x)))


class HandLenet(nnx.Module):
    """The network of ``lenet`` as a person writes it."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.conv_1 = nnx.Conv(1, 6, (5, 5), rngs=rngs)
        self.conv_2 = nnx.Conv(6, 16, (5, 5), rngs=rngs)
        self.dense_1 = nnx.Linear(64, 120, rngs=rngs)
        self.dense_2 = nnx.Linear(120, 84, rngs=rngs)
        self.dense_3 = nnx.Linear(84, 10, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        for conv in (self.conv_1, self.conv_2):
            x = nnx.avg_pool(nnx.tanh(conv(x)), (2, 2), (2, 2))
        x = x.reshape(x.shape[0], -1)
        return self.dense_3(nnx.tanh(self.dense_2(nnx.tanh(self.dense_1(x)))))


def mlp() -> Design:
    """Two hidden layers on the digits."""
    relu = ("Activation", {"function": "relu"})
    layers: tuple[Layer, ...] = (
        ("Flatten", {}),
        *(("Dense", {"units": 128}), relu),
        *(("Dense", {"units": 64}), relu),
        ("Dense", {"units": 10}),
    )
    return classifier(DIGITS, *layers, x="image")


def lenet() -> Design:
    """LeNet-5 (LeCun et al. 1998) with padding, on the digits."""
    tanh = ("Activation", {"function": "tanh"})
    conv: dict[str, Any] = {"kernel_size": (5, 5), "padding": "SAME"}
    pool: Layer = ("AveragePool", {})
    layers: tuple[Layer, ...] = (
        *(("Conv", {"filters": 6, **conv}), tanh, pool),
        *(("Conv", {"filters": 16, **conv}), tanh, pool),
        ("Flatten", {}),
        *(("Dense", {"units": 120}), tanh, ("Dense", {"units": 84}), tanh),
        ("Dense", {"units": 10}),
    )
    return classifier(DIGITS, *layers, x="image")


CASES: dict[str, tuple[Callable[[], Design], Callable[[nnx.Rngs], nnx.Module]]] = {
    "mlp": (mlp, HandMlp),
    "lenet": (lenet, HandLenet),
}


def measure() -> dict[str, Figure]:
    """Samples a second of a few epochs, the program's and the peer's in turn."""
    return {name: _figure(make(), peer) for name, (make, peer) in CASES.items()}


def _figure(design: Design, peer: Callable[[nnx.Rngs], nnx.Module]) -> Figure:
    job = Job.of(with_recipe(design, batch_size=BATCH, learning_rate=1e-3), Path())
    program = job.program
    hand = peer(nnx.Rngs(0))
    ours = sum(p.size for p in program.initial_state().params)
    theirs = sum(p.size for p in jax.tree.leaves(nnx.state(hand, nnx.Param)))
    assert ours == theirs, "the two networks differ"
    samples = EPOCHS * len(program.train_rows)
    taken = in_turn(ROUNDS, _ours(program), _by_hand(program, hand))
    return Figure(samples / taken[0], "samples/s", "higher", samples / taken[1], PEER)


def _ours(program: Program) -> Callable[[], None]:
    state = program.initial_state()
    program.compile(state)
    epochs = [0]

    def work() -> None:
        nonlocal state
        for _ in range(EPOCHS):
            for rows in program.batches(epochs[0]):
                state = program.step(state, rows)
            epochs[0] += 1
        jax.block_until_ready(state.params)

    return work


def _by_hand(program: Program, model: nnx.Module) -> Callable[[], None]:
    columns, order = program.prepared.columns, np.random.default_rng(0)
    x, y = jnp.asarray(columns["image"]), jnp.asarray(columns["label"])
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)

    @nnx.jit
    def step(
        model: nnx.Module, optimizer: nnx.Optimizer, x: jax.Array, y: jax.Array, rows: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        def loss(model: nnx.Module) -> tuple[jax.Array, jax.Array]:
            logits = model(x[rows])
            losses = optax.softmax_cross_entropy_with_integer_labels(logits, y[rows])
            return losses.mean(), jnp.mean(logits.argmax(axis=-1) == y[rows])

        (value, accuracy), gradients = nnx.value_and_grad(loss, has_aux=True)(model)
        optimizer.update(model, gradients)
        return value, accuracy

    def work() -> None:
        for _ in range(EPOCHS):
            rows = order.permutation(program.train_rows).astype(np.int32)
            for start in range(0, len(rows), BATCH):
                figures = step(model, optimizer, x, y, jnp.asarray(rows[start : start + BATCH]))
        jax.block_until_ready(figures)

    return work

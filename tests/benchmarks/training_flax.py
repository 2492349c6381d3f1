"""The networks of the training benchmark in Flax, with a loop as an expert writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from tests.benchmarks.figure import seconds
from tests.benchmarks.training_cases import BATCH, CLASSES, LEARNING_RATE, Case, read
from tests.benchmarks.training_round import Rounds


def serve(name: str, case: Case, file: Path, rounds: Rounds) -> None:
    """Do rounds of training as they are asked for."""
    arrays = read(file)
    x, label = map(jnp.asarray, arrays)
    order = np.random.default_rng(0)
    model = _NETWORKS[name](nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(LEARNING_RATE), wrt=nnx.Param)
    rounds.ready(sum(p.size for p in jax.tree.leaves(nnx.state(model, nnx.Param))))
    step = nnx.cached_partial(_step, model, optimizer)

    def work() -> None:
        for _ in range(case.epochs):
            rows = order.permutation(case.samples).astype(np.int32)
            for start in range(0, case.samples, BATCH):
                figures = step(x, label, rows[start : start + BATCH])
        jax.block_until_ready(figures)

    while rounds.wait():
        rounds.done(seconds(work))


@nnx.jit
def _step(
    model: nnx.Module, optimizer: nnx.Optimizer, x: jax.Array, label: jax.Array, rows: jax.Array
) -> tuple[jax.Array, jax.Array]:
    def loss(model: nnx.Module) -> tuple[jax.Array, jax.Array]:
        logits, truth = model(x[rows]), label[rows]
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, truth)
        return losses.mean(), jnp.mean(logits.argmax(axis=-1) == truth)

    (value, accuracy), gradients = nnx.value_and_grad(loss, has_aux=True)(model)
    optimizer.update(model, gradients)
    return value, accuracy


class Mlp(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = nnx.Linear(784, 256, rngs=rngs)
        self.second = nnx.Linear(256, 128, rngs=rngs)
        self.last = nnx.Linear(128, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.last(nnx.relu(self.second(nnx.relu(self.first(x)))))


class Lenet(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.conv_1 = nnx.Conv(1, 6, (5, 5), rngs=rngs)
        self.conv_2 = nnx.Conv(6, 16, (5, 5), padding="VALID", rngs=rngs)
        self.dense_1 = nnx.Linear(400, 120, rngs=rngs)
        self.dense_2 = nnx.Linear(120, 84, rngs=rngs)
        self.last = nnx.Linear(84, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        for conv in (self.conv_1, self.conv_2):
            x = nnx.max_pool(nnx.relu(conv(x)), (2, 2), (2, 2))
        x = x.reshape(x.shape[0], -1)
        return self.last(nnx.relu(self.dense_2(nnx.relu(self.dense_1(x)))))


class Lstm(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        cell = nnx.OptimizedLSTMCell(32, 64, rngs=rngs)
        self.rnn = nnx.RNN(cell, rngs=rngs)
        self.last = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.last(self.rnn(x)[:, -1])


class Attention(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.attention = nnx.MultiHeadAttention(4, 64, deterministic=True, decode=False, rngs=rngs)
        self.norm_1, self.norm_2 = nnx.LayerNorm(64, rngs=rngs), nnx.LayerNorm(64, rngs=rngs)
        self.wide = nnx.Linear(64, 256, rngs=rngs)
        self.narrow = nnx.Linear(256, 64, rngs=rngs)
        self.last = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.norm_1(x + self.attention(x))
        x = self.norm_2(x + self.narrow(nnx.relu(self.wide(x))))
        return self.last(x.mean(axis=1))


class ConvNorm(nnx.Module):
    def __init__(self, channels: int, filters: int, size: int, stride: int, rngs: nnx.Rngs) -> None:
        window = {"strides": stride, "padding": (size - 1) // 2}
        self.conv = nnx.Conv(channels, filters, (size, size), use_bias=False, rngs=rngs, **window)
        self.norm = nnx.BatchNorm(filters, momentum=0.9, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.norm(self.conv(x))


class Residual(nnx.Module):
    def __init__(self, channels: int, filters: int, stride: int, rngs: nnx.Rngs) -> None:
        self.first = ConvNorm(channels, filters, 3, stride, rngs)
        self.second = ConvNorm(filters, filters, 3, 1, rngs)
        shortcut = None if stride == 1 else ConvNorm(channels, filters, 1, stride, rngs)
        self.shortcut = nnx.data(shortcut)

    def __call__(self, x: jax.Array) -> jax.Array:
        inner = self.second(nnx.relu(self.first(x)))
        return nnx.relu(inner + (x if self.shortcut is None else self.shortcut(x)))


class Resnet18(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = ConvNorm(3, 64, 3, 1, rngs)
        sizes = [(64, 64, 1), (64, 64, 1)]
        for filters in (128, 256, 512):
            sizes += [(filters // 2, filters, 2), (filters, filters, 1)]
        self.blocks = nnx.List([Residual(*size, rngs) for size in sizes])
        self.last = nnx.Linear(512, CLASSES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = nnx.relu(self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.last(x.mean(axis=(1, 2)))


_NETWORKS: dict[str, Callable[[nnx.Rngs], nnx.Module]] = {
    "mlp": Mlp,
    "lenet": Lenet,
    "lstm": Lstm,
    "attention": Attention,
    "resnet18": Resnet18,
}

"""The networks of the training benchmark in Keras on JAX, trained by ``model.fit``."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import seconds
from tests.benchmarks.training_cases import BATCH, CLASSES, LEARNING_RATE, Case, read
from tests.benchmarks.training_round import Rounds

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers


def serve(name: str, case: Case, file: Path, rounds: Rounds) -> None:
    """Do rounds of training as they are asked for."""
    x, label = read(file)
    given = keras.Input(case.shape)
    model = keras.Model(given, layers.Dense(CLASSES)(_NETWORKS[name](given)))
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=True,
    )
    rounds.ready(sum(math.prod(weight.shape) for weight in model.trainable_weights))
    while rounds.wait():
        rounds.done(
            seconds(lambda: model.fit(x, label, batch_size=BATCH, epochs=case.epochs, verbose=0))
        )


def _mlp(x: Any) -> Any:
    for units in (256, 128):
        x = layers.Dense(units, activation="relu")(x)
    return x


def _lenet(x: Any) -> Any:
    for filters, padding in ((6, "same"), (16, "valid")):
        x = layers.Conv2D(filters, 5, padding=padding, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    for units in (120, 84):
        x = layers.Dense(units, activation="relu")(x)
    return x


def _lstm(x: Any) -> Any:
    return layers.LSTM(64)(x)


def _attention(x: Any) -> Any:
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(4, 16)(x, x))
    inner = layers.Dense(64)(layers.Dense(256, activation="relu")(x))
    return layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x + inner))


def _conv_norm(x: Any, filters: int, size: int, stride: int = 1) -> Any:
    x = layers.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def _resnet18(x: Any) -> Any:
    x = layers.ReLU()(_conv_norm(x, 64, 3))
    for stage in range(4):
        filters = 64 * 2**stage
        for index in range(2):
            stride = 2 if stage and not index else 1
            inner = layers.ReLU()(_conv_norm(x, filters, 3, stride))
            inner = _conv_norm(inner, filters, 3)
            if stride > 1:
                x = _conv_norm(x, filters, 1, stride)
            x = layers.ReLU()(x + inner)
    return layers.GlobalAveragePooling2D()(x)


_NETWORKS: dict[str, Callable[[Any], Any]] = {
    "mlp": _mlp,
    "lenet": _lenet,
    "lstm": _lstm,
    "attention": _attention,
    "resnet18": _resnet18,
}

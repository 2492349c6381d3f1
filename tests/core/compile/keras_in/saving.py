"""Saves Keras models, and compares what Keras and an imported design make of the same inputs."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

from core.compile.imported import Imported
from core.compile.keras_in.converting import import_keras
from core.design.analysis import analyse
from tests.core.compile.onnx_in.exporting import network_of

BATCH = 3


def randomised(model: keras.Model) -> keras.Model:
    """The model with random weights and averages, so that nothing is 0 or 1."""
    rng = np.random.default_rng(0)
    for variable in model.weights:
        if "float" not in str(variable.dtype):
            continue
        low = 0.5 if "variance" in variable.path else -0.5
        variable.assign(rng.uniform(low, low + 1, variable.shape))
    return model


def compared(model: keras.Model, folder: Path, *given: np.ndarray) -> Imported:
    """Save and import a model, and compare outputs and numbers of parameters."""
    path = saved(randomised(model), folder)
    imported = import_keras(path)
    assert not imported.unread, imported.unread
    inputs = given or tuple(drawn(*tensor.shape[1:]) for tensor in model.inputs)
    same_outputs(model, imported, *inputs)
    reports = analyse(imported.design).nodes.values()
    frozen = [r for r in reports if r.node.params.get("trainable") is False]
    mine = sum(r.parameters for r in reports) - sum(r.parameters for r in frozen)
    assert mine == sum(int(np.prod(v.shape)) for v in model.trainable_weights)
    return imported


def saved(model: keras.Model, folder: Path) -> Path:
    """The model as a file."""
    path = folder / "model.keras"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


def same_outputs(model: keras.Model, imported: Imported, *inputs: np.ndarray) -> None:
    """The imported design gives what Keras predicts, by 1e-4."""
    found = network_of(imported)(*inputs)
    outputs = list(found.values()) if isinstance(found, dict) else [found]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
    wanted = wanted if isinstance(wanted, list | tuple) else [wanted]
    for mine, its in zip(outputs, wanted, strict=True):
        assert np.asarray(mine).shape == its.shape
        np.testing.assert_allclose(np.asarray(mine), np.asarray(its), rtol=1e-4, atol=1e-4)


def drawn(*sizes: int, seed: int = 1) -> np.ndarray:
    """A batch of random numbers."""
    return np.random.default_rng(seed).standard_normal((BATCH, *sizes)).astype(np.float32)


def ids(length: int, count: int) -> np.ndarray:
    """A batch of random ids."""
    return np.random.default_rng(2).integers(1, count, (BATCH, length)).astype(np.int32)


def sequential(*layers: keras.layers.Layer, shape: tuple[int, ...]) -> keras.Model:
    """Layers behind each other."""
    return keras.Sequential([keras.Input(shape), *layers])

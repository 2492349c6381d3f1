"""Runs an exported model with onnxruntime and compares it with the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from core.compile.model import Network
from core.compile.onnx_out.document import onnx_package
from core.compile.onnx_out.translate import Translated
from core.design.analysis import Analysis
from core.errors import WorkError

BATCHES = (3, 1)


def run_model(model: Any, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What a model gives for arrays by the name of the input.

    Raises InputError if onnxruntime is missing.
    """
    runtime = onnx_package("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found: list[np.ndarray] = session.run(None, dict(feeds))
    return found


def largest_difference(
    model: Any, translated: Translated, analysis: Analysis, network: Network
) -> float:
    """How far a model and its network are apart on random inputs, relative to the largest value.

    The model is run on a batch of several samples and on one alone. The network is in evaluation
    and has the weights that were exported. Raises InputError if onnxruntime is missing.
    """
    feeds = random_feeds(translated, analysis, BATCHES[0])
    found = nnx.jit(Network.values)(network, jax.tree.map(jnp.asarray, feeds))
    expected = [np.asarray(found[end]).transpose(v.axes) for end, v in translated.outputs.items()]
    worst = 0.0
    for batch in BATCHES:
        given = {v.name: feeds[n][:batch].transpose(v.axes) for n, v in translated.inputs.items()}
        for got, wanted in zip(run_model(model, given), expected, strict=True):
            worst = max(worst, _gap(got, wanted[:batch]))
    return worst


def _gap(got: np.ndarray, wanted: np.ndarray) -> float:
    if got.shape != wanted.shape:
        raise WorkError(f"an output has the shape {got.shape} in the file, not {wanted.shape}")
    if not wanted.size:
        return 0.0
    scale = max(1.0, float(np.abs(wanted).max()))
    return float(np.abs(got - wanted).max()) / scale


def random_feeds(translated: Translated, analysis: Analysis, batch: int) -> dict[str, np.ndarray]:
    """Random arrays ``[batch, ...]`` for each input by node id; ids stay within their classes."""
    rng = np.random.default_rng(0)
    found = {}
    for node in translated.inputs:
        tensor = analysis.nodes[node].outputs["output"]
        shape = (batch, *tensor.sizes)
        if tensor.dtype == "int32":
            found[node] = rng.integers(0, max(tensor.classes, 1), shape, dtype=np.int32)
        else:
            found[node] = rng.normal(size=shape).astype(np.float32)
    return found

"""Exports a design to ONNX, runs it with onnxruntime and compares it with the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from flax import nnx

from core.compile.model import Network
from core.compile.onnx_out.comparison import largest_difference
from core.compile.onnx_out.document import model_proto
from core.compile.onnx_out.translate import Translated, translate
from core.compile.plan import make_plan
from core.compile.weights import named_arrays
from core.design.analysis import Analysis, analyse
from core.design.document import Design
from core.tensor import Tensor
from tests.designs import add, wire
from tests.undrawn import undrawn_network

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Exported:
    """A model with what it was made of."""

    analysis: Analysis
    translated: Translated
    network: Network
    model: Any

    @property
    def types(self) -> list[str]:
        """The operators in order."""
        return [node.op_type for node in self.model.graph.node]

    def check(self, tolerance: float = TOLERANCE) -> None:
        """Hold the model to the network at two batch sizes."""
        onnx.checker.check_model(self.model, full_check=True)
        found = largest_difference(self.model, self.translated, self.analysis, self.network)
        assert found <= tolerance


def export(design: Design, **options: Any) -> Exported:
    """The model of a design with random weights, which must be expressible."""
    analysis = analyse(design)
    translated = translate(analysis, **options)
    assert not translated.missing, translated.missing
    network = random_network(analysis)
    model = model_proto(translated, named_arrays(network), design.name)
    return Exported(analysis, translated, network, model)


def random_network(analysis: Analysis, seed: int = 0) -> Network:
    """The network in evaluation; no weight, mean or variance is what it begins with."""
    network = undrawn_network(make_plan(analysis, to_train=False))
    rng = np.random.default_rng(seed)
    kept = nnx.state(network, nnx.Any(nnx.Param, nnx.BatchStat))
    drawn = jax.tree.map(lambda v: jnp.asarray(rng.uniform(0.2, 1.0, v.shape), jnp.float32), kept)
    nnx.update(network, drawn)
    trained = nnx.state(network, nnx.Param)
    signed = jax.tree.map(
        lambda v: jnp.asarray(rng.normal(0.0, 0.5, v.shape), jnp.float32), trained
    )
    nnx.update(network, signed)
    network.eval()
    return network


def block_design(kind: str, tensors: dict[str, Tensor], **params: Any) -> Design:
    """A design of one block, called ``node``, with an Input for each of its ports."""
    design = add(Design(name=kind), kind, "node", **params)
    for name, tensor in tensors.items():
        design = add(
            design,
            "Input",
            name,
            shape=tensor.sizes,
            dtype=tensor.dtype,
            classes=tensor.classes,
        )
        design = wire(design, f"{name} -> node.{name}")
    return design

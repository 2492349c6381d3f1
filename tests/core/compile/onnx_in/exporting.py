"""Exports PyTorch modules, and compares what ONNX Runtime and an imported design make of inputs."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from flax import nnx

from core.compile.model import Network
from core.compile.onnx_in.converting import Imported, import_model
from core.compile.plan import make_plan
from core.compile.weights import named_arrays, with_weights
from core.design.analysis import analyse
from core.project.importing import named
from tests.undrawn import undrawn_network

BATCH = 3


def randomised(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """The module in evaluation mode with random weights and averages, so that nothing is 0 or 1."""
    torch.manual_seed(seed)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape) * 0.3
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0.0, 0.3)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return module.eval()


def exported(
    module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], path: Path, dynamo: bool, **more: int
) -> Path:
    """The module as an ONNX file with an open batch, by the newer or the older exporter."""
    randomised(module)
    names = [f"x{i}" for i in range(len(inputs))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            batch = torch.export.Dim("batch", min=1)
            shapes = tuple({more.get("batch_axis", 0): batch} for _ in inputs)
            torch.onnx.export(
                module,
                inputs,
                path,
                input_names=names,
                dynamo=True,
                dynamic_shapes=shapes,
                external_data=False,
                verbose=False,
            )
        else:
            axes = {name: {more.get("batch_axis", 0): "batch"} for name in names}
            torch.onnx.export(
                module,
                inputs,
                path,
                input_names=names,
                dynamo=False,
                dynamic_axes=axes,
                **({"opset_version": more["opset"]} if "opset" in more else {}),
            )
    return path


def network_of(imported: Imported) -> Network:
    """The network of an imported design with its weights. Each array must have its place."""
    analysis = analyse(imported.design)
    network = undrawn_network(make_plan(analysis, to_train=False))
    arrays = named(imported, analysis)
    with_weights(network, arrays, "the import")
    assert not arrays.keys() - named_arrays(network).keys()
    network.eval()
    return network


def check_same(path: Path, *arrays: np.ndarray, tolerance: float = 1e-4) -> Imported:
    """Import a model and compare all it gives for ``arrays`` (as ONNX has them) with ONNX Runtime.

    Images are given to the design with their channels last, and compared so.
    """
    imported = import_model(path)
    assert not imported.unread, imported.unread
    network = network_of(imported)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = session.get_inputs()
    told = {i.name: a for i, a in zip(given, arrays, strict=True)}
    wanted = session.run(None, told)
    ours = {n.name: n.params["shape"] for n in imported.design.nodes.values() if n.block == "Input"}
    fed = [_laid_out(told[name], tuple(shape)) for name, shape in ours.items()]
    found = nnx.jit(lambda network, *arrays: network(*arrays))(network, *fed)
    outputs = list(found.values()) if isinstance(found, dict) else [found]
    for expected, output in zip(wanted, outputs, strict=True):
        laid = _laid_out(expected, np.asarray(output).shape[1:])
        np.testing.assert_allclose(np.asarray(output), laid, rtol=tolerance, atol=tolerance)
    return imported


def kinds(imported: Imported) -> dict[str, int]:
    """How often each kind of block is there."""
    found: dict[str, int] = {}
    for node in imported.design.nodes.values():
        found[node.block] = found.get(node.block, 0) + 1
    return found


def _laid_out(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An array of ONNX laid out as ours: channels last, or the batch first."""
    array = array.astype(np.int32) if array.dtype == np.int64 else array
    if array.shape[1:] == shape:
        return array
    for moved in (np.moveaxis(array, 1, -1), np.swapaxes(array, 0, 1)):
        if moved.shape[1:] == shape:
            return moved
    return array.reshape(len(array), *shape)

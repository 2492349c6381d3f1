"""What is seen inside of nodes, against the layers' own outputs, their equations, and PyTorch."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.design.document import Design
from core.errors import InputError
from core.explain.inside.ask import Inside
from core.explain.inside.seen import Facet, Insides
from core.explain.own_sample import OwnSample
from core.train.job import Job
from core.train.state import State
from tests.designs import (
    DIGITS,
    IRIS,
    Layer,
    add,
    classifier,
    digits_cnn,
    fit_to_data,
    recipe,
    wire,
)
from tests.training import fresh_state, job_of

MOBY = {"source": {"kind": "moby_dick", "length": 6}, "split": {}}
LENGTH, FEATURES = 6, 8


def text_design(*layers: Layer) -> Design:
    """Predicts the next character from vectors of 8, through layers that keep the sequence."""
    design = Design(data=MOBY, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    names = ["input"]
    for kind, params in (("Embedding", {"vocabulary": 45, "features": FEATURES}), *layers):
        names.append(design.free_name(kind.lower()))
        design = add(design, kind, names[-1], **params)
    design = add(add(design, "Dense", "dense", units=45), "CrossEntropy", "loss")
    for before_it, name in pairwise([*names, "dense"]):
        port = "query" if name.startswith("multihead") else "input"
        design = wire(design, f"{before_it} -> {name}.{port}")
    design = wire(design, "dense -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input="tokens", target="next")


def made(*layers: Layer) -> tuple[Job, State, Any]:
    job = job_of(text_design(*layers))
    state = fresh_state(job.program)
    return job, state, job.program.network(state)


def seen(job: Job, state: State, node: str, row: int = 0, own: OwnSample | None = None) -> Insides:
    return Inside(node, row, own).answer(job, state, 0)


def facet(found: Insides, page: str, title: str = "") -> Facet:
    (one,) = (f for f in found.facets if f.page == page and f.title == title)
    return one


def given(job: Job, state: State, row: int = 0) -> np.ndarray:
    """What the layer behind the embedding reads, ``[1, T, 8]``."""
    output = seen(job, state, "embedding", row).output
    assert output is not None
    return output[None]


@pytest.mark.parametrize(
    "options",
    [{}, {"causal": True}, {"kv_heads": 2, "rotary": True}],
    ids=["plain", "causal", "shared and rotary"],
)
def test_attention_weights_times_values_make_the_layers_output(options: dict[str, Any]) -> None:
    params = {"heads": 4, "features": 16, **options}
    job, state, network = made(("MultiHeadAttention", params))
    found = seen(job, state, "multiheadattention", 3)
    heads = facet(found, "heads")
    assert heads.value.shape == (4, LENGTH, LENGTH)
    np.testing.assert_allclose(heads.value.sum(axis=-1), 1, rtol=1e-5)
    assert heads.rows == heads.columns == found.tokens
    layer = network.multiheadattention
    values = np.asarray(layer.value(given(job, state, 3)))[0]
    values = np.repeat(values, 4 // values.shape[1], axis=1)
    mixed = np.einsum("hts,shd->thd", heads.value, values)
    output = np.asarray(layer.out(mixed[None]))[0]
    np.testing.assert_allclose(output, found.output, rtol=1e-4, atol=1e-5)
    if options.get("causal"):
        assert np.triu(heads.value, 1).max() == 0


def torch_states(kind: str, cell: Any, x: np.ndarray, backwards: bool) -> np.ndarray:
    """The states ``[T, U]`` of PyTorch's layer with a cell's weights; our gates are i, f, g, o and
    r, z, n as theirs.
    """
    units = cell.hidden_features
    layer = getattr(torch.nn, kind)(x.shape[-1], units, batch_first=True)
    of_input, of_state = cell.dense_i, cell.dense_h
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(np.asarray(of_input.kernel[...]).T))
        layer.weight_hh_l0.copy_(torch.tensor(np.asarray(of_state.kernel[...]).T))
        for name, part in (("bias_ih_l0", of_input), ("bias_hh_l0", of_state)):
            bias = 0.0 if part.bias is None else torch.tensor(np.asarray(part.bias[...]))
            getattr(layer, name).copy_(torch.zeros_like(getattr(layer, name)) + bias)
        steps = x[:, ::-1] if backwards else x
        states = layer(torch.tensor(np.ascontiguousarray(steps)))[0][0].numpy()
    return states[::-1] if backwards else states


def before(states: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros_like(states[:1]), states[:-1]])


def test_the_gates_of_an_lstm_make_its_states_and_pytorch_agrees() -> None:
    job, state, network = made(("LSTM", {"units": 5, "output": "all steps"}))
    found = seen(job, state, "lstm", 2)
    h, c = facet(found, "states", "State").value, facet(found, "states", "Cell state").value
    names = ("Input gate", "Forget gate", "Output gate", "Candidate")
    i, f, o, g = (facet(found, "gates", name).value for name in names)
    np.testing.assert_allclose(h, found.output, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(c, f * before(c) + i * g, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(h, o * np.tanh(c), rtol=1e-4, atol=1e-6)
    x = given(job, state, 2)
    wanted = torch_states("LSTM", network.lstm.forward, x, False)
    np.testing.assert_allclose(h, wanted, rtol=1e-4, atol=1e-5)
    assert facet(found, "states", "State").rows == found.tokens


def test_the_gates_of_a_gru_make_its_states_both_ways_and_pytorch_agrees() -> None:
    params = {"units": 5, "output": "all steps", "bidirectional": True, "recurrent_bias": True}
    job, state, network = made(("GRU", params))
    found = seen(job, state, "gru")
    x = given(job, state)
    halves = []
    for way, cell in (("forwards", network.gru.forward), ("backwards", network.gru.backward)):
        h = facet(found, "states", f"State, {way}").value
        z, n = (facet(found, "gates", f"{p}, {way}").value for p in ("Update gate", "Candidate"))
        turned = h[::-1] if way == "backwards" else h
        last = before(turned)[::-1] if way == "backwards" else before(turned)
        np.testing.assert_allclose(h, (1 - z) * n + z * last, rtol=1e-4, atol=1e-6)
        wanted = torch_states("GRU", cell, x, way == "backwards")
        np.testing.assert_allclose(h, wanted, rtol=1e-4, atol=1e-5)
        halves.append(h)
    np.testing.assert_allclose(np.concatenate(halves, axis=1), found.output, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("output", ["all steps", "last step"])
def test_the_gates_of_a_convolutional_lstm_are_those_of_its_formula(output: str) -> None:
    params = {"filters": 3, "kernel_size": (3,), "strides": (1, 2), "output": output}
    layers = (("Reshape", {"shape": (2, 4, 8, 1)}), ("ConvLSTM", params), ("Flatten", {}))
    job = job_of(classifier(DIGITS, *layers, ("Dense", {"units": 10}), x="image"))
    state = fresh_state(job.program)
    found, frames = seen(job, state, "convlstm", 1), seen(job, state, "reshape", 1).output
    assert found.pages == ("output", "filters", "states", "gates", "weights")
    names = ("Input gate", "Forget gate", "Candidate", "Output gate")
    told = [facet(found, "gates", name).value for name in names]
    h, c = (facet(found, "states", name).value for name in ("State", "Cell state"))
    assert all(value.shape == (2, 4, 4, 3) for value in (h, c, *told))

    layer: Any = job.program.network(state).convlstm
    bias = torch.tensor(np.asarray(layer.of_input.bias[...]))
    of_input, of_state = (
        torch.tensor(np.asarray(part.kernel[...]).transpose(3, 2, 0, 1).copy())
        for part in (layer.of_input, layer.of_state)
    )
    last = hidden = torch.zeros(1, 3, 4, 4)
    for step, frame in enumerate(np.asarray(frames)):
        image = torch.tensor(frame.transpose(2, 0, 1)[None].copy())
        # What SAME adds for strides of 1 and 2: to the left nothing, to the right one column.
        image = torch.nn.functional.pad(image, (0, 1, 1, 1))
        mixed = torch.nn.functional.conv2d(image, of_input, bias, stride=(1, 2))
        mixed = mixed + torch.nn.functional.conv2d(hidden, of_state, padding=1)
        i, f, g, o = mixed.split(3, dim=1)
        gates = [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()]
        last = gates[1] * last + gates[0] * gates[2]
        hidden = gates[3] * last.tanh()
        for wanted, value in zip((*gates, hidden, last), (*told, h, c), strict=True):
            channels_last = wanted[0].permute(1, 2, 0).numpy()
            np.testing.assert_allclose(value[step], channels_last, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        found.output, h if output == "all steps" else h[-1], rtol=1e-5, atol=1e-6
    )


def test_a_stack_of_simple_cells_ends_with_the_layers_last_step() -> None:
    layer = ("SimpleRNN", {"units": 5, "layers": 2, "dropout": 0.5, "output": "all steps"})
    job, state, _ = made(layer)
    found = seen(job, state, "simplernn")
    np.testing.assert_allclose(
        facet(found, "states", "State, layer 2").value, found.output, rtol=1e-5, atol=1e-6
    )
    assert "gates" not in found.pages
    assert found.pages == ("output", "states", "weights")


def test_an_embedding_shows_the_rows_of_the_tokens_that_occur() -> None:
    job, state, network = made()
    found = seen(job, state, "embedding", 1)
    rows = facet(found, "weights", "Vector of each token")
    classes = job.prepared.dataset.columns["tokens"].classes
    assert set(rows.rows) == set(found.tokens)
    assert len(set(rows.rows)) == len(rows.rows)
    table = np.asarray(network.embedding.embedding[...])
    for name, vector in zip(rows.rows, rows.value, strict=True):
        np.testing.assert_array_equal(vector, table[classes.index(name)])


@pytest.fixture(scope="module")
def digits() -> tuple[Job, State]:
    job = job_of(digits_cnn())
    return job, fresh_state(job.program)


def test_a_convolution_shows_its_kernel_and_what_its_units_see(digits: tuple[Job, State]) -> None:
    job, state = digits
    network: Any = job.program.network(state)
    found = seen(job, state, "conv")
    assert found.pages == ("output", "filters", "weights")
    np.testing.assert_array_equal(
        facet(found, "filters", "Kernel").value, np.asarray(network.conv.kernel[...])
    )
    assert facet(found, "weights", "Bias").value.shape == (4,)
    assert found.field is not None
    assert found.field.box((0, 4)) == ((0, 2), (3, 6))
    assert seen(job, state, "maxpool").pages == ("output",)
    assert seen(job, state, "flatten").field is None


def test_a_dense_layer_shows_its_matrix_and_names_its_classes(digits: tuple[Job, State]) -> None:
    job, state = digits
    network: Any = job.program.network(state)
    found = seen(job, state, "dense")
    kernel = facet(found, "weights", "Kernel")
    np.testing.assert_array_equal(kernel.value, np.asarray(network.dense.kernel[...]))
    assert found.labels == tuple("0123456789")
    assert found.output is not None
    assert found.predicted.startswith(str(found.output.argmax()))


def test_normalised_kernels_are_shown_as_they_are_used() -> None:
    layers: tuple[Layer, ...] = (
        ("Dense", {"units": 6, "kernel_norm": "weight_norm"}),
        ("Dense", {"units": 3, "kernel_norm": "spectral_norm"}),
    )
    job = job_of(classifier(IRIS, *layers, x="features"))
    state = fresh_state(job.program)
    for node in ("dense", "dense_2"):
        step = next(s for s in job.program.plan.steps if s.node == node)
        found = seen(job, state, node)
        source = next(iter(step.inputs.values())).node
        x = seen(job, state, source).output
        kernel = facet(found, "weights", "Kernel")
        bias = facet(found, "weights", "Bias")
        assert kernel.note
        np.testing.assert_allclose(
            x @ kernel.value + bias.value, found.output, rtol=1e-4, atol=1e-5
        )


def test_what_is_too_large_is_cut_and_told() -> None:
    job = job_of(classifier(IRIS, ("Dense", {"units": 600}), ("Dense", {"units": 3}), x="features"))
    kernel = facet(seen(job, fresh_state(job.program), "dense"), "weights", "Kernel")
    assert kernel.value.shape == (4, 512)
    assert kernel.note == "Shown: the first 512 of 600 outputs."


def test_a_node_that_is_not_there_is_refused(digits: tuple[Job, State]) -> None:
    with pytest.raises(InputError, match="not computed"):
        seen(*digits, "nothing")


def test_a_picture_of_ones_own_is_scaled_as_in_training(
    digits: tuple[Job, State], tmp_path: Path
) -> None:
    job, state = digits
    wanted = seen(job, state, "dense", 4)
    path = tmp_path / "four.png"
    Image.fromarray((wanted.sample[..., 0] * 255).round().astype(np.uint8)).save(path)
    found = seen(job, state, "dense", 0, OwnSample("", str(path)))
    np.testing.assert_allclose(found.sample, wanted.sample, atol=1 / 255)
    np.testing.assert_allclose(found.output, wanted.output, atol=0.02)
    with pytest.raises(InputError, match="does not read text"):
        seen(job, state, "dense", 0, OwnSample("", text="whale"))
    (tmp_path / "no.png").write_text("nothing")
    with pytest.raises(InputError, match=r"no\.png"):
        seen(job, state, "dense", 0, OwnSample("", str(tmp_path / "no.png")))


def test_a_text_of_ones_own_is_read_by_the_training_vocabulary() -> None:
    job, state, _ = made()
    found = seen(job, state, "embedding", 0, OwnSample("", text="Ahab whales"))
    assert "".join(found.tokens) == "whales"
    with pytest.raises(InputError, match="'é' is not among the 45"):
        seen(job, state, "embedding", 0, OwnSample("", text="whalé café"))
    with pytest.raises(InputError, match="has 3 characters, but the network reads 6"):
        seen(job, state, "embedding", 0, OwnSample("", text="sea"))


def test_rows_of_ones_own_table_are_standardised_like_the_training_rows(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    numbers = np.random.default_rng(0).normal(3, 2, (40, 2))
    lines = [f"{a},{b},{'yes' if a > b else 'no'}" for a, b in numbers]
    table.write_text("\n".join(["a,b,answer", *lines]))
    data = {"source": {"kind": "csv", "path": "table.csv"}, "split": {}}
    design = Design(data=data, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    design = add(add(design, "Dense", "dense", units=2), "CrossEntropy", "loss")
    design = wire(design, "input -> dense", "dense -> loss.logits", "target -> loss.target")
    design = fit_to_data(design, tmp_path, input="features", target="label")
    job = Job.of(design, tmp_path, "cpu")
    state = fresh_state(job.program)
    own = tmp_path / "own.csv"
    own.write_text("b,a\n1,2\n5,4\n")
    found = seen(job, state, "dense", 0, OwnSample(str(tmp_path), str(own), row=1))
    mean, deviation = job.prepared.scales["features"]
    np.testing.assert_allclose(found.sample * deviation + mean, [4, 5], rtol=1e-5)
    with pytest.raises(InputError, match="has 2 rows"):
        seen(job, state, "dense", 0, OwnSample(str(tmp_path), str(own), row=2))
    own.write_text("a\n1\n")
    with pytest.raises(InputError, match="'b'"):
        seen(job, state, "dense", 0, OwnSample(str(tmp_path), str(own)))

"""Each family of Keras layers becomes blocks that compute the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.compile.keras_in.converting import import_keras
from tests.core.compile.keras_in.saving import (
    compared,
    drawn,
    ids,
    keras,
    randomised,
    same_outputs,
    saved,
    sequential,
)
from tests.core.compile.onnx_in.exporting import kinds

L = keras.layers
SEQUENCE, IMAGE, VOLUME = (9, 4), (9, 8, 4), (5, 6, 4, 4)
Make = Callable[[], keras.layers.Layer]

CASES: dict[str, tuple[tuple[int, ...], Make, str]] = {
    "dense": ((5,), lambda: L.Dense(3, activation="tanh"), "Dense Activation"),
    "dense of images": (IMAGE, lambda: L.Dense(3, use_bias=False), "Dense"),
    "time distributed": (SEQUENCE, lambda: L.TimeDistributed(L.Dense(3)), "Dense"),
    "relu": ((5,), lambda: L.ReLU(), "Activation"),
    "relu 6": ((5,), lambda: L.ReLU(max_value=6), "Activation"),
    "relu all": ((5,), lambda: L.ReLU(0.7, 0.1, 0.2), "Lambda"),
    "relu slope": ((5,), lambda: L.ReLU(negative_slope=0.1), "Activation"),
    "leaky relu": ((5,), lambda: L.LeakyReLU(), "Activation"),
    "elu": ((5,), lambda: L.ELU(0.7), "Activation"),
    "softmax": (SEQUENCE, lambda: L.Softmax(), "Activation"),
    "prelu": ((5,), lambda: L.PReLU(), "PReLU"),
    "prelu of images": (IMAGE, lambda: L.PReLU(shared_axes=[1, 2]), "PReLU"),
    "prelu of places": (SEQUENCE, lambda: L.PReLU(), "Flatten PReLU Reshape"),
    "prelu shared": (IMAGE, lambda: L.PReLU(shared_axes=[1, 2, 3]), "PReLU"),
    "conv 1d": (SEQUENCE, lambda: L.Conv1D(3, 3, strides=2, padding="same"), "Conv"),
    "conv causal": (SEQUENCE, lambda: L.Conv1D(3, 2, dilation_rate=2, padding="causal"), "Conv"),
    "conv same": (IMAGE, lambda: L.Conv2D(3, (3, 2), strides=2, padding="same"), "Conv"),
    "conv groups": (IMAGE, lambda: L.Conv2D(6, 3, groups=2, activation="relu"), "Conv Activation"),
    "conv dilated": (IMAGE, lambda: L.Conv2D(3, 3, dilation_rate=(2, 1), use_bias=False), "Conv"),
    "conv 3d": (VOLUME, lambda: L.Conv3D(2, 2, strides=(1, 2, 1)), "Conv"),
    **{
        f"transposed {kernel} {stride} {padding}": (
            IMAGE,
            lambda k=kernel, s=stride, p=padding: L.Conv2DTranspose(3, k, strides=s, padding=p),
            "ConvTranspose",
        )
        for kernel, stride in ((2, 2), (3, 2), (4, 2), (5, 3))
        for padding in ("same", "valid")
    },
    "transposed short": (IMAGE, lambda: L.Conv2DTranspose(3, 2, strides=3), "ConvTranspose"),
    "transposed output padding": (
        IMAGE,
        lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1),
        "ConvTranspose",
    ),
    "transposed even output padding": (
        IMAGE,
        lambda: L.Conv2DTranspose(3, (2, 4), 3, padding="same", output_padding=(1, 0)),
        "ConvTranspose",
    ),
    "transposed valid output padding": (
        IMAGE,
        lambda: L.Conv2DTranspose(3, (3, 4), strides=2, output_padding=1),
        "ConvTranspose",
    ),
    "transposed dilated": (
        IMAGE,
        lambda: L.Conv2DTranspose(3, 3, padding="same", dilation_rate=2),
        "ConvTranspose",
    ),
    "transposed 1d": (SEQUENCE, lambda: L.Conv1DTranspose(3, 4, strides=2), "ConvTranspose"),
    "depthwise": (
        IMAGE,
        lambda: L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
        "DepthwiseConv",
    ),
    "depthwise 1d": (SEQUENCE, lambda: L.DepthwiseConv1D(3), "DepthwiseConv"),
    "separable": (
        IMAGE,
        lambda: L.SeparableConv2D(5, 3, depth_multiplier=2, activation="relu"),
        "SeparableConv Activation",
    ),
    "separable 1d": (SEQUENCE, lambda: L.SeparableConv1D(5, 3, use_bias=False), "SeparableConv"),
    "max pool 1d": (SEQUENCE, lambda: L.MaxPooling1D(3, strides=2, padding="same"), "MaxPool"),
    "max pool": (IMAGE, lambda: L.MaxPooling2D((2, 3)), "MaxPool"),
    "max pool 3d": (VOLUME, lambda: L.MaxPooling3D(2, strides=1), "MaxPool"),
    "average pool": (IMAGE, lambda: L.AveragePooling2D(3, 2, padding="same"), "AveragePool"),
    "average pool 1d": (SEQUENCE, lambda: L.AveragePooling1D(2), "AveragePool"),
    "average pool 3d": (VOLUME, lambda: L.AveragePooling3D(2), "AveragePool"),
    "global average": (IMAGE, lambda: L.GlobalAveragePooling2D(), "GlobalAveragePool"),
    "global average 1d": (SEQUENCE, lambda: L.GlobalAveragePooling1D(), "GlobalAveragePool"),
    "global max": (VOLUME, lambda: L.GlobalMaxPooling3D(), "GlobalMaxPool"),
    "global kept": (
        IMAGE,
        lambda: L.GlobalMaxPooling2D(keepdims=True),
        "GlobalMaxPool Reshape",
    ),
    "zero padding": (IMAGE, lambda: L.ZeroPadding2D(((1, 2), (0, 3))), "ZeroPad"),
    "zero padding 1d": (SEQUENCE, lambda: L.ZeroPadding1D((1, 2)), "ZeroPad"),
    "zero padding 3d": (VOLUME, lambda: L.ZeroPadding3D(1), "ZeroPad"),
    "cropping": (IMAGE, lambda: L.Cropping2D(((1, 2), (0, 3))), "Crop"),
    "cropping 1d": (SEQUENCE, lambda: L.Cropping1D((0, 2)), "Crop"),
    "upsampling": (IMAGE, lambda: L.UpSampling2D((2, 3)), "Upsample"),
    "upsampling bilinear": (IMAGE, lambda: L.UpSampling2D(2, interpolation="bilinear"), "Upsample"),
    "upsampling 1d": (SEQUENCE, lambda: L.UpSampling1D(3), "Upsample"),
    "batch norm": (IMAGE, lambda: L.BatchNormalization(), "BatchNorm"),
    "batch norm bare": ((5,), lambda: L.BatchNormalization(scale=False, center=False), "BatchNorm"),
    "layer norm": (SEQUENCE, lambda: L.LayerNormalization(), "LayerNorm"),
    "layer norm centred": (SEQUENCE, lambda: L.LayerNormalization(scale=False), "LayerNorm"),
    "layer norm of all": (
        SEQUENCE,
        lambda: L.LayerNormalization(axis=[1, 2]),
        "Flatten LayerNorm Reshape",
    ),
    "rms norm": (SEQUENCE, lambda: L.RMSNormalization(), "RMSNorm"),
    "group norm": (IMAGE, lambda: L.GroupNormalization(2), "GroupNorm"),
    "instance norm": (IMAGE, lambda: L.GroupNormalization(-1, center=False), "GroupNorm"),
    "unit norm": ((5,), lambda: L.UnitNormalization(), "L2Normalize"),
    "rescaling": (IMAGE, lambda: L.Rescaling(1 / 127.5, offset=-1), "Lambda"),
    "rescaling channels": (
        IMAGE,
        lambda: L.Rescaling([1.0, 2.0, 3.0, 4.0], offset=[0.0, 1.0, 0.0, -1.0]),
        "Affine",
    ),
    "normalization": (
        (2,),
        lambda: L.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0]),
        "Affine",
    ),
    "dropout": ((5,), lambda: L.Dropout(0.3), "Dropout"),
    "spatial dropout": (IMAGE, lambda: L.SpatialDropout2D(0.3), "SpatialDropout"),
    "gaussian noise": ((5,), lambda: L.GaussianNoise(0.3), "GaussianNoise"),
    "gaussian dropout": ((5,), lambda: L.GaussianDropout(0.3), "GaussianDropout"),
    "flatten": (IMAGE, lambda: L.Flatten(), "Flatten"),
    "reshape": (IMAGE, lambda: L.Reshape((8, -1, 2)), "Reshape"),
    "permute": (IMAGE, lambda: L.Permute((3, 1, 2)), "Permute"),
    "repeat": ((5,), lambda: L.RepeatVector(4), "Repeat"),
    "simple rnn": (SEQUENCE, lambda: L.SimpleRNN(3), "SimpleRNN"),
    "simple rnn relu": (
        SEQUENCE,
        lambda: L.SimpleRNN(3, activation="relu", return_sequences=True),
        "SimpleRNN",
    ),
    "lstm": (SEQUENCE, lambda: L.LSTM(3), "LSTM"),
    "lstm steps": (SEQUENCE, lambda: L.LSTM(3, return_sequences=True), "LSTM"),
    "lstm backwards": (
        SEQUENCE,
        lambda: L.LSTM(3, return_sequences=True, go_backwards=True),
        "Reverse LSTM",
    ),
    "gru": (SEQUENCE, lambda: L.GRU(3, return_sequences=True), "GRU"),
    "bidirectional gru": (SEQUENCE, lambda: L.Bidirectional(L.GRU(3)), "GRU"),
    **{
        f"bidirectional {merge} {steps}": (
            SEQUENCE,
            lambda merge=merge, steps=steps: L.Bidirectional(
                L.LSTM(3, return_sequences=steps), merge_mode=merge
            ),
            {
                "concat": "LSTM",
                "sum": f"LSTM Reverse LSTM {'Reverse ' * steps}Add",
                "ave": f"LSTM Reverse LSTM {'Reverse ' * steps}Average",
                "mul": f"LSTM Reverse LSTM {'Reverse ' * steps}Multiply",
            }[merge],
        )
        for merge in ("concat", "sum", "mul", "ave")
        for steps in (False, True)
    },
    "bidirectional of two kinds": (
        SEQUENCE,
        lambda: L.Bidirectional(L.LSTM(3), backward_layer=L.GRU(2, go_backwards=True)),
        "LSTM Reverse GRU Concatenate",
    ),
}


ACTIVATIONS = (
    *("relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "celu", "gelu", "mish"),
    *("softplus", "softsign", "hard_sigmoid", "hard_tanh", "hard_swish", "linear", "hard_silu"),
    *("log_sigmoid", "log_softmax", "swish", "silu", "exponential", "leaky_relu"),
)


def test_activations(tmp_path: Path) -> None:
    x = keras.Input((5,))
    names = (*ACTIVATIONS, "squareplus", "tanh_shrink")
    found = compared(keras.Model(x, [L.Activation(name)(x) for name in names]), tmp_path)
    assert kinds(found) == {"Input": 1, "Activation": len(ACTIVATIONS), "Lambda": 2}


@pytest.mark.parametrize("name", CASES)
def test_a_layer(name: str, tmp_path: Path) -> None:
    shape, make, blocks = CASES[name]
    found = compared(sequential(make(), shape=shape), tmp_path)
    assert [n.block for n in found.design.nodes.values()] == ["Input", *blocks.split()]


def test_the_bias_that_keras_leaves_out_starts_at_zero(tmp_path: Path) -> None:
    model = sequential(L.LSTM(3, use_bias=False, name="lstm"), shape=SEQUENCE)
    imported = import_keras(saved(randomised(model), tmp_path))
    same_outputs(model, imported, drawn(*SEQUENCE))
    assert "lstm: it has no bias in Keras" in imported.notes[0]


MERGES = {
    **{
        kind: (getattr(L, kind), 3) for kind in ("Add", "Multiply", "Average", "Maximum", "Minimum")
    },
    "Subtract": (L.Subtract, 2),
    "Concatenate": (lambda: L.Concatenate(axis=1), 3),
}


@pytest.mark.parametrize("kind", MERGES)
def test_values_are_joined(kind: str, tmp_path: Path) -> None:
    make, count = MERGES[kind]
    inputs = [keras.Input(SEQUENCE) for _ in range(count)]
    given = [drawn(*SEQUENCE, seed=i) for i in range(count)]
    found = compared(keras.Model(inputs, make()(inputs)), tmp_path, *given)
    assert kinds(found) == {"Input": count, kind: 1}


@pytest.mark.parametrize(
    ("first", "second", "axes", "normalize"),
    [
        ((4,), (4,), 1, False),
        ((4,), (4,), -1, True),
        ((5, 4), (6, 4), 2, False),
        ((5, 4), (4, 6), (2, 1), True),
    ],
)
def test_dot(
    first: tuple[int, ...], second: tuple[int, ...], axes: object, normalize: bool, tmp_path: Path
) -> None:
    inputs = [keras.Input(first), keras.Input(second)]
    model = keras.Model(inputs, L.Dot(axes, normalize=normalize)(inputs))
    compared(model, tmp_path, drawn(*first), drawn(*second, seed=2))


def test_operations_with_numbers(tmp_path: Path) -> None:
    x = keras.Input((5,))
    y = keras.ops.relu(1.5 - x * -2.0) / 3.0
    found = compared(keras.Model(x, y - x), tmp_path)
    assert kinds(found) == {"Input": 1, "Lambda": 3, "Activation": 1, "Subtract": 1}


@pytest.mark.parametrize(("length", "dtype"), [(7, "int32"), (4, "float32")])
def test_ids(length: int, dtype: str, tmp_path: Path) -> None:
    x = keras.Input((length,), dtype=dtype)
    found = compared(keras.Model(x, L.Embedding(11, 3)(x)), tmp_path, ids(length, 11))
    (given,) = (n for n in found.design.nodes.values() if n.block == "Input")
    assert (given.params["dtype"], given.params["classes"]) == ("int32", 11)


@pytest.mark.parametrize(
    ("options", "blocks"),
    [
        ({"num_heads": 2, "key_dim": 4}, {"MultiHeadAttention": 1}),
        ({"num_heads": 2, "key_dim": 4, "use_bias": False}, {"MultiHeadAttention": 1}),
        ({"num_heads": 3, "key_dim": 5}, {"MatMul": 2, "Dense": 4}),
        ({"num_heads": 2, "key_dim": 4, "output_shape": 6}, {"MatMul": 2, "Dense": 4}),
    ],
)
@pytest.mark.parametrize("crossed", [False, True])
def test_attention(
    options: dict[str, object], blocks: dict[str, int], crossed: bool, tmp_path: Path
) -> None:
    x, y = keras.Input((5, 8)), keras.Input((7, 8))
    inputs = [x, y] if crossed else [x]
    made = L.MultiHeadAttention(**options)(x, inputs[-1])
    given = [drawn(*i.shape[1:], seed=n) for n, i in enumerate(inputs)]
    found = compared(keras.Model(inputs, made), tmp_path, *given)
    assert blocks.items() <= kinds(found).items()


def test_causal_attention(tmp_path: Path) -> None:
    x = keras.Input((5, 8))
    made = L.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    compared(keras.Model(x, made), tmp_path)

"""Whole Keras models become designs that compute the same."""

from __future__ import annotations

from pathlib import Path

from core.compile.keras_in.converting import import_keras
from tests.core.compile.keras_in.saving import (
    compared,
    drawn,
    ids,
    keras,
    saved,
    sequential,
)
from tests.core.compile.onnx_in.exporting import kinds

L = keras.layers


def test_a_convolutional_classifier(tmp_path: Path) -> None:
    model = sequential(
        L.Rescaling(1 / 255),
        L.Conv2D(4, 3, activation="relu", padding="same"),
        L.MaxPooling2D(),
        L.Conv2D(6, 3, activation="relu"),
        L.Flatten(),
        L.Dropout(0.5),
        L.Dense(5, activation="softmax"),
        shape=(10, 10, 3),
    )
    found = compared(model, tmp_path, drawn(10, 10, 3) * 255)
    names = [n.name for n in found.design.nodes.values()]
    assert all(layer.name in names for layer in model.layers)
    assert "convolutional" not in found.notes


def test_a_mobile_net(tmp_path: Path) -> None:
    def separable(x: keras.KerasTensor, filters: int, strides: int) -> keras.KerasTensor:
        if strides == 2:
            x = L.ZeroPadding2D(((0, 1), (0, 1)))(x)
        padding = "same" if strides == 1 else "valid"
        x = L.DepthwiseConv2D(3, strides=strides, padding=padding, use_bias=False)(x)
        x = L.ReLU(6.0)(L.BatchNormalization()(x))
        x = L.Conv2D(filters, 1, use_bias=False)(x)
        return L.ReLU(6.0)(L.BatchNormalization()(x))

    given = keras.Input((16, 16, 3))
    x = L.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(given)
    x = L.ReLU(6.0)(L.BatchNormalization()(x))
    x = separable(separable(x, 6, 1), 8, 2)
    x = L.GlobalAveragePooling2D(keepdims=True)(x)
    x = L.Reshape((5,))(L.Conv2D(5, 1)(L.Dropout(0.1)(x)))
    found = compared(keras.Model(given, L.Softmax()(x), name="little"), tmp_path)
    assert found.design.name == "little"
    assert kinds(found)["BatchNorm"] == 5


def test_residuals_and_concatenation_with_two_inputs_and_outputs(tmp_path: Path) -> None:
    image, table = keras.Input((8, 8, 3), name="image"), keras.Input((4,), name="table")
    x = L.Conv2D(6, 3, padding="same", activation="relu")(image)
    x = L.Add()([x, L.Conv2D(6, 3, padding="same")(x)])
    x = L.Concatenate()([x, L.Conv2D(2, 1)(image)])
    x = L.Concatenate()([L.GlobalMaxPooling2D()(x), L.Dense(5, activation="gelu")(table)])
    outputs = [L.Dense(3, name="kind")(x), L.Dense(1, activation="sigmoid", name="flag")(x)]
    model = keras.Model([image, table], outputs)
    found = compared(model, tmp_path, drawn(8, 8, 3), drawn(4))
    assert [n.name for n in found.design.nodes.values()][:2] == ["image", "table"]


def test_a_bidirectional_classifier_of_texts(tmp_path: Path) -> None:
    model = sequential(
        L.Embedding(30, 6),
        L.SpatialDropout1D(0.2),
        L.Bidirectional(L.LSTM(5, return_sequences=True)),
        L.Bidirectional(L.LSTM(4)),
        L.Dense(1, activation="sigmoid"),
        shape=(12,),
    )
    found = compared(model, tmp_path, ids(12, 30))
    assert found.design.named("embedding") is not None or kinds(found)["Embedding"] == 1
    assert kinds(found)["LSTM"] == 2


def test_an_encoder_with_attention(tmp_path: Path) -> None:
    given = keras.Input((7,), dtype="int32")
    x = L.Embedding(20, 8)(given)
    for _ in range(2):
        seen = L.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
        x = L.LayerNormalization(epsilon=1e-6)(x + seen)
        inner = L.Dense(8)(L.Dense(16, activation="gelu")(x))
        x = L.LayerNormalization()(L.Add()([x, L.Dropout(0.1)(inner)]))
    model = keras.Model(given, L.Dense(3)(L.GlobalAveragePooling1D()(x)))
    found = compared(model, tmp_path, ids(7, 20))
    assert kinds(found)["MultiHeadAttention"] == 2
    assert not {"MatMul", "Permute", "Reshape"} & kinds(found).keys()


def test_models_in_models_are_groups(tmp_path: Path) -> None:
    block = keras.Sequential([keras.Input((6,)), L.Dense(6, activation="relu"), L.Dense(6)])
    entry = keras.Input((6,))
    whole = keras.Model(entry, L.Add()([block(entry), L.Dense(6)(entry)]), name="whole")
    given = keras.Input((6,))
    model = keras.Model(given, L.Dense(2)(whole(given)))
    found = compared(model, tmp_path)
    assert kinds(found) == {"Input": 1, "Group": 1, "Dense": 1}
    assert sorted(g.name for g in found.design.groups.values()) == [block.name, "whole"]
    places = [g.position(i) for g in found.design.groups.values() for i in g.nodes]
    assert len(set(places)) > 4


def test_layers_and_models_that_are_used_twice_share_their_weights(tmp_path: Path) -> None:
    branch = keras.Input((4,))
    shared = L.Dense(4, name="shared")
    tower = keras.Model(branch, shared(shared(L.Dense(4)(branch))), name="tower")
    first, second = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([first, second], L.Dot(-1)([tower(first), tower(second)]))
    found = compared(model, tmp_path, drawn(4), drawn(4, seed=5))
    uses = [n for n in found.design.nodes.values() if n.block == "Group"]
    assert uses[1].params["weights_of"] == uses[0].id
    assert len(found.design.groups) == 2


def test_a_mask_of_padding_reaches_attention(tmp_path: Path) -> None:
    given = keras.Input((6,), dtype="int32")
    x = L.Embedding(20, 8)(given)
    real = keras.ops.not_equal(given, 0)
    model = keras.Model(given, L.MultiHeadAttention(2, 4)(x, x, value_mask=real))
    tokens = ids(6, 20)
    tokens[0, 4:] = tokens[2, 2:] = 0
    imported = compared(model, tmp_path, tokens)
    (attention,) = (n for n in imported.design.nodes.values() if n.block == "MultiHeadAttention")
    assert "mask" in imported.design.sources[attention.id]


def test_padding_that_is_not_masked_any_more_is_told(tmp_path: Path) -> None:
    model = sequential(
        L.Embedding(20, 8, mask_zero=True, name="words"), L.Bidirectional(L.LSTM(3)), shape=(6,)
    )
    tokens = ids(6, 20)
    imported = compared(model, tmp_path, tokens)
    assert imported.notes == (
        "words: padding (id 0) is masked in Keras; here it is read like any other id",
    )


def test_sizes_that_are_left_open(tmp_path: Path) -> None:
    given = keras.Input((None, 3), name="steps")
    path = saved(keras.Model(given, L.GRU(4)(given)), tmp_path)
    imported = import_keras(path)
    assert "axis 1 of steps is left open by the model; it was set to 16" in imported.notes[0]
    for key in ("steps", "steps.1"):
        found = import_keras(path, {key: 7})
        (entry,) = (n for n in found.design.nodes.values() if n.block == "Input")
        assert (entry.params["shape"], found.notes) == ((7, 3), ())


def test_frozen_layers_stay_frozen(tmp_path: Path) -> None:
    model = sequential(L.Dense(3, trainable=False), L.Dense(2), shape=(4,))
    found = compared(model, tmp_path)
    frozen = [n.params.get("trainable") for n in found.design.nodes.values()]
    assert frozen == [None, False, None]

"""The layers of transformers as ready groups."""

from __future__ import annotations

from typing import Any

from tools.ready_groups.recipe import Recipe, Spec


def attention(**options: Any) -> Spec:
    """Multi-head attention as wide as the original transformer."""
    return "MultiHeadAttention", {"heads": 8, "features": 512, "dropout": 0.1, **options}


def layer_norm() -> Spec:
    """Layer normalisation with the usual epsilon."""
    return "LayerNorm", {"epsilon": 1e-5}


def dropout() -> Spec:
    """Dropout as the original transformer has it."""
    return "Dropout", {"rate": 0.1}


def feed_forward(activation: str) -> dict[str, Spec]:
    """Two dense layers, the first four times as wide."""
    return {
        "expand": ("Dense", {"units": 2048}),
        "activation": ("Activation", {"function": activation}),
        "hidden_dropout": dropout(),
        "contract": ("Dense", {"units": 512}),
        "dropout_out": dropout(),
    }


FEED_FORWARD_NODES = tuple(feed_forward("relu"))
FEED_FORWARD = (
    "expand -> activation",
    "activation -> hidden_dropout",
    "hidden_dropout -> contract",
    "contract -> dropout_out",
)
TRANSFORMER = {
    "features": ("attention.features", "contract.units"),
    "heads": ("attention.heads",),
    "hidden_units": ("expand.units",),
    "activation": ("activation.function",),
    "dropout": (
        *("attention.dropout", "attention_dropout.rate"),
        *("hidden_dropout.rate", "dropout_out.rate"),
    ),
}
PRE_NORM = (
    "input -> norm_1",
    "norm_1 -> attention.query",
    "attention -> attention_dropout",
    "input -> add_1.input_1",
    "attention_dropout -> add_1.input_2",
    "add_1 -> norm_2",
    "norm_2 -> expand",
    *FEED_FORWARD,
    "add_1 -> add_2.input_1",
    "dropout_out -> add_2.input_2",
    "add_2 -> output",
)


def pre_norm(title: str, note: str, activation: str, **options: Any) -> Recipe:
    """A transformer layer that normalises before attention and before the dense layers."""
    nodes: dict[str, Spec] = {
        "norm_1": layer_norm(),
        "attention": attention(**options),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_2": layer_norm(),
        **feed_forward(activation),
        "add_2": ("Add", {}),
    }
    frames = {
        "Self-attention": ("norm_1", "attention", "attention_dropout", "add_1"),
        "Feed-forward": ("norm_2", *FEED_FORWARD_NODES, "add_2"),
    }
    return Recipe(title, note, ("input",), nodes, PRE_NORM, TRANSFORMER, frames)


def encoder() -> Recipe:
    """The encoder layer of the original transformer."""
    nodes: dict[str, Spec] = {
        "attention": attention(),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_1": layer_norm(),
        **feed_forward("relu"),
        "add_2": ("Add", {}),
        "norm_2": layer_norm(),
    }
    wires = (
        "input -> attention.query",
        "attention -> attention_dropout",
        "input -> add_1.input_1",
        "attention_dropout -> add_1.input_2",
        "add_1 -> norm_1",
        "norm_1 -> expand",
        *FEED_FORWARD,
        "norm_1 -> add_2.input_1",
        "dropout_out -> add_2.input_2",
        "add_2 -> norm_2",
        "norm_2 -> output",
    )
    note = (
        "Self-attention and two dense layers, each added to its input and normalised.\n\n"
        "Input and output [B, T, features], as in BERT. Vaswani et al., Attention is all you need, "
        "2017."
    )
    frames = {
        "Self-attention": ("attention", "attention_dropout", "add_1", "norm_1"),
        "Feed-forward": (*FEED_FORWARD_NODES, "add_2", "norm_2"),
    }
    return Recipe("Transformer encoder", note, ("input",), nodes, wires, TRANSFORMER, frames)


def decoder() -> Recipe:
    """The decoder layer of the original transformer."""
    nodes: dict[str, Spec] = {
        "attention": attention(causal=True),
        "attention_dropout": dropout(),
        "add_1": ("Add", {}),
        "norm_1": layer_norm(),
        "cross_attention": attention(),
        "cross_dropout": dropout(),
        "add_2": ("Add", {}),
        "norm_2": layer_norm(),
        **feed_forward("relu"),
        "add_3": ("Add", {}),
        "norm_3": layer_norm(),
    }
    wires = (
        "input -> attention.query",
        "attention -> attention_dropout",
        "input -> add_1.input_1",
        "attention_dropout -> add_1.input_2",
        "add_1 -> norm_1",
        "norm_1 -> cross_attention.query",
        "memory -> cross_attention.context",
        "cross_attention -> cross_dropout",
        "norm_1 -> add_2.input_1",
        "cross_dropout -> add_2.input_2",
        "add_2 -> norm_2",
        "norm_2 -> expand",
        *FEED_FORWARD,
        "norm_2 -> add_3.input_1",
        "dropout_out -> add_3.input_2",
        "add_3 -> norm_3",
        "norm_3 -> output",
    )
    exposed = {
        **TRANSFORMER,
        "features": (*TRANSFORMER["features"], "cross_attention.features"),
        "heads": ("attention.heads", "cross_attention.heads"),
        "dropout": (*TRANSFORMER["dropout"], "cross_attention.dropout", "cross_dropout.rate"),
    }
    note = (
        "Causal self-attention, attention to the encoder's memory and two dense layers.\n\n"
        "Input and output [B, T, features], memory [B, S, F]. Each part is added to its input and "
        "normalised. Vaswani et al., Attention is all you need, 2017."
    )
    frames = {
        "Causal self-attention": ("attention", "attention_dropout", "add_1", "norm_1"),
        "Attention to the memory": ("cross_attention", "cross_dropout", "add_2", "norm_2"),
        "Feed-forward": (*FEED_FORWARD_NODES, "add_3", "norm_3"),
    }
    inputs = ("input", "memory")
    return Recipe("Transformer decoder", note, inputs, nodes, wires, exposed, frames)


def transformer_layers() -> list[Recipe]:
    """Encoders and decoders."""
    return [
        encoder(),
        pre_norm(
            "Pre-norm encoder",
            "Self-attention and two dense layers, each normalised before and added to its input."
            "\n\nInput and output [B, T, features], as in the Vision Transformer. Xiong et al., On "
            "layer normalization in the transformer architecture, 2020.",
            "relu",
        ),
        decoder(),
        pre_norm(
            "GPT block",
            "Causal self-attention and two dense layers, each normalised before and added.\n\n"
            "Input and output [B, T, features]: a transformer that is a decoder only. Radford et "
            "al., Language models are unsupervised multitask learners, 2019.",
            "gelu_tanh",
            causal=True,
        ),
    ]

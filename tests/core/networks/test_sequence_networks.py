"""Published transformers and recurrent networks have the parameters that were published."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from core.design.analysis import Analysis, analyse
from core.design.document import Design
from tests.designs import add, chain, wire
from tests.ready import add_ready


def sound(design: Design) -> Analysis:
    """The analysis of a design in which nothing but data and a loss is missing."""
    found = analyse(design)
    assert not [p for p in found.errors if not p.only_training]
    return found


def tokens(name: str, length: int, vocabulary: int) -> Design:
    design = Design(name=name)
    return add(design, "Input", "tokens", shape=(length,), dtype="int32", classes=vocabulary)


def test_gpt_2_small() -> None:
    """Radford et al., 2019: 124,439,808 with the table of the tokens as its head."""
    design = tokens("GPT-2 small", 1024, 50257)
    design = add(design, "Embedding", "words", vocabulary=50257, features=768)
    design = add(design, "PositionalEmbedding", "positions")
    design = add_ready(
        design, "GPT block", "blocks", features=768, heads=12, hidden_units=3072, repeat=12
    )
    design = add(design, "LayerNorm", "norm", epsilon=1e-5)
    design = add(design, "Unembedding", "head", vocabulary=50257, weights_of="words")
    design = wire(design, "tokens -> words", "words -> positions", "positions -> blocks.input")
    found = sound(chain(design, "blocks", "norm", "head"))
    assert found.parameters == 124_439_808
    assert found.nodes["head"].outputs["output"].sizes == (1024, 50257)


def test_bert_base() -> None:
    """Devlin et al., 2019: 109,482,240 with the pooler, which reads the first token."""
    design = tokens("BERT base", 512, 30522)
    design = add(design, "Input", "segments", shape=(512,), dtype="int32", classes=2)
    design = add(design, "Embedding", "words", vocabulary=30522, features=768)
    design = add(design, "Embedding", "segment_table", vocabulary=2, features=768)
    design = add(add(design, "Add", "sum"), "PositionalEmbedding", "positions")
    design = add(design, "LayerNorm", "norm", epsilon=1e-12)
    design = add_ready(
        design,
        "Transformer encoder",
        "layers",
        features=768,
        heads=12,
        hidden_units=3072,
        activation="gelu",
        repeat=12,
    )
    design = add(design, "Slice", "first", axis=1, stop=1)
    design = add(design, "Dense", "pooler", units=768)
    design = add(design, "Activation", "tanh", function="tanh")
    design = wire(
        design,
        "tokens -> words",
        "segments -> segment_table",
        "words -> sum.input_1",
        "segment_table -> sum.input_2",
        "sum -> positions",
        "positions -> norm",
        "norm -> layers.input",
        "layers -> first",
        "first -> pooler",
        "pooler -> tanh",
    )
    assert sound(design).parameters == 109_482_240


def test_vit_b_16() -> None:
    """Dosovitskiy et al., 2021: 86,567,656 for images of 224 pixels and 1000 classes."""
    design = add(Design(name="ViT-B/16"), "Input", "image", shape=(224, 224, 3))
    design = add(design, "PatchEmbedding", "patches", patch_size=(16,), features=768)
    design = add(add(design, "ClassToken", "token"), "PositionalEmbedding", "positions")
    design = add_ready(
        design,
        "Pre-norm encoder",
        "layers",
        features=768,
        heads=12,
        hidden_units=3072,
        activation="gelu",
        repeat=12,
    )
    design = add(design, "LayerNorm", "norm")
    design = add(design, "Slice", "first", axis=1, stop=1)
    design = add(design, "Dense", "head", units=1000)
    design = chain(design, "image", "patches", "token", "positions")
    design = wire(design, "positions -> layers.input", "layers -> norm")
    design = chain(design, "norm", "first", "head")
    assert sound(design).parameters == 86_567_656


def original_transformer(**options: Any) -> Design:
    """Encoder and decoder as PyTorch stacks them, without embeddings."""
    design = add(Design(name="Transformer"), "Input", "source", shape=(9, 512))
    design = add(design, "Input", "target", shape=(7, 512))
    design = add_ready(design, "Transformer encoder", "encoder", repeat=6, **options)
    design = add_ready(design, "Transformer decoder", "decoder", repeat=6, **options)
    design = add(add(design, "LayerNorm", "encoder_norm"), "LayerNorm", "decoder_norm")
    return wire(
        design,
        "source -> encoder.input",
        "encoder -> encoder_norm",
        "target -> decoder.input",
        "encoder_norm -> decoder.memory",
        "decoder -> decoder_norm",
    )


def test_the_original_transformer_base() -> None:
    """Vaswani et al., 2017, as torch.nn.Transformer has it by default."""
    its = sum(p.numel() for p in torch.nn.Transformer(batch_first=True, device="meta").parameters())
    assert sound(original_transformer()).parameters == its == 44_140_544


def test_the_original_transformer_with_its_tables() -> None:
    """The base model of the paper: one table of 37,000 tokens for both sides and the output."""
    design = tokens("Transformer base", 9, 37000)
    design = add(design, "Input", "shifted", shape=(7,), dtype="int32", classes=37000)
    design = add(design, "Embedding", "words", vocabulary=37000, features=512)
    design = add(design, "SinusoidalEncoding", "positions")
    design = add_ready(design, "Transformer encoder", "encoder", repeat=6)
    design = add(design, "Unembedding", "head", vocabulary=37000, weights_of="words")
    design = wire(
        design,
        "tokens -> words",
        "words -> positions",
        "positions -> encoder.input",
        "encoder -> head",
    )
    assert sound(design).parameters == 37000 * 512 + 6 * 3_152_384


@pytest.mark.parametrize(
    ("block", "params", "published"),
    [
        # Zaremba et al., Recurrent neural network regularization, 2014: the large LSTM of two
        # layers, with one bias for each gate.
        ("LSTM", {"units": 1500, "layers": 2}, 2 * 4 * (1500 * 3000 + 1500)),
        # PyTorch has two biases in each gate: 4 x 200 more in each of two layers.
        ("LSTM", {"units": 200, "layers": 2}, None),
        ("GRU", {"units": 200, "layers": 2, "recurrent_bias": True}, None),
        ("GRU", {"units": 200, "layers": 3, "bidirectional": True, "recurrent_bias": True}, None),
    ],
)
def test_recurrent_language_models(block: str, params: dict[str, Any], published: int) -> None:
    units, layers = params["units"], params["layers"]
    design = tokens("Words", 35, 10000)
    design = add(design, "Embedding", "words", vocabulary=10000, features=units)
    design = add(design, block, "reader", output="all steps", **params)
    design = add(design, "Dense", "head", units=10000)
    design = chain(design, "tokens", "words", "reader", "head")
    found = sound(design)
    if published is None:
        cls = getattr(torch.nn, block)
        both = params.get("bidirectional", False)
        twin = cls(units, units, num_layers=layers, bidirectional=both, device="meta")
        second = 4 * units * layers if block == "LSTM" else 0
        published = sum(p.numel() for p in twin.parameters()) - second
    assert found.nodes["reader"].parameters == published

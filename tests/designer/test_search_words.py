"""What people type for a block brings it, first or among the first."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design, Node
from designer.library import Library
from designer.main_window import MainWindow
from designer.offers import Offers
from designer.session import Session
from tests.designer.driving import click_node, node
from tests.designer.test_adding import pick, popup
from widgets.palette import Palette

FIRST = {
    "Activation": ("relu", "leakyrelu", "leaky relu", "gelu", "silu", "softmax", "sigmoid", "tanh"),
    "PReLU": ("prelu",),
    "BatchNorm": ("batchnorm", "batch norm", "bn"),
    "LayerNorm": ("layernorm", "layer normalization"),
    "GroupNorm": ("groupnorm",),
    "Dense": (
        "dense",
        "linear",
        "fc",
        "fully connected",
        "mlp",
        "feed forward",
        "time distributed",
    ),
    "Conv": ("conv", "conv2d", "conv 2d", "cnn", "convolution"),
    "ConvTranspose": ("deconv", "conv2dtranspose", "transposed conv"),
    "DepthwiseConv": ("depthwise", "mobilenet"),
    "MaxPool": ("max", "maxpool", "max pooling", "maxpooling2d"),
    "AveragePool": ("avgpool", "average pooling"),
    "GlobalAveragePool": ("gap", "global average pooling"),
    "Upsample": ("upsample", "interpolate", "resize", "pixel shuffle"),
    "LSTM": ("lstm", "bilstm"),
    "GRU": ("gru",),
    "SimpleRNN": ("rnn",),
    "MultiHeadAttention": ("attention", "self attention", "self-attention", "mha"),
    "ready:Residual block": ("residual",),
    "ready:GPT block": ("gpt",),
    "Add": ("add", "sum", "skip connection", "shortcut"),
    "Concatenate": ("concat", "cat", "unet", "inception"),
    "Permute": ("permute", "transpose"),
    "Reshape": ("reshape", "view"),
    "Flatten": ("flatten",),
    "Split": ("split", "chunk"),
    "ExpandDims": ("unsqueeze",),
    "Lambda": ("lambda", "formula", "custom", "sqrt"),
    "Dropout": ("dropout",),
    "SpatialDropout": ("dropout2d", "dropout 2d"),
    "StochasticDepth": ("droppath", "drop path"),
    "RotaryEmbedding": ("rope",),
    "PatchEmbedding": ("vit", "patch"),
    "MeanSquaredError": ("mse", "l2 loss", "autoencoder"),
    "MeanAbsoluteError": ("mae", "l1 loss"),
    "CrossEntropy": ("cross entropy", "crossentropy", "nll", "softmax cross entropy"),
    "BinaryCrossEntropy": ("bce", "binary cross entropy"),
    "MaskedToken": ("masked lm", "bert"),
    "TripletLoss": ("triplet",),
    "ContrastiveLoss": ("siamese",),
    "CTC": ("ctc",),
    "Dice": ("iou",),
    "AdversarialLoss": ("gan",),
    "WassersteinLoss": ("wgan",),
    "Target": ("target", "label", "labels"),
}
WORDS = [(word, kind) for kind, words in FIRST.items() for word in words]


@pytest.fixture
def panel(qtbot: QtBot) -> Palette:
    made = Palette()
    qtbot.addWidget(made)
    made.set_entries(Offers(Session(), Library(Path("nowhere"))).entries)
    return made


@pytest.mark.parametrize(("word", "kind"), WORDS)
def test_a_common_word_brings_what_it_means(
    qtbot: QtBot, panel: Palette, word: str, kind: str
) -> None:
    qtbot.keyClicks(panel.search, word)
    assert panel.visible_kinds()[0] == kind


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("transformer", {"ready:Transformer decoder", "ready:Transformer encoder"}),
        ("vae", {"GaussianKL", "GaussianSampling"}),
        ("log loss", {"CrossEntropy", "BinaryCrossEntropy"}),
    ],
)
def test_a_word_for_two_brings_both_first(
    qtbot: QtBot, panel: Palette, word: str, kinds: set[str]
) -> None:
    qtbot.keyClicks(panel.search, word)
    assert set(panel.visible_kinds()[:2]) == kinds


def sequence(features: int) -> Design:
    given = Node("in", "tokens", "Input", {"shape": [5, features]})
    return edits.add_node(Design(), given, (0, 0))


def test_a_ready_group_takes_the_features_of_the_wire(qtbot: QtBot, window: MainWindow) -> None:
    window.session.open(sequence(64), None)
    click_node(window, node(window, "tokens"))
    qtbot.keyClick(window.canvas, Qt.Key.Key_A)
    made = pick(qtbot, window, "pre-norm")
    use = window.session.design.nodes[made]
    assert use.params["features"] == 64
    found = window.session.analysis.outputs()
    assert next(t for end, t in found.items() if end.node == use.id).sizes == (5, 64)
    window.session.undo()
    assert list(window.session.design.nodes) == ["in"]


def test_what_does_not_fit_is_said_to_be_known(qtbot: QtBot, window: MainWindow) -> None:
    window.session.open(sequence(60), None)
    click_node(window, node(window, "tokens"))
    qtbot.keyClick(window.canvas, Qt.Key.Key_A)
    qtbot.keyClicks(popup(window).search, "pre-norm")
    assert popup(window).nothing.text() == "Pre-norm encoder does not fit here"
    popup(window).search.clear()
    qtbot.keyClicks(popup(window).search, "qqq")
    assert popup(window).nothing.text() == "No block matches “qqq”"
    qtbot.keyClick(popup(window).search, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None

"""Losses whose parameters depend on the number of classes, steps or labels."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.block import Block
from core.blocks.classification_losses import CrossEntropy, Focal
from core.blocks.segmentation_losses import Dice
from core.blocks.sequence_losses import CTC, MaskedToken
from core.tensor import Tensor

Case = tuple[Block, dict[str, Tensor]]
_SIZES = st.lists(st.integers(1, 4), max_size=3)


@st.composite
def cross_entropy(draw: st.DrawFn) -> Case:
    classes, sizes = draw(st.integers(1, 4)), draw(_SIZES)
    # Now and then a weight is missing.
    count = draw(st.sampled_from([0, classes, classes, classes - 1]))
    weights = tuple(draw(st.lists(st.floats(0, 2), min_size=count, max_size=count)))
    block = CrossEntropy(label_smoothing=draw(st.floats(0, 1)), class_weights=weights)
    target = Tensor((None, *sizes), "int32", draw(st.integers(0, classes)))
    return block, {"logits": Tensor((None, *sizes, classes)), "target": target}


@st.composite
def focal(draw: st.DrawFn) -> Case:
    _, tensors = draw(cross_entropy())
    classes = tensors["logits"].features
    weights = draw(st.sampled_from([(), (0.5,) * classes]))
    block = Focal(draw(st.floats(0, 2)), gamma=draw(st.floats(0, 5)), class_weights=weights)
    if draw(st.booleans()):
        tensors["target"] = Tensor(
            tensors["logits"].shape, draw(st.sampled_from(["float32", "int32"]))
        )
    return block, tensors


@st.composite
def dice(draw: st.DrawFn) -> Case:
    classes = draw(st.sampled_from([1, 1, 2, 3]))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    one = (1,) if classes == 1 and draw(st.booleans()) else ()
    dtype = "float32" if classes == 1 and draw(st.booleans()) else "int32"
    target = Tensor((None, *sizes, *one), dtype, draw(st.integers(0, 2)) if dtype == "int32" else 0)
    return Dice(smooth=draw(st.floats(0.01, 2))), {
        "logits": Tensor((None, *sizes, classes)),
        "target": target,
    }


@st.composite
def ctc(draw: st.DrawFn) -> Case:
    steps, classes = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    block = CTC(blank=draw(st.integers(0, classes)), padding=draw(st.integers(-1, classes)))
    labels = Tensor((None, draw(st.integers(1, steps))), "int32", draw(st.integers(0, classes)))
    return block, {"logits": Tensor((None, steps, classes)), "target": labels}


@st.composite
def masked_token(draw: st.DrawFn) -> Case:
    steps, classes = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    tensors = {
        "logits": Tensor((None, steps, classes)),
        "target": Tensor((None, steps), "int32", draw(st.integers(0, classes))),
    }
    if draw(st.booleans()):
        long = draw(st.sampled_from([steps, steps, steps + 1]))
        tensors["mask"] = Tensor((None, long), draw(st.sampled_from(["float32", "int32"])))
    return MaskedToken(ignore_id=draw(st.integers(-1, classes))), tensors


CASES = {
    "CrossEntropy": cross_entropy(),
    "Focal": focal(),
    "Dice": dice(),
    "CTC": ctc(),
    "MaskedToken": masked_token(),
}

"""Where data enters a design: Input and Target."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Input(Block):
    """A column of the data that the network sees.

    Output ``[B, *shape]``; images have shape ``H, W, C``, sequences ``T, F``, tokens ``T`` (int32).
    """

    kind = "Input"
    label = "Input"
    family = "Input and output"
    role = "input"
    keywords = ("data", "source", "image", "tokens")
    inputs = ()

    column: str = param("", label="Column", help="Which column of the data.", kind="column")
    shape: tuple[int, ...] = param(
        (8, 8, 1), label="Shape", help="Shape of one sample, without the batch.", minimum=1
    )
    dtype: str = param(
        "float32",
        label="Type",
        help="float32 for measurements and pixels, int32 for tokens and labels.",
        choices=("float32", "int32"),
    )
    classes: int = param(
        0, label="Number of ids", help="Vocabulary size of int32 data; 0 if unknown.", minimum=0
    )

    def infer(self) -> Tensor:
        return Tensor((None, *self.shape), self.dtype, self.classes)


@dataclass(frozen=True)
class Target(Input):
    """A column of the data that the network shall predict; wire it to a loss.

    Output ``[B, *shape]``; a class label has an empty shape and type int32.
    """

    kind = "Target"
    label = "Target"
    role = "target"
    keywords = ("label", "truth", "y", "class")

    shape: tuple[int, ...] = param(
        (), label="Shape", help="Shape of one target; empty for a class label.", minimum=1
    )
    dtype: str = param(
        "int32",
        label="Type",
        help="int32 for class labels, float32 for numbers.",
        choices=("float32", "int32"),
    )
    classes: int = param(
        10, label="Classes", help="Number of classes of an int32 target; 0 if unknown.", minimum=0
    )

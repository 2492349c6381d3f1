"""Where data enters a design: Input, its forms for images, tokens and so on, and Target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.blocks.block import Block, ShapeError
from core.params import param
from core.tensor import Tensor

_TYPES = ("float32", "int32")


def _shape(default: tuple[int, ...], help: str) -> Any:
    return param(default, label="Shape", help=help, minimum=1)


def _fixed_type(default: str) -> Any:
    """The type of an input that takes one type alone; it is still saved, as for any Input."""
    return param(
        default,
        label="Type",
        help="float32 for measurements and pixels, int32 for tokens and labels.",
        choices=_TYPES,
        advanced=True,
    )


def _no_ids() -> Any:
    return param(
        0,
        label="Number of ids",
        help="Vocabulary size of int32 data; 0 if unknown.",
        minimum=0,
        advanced=True,
    )


@dataclass(frozen=True)
class Input(Block):
    """A column of the data that the network sees.

    Output ``[B, *shape]``; images have shape ``H, W, C``, sequences ``T, F``, tokens ``T`` (int32).
    """

    kind = "Input"
    label = "Input"
    family = "Input and output"
    role = "input"
    keywords: ClassVar[tuple[str, ...]] = ("data", "source", "image", "tokens", "table")
    inputs = ()

    column: str = param("", label="Column", help="Which column of the data.", kind="column")
    shape: tuple[int, ...] = _shape((8, 8, 1), "Shape of one sample, without the batch.")
    dtype: str = param(
        "float32",
        label="Type",
        help="float32 for measurements and pixels, int32 for tokens and labels.",
        choices=_TYPES,
    )
    classes: int = param(
        0, label="Number of ids", help="Vocabulary size of int32 data; 0 if unknown.", minimum=0
    )

    def infer(self) -> Tensor:
        return Tensor((None, *self.shape), self.dtype, self.classes)

    def suits(self, tensor: Tensor) -> bool:
        """Whether a column of such a shape and type is what this input is for."""
        return True


class _OfOneForm(Input):
    """An Input for data of one rank and type."""

    rank: ClassVar[int]
    type: ClassVar[str] = "float32"
    form: ClassVar[str]

    def infer(self) -> Tensor:
        found = super().infer()
        if not self.suits(found):
            raise ShapeError(
                f"{self.form}, not {found}", "Choose such a column, or use the block Input."
            )
        return found

    def suits(self, tensor: Tensor) -> bool:
        return (tensor.rank, tensor.dtype) == (self.rank, self.type)


@dataclass(frozen=True)
class ImageInput(_OfOneForm):
    """A column of images that the network sees.

    Output ``[B, H, W, C]`` float32, with one channel for grey images and three for colours.
    """

    kind = "ImageInput"
    label = "Image input"
    keywords = ("data", "source", "picture", "photo", "pixels", "vision")
    rank = 4
    form = "images have a height, a width and channels [B, H, W, C]"

    shape: tuple[int, ...] = _shape((32, 32, 3), "Height, width and channels of an image.")
    dtype: str = _fixed_type("float32")
    classes: int = _no_ids()


@dataclass(frozen=True)
class SequenceInput(_OfOneForm):
    """A column of sequences of measurements that the network sees, such as time series.

    Output ``[B, T, F]`` float32: F numbers at each of T steps.
    """

    kind = "SequenceInput"
    label = "Sequence input"
    keywords = ("data", "source", "time series", "signal", "audio", "steps")
    rank = 3
    form = "sequences have steps and features [B, T, F]"

    shape: tuple[int, ...] = _shape((16, 1), "Steps of a sequence, and numbers at each step.")
    dtype: str = _fixed_type("float32")
    classes: int = _no_ids()


@dataclass(frozen=True)
class TokenInput(_OfOneForm):
    """A column of token ids that the network sees, such as characters or words of a text.

    Output ``[B, T]`` int32 with ids below the vocabulary's size; put an Embedding behind it.
    """

    kind = "TokenInput"
    label = "Token input"
    keywords = ("data", "source", "text", "words", "characters", "language")
    rank = 2
    type = "int32"
    form = "tokens are int32 ids in one row [B, T]"

    shape: tuple[int, ...] = _shape((64,), "Number of tokens of a sample.")
    dtype: str = _fixed_type("int32")
    classes: int = param(
        256, label="Vocabulary", help="Number of different ids; 0 if unknown.", minimum=0
    )


@dataclass(frozen=True)
class TableInput(_OfOneForm):
    """Columns of a table that the network sees as one vector of numbers a row.

    Output ``[B, F]`` float32.
    """

    kind = "TableInput"
    label = "Table input"
    keywords = ("data", "source", "csv", "rows", "features", "tabular", "vector")
    rank = 2
    form = "rows of a table are vectors of numbers [B, F]"

    shape: tuple[int, ...] = _shape((4,), "Number of features of a row.")
    dtype: str = _fixed_type("float32")
    classes: int = _no_ids()


@dataclass(frozen=True)
class Target(Input):
    """A column of the data that the network shall predict; wire it to a loss.

    Output ``[B, *shape]``; a class label has an empty shape and type int32.
    """

    kind = "Target"
    label = "Target"
    role = "target"
    keywords = ("label", "labels", "truth", "y", "class")

    shape: tuple[int, ...] = _shape((), "Shape of one target; empty for a class label.")
    dtype: str = param(
        "int32",
        label="Type",
        help="int32 for class labels, float32 for numbers.",
        choices=_TYPES,
    )
    classes: int = param(
        10, label="Classes", help="Number of classes of an int32 target; 0 if unknown.", minimum=0
    )

"""The inputs of a Keras model: shapes with all sizes fixed, and what kind of numbers they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.compile.keras_in.config import ConfigError, Layer
from core.compile.keras_in.sheet import Book
from core.tensor import Tensor

# Sizes that a model leaves open and nobody gives: an image's height and width, anything else's.
_OPEN_PLACE, _OPEN_SIZE = 224, 16
_LARGEST, _MOST_RANK = 2**20, 6


def sample_of(
    layer: Layer, readers: Sequence[Layer], sizes: Mapping[str, int], book: Book
) -> Tensor:
    """What an input gives. Raises ConfigError for a shape that cannot be.

    Keras takes ids as float32 too; what only tables of vectors read is int32 with us.
    """
    given = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_RANK:
        raise ConfigError(f"the shape of the input {layer.name[:80]!r} cannot be read")
    found = []
    for axis, size in enumerate(given[1:], 1):
        if size is None:
            size = _chosen(layer.name, axis, len(given), sizes, book)
        if type(size) is not int or not 1 <= size <= _LARGEST:
            raise ConfigError(f"the input {layer.name[:80]!r} has the impossible shape {given}")
        found.append(size)
    tables = [x for x in readers if x.kind == "Embedding"]
    only = bool(tables) and all(x.kind in ("Embedding", "NotEqual") for x in readers)
    ids = [x.config.get("input_dim") for x in tables]
    classes = min((n for n in ids if type(n) is int and n > 0), default=0)
    if only or "int" in str(layer.config.get("dtype")):
        return Tensor((None, *found), "int32", classes)
    return Tensor((None, *found))


def _chosen(name: str, axis: int, rank: int, sizes: Mapping[str, int], book: Book) -> int:
    for key in (f"{name}.{axis}", name):
        if key in sizes:
            return sizes[key]
    found = _OPEN_PLACE if rank >= 4 else _OPEN_SIZE
    book.note(
        f"axis {axis} of {name} is left open by the model; it was set to {found} "
        f"(--size {name}.{axis}=N chooses another)"
    )
    return found

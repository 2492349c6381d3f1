"""What an import of another program's model gives, whatever program it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.design.document import Design

Arrays = dict[str, np.ndarray]


class UnsupportedError(Exception):
    """An operator or layer cannot become blocks; the text says why."""


@dataclass(frozen=True)
class Unread:
    """An operator or layer that became an unknown block: the node's id and name, and why."""

    node: str
    name: str
    op: str
    domain: str
    place: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """A design made of another program's model.

    ``weights`` maps node ids to arrays, called as the node's layer has them. ``notes`` tell what
    had to be chosen. ``operators`` counts what the model was made of, layers in Keras; ``opset`` is
    that of ONNX, 0 for others.
    """

    design: Design
    weights: Mapping[str, Arrays]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    opset: int = 0
    producer: str = ""
    operators: int = 0

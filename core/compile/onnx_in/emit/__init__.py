"""One function for each ONNX operator, one family a file.

Each takes the drafting and a node and returns the values of the node's outputs, in their order; it
raises UnsupportedError where no blocks compute the same. A file has its functions in ``EMITTERS``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.graph import OnnxNode
from core.compile.onnx_in.views import Value

Made = Value | Sequence[Value | None]
Emitter = Callable[[Drafting, OnnxNode], Made]


@cache
def emitters() -> Mapping[str, Emitter]:
    """The function for each operator. Raises ValueError where two files claim one."""
    found: dict[str, Emitter] = {}
    for part in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{part}")
        for op, function in getattr(module, "EMITTERS", {}).items():
            if found.setdefault(op, function) is not function:
                raise ValueError(f"two emitters for {op}")
    return found

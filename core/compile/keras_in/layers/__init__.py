"""One function for each class of Keras layers, one family a file.

Each takes the making of one call and returns the value that comes out, or several; it raises
UnsupportedError where no blocks compute the same. A file has its functions in ``CONVERTERS``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from core.compile.keras_in.sheet import Making, Mask, Value

Made = Value | Mask | Sequence[Value]
Converter = Callable[[Making], Made]


@cache
def converters() -> Mapping[str, Converter]:
    """The function for each class. Raises ValueError where two files claim one."""
    found: dict[str, Converter] = {}
    for part in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{part}")
        for kind, function in getattr(module, "CONVERTERS", {}).items():
            if found.setdefault(kind, function) is not function:
                raise ValueError(f"two converters for {kind}")
    return found

"""Functions and layers that blocks need beyond Flax's own, one family a file.

Blocks name them ``layers.NAME``. Each file stands for itself (it imports jax, flax, optax and numpy
only), so that exported code can carry a copy of what it uses.
"""

from __future__ import annotations

import importlib
import pkgutil


def _public() -> dict[str, object]:
    found: dict[str, object] = {}
    for part in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{part}")
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", "") != module.__name__:
                continue
            if found.setdefault(name, value) is not value:
                raise ValueError(f"two layers are called {name}")
    return found


globals().update(_public())

"""The imports at the top of an exported file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

# What the names that calls start with stand for.
MODULES: Mapping[str, str] = {
    "jax": "import jax",
    "jnp": "import jax.numpy as jnp",
    "np": "import numpy as np",
    "optax": "import optax",
    "nnx": "from flax import nnx",
    "json": "import json",
    "sys": "import sys",
    "Mapping": "from collections.abc import Mapping",
}


def import_lines(statements: Iterable[str]) -> list[str]:
    """Import statements in the usual order: the standard library, and then what is installed."""
    plain, of = set(), dict[str, set[str]]()
    for text in statements:
        if text.startswith("from "):
            module, _, name = text.removeprefix("from ").partition(" import ")
            of.setdefault(module, set()).add(name)
        else:
            plain.add(text.removeprefix("import "))
    found = []
    for is_own in (True, False):
        part = [
            f"import {name}" for name in sorted(plain, key=_place) if _is_standard(name) == is_own
        ]
        for module in sorted(of):
            if _is_standard(module) == is_own:
                part.append(f"from {module} import {', '.join(sorted(of[module], key=_kind))}")
        if part:
            found += ["", *part]
    return ["from __future__ import annotations", *found]


def modules_of(functions: Iterable[str]) -> set[str]:
    """The imports that dotted names need; those of plugins name their module in front."""
    found = {MODULES[f.partition(".")[0]] for f in functions if f.partition(".")[0] in MODULES}
    return found | {f"import {module}" for module in plugin_modules(functions)}


def plugin_modules(functions: Iterable[str]) -> set[str]:
    """The modules of plugins that dotted names are in."""
    own = {*MODULES, "layers", "self"}
    return {f.rpartition(".")[0] for f in functions if "." in f and f.partition(".")[0] not in own}


def _is_standard(module: str) -> bool:
    return module.split()[0].partition(".")[0] in sys.stdlib_module_names


def _place(text: str) -> tuple[str, str]:
    return text.split()[0], text


def _kind(name: str) -> tuple[int, str]:
    """Constants come first, then classes, then functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)

"""Names for exported code: identifiers from what people call their nodes, groups and designs."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

from core.compile.plan import attribute_name

# What every exported file may import, and what its own functions are called.
MODULES = frozenset({"jax", "jnp", "nnx", "np", "optax", "json", "sys", "annotations"})
FUNCTIONS = frozenset(
    {"loss", "penalty", "constrain", "is_trained", "train", "named_weights", "load_weights"}
)
_BUILTINS = frozenset(name for name in vars(builtins) if not name.startswith("_"))
# ``l`` is easily taken for a 1.
_UNFIT = MODULES | FUNCTIONS | _BUILTINS | {"self", "rngs", "l"}


# Longer names would leave no room for code.
LONGEST = 40


class Names:
    """Names that are taken in one place of the code, and new ones that are free there."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def variable(self, wanted: str) -> str:
        """A variable or parameter called like ``wanted`` as far as that is free and allowed."""
        stem = attribute_name(wanted[:LONGEST], ())
        return self._free(f"{stem}_" if stem in _UNFIT else stem, stem)

    def attribute(self, wanted: str) -> str:
        """An attribute called like ``wanted``."""
        found = attribute_name(wanted[:LONGEST], self.taken | METHODS)
        self.taken.add(found)
        return found

    def class_name(self, wanted: str, otherwise: str) -> str:
        """A class called like ``wanted`` in capitals: ``Residual block``, ``ResidualBlock``."""
        stem = class_stem(wanted) or otherwise
        return self._free(stem, stem, "")

    def _free(self, first: str, stem: str, between: str = "_") -> str:
        found, number = first, 2
        while found in self.taken or (found != first and found in _UNFIT):
            found, number = f"{stem}{between}{number}", number + 1
        self.taken.add(found)
        return found


# Methods that exported classes have beside those of ``nnx.Module``.
METHODS = frozenset({"for_losses"})


def class_stem(name: str) -> str:
    """A name as a class is called, empty where no letter can be used."""
    normal = unicodedata.normalize("NFKC", name)
    letters = "".join(c if f"a{c}".isidentifier() else " " for c in normal).replace("_", " ")
    stem = ""
    for word in letters.split():
        if len(stem) + len(word) > LONGEST and stem:
            break
        stem += word[0].upper() + word[1:LONGEST]
    # Capitals may be written otherwise in the normal form in which Python reads names.
    stem = unicodedata.normalize("NFKC", stem)
    if not stem.isidentifier():
        stem = f"Model{stem}" if re.search(r"\w", stem) and f"a{stem}".isidentifier() else ""
    unfit = stem in _UNFIT or keyword.iskeyword(stem) or not stem
    return f"{stem}Model" if unfit and stem else stem


def listed(names: Collection[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last

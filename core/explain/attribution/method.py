"""What every attribution method has in common. Editors load it: no JAX."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from core.params import Configured, param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

CONV, ATTENTION, IMAGES = "conv", "attention", "images"
SUM, NORM = "sum", "norm"


def seed_param(of: str = "") -> Any:
    """Where randomness starts, as a parameter of a method; ``of`` says what is drawn."""
    drawn = f" with which {of} are drawn" if of else ""
    return param(0, label="Seed", help=f"Start of the randomness{drawn}.", minimum=0, advanced=True)


class Method(Configured, ABC):
    """Base of the attribution methods: frozen dataclasses with parameters, ``kind`` the saved name.

    ``source`` is the paper. ``completeness`` promises that the values add up to f(x) -
    ``reference``. ``needs`` says what a design must have: nothing, ``conv`` (a convolution),
    ``attention`` or ``images`` (as input). Of a method ``at_layer``, the node that is asked for is
    a layer rather than an Input. ``over_features`` says how the features of a token's embedding
    become one number: ``sum``, or ``norm`` (Euclidean) for slopes. What is made of a method that
    ``makes_sample`` is a sample of its own, to be shown as one.
    """

    source: ClassVar[str]
    completeness: ClassVar[bool] = False
    needs: ClassVar[str] = ""
    at_layer: ClassVar[bool] = False
    over_features: ClassVar[str] = SUM
    makes_sample: ClassVar[bool] = False

    def explain(self, subject: Subject) -> tuple[np.ndarray, float | None]:
        """What ``attribute`` gives, and the R² of a simpler model that it was read off, if any."""
        return self.attribute(subject), None

    @abstractmethod
    def attribute(self, subject: Subject) -> np.ndarray:
        """The values of ``Attribution``, of any float type; JAX is imported here.

        Raises InputError naming what the method needs and the design has not.
        """

    def quick(self) -> Method:
        """The method where maps are made by the dozen, to be compared by their ranks."""
        return self

    def reference(self, subject: Subject) -> float:
        """f(baseline): what the values are counted from, for methods that promise completeness."""
        raise TypeError(f"{type(self).__name__} promises no completeness")

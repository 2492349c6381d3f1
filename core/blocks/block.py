"""What a block is: parameters, ports, a shape rule, and its layer as a declarative call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from core.blocks.call import LAYER, Call, Name, call
from core.params import Configured
from core.tensor import Tensor

if TYPE_CHECKING:
    from core.blocks.windows import Window


class ShapeError(Exception):
    """A block cannot take the shapes it is given: what is wrong, and the remedy."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class Port:
    """A named input of a block.

    ``ranks`` are the ranks it takes, the batch included (empty: any); ``dtype`` is what it takes
    (empty: any); an ``optional`` port may stay unconnected. ``remedy`` is what to do about another
    dtype, where that is not what one usually does.
    """

    name: str
    label: str = ""
    ranks: frozenset[int] = field(default=frozenset())
    dtype: str = ""
    optional: bool = False
    remedy: str = ""

    def check(self, tensor: Tensor) -> None:
        """Raise ShapeError if this port can never take such a tensor."""
        title = self.label or self.name
        if self.dtype and tensor.dtype != self.dtype:
            remedy = self.remedy or (
                "Put an Embedding between, which turns ids into vectors."
                if tensor.dtype == "int32"
                else "Connect integer ids, such as labels or tokens."
            )
            raise ShapeError(f"{title} takes {self.dtype}, not {tensor}", remedy)
        if self.ranks and tensor.rank not in self.ranks:
            raise ShapeError(
                f"{title} takes {_forms(self.ranks)}, not {tensor}", _rank_remedy(self, tensor)
            )


def port(
    name: str = "input",
    *ranks: int,
    dtype: str = "float32",
    optional: bool = False,
    remedy: str = "",
) -> Port:
    """Declare an input port of the given ranks, labelled by its name."""
    label = name.replace("_", " ").capitalize()
    return Port(name, label, frozenset(ranks), dtype, optional, remedy)


@dataclass(frozen=True)
class Learning:
    """How a layer's weights are trained.

    ``l1`` and ``l2`` add l1 sum |W| + l2 sum W^2 to the loss, ``constraint`` is a call that takes
    the name ``weights`` after each step; both are for weights of two or more axes, so that biases
    and scales are left alone. Weights that are not ``trainable`` stay as they are.
    """

    trainable: bool = True
    l1: float = 0.0
    l2: float = 0.0
    constraint: Call | None = None


class Block(Configured):
    """Base of all blocks. A subclass is a frozen dataclass in one file; nothing else lists it.

    ``family`` groups the palette and gives the colour; ``role`` is ``layer``, ``input``, ``target``
    or ``loss``; ``keywords`` are other words people search it by, its commonest other name first;
    ``example`` is parameter values and input shapes of a small instance, used by help pages and the
    contract test. A block that is not ``listed`` cannot be chosen; one ``within_groups`` is offered
    only inside of groups; one that ``passes_on`` gives out what comes in at its first input.
    ``formula`` is what it computes, in one or a few lines for the help page. ``gradient`` is
    ``exact`` (the derivative of the
    output), ``surrogate`` (chosen in its place, as straight-through estimators do) or ``none``
    (zero everywhere). A block that ``changes_while_training`` draws random numbers or keeps
    averages; where its parameters decide that, this is a property. A ``pointwise`` block computes
    each place of an image or a sequence from that place of its inputs alone; one that
    ``keeps_elements`` may look at all of its first input, and each element of the sequence it gives
    still stands for that element of it. The methods take the
    connected inputs' tensors by port name; ``*args`` is there for type checkers alone.
    """

    family: ClassVar[str]
    role: ClassVar[str] = "layer"
    keywords: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[tuple[Port, ...]] = (port(),)
    outputs: ClassVar[tuple[str, ...]] = ("output",)
    example: ClassVar[Mapping[str, tuple[int, ...]]] = {"input": (4,)}
    listed: ClassVar[bool] = True
    within_groups: ClassVar[bool] = False
    passes_on: ClassVar[bool] = False
    formula: ClassVar[str] = ""
    gradient: ClassVar[str] = "exact"
    changes_while_training: ClassVar[bool] = False
    pointwise: ClassVar[bool] = False
    keeps_elements: ClassVar[bool] = False

    def ports(self) -> tuple[Port, ...]:
        """The input ports; they may depend on the parameters."""
        return self.inputs

    @cached_property
    def port_names(self) -> tuple[str, ...]:
        """The names of the input ports."""
        return tuple(port.name for port in self.ports())

    def infer(self, *args: Any, **inputs: Any) -> Tensor | tuple[Tensor, ...]:
        """The output's shape and dtype for the given inputs, by port name.

        A block with several ``outputs`` gives a tuple, in their order. Raises ShapeError where the
        layer could not be built.
        """
        raise TypeError(f"{type(self).__name__} has no shape rule")

    def results(self, **inputs: Tensor) -> dict[str, Tensor]:
        """What ``infer`` says of each output, by name. Raises ShapeError."""
        found = self.infer(**inputs)
        each = found if isinstance(found, tuple) else (found,)
        return dict(zip(self.outputs, each, strict=True))

    def parameters(self, *args: Any, **inputs: Any) -> int:
        """Number of trained values (weights and biases)."""
        return 0

    def flops(self, *args: Any, **inputs: Any) -> int:
        """Floating-point operations for one sample, a multiply-add counted as two."""
        return 0

    def sees(self, *args: Any, **inputs: Any) -> Window | None:
        """The window of each input that one place of the output depends on, in evaluation.

        Places are those of the axes between the batch and the last one. None where a place may
        depend on all others, or where there are no places.
        """
        from core.blocks.windows import one_place

        keeps = self.pointwise or self.passes_on
        return one_place(next(iter(inputs.values()))) if keeps and inputs else None

    def layer(self, *args: Any, **inputs: Any) -> Call | None:
        """The call that builds the layer, or None for a plain function."""
        return None

    def forward(self, *args: Any, **inputs: Any) -> Call:
        """The call that computes the output; a ``Name`` stands for each connected input port.

        With several ``outputs`` the call gives a tuple of arrays, in their order.
        """
        return call(LAYER, *(Name(name) for name in inputs))

    @property
    def learning(self) -> Learning:
        """How the weights are trained; see ``weights.Weighted`` for blocks that let it be set."""
        return Learning()


def _forms(ranks: frozenset[int]) -> str:
    names = {
        1: "one number a sample [B]",
        2: "vectors [B, F]",
        3: "sequences [B, T, F]",
        4: "images [B, H, W, C]",
        5: "volumes [B, D, H, W, C]",
    }
    each = [names.get(r, f"arrays of {r} axes") for r in sorted(ranks)]
    if len(each) > 2 and max(ranks) - min(ranks) == len(each) - 1:
        return f"{each[0]} up to {each[-1]}"
    return " or ".join(each)


def _rank_remedy(port: Port, tensor: Tensor) -> str:
    """What brings a tensor to a rank that a port takes."""
    most, sizes = max(port.ranks), tensor.sizes
    if tensor.rank > most:
        if most == 1:
            return "Wire it to a column with one number a sample, or put Reduce before it."
        if most == 2:
            return "Put Flatten or Global average pooling before it."
        shape = (-1, *sizes[len(sizes) - most + 2 :])
    else:
        wanted = min(rank for rank in port.ranks if rank > tensor.rank)
        shape = (*sizes, *(1,) * (wanted - tensor.rank))
    numbers = ", ".join(map(str, shape))
    return f"Put Reshape with the shape {numbers} before it, or wire it to an earlier node."

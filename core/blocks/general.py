"""Trained products over any axes: DenseGeneral and Einsum."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from core.blocks.axes import axes_of, axes_param
from core.blocks.block import ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.params import param
from core.tensor import Tensor

_MOST_RANK = 6
_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]*),([a-zA-Z]*)->(\.\.\.)?([a-zA-Z]*)")


@dataclass(frozen=True)
class DenseGeneral(Weighted):
    """Fully connected layer over several axes at once: these are replaced by new ones at the end.

    Input ``[B, ...]`` float32, output the axes not named followed by ``features``. Weights
    ``[*axes, *features]``, bias ``[*features]``.

    Source: Kolda and Bader, Tensor decompositions and applications, 2009.
    """

    kind = "DenseGeneral"
    label = "Dense general"
    family = "Dense"
    keywords = ("linear", "tensor product", "contraction", "axes", "heads", "fully connected")
    inputs = (port("input", 2, 3, 4, 5, 6),)
    example = {"input": (3, 4)}
    formula = (
        "y[..., o] = Σₐ x[..., a] W[a, o] + b[o], with a over the axes and o over the features"
    )

    features: tuple[int, ...] = param(
        (64,), label="Features", help="Lengths of the new axes, such as 8, 16.", minimum=1
    )
    axes: tuple[int, ...] = axes_param(
        (-1,), "Axes that are summed over, with the batch as 0; empty for all of a sample."
    )
    use_bias: bool = param(True, label="Bias", help="Add a trained bias to each output.")

    def infer(self, input: Tensor) -> Tensor:
        kept = self._kept(input)
        if not self.features:
            raise ShapeError("Features is empty", "Give the length of at least one new axis.")
        if 1 + len(kept) + len(self.features) > _MOST_RANK:
            raise ShapeError(
                f"the output would have more than {_MOST_RANK} axes",
                "Name more axes, or give fewer features.",
            )
        return input.with_sizes(*kept, *self.features)

    def _kept(self, input: Tensor) -> tuple[int, ...]:
        gone = axes_of(input, self.axes)
        return tuple(n for i, n in enumerate(input.sizes, 1) if i not in gone)

    def _summed(self, input: Tensor) -> tuple[int, ...]:
        return tuple(input.sizes[axis - 1] for axis in axes_of(input, self.axes))

    def parameters(self, input: Tensor) -> int:
        return (math.prod(self._summed(input)) + self.use_bias) * math.prod(self.features)

    def flops(self, input: Tensor) -> int:
        made = math.prod(self._kept(input)) * math.prod(self.features)
        return made * (2 * math.prod(self._summed(input)) + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        return call(
            "nnx.LinearGeneral",
            self._summed(input),
            self.features,
            axis=axes_of(input, self.axes),
            use_bias=self.use_bias,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))


@dataclass(frozen=True)
class _Equation:
    """An equation fitted to an input: letters of each term, and the length of each letter.

    ``outer`` are the lengths of the axes that ``...`` stands for, the batch left out.
    """

    kernel: str
    output: str
    lengths: dict[str, int]
    outer: tuple[int, ...]

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        return tuple(self.lengths[letter] for letter in self.kernel)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        return tuple(self.lengths[i] for i in self.output if i in self.kernel)

    @property
    def sizes(self) -> tuple[int, ...]:
        return (*self.outer, *(self.lengths[letter] for letter in self.output))


@dataclass(frozen=True)
class Einsum(Weighted):
    """Multiplies its input by a trained kernel as an equation of letters says.

    The equation is ``input,kernel->output``, such as ``...d,dk->...k`` (a dense layer): a letter
    names an axis, ``...`` all axes that are not named, and what the output lacks is summed over.
    Input and output start with ``...`` or with one letter for the batch. ``sizes`` are the lengths
    of letters that only the kernel has, in its order. Input ``[B, ...]`` float32. The kernel has
    the axes of its letters, the bias those of them that the output has.

    Source: Einstein, Die Grundlage der allgemeinen Relativitätstheorie, 1916.
    """

    kind = "Einsum"
    label = "Einsum"
    family = "Dense"
    keywords = ("einstein sum", "tensor product", "contraction", "equation", "linear")
    inputs = (port("input", 2, 3, 4, 5, 6),)
    formula = "y = einsum(equation, x, W) + b"

    equation: str = param(
        "...d,dk->...k",
        label="Equation",
        help="Letters of the axes of input, kernel and output: input,kernel->output.",
    )
    sizes: tuple[int, ...] = param(
        (64,),
        label="Sizes",
        help="Lengths of the letters that only the kernel has, in its order.",
        minimum=1,
    )
    use_bias: bool = param(True, label="Bias", help="Add a trained bias over the kernel's letters.")

    def infer(self, input: Tensor) -> Tensor:
        found = self._fitted(input)
        if 1 + len(found.sizes) > _MOST_RANK:
            raise ShapeError(f"the output has more than {_MOST_RANK} axes", "Sum over some.")
        return input.with_sizes(*found.sizes)

    def _fitted(self, input: Tensor) -> _Equation:
        """The equation with the length of each letter. Raises ShapeError."""
        text = self.equation.replace(" ", "")
        match = _EQUATION.fullmatch(text) if len(text) <= 100 else None
        if match is None:
            raise ShapeError(
                f"the equation {self.equation[:100]!r} cannot be read",
                "Write it like ...d,dk->...k: letters of the input, a comma, letters of the "
                "kernel, -> and letters of the output.",
            )
        dots, given, kernel, dots_out, output = match.groups()
        _check_letters(given, kernel, output)
        if bool(dots) != bool(dots_out):
            raise ShapeError(
                "... stands on one side only", "Start input and output with ..., or neither."
            )
        named = input.sizes
        outer: tuple[int, ...] = ()
        if not dots:
            batch, given, output = given[:1], given[1:], _without_batch(given, kernel, output)
            if len(given) != len(named):
                raise ShapeError(
                    f"the equation names {len(batch + given)} axes, but the input is {input}",
                    f"Name {input.rank} axes, or start with ... for those not named.",
                )
        elif len(given) > len(named):
            raise ShapeError(
                f"the equation names {len(given)} axes besides the batch, but the input is {input}",
                f"Name at most {len(named)}.",
            )
        else:
            cut = len(named) - len(given)
            outer, named = named[:cut], named[cut:]
        lengths = dict(zip(given, named, strict=True))
        new = [letter for letter in kernel if letter not in lengths]
        if len(new) != len(self.sizes):
            letters = ", ".join(new) or "none"
            raise ShapeError(
                f"Sizes has {len(self.sizes)} numbers for the letters that only the kernel has "
                f"({letters})",
                f"Give {len(new)}.",
            )
        return _Equation(kernel, output, lengths | dict(zip(new, self.sizes, strict=True)), outer)

    def parameters(self, input: Tensor) -> int:
        found = self._fitted(input)
        bias = math.prod(found.bias_shape) if self.use_bias else 0
        return math.prod(found.kernel_shape) + bias

    def flops(self, input: Tensor) -> int:
        found = self._fitted(input)
        products = math.prod(found.outer) * math.prod(found.lengths.values())
        return 2 * products + self.use_bias * math.prod(found.sizes)

    def layer(self, input: Tensor) -> Call:
        found = self._fitted(input)
        return call(
            "nnx.Einsum",
            self.equation.replace(" ", ""),
            found.kernel_shape,
            found.bias_shape if self.use_bias else None,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))


def _check_letters(given: str, kernel: str, output: str) -> None:
    """Raise ShapeError where the letters of the three terms make no sense together."""
    for term, name in ((given, "input"), (kernel, "kernel"), (output, "output")):
        if len(set(term)) < len(term):
            raise ShapeError(f"the {name} {term!r} has a letter twice", "Name each axis once.")
    unknown = sorted(set(output) - set(given) - set(kernel))
    if unknown:
        raise ShapeError(
            f"the output has {unknown[0]!r}, which neither input nor kernel has",
            "Use letters of the input and the kernel.",
        )
    idle = sorted(set(kernel) - set(given) - set(output))
    if idle:
        raise ShapeError(
            f"only the kernel has {idle[0]!r}, which would just be summed",
            "Leave it out, or give it to the output.",
        )
    if len(kernel) < 2:
        raise ShapeError(
            f"the kernel {kernel!r} has fewer than two axes",
            "Use Affine for one number per channel.",
        )


def _without_batch(given: str, kernel: str, output: str) -> str:
    """The output's letters after that of the batch. Raises ShapeError where it is not there."""
    batch = given[:1]
    if not batch or output[:1] != batch or batch in kernel:
        raise ShapeError(
            f"the first letter of the input is the batch, which the output must start with "
            f"and the kernel lack, but the equation is {given},{kernel}->{output}",
            "Start input and output with ..., which stands for the batch too.",
        )
    return output[1:]

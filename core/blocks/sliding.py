"""What blocks that slide a trained kernel over their input have in common. Not a block itself."""

from __future__ import annotations

import math
from typing import Any

from core.blocks.block import ShapeError
from core.blocks.weights import Weighted
from core.blocks.windows import EXPLICIT, PADDING_HELP, PADDINGS, Window, per_axis, per_side
from core.params import param
from core.tensor import Tensor

# Paddings of one step places, in which some continue the input instead of adding zeros.
SLIDING_PADDINGS = (*PADDINGS, "CAUSAL", "REFLECT", "CIRCULAR")


def kernel_param() -> tuple[int, ...]:
    """The parameter for the extent of the kernel."""
    return param(
        (3,),
        label="Kernel size",
        help="Extent of each filter: one number for all axes, or one for each.",
        minimum=1,
    )


def strides_param(default: int = 1, help: str = "Step between two places of the kernel") -> Any:
    """The parameter for the step between places."""
    return param(
        (default,),
        label="Strides",
        help=f"{help}: one number for all axes, or one for each.",
        minimum=1,
    )


def dilation_param() -> tuple[int, ...]:
    """The parameter for the distance of kernel elements."""
    return param(
        (1,),
        label="Dilation",
        help="Distance between two kernel elements: one number for all axes, or one for each.",
        minimum=1,
    )


def padding_param() -> str:
    """The parameter for what is done at the edges."""
    return param(
        "SAME",
        label="Padding",
        help=f"{PADDING_HELP} CAUSAL pads a sequence in front alone, so that no output sees "
        "what comes later. REFLECT mirrors the input at its edges, CIRCULAR goes on at the "
        "other end; both keep the size at stride 1.",
        choices=SLIDING_PADDINGS,
    )


def groups_param(one_each: str) -> int:
    """The parameter for groups of channels; ``one_each`` is what a group a channel is called."""
    return param(
        1,
        label="Groups",
        help="Split the channels into groups that are convolved apart; "
        f"as many groups as channels is a {one_each}.",
        minimum=1,
    )


def check_groups(input: Tensor, filters: int, groups: int) -> None:
    """Raise ShapeError unless the groups share the input's channels and the filters equally."""
    if input.features % groups == 0 and filters % groups == 0:
        return
    what = (
        f"the input {input} has {input.features} channels"
        if input.features % groups
        else f"there are {filters} filters"
    )
    best = math.gcd(input.features, filters)
    raise ShapeError(
        f"{what}, which {groups} groups cannot share equally",
        f"Set Groups to a divisor of {best}, or Filters to a multiple of Groups.",
    )


def bias_param() -> bool:
    """The parameter for a trained bias."""
    return param(True, label="Bias", help="Add a trained bias to each filter.")


class Sliding(Weighted):
    """Blocks with a kernel that slides; each declares these parameters where they read best."""

    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: str
    pads: tuple[int, ...]

    def window(self, input: Tensor) -> Window:
        """The kernel as a window. Raises ShapeError if its numbers do not fit the axes."""
        if self.padding == "CAUSAL" and input.rank != 3:
            raise ShapeError(
                f"CAUSAL padding is for sequences [B, T, F], not {input}", "Set Padding to SAME."
            )
        return Window(
            "Kernel size",
            per_axis(self.kernel_size, input, "Kernel size"),
            per_axis(self.strides, input, "Strides"),
            per_axis(self.dilation, input, "Dilation"),
            self.padding,
            per_side(self.pads, input, "Pads") if self.padding == EXPLICIT else (),
        )

    def sees(self, input: Tensor) -> Window | None:
        return self.window(input)

    def window_options(self, input: Tensor) -> dict[str, Any]:
        """The options of a layer's call that say how the kernel slides."""
        window = self.window(input)
        return {
            "kernel_size": window.size,
            "strides": window.strides,
            "kernel_dilation": window.dilation,
            "padding": window.argument,
        }

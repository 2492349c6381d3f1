"""Policy losses, whose ports all speak of the same actions."""

from __future__ import annotations

from hypothesis import strategies as st

from core.blocks.block import Block
from core.blocks.policy_losses import PolicyGradient
from core.tensor import Tensor

Case = tuple[Block, dict[str, Tensor]]


@st.composite
def policy_gradient(draw: st.DrawFn) -> Case:
    actions = draw(st.integers(1, 4))
    one = st.sampled_from([(), (1,), (1,), (2,)])
    tensors = {
        "logits": Tensor((None, actions)),
        # Now and then there are more actions than logits.
        "action": Tensor((None,), "int32", draw(st.integers(0, actions + 1))),
        "returns": Tensor((None, *draw(one))),
    }
    if draw(st.booleans()):
        tensors["value"] = Tensor((None, *draw(one)))
    if draw(st.booleans()):
        tensors["legal"] = Tensor((None, draw(st.sampled_from([actions, actions, actions + 1]))))
    return PolicyGradient(
        entropy_bonus=draw(st.floats(0, 1)), normalise=draw(st.booleans())
    ), tensors


CASES = {"PolicyGradient": policy_gradient()}

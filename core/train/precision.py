"""Computing in half precision while weights stay float32: casts, and the scale of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from core.train.state import LossScale

# What float16 training begins with, and the steps after which the scale is doubled, as in
# Micikevicius et al., 2018, and the common implementations.
FIRST_SCALE = 2.0**15
GROWTH_STEPS = 2000


@dataclass(frozen=True)
class Precision:
    """``float32``, ``bfloat16`` or ``float16``: what layers compute in.

    In float16 small gradients would vanish, so the loss is multiplied by a scale and the gradients
    divided by it. A step whose gradients overflow changes nothing but the scale, which it halves.
    """

    name: str

    @property
    def half(self) -> str:
        """The format that is cast to; empty where nothing is cast."""
        return "" if self.name == "float32" else self.name

    def first_scale(self) -> LossScale | None:
        """The scale before the first step."""
        if self.name != "float16":
            return None
        return LossScale(np.float32(FIRST_SCALE), np.int32(0))  # type: ignore[arg-type]

    def lowered(self, params: Sequence[jax.Array]) -> list[jax.Array]:
        """Weights as layers see them."""
        return [self._cast(p) for p in params]

    def fed(self, batch: dict[str, jax.Array]) -> dict[str, jax.Array]:
        """A batch as layers see it; ids stay whole numbers."""
        return {node: self._cast(values) for node, values in batch.items()}

    def scaled(self, loss: jax.Array, scale: LossScale | None) -> jax.Array:
        """The loss whose gradient is taken."""
        return loss if scale is None else loss * scale.factor

    def unscaled(self, gradients: list[jax.Array], scale: LossScale | None) -> list[jax.Array]:
        """The gradients of the loss itself."""
        return gradients if scale is None else [g / scale.factor for g in gradients]

    def kept(
        self, gradients: list[jax.Array], changed: Any, before: Any, scale: LossScale | None
    ) -> tuple[Any, LossScale | None]:
        """What is kept of a step: the change, or what was before if the gradients overflowed."""
        if scale is None:
            return changed, None
        finite = jnp.all(jnp.array([jnp.isfinite(g).all() for g in gradients]))
        chosen = jax.tree.map(lambda new, old: jnp.where(finite, new, old), changed, before)
        grown = scale.steps + 1 >= GROWTH_STEPS
        larger = jnp.where(grown, scale.factor * 2, scale.factor)
        factor = jnp.where(finite, larger, jnp.maximum(scale.factor / 2, 1.0))
        steps = jnp.where(finite & ~grown, scale.steps + 1, 0)
        return chosen, LossScale(factor, steps)

    def _cast(self, array: jax.Array) -> jax.Array:
        return array.astype(self.half) if self.half and array.dtype == jnp.float32 else array

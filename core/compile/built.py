"""Builds a network in one compiled function, where each array alone would be compiled by itself."""

from __future__ import annotations

from typing import Any

import jax
from flax import nnx

from core.compile.model import Network
from core.compile.plan import Plan

# Random weights are drawn once, so that the compiler's passes would take far longer than they save.
# What is drawn stays the same to the bit.
_ON_CPU = {"xla_backend_optimization_level": 1}


def built(plan: Plan, seed: int, platform: str = "") -> Network:
    """The network with its first arrays, the same as ``Network(plan, nnx.Rngs(seed))``.

    ``platform`` is that of JAX's default device. Raises what building the network raises.
    """
    forms: list[Any] = []

    def arrays() -> Any:
        form, state = nnx.split(Network(plan, nnx.Rngs(seed)))
        forms.append(form)
        return state

    options = _ON_CPU if platform == "cpu" else None
    try:
        state = jax.jit(arrays, compiler_options=options)()
    except jax.errors.JAXTypeError:
        # A block of a plugin looks at values while it is built.
        return Network(plan, nnx.Rngs(seed))
    return nnx.merge(forms[-1], state)

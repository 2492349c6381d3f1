"""A network that is built in one compiled function has the weights that Flax gives it."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx

from core.compile import built as module
from core.compile.built import built
from core.compile.model import Network
from core.compile.plan import Plan, make_plan
from core.design.analysis import analyse
from tests.core.networks.convolutional_designs import lenet_5


def plan() -> Plan:
    return make_plan(analyse(lenet_5()), to_train=False)


def arrays(network: Network) -> dict[Any, np.ndarray]:
    """The values of all variables by path; of random keys, their data."""
    found = {}
    for path, variable in nnx.to_flat_state(nnx.state(network)):
        value = variable[...]
        is_key = jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key)
        found[path] = np.asarray(jax.random.key_data(value) if is_key else value)
    return found


@pytest.mark.parametrize("platform", ["cpu", ""])
@pytest.mark.optimised
def test_weights_are_those_of_flax_to_the_bit(platform: str) -> None:
    expected, found = arrays(Network(plan(), nnx.Rngs(3))), arrays(built(plan(), 3, platform))
    assert expected.keys() == found.keys()
    assert len(expected) >= 10
    for path, value in expected.items():
        np.testing.assert_array_equal(found[path], value)
    other = arrays(built(plan(), 4, platform))
    assert any((other[path] != value).any() for path, value in expected.items())


@pytest.mark.optimised
def test_a_block_may_look_at_values(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []

    class Curious(Network):
        def __init__(self, plan: Plan, rngs: nnx.Rngs) -> None:
            super().__init__(plan, rngs)
            looked.append(float(jax.tree.leaves(nnx.state(self, nnx.Param))[0].sum()))

    monkeypatch.setattr(module, "Network", Curious)
    network = built(plan(), 3, "cpu")
    assert len(looked) == 1
    expected = arrays(Network(plan(), nnx.Rngs(3)))
    for path, value in arrays(network).items():
        np.testing.assert_array_equal(value, expected[path])

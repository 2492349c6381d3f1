"""A dot gives out exactly what came in."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import run

from core.blocks.reroute import Reroute
from core.tensor import Tensor


@pytest.mark.parametrize("shape", [(3,), (3, 4), (3, 4, 2), (3, 4, 2, 3), (3, 2, 2, 2, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_the_input_comes_out(shape: tuple[int, ...], dtype: type) -> None:
    x = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    y, _ = run(Reroute(), input=x)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x)


def test_ids_keep_their_number() -> None:
    tokens = Tensor((None, 6), "int32", 9)
    assert Reroute().infer(input=tokens) == tokens

"""Losses for numbers against PyTorch and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from built_block import run
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from test_loss_blocks import figure
from torch.nn import functional

from core.blocks.block import ShapeError
from core.blocks.losses import Loss
from core.blocks.regression_losses import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError
from core.tensor import Tensor

RNG = np.random.default_rng(9)
Reference = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def huber(delta: float) -> Reference:
    return lambda p, t: functional.huber_loss(p, t, reduction="none", delta=delta)


LOSSES: dict[str, tuple[type[Loss], dict[str, float], Reference]] = {
    "squared": (MeanSquaredError, {}, lambda p, t: functional.mse_loss(p, t, reduction="none")),
    "absolute": (MeanAbsoluteError, {}, lambda p, t: functional.l1_loss(p, t, reduction="none")),
    "huber": (Huber, {}, huber(1.0)),
    "narrow huber": (Huber, {"delta": 0.2}, huber(0.2)),
    "wide huber": (Huber, {"delta": 30.0}, huber(30.0)),
    "log-cosh": (LogCosh, {}, lambda p, t: torch.log(torch.cosh(p - t))),
}


@pytest.mark.parametrize("shape", [(1,), (5,), (4, 3), (2, 3, 2)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", LOSSES)
def test_is_that_of_pytorch(name: str, reduction: str, shape: tuple[int, ...]) -> None:
    cls, values, reference = LOSSES[name]
    prediction, target = (RNG.normal(0, 3, (6, *shape)).astype(np.float32) for _ in range(2))
    block, faults = cls.read({**values, "reduction": reduction})
    assert not faults
    found, _ = run(block, prediction=prediction, target=target)
    each = reference(torch.tensor(prediction).double(), torch.tensor(target).double()).flatten(1)
    wanted = each.mean(1) if reduction == "mean" else each.sum(1)
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6)
    pair = {"prediction": prediction, "target": target}
    flat = target.ravel(), prediction.ravel()
    mae, rmse = (figure(block, name, **pair) for name in ("mae", "rmse"))
    assert mae == pytest.approx(mean_absolute_error(*flat), rel=1e-5)
    assert rmse == pytest.approx(root_mean_squared_error(*flat), rel=1e-5)


@pytest.mark.parametrize("cls", [MeanAbsoluteError, Huber, LogCosh])
def test_refuses_with_a_remedy(cls: type[Loss]) -> None:
    with pytest.raises(ShapeError) as refused:
        cls().infer(prediction=Tensor((None, 2)), target=Tensor((None, 1)))
    assert "[B, 1]" in refused.value.remedy

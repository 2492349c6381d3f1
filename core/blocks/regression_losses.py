"""Losses for predicting numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.losses import FOR_LABELS, PER_SAMPLE, Metric, Reduced, per_sample
from core.params import param
from core.tensor import Tensor

_PORTS = (port("prediction", 2, 3, 4, 5), port("target", 2, 3, 4, 5, remedy=FOR_LABELS))

_PAIR = (Name("prediction"), Name("target"))


@dataclass(frozen=True)
class _Regression(Reduced):
    """Base: a prediction and a target of one shape, and the metrics of all regressions."""

    inputs = _PORTS
    example = {"prediction": (1,), "target": (1,)}
    prediction = "prediction"

    def infer(self, prediction: Tensor, target: Tensor) -> Tensor:
        if prediction.shape != target.shape:
            raise ShapeError(
                f"prediction {prediction} does not fit target {target}",
                f"Give the last layer an output of {target}.",
            )
        return PER_SAMPLE

    def metrics(self, prediction: Tensor, target: Tensor) -> Mapping[str, Metric]:
        squares = call("optax.squared_error", *_PAIR)
        distance = call("jnp.abs", _difference())
        return {
            "rmse": Metric(per_sample(squares, target.rank), root=True, in_target_units=True),
            "mae": Metric(per_sample(distance, target.rank), in_target_units=True),
            "r2": Metric(
                call("layers.target_moments", *_PAIR, Name("counts")),
                gives=("r2",),
                finish="layers.determination",
                in_training=False,
            ),
        }


@dataclass(frozen=True)
class MeanSquaredError(_Regression):
    """Mean squared error, for predicting numbers.

    ``prediction`` and ``target`` float32 of one shape ``[B, ...]``; a loss ``[B]``. Nothing is
    trained. Metrics: rmse (root mean squared error) and mae (mean absolute error), both in the
    target's own units, and r2 (share of the variance that is explained).

    Source: Gauss, Theoria combinationis observationum erroribus minimis obnoxiae, 1823.
    """

    kind = "MeanSquaredError"
    label = "Mean squared error"
    keywords = ("mse", "l2 loss", "regression", "reconstruction", "autoencoder")
    formula = "loss = mean of (prediction - target)²"

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        error = call("optax.squared_error", *_PAIR)
        return self.joined(error, target.rank)


@dataclass(frozen=True)
class MeanAbsoluteError(_Regression):
    """Mean absolute error, for numbers with outliers: it learns the median.

    ``prediction`` and ``target`` float32 of one shape ``[B, ...]``; a loss ``[B]``. Nothing is
    trained. Where both are equal the slope is 0. Metrics: rmse and mae in the target's own units.

    Source: Boscovich, De litteraria expeditione per pontificiam ditionem, 1757.
    """

    kind = "MeanAbsoluteError"
    label = "Mean absolute error"
    keywords = ("mae", "l1 loss", "regression", "median", "laplace")
    formula = "loss = mean of |prediction - target|"

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        return self.joined(call("jnp.abs", _difference()), target.rank)


@dataclass(frozen=True)
class Huber(_Regression):
    """Huber loss: squared for small errors, absolute for those beyond delta.

    ``prediction`` and ``target`` float32 of one shape ``[B, ...]``; a loss ``[B]``. Nothing is
    trained. Metrics: rmse and mae in the target's own units; delta is in those that the network
    learns, which are standardised where the data is.

    Source: Huber, Robust estimation of a location parameter, 1964.
    """

    kind = "Huber"
    label = "Huber"
    keywords = ("smooth l1", "robust", "regression", "outliers")
    formula = "e = prediction - target\nloss = mean of: e² / 2 if |e| <= δ, else δ (|e| - δ / 2)"

    delta: float = param(
        1.0, label="Delta", help="Where squared goes over into absolute.", minimum=0.0001
    )

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        error = call("optax.huber_loss", Name("prediction"), Name("target"), delta=self.delta)
        return self.joined(error, target.rank)


@dataclass(frozen=True)
class LogCosh(_Regression):
    """Logarithm of the hyperbolic cosine of the error: a Huber loss without a corner.

    Near e² / 2 for small errors e, near ``|e| - log 2`` for large ones.

    ``prediction`` and ``target`` float32 of one shape ``[B, ...]``; a loss ``[B]``. Nothing is
    trained. Metrics: rmse and mae in the target's own units.

    Source: Green, Bayesian reconstructions from emission tomography data using a modified EM
    algorithm, 1990.
    """

    kind = "LogCosh"
    label = "Log-cosh"
    keywords = ("logcosh", "smooth", "robust", "regression")
    formula = "loss = mean of log cosh(prediction - target)"

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        error = call("optax.log_cosh", *_PAIR)
        return self.joined(error, target.rank)


def _difference() -> Call:
    return call("jnp.subtract", *_PAIR)

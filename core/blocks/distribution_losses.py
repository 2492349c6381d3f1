"""Losses between distributions: divergences and distillation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import Call, Name, call
from core.blocks.losses import PER_SAMPLE, Loss, Metric, Reduced, check_same, per_sample
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class KLDivergence(Loss):
    """Kullback-Leibler divergence of the predicted distribution from the target's.

    ``prediction`` and ``target`` float32 of one shape ``[B, ..., C]``, distributions on the last
    axis, each given as logits, probabilities or log-probabilities; a loss ``[B]`` in nats, the mean
    over a sample's distributions. Probabilities below 1e-12 are taken for 1e-12 within the
    logarithm. Nothing is trained.

    Source: Kullback and Leibler, On information and sufficiency, 1951.
    """

    kind = "KLDivergence"
    label = "KL divergence"
    keywords = ("kullback-leibler", "relative entropy", "soft labels", "kl_div")
    inputs = (port("prediction", 2, 3, 4, 5), port("target", 2, 3, 4, 5))
    example = {"prediction": (4,), "target": (4,)}
    prediction = "prediction"
    formula = "loss = Σ_c q_c (log q_c - log p_c),   q = target, p = prediction"

    prediction_as: str = param(
        "logits",
        label="Prediction is",
        help="What the prediction is given as.",
        choices=("logits", "log_probabilities", "probabilities"),
    )
    target_as: str = param(
        "probabilities",
        label="Target is",
        help="What the target is given as.",
        choices=("logits", "log_probabilities", "probabilities"),
    )

    @property
    def logit_ports(self) -> tuple[str, ...]:
        given = {"prediction": self.prediction_as, "target": self.target_as}
        return tuple(name for name, form in given.items() if form == "logits")

    def infer(self, prediction: Tensor, target: Tensor) -> Tensor:
        check_same(prediction=prediction, target=target)
        return PER_SAMPLE

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        loss = call(
            "layers.kl_divergence",
            _logarithms("prediction", self.prediction_as),
            _logarithms("target", self.target_as),
        )
        return per_sample(loss, target.rank - 1)


def _logarithms(name: str, form: str) -> Call | Name:
    if form == "log_probabilities":
        return Name(name)
    if form == "logits":
        return call("nnx.log_softmax", Name(name), axis=-1)
    return call("layers.safe_log", Name(name))


@dataclass(frozen=True)
class GaussianKL(Reduced):
    """Divergence of a Gaussian from the standard normal one: the price of a VAE's latent code.

    ``mean`` and ``log_variance`` float32 of one shape ``[B, ...]``; a loss ``[B]`` in nats, summed
    over a sample's dimensions, as the evidence lower bound has it. The weight is the beta of a
    beta-VAE; against a reconstruction loss that takes the mean over N pixels, 1 / N is the exact
    bound. No target. Nothing is trained.

    Sources: Kingma and Welling, Auto-encoding variational Bayes, 2014; Higgins et al., beta-VAE,
    2017 (the weight).
    """

    kind = "GaussianKL"
    label = "Gaussian KL"
    keywords = ("vae", "variational", "latent", "beta", "elbo", "prior", "kullback-leibler")
    inputs = (port("mean", 2, 3, 4, 5), port("log_variance", 2, 3, 4, 5))
    example = {"mean": (4,), "log_variance": (4,)}
    prediction = "mean"
    predicts = False
    formula = "loss = Σ (exp(v) + μ² - 1 - v) / 2,   μ = mean, v = log variance"

    reduction: str = param(
        "sum",
        label="Reduction",
        help="How a sample's dimensions are joined: summed as in the bound, or their mean.",
        choices=("sum", "mean"),
        advanced=True,
    )

    def infer(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        check_same(mean=mean, log_variance=log_variance)
        return PER_SAMPLE

    def forward(self, mean: Tensor, log_variance: Tensor) -> Call:
        return self.joined(
            call("layers.gaussian_kl", Name("mean"), Name("log_variance")), mean.rank
        )


@dataclass(frozen=True)
class Distillation(Loss):
    """Teaches a small network what a large one says, softened by a temperature.

    ``student`` and ``teacher`` float32 logits of one shape ``[B, ..., C]``; a loss ``[B]``, the
    mean over a sample's places. The factor of temperature squared keeps the gradient's size; no
    gradient goes into the teacher. Add a cross-entropy to learn the labels as well. Nothing is
    trained here. Metric: agreement, the share of places where both name the same class.

    Source: Hinton et al., Distilling the knowledge in a neural network, 2015.
    """

    kind = "Distillation"
    label = "Distillation"
    keywords = ("teacher", "student", "knowledge", "soft targets", "temperature")
    inputs = (port("student", 2, 3, 4, 5), port("teacher", 2, 3, 4, 5))
    example = {"student": (4,), "teacher": (4,)}
    prediction = "student"
    logits = ("student", "teacher")
    gradient = "surrogate"
    formula = "loss = T² KL(softmax(teacher / T) ‖ softmax(student / T)), teacher held fixed"

    temperature: float = param(
        2.0, label="Temperature", help="Above 1 softens both distributions.", minimum=0.01
    )

    def infer(self, student: Tensor, teacher: Tensor) -> Tensor:
        check_same(student=student, teacher=teacher)
        return PER_SAMPLE

    def forward(self, student: Tensor, teacher: Tensor) -> Call:
        held = call("jax.lax.stop_gradient", Name("teacher"))
        divergence = call("layers.kl_divergence", self._soft(Name("student")), self._soft(held))
        return per_sample(call("jnp.multiply", self.temperature**2, divergence), student.rank - 1)

    def _soft(self, logits: Call | Name) -> Call:
        return call("nnx.log_softmax", call("jnp.divide", logits, self.temperature), axis=-1)

    def metrics(self, student: Tensor, teacher: Tensor) -> Mapping[str, Metric]:
        said, wanted = (call("jnp.argmax", Name(n), axis=-1) for n in ("student", "teacher"))
        return {"agreement": Metric(per_sample(call("jnp.equal", said, wanted), student.rank - 1))}


@dataclass(frozen=True)
class Minimize(Loss):
    """Makes whatever is wired to it small: its mean is the loss.

    For losses that are computed by other blocks, such as the divergence of Binary units.

    ``value`` float32 ``[B, ...]``; a loss ``[B]``, the mean over all axes but the batch. No target.
    Nothing is trained.

    Source: Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, 1847
    (descent along the gradient).
    """

    kind = "Minimize"
    label = "Minimise"
    keywords = ("minimize", "objective", "energy", "mean", "custom loss")
    inputs = (port("value", 1, 2, 3, 4, 5),)
    example = {"value": (4,)}
    prediction = "value"
    predicts = False
    formula = "loss = mean of value"

    def infer(self, value: Tensor) -> Tensor:
        return PER_SAMPLE

    def forward(self, value: Tensor) -> Call:
        return per_sample(call("jnp.asarray", Name("value")), value.rank)

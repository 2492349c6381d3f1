"""Losses of generative adversarial networks, for the generator and for its critic."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import Port, ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.losses import PER_SAMPLE, Loss, Metric, per_sample
from core.params import param
from core.tensor import Tensor

_PORTS = (port("fake", 1, 2, 3, 4, 5), port("real", 1, 2, 3, 4, 5))


@dataclass(frozen=True)
class _Adversarial(Loss):
    """Base: scores of made samples and, for the side that judges, of real ones."""

    inputs = _PORTS
    example = {"fake": (1,), "real": (1,)}

    @abstractmethod
    def _judges(self) -> bool:
        """Whether this is the loss of the side that judges."""

    @property
    def prediction(self) -> str:  # type: ignore[override]
        """What is said of the data's own samples, where the loss is given that."""
        return "real" if self._judges() else "fake"

    def ports(self) -> tuple[Port, ...]:
        return _PORTS if self._judges() else _PORTS[:1]

    def infer(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        if real is not None and real.shape != fake.shape:
            raise ShapeError(
                f"real {real} does not fit fake {fake}",
                "Give both from one network, used twice with shared weights.",
            )
        return PER_SAMPLE


@dataclass(frozen=True)
class AdversarialLoss(_Adversarial):
    """What the two networks of a GAN play for: telling real from made, and not being told.

    ``fake`` and ``real`` float32 ``[B, ...]`` are the discriminator's logits (no sigmoid before)
    for made and for real samples; the generator's loss needs ``fake`` alone. A loss ``[B]``. The
    generator's may be non_saturating, which learns faster where it is found out, or minimax, the
    negative of what the discriminator plays for. Nothing is trained. Metric of the discriminator:
    accuracy.

    Source: Goodfellow et al., Generative adversarial networks, 2014.
    """

    kind = "AdversarialLoss"
    label = "Adversarial"
    keywords = ("gan", "generator", "discriminator", "minimax", "non-saturating")
    logits = ("fake", "real")
    formula = (
        "discriminator: -log σ(real) - log(1 - σ(fake))\n"
        "generator: -log σ(fake), or minimax: log(1 - σ(fake))"
    )

    side: str = param(
        "discriminator",
        label="Side",
        help="Which of the two networks this loss is for.",
        choices=("discriminator", "generator"),
    )
    form: str = param(
        "non_saturating",
        label="Generator's form",
        help="What the generator minimises; the discriminator's loss is the same in both.",
        choices=("non_saturating", "minimax"),
    )

    def _judges(self) -> bool:
        return self.side == "discriminator"

    def forward(self, fake: Tensor, real: Tensor | None = None) -> Call:
        caught = call("jax.nn.softplus", Name("fake"))
        missed = call("jax.nn.softplus", call("jnp.negative", Name("fake")))
        if real is not None:
            believed = call("jax.nn.softplus", call("jnp.negative", Name("real")))
            return per_sample(call("jnp.add", believed, caught), fake.rank)
        minimax = self.form == "minimax"
        return per_sample(call("jnp.negative", caught) if minimax else missed, fake.rank)

    def metrics(self, fake: Tensor, real: Tensor | None = None) -> Mapping[str, Metric]:
        if real is None:
            return {}
        caught = call("jnp.where", call("jnp.less", Name("fake"), 0), 0.5, 0.0)
        believed = call("jnp.where", call("jnp.greater", Name("real"), 0), 0.5, 0.0)
        return {"accuracy": Metric(per_sample(call("jnp.add", caught, believed), fake.rank))}


@dataclass(frozen=True)
class WassersteinLoss(_Adversarial):
    """The Wasserstein GAN's loss: a critic scores real samples above made ones.

    ``fake`` and ``real`` float32 ``[B, ...]`` are the critic's scores, without limits; the
    generator's loss needs ``fake`` alone. A loss ``[B]``, which estimates the negative distance
    between both distributions if the critic's slope is bounded: give its layers a constraint or
    spectral normalisation. Nothing is trained.

    Source: Arjovsky et al., Wasserstein generative adversarial networks, 2017.
    """

    kind = "WassersteinLoss"
    label = "Wasserstein"
    keywords = ("wgan", "gan", "critic", "generator", "earth mover")
    logits = ("fake", "real")
    formula = "critic: fake - real\ngenerator: -fake"

    side: str = param(
        "critic",
        label="Side",
        help="Which of the two networks this loss is for.",
        choices=("critic", "generator"),
    )

    def _judges(self) -> bool:
        return self.side == "critic"

    def forward(self, fake: Tensor, real: Tensor | None = None) -> Call:
        if real is not None:
            return per_sample(call("jnp.subtract", Name("fake"), Name("real")), fake.rank)
        return per_sample(call("jnp.negative", Name("fake")), fake.rank)

"""Blocks of generative models: sampling a latent code, and restricted Boltzmann machines."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.losses import check_same
from core.blocks.weights import Weighted
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class GaussianSampling(Block):
    """Draws from a Gaussian while training, so that gradients pass; its mean in evaluation.

    The noise ε is standard normal and drawn anew for every sample and element, which lets the
    gradient reach mean and variance (the reparameterisation trick). Wire the same two outputs to a
    Gaussian KL loss for a variational autoencoder.

    ``mean`` and ``log_variance`` float32 of one shape ``[B, ...]``, output the same shape. No
    weights.

    Source: Kingma and Welling, Auto-encoding variational Bayes, 2014.
    """

    kind = "GaussianSampling"
    label = "Gaussian sampling"
    family = "Regularization"
    keywords = (
        "vae",
        "reparameterisation",
        "reparametrization trick",
        "latent",
        "variational",
        "noise",
    )
    inputs = (port("mean", 2, 3, 4, 5), port("log_variance", 2, 3, 4, 5))
    example = {"mean": (4,), "log_variance": (4,)}
    formula = "training: z = μ + exp(v / 2) ε,   evaluation: z = μ"
    changes_while_training = True

    def infer(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        check_same(mean=mean, log_variance=log_variance)
        return mean

    def flops(self, mean: Tensor, log_variance: Tensor) -> int:
        return 4 * mean.size

    def layer(self, mean: Tensor, log_variance: Tensor) -> Call:
        return call("layers.GaussianSampling", rngs=RNGS)


@dataclass(frozen=True)
class BinaryUnits(Weighted):
    """Hidden units of a restricted Boltzmann machine, trained by contrastive divergence.

    Three outputs: ``hidden`` ``[B, units]``, the probability that each unit is on; ``divergence``
    ``[B]``, the free energy of the input minus that of its Gibbs sample after k steps;
    ``reconstruction`` ``[B, F]``, the input as the hidden probabilities tell it. Wire the
    divergence to Minimise to train: its gradient is that of CD-k, <v h> of the data minus <v h> of
    the model, because no gradient goes through the sample. In evaluation nothing is drawn, and the
    steps pass on probabilities. Stack them for a deep belief network.

    Input ``[B, F]`` float32 with values from 0 to 1, taken for the probability of being on.
    Weights ``[F, units]``, biases ``[F]`` (visible) and ``[units]`` (hidden): F units + F + units
    trained values.

    Sources: Smolensky, Information processing in dynamical systems: foundations of harmony theory,
    1986; Hinton, Training products of experts by minimizing contrastive divergence, 2002.
    """

    kind = "BinaryUnits"
    label = "Binary units (RBM)"
    family = "Dense"
    keywords = (
        "rbm",
        "boltzmann",
        "contrastive divergence",
        "deep belief",
        "energy",
        "unsupervised",
    )
    inputs = (port("input", 2),)
    outputs = ("hidden", "divergence", "reconstruction")
    formula = "hidden = σ(c + v W)\ndivergence = F(v) - F(v_k),   F(v) = -b v - Σ softplus(c + v W)"
    gradient = "surrogate"
    changes_while_training = True

    units: int = param(64, label="Units", help="Number of hidden units.", minimum=1)
    k: int = param(
        1, label="Gibbs steps", help="k of CD-k: how often both sides are sampled.", minimum=1
    )

    def infer(self, input: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return input.with_sizes(self.units), input.with_sizes(), input

    def parameters(self, input: Tensor) -> int:
        return input.features * self.units + input.features + self.units

    def flops(self, input: Tensor) -> int:
        products = 2 + 2 * self.k + 2
        return products * 2 * input.features * self.units

    def layer(self, input: Tensor) -> Call:
        return call(
            "layers.BinaryUnits",
            input.features,
            self.units,
            self.k,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return call(LAYER, Name("input"))

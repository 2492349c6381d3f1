"""Designs for tests that learn without a Target: a VAE, an RBM and a language model."""

from __future__ import annotations

from typing import Any

from core.design import edits
from core.design.document import Design, End
from tests.designs import DIGITS, add, chain, fit_to_data, recipe, wire

MOBY = {"source": {"kind": "moby_dick", "length": 16}, "split": {}}


def autoencoder() -> Design:
    """A variational autoencoder of the digits with a latent code of eight numbers."""
    design = Design(data=DIGITS, recipe=recipe(epochs=20, batch_size=32, learning_rate=0.01))
    layers: list[tuple[str, str, dict[str, Any]]] = [
        ("Input", "input", {}),
        ("Flatten", "flatten", {}),
        ("Dense", "encoder", {"units": 64}),
        ("Activation", "relu", {"function": "relu"}),
        ("Dense", "mean", {"units": 8}),
        ("Dense", "log_variance", {"units": 8}),
        ("GaussianSampling", "code", {}),
        ("Dense", "decoder", {"units": 64}),
        ("Activation", "relu_2", {"function": "relu"}),
        ("Dense", "pixels", {"units": 64}),
        ("BinaryCrossEntropy", "reconstruction", {"reduction": "sum"}),
        ("GaussianKL", "prior", {}),
    ]
    for kind, name, params in layers:
        design = add(design, kind, name, **params)
    design = chain(design, "input", "flatten", "encoder", "relu", "mean")
    design = wire(design, "relu -> log_variance")
    design = wire(design, "mean -> code.mean", "log_variance -> code.log_variance")
    design = wire(design, "mean -> prior.mean", "log_variance -> prior.log_variance")
    design = chain(design, "code", "decoder", "relu_2", "pixels")
    design = wire(design, "pixels -> reconstruction.logits", "flatten -> reconstruction.target")
    return fit_to_data(design, input="image")


def machine(k: int = 1) -> Design:
    """A restricted Boltzmann machine on the digits."""
    design = Design(data=DIGITS, recipe=recipe(epochs=20, batch_size=16, learning_rate=0.01))
    design = add(add(design, "Input", "input"), "Flatten", "flatten")
    design = add(design, "BinaryUnits", "rbm", units=48, k=k)
    design = chain(add(design, "Minimize", "loss"), "input", "flatten", "rbm")
    design = edits.connect(design, End("rbm", "divergence"), End("loss", "value"))
    return fit_to_data(design, input="image")


def language_model() -> Design:
    """Predicts the next character from the one before it."""
    design = Design(data=MOBY, recipe=recipe(epochs=2, batch_size=64, learning_rate=0.02))
    design = add(add(design, "Input", "input"), "Embedding", "embedding", features=24)
    design = add(design, "Dense", "dense", units=45)
    design = chain(add(design, "NextToken", "loss"), "input", "embedding", "dense")
    design = wire(design, "dense -> loss.logits", "input -> loss.tokens")
    return fit_to_data(design, input="tokens")

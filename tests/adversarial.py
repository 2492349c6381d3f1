"""A small GAN of flowers for tests: a generator, and a discriminator that is used twice."""

from __future__ import annotations

from typing import Any

from core.design import edits
from core.design.document import Design
from tests.designs import IRIS, add, fit_to_data, recipe, wire
from tests.grouped import grouped, use_again

SGD = {"optimizer": "SGD", "learning_rate": 0.1, "momentum": 0.0}


def gan(*, averages: bool = False, noise: bool = False, every: int = 1, **options: Any) -> Design:
    """A generator that makes flowers of flowers, or of noise, and a discriminator.

    With ``averages`` both sides have batch normalisation. The discriminator plays first; the
    generator takes part in one step of ``every`` so many. ``options`` are the recipe's.
    """
    chosen = options if "optimizer" in options else {**SGD, **options}
    design = Design(name="GAN", data=IRIS, recipe=recipe(**chosen))
    design = fit_to_data(add(design, "Input", "real"), real="features")
    start = "real"
    if noise:
        design = wire(add(design, "NoiseInput", "noise", shape=(3,)), "real -> noise.like")
        start = "noise"
    for side, units in (("generator", 4), ("discriminator", 1)):
        design = add(design, "Dense", f"{side}_in", units=6)
        last = f"{side}_in"
        if averages:
            design = wire(add(design, "BatchNorm", f"{side}_norm"), f"{last} -> {side}_norm")
            last = f"{side}_norm"
        design = add(design, "Activation", f"{side}_tanh", function="tanh")
        design = add(design, "Dense", f"{side}_out", units=units)
        design = wire(design, f"{last} -> {side}_tanh", f"{side}_tanh -> {side}_out")
    design = wire(design, f"{start} -> generator_in", "generator_out -> discriminator_in")
    for side in ("generator", "discriminator"):
        names = [n for n in design.nodes if n.startswith(f"{side}_")]
        design = grouped(design, *names, title=side)
    design = use_again(design, "again", title="discriminator", weights_of="discriminator")
    design = wire(design, "real -> again")
    for side in ("discriminator", "generator"):
        design = add(design, "AdversarialLoss", f"{side}_loss", side=side, trains=(side,))
        design = wire(design, f"discriminator -> {side}_loss.fake")
    design = wire(design, "again -> discriminator_loss.real")
    return edits.set_params(design, "generator_loss", every=every)

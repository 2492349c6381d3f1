"""What is told of a network's robustness; ``attacks.py`` computes it."""

from __future__ import annotations

from dataclasses import dataclass

NOISE_SIZES = (0.1, 0.25, 0.5, 1.0)
EPSILONS = (0.01, 0.05, 0.1, 0.25)
PGD_STEPS = 10
NOISE, FGSM, PGD = "noise", "fgsm", "pgd"
TITLES = {NOISE: "Gaussian noise", FGSM: "FGSM", PGD: f"PGD, {PGD_STEPS} steps"}


@dataclass(frozen=True)
class Robustness:
    """A figure, ``accuracy`` or ``rmse``, by how strongly the inputs were changed.

    ``scores`` holds for each of ``noise``, ``fgsm`` and ``pgd`` pairs of a size and the figure; the
    first size is 0. Sizes count in standard deviations of each input over the measured rows.
    """

    figure: str
    rows: int
    scores: dict[str, tuple[tuple[float, float], ...]]

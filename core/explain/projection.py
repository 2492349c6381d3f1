"""What a node makes of some samples, as points in a plane. No JAX at import.

PCA is computed here; t-SNE and UMAP, in a process of their own, by the packages of the extra
``projection``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End
from core.errors import InputError
from core.explain.attribution.graph import behind
from core.explain.generators import latents_of
from core.explain.manifold import TSNE, UMAP, embed
from core.explain.samples import output_of, outputs, spread, tensor_of
from core.explain.verdicts import Verdicts, verdicts, wanted_for_verdicts
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

SAMPLES = 1000
FEWEST = 3
# Wider outputs are averaged over their places.
MOST_FEATURES = 2048
PCA = "pca"
# What people read, and the package that a method needs.
METHODS = {PCA: ("PCA", ""), TSNE: ("t-SNE", "sklearn"), UMAP: ("UMAP", "umap")}
INSTALL = "pip install 'layerloom[projection]'"


@dataclass(frozen=True, eq=False)
class Projection:
    """``points`` float32 ``[N, 2]`` of probe samples with these ``numbers``, int64 ``[N]``.

    ``explained`` are the shares of the variance that PCA's two axes have; empty for others.
    ``reading`` says what of each output was looked at.
    """

    node: str
    title: str
    reading: str
    method: str
    points: np.ndarray
    explained: tuple[float, ...]
    numbers: np.ndarray
    verdicts: Verdicts


@dataclass(frozen=True)
class AskProjection(Ask):
    """Where probe samples lie by the outputs of a node; without one, the last before the logits."""

    in_pieces = True

    node: str = ""
    method: str = PCA
    samples: int = SAMPLES

    def answer(self, job: Job, state: State, step: int) -> Projection:
        """Raises InputError for ids, too few samples, or a method that is not installed."""
        if not is_installed(self.method):
            raise InputError(f"{METHODS[self.method][0]} is not installed", f"Run {INSTALL}.")
        end = output_of(job, self.node) if self.node else telling_end(job)
        title = job.analysis.name_of(end.node)
        if not np.issubdtype(np.dtype(tensor_of(job, end).dtype), np.floating):
            raise InputError(
                f"{title} gives ids, which have no place in a plane",
                "Choose a node that computes numbers, such as the Embedding behind it.",
            )
        numbers = spread(job.probe_rows(), self.samples)
        if len(numbers) < FEWEST:
            raise InputError(
                f"there are only {len(numbers)} samples to look at",
                "Give the validation split a larger share of the rows.",
            )
        rows = job.probe_rows()[numbers]
        judged = wanted_for_verdicts(job)
        ends = tuple(dict.fromkeys((end, *judged)))
        found = outputs(job, state, rows, ends, _narrowed if judged != (end,) else np.asarray)
        table = _table(found[end])
        if not np.isfinite(table).all():
            raise InputError(
                f"{title} has outputs that are not finite", "Lower the learning rate and train."
            )
        points, explained = project(table, self.method)
        return Projection(
            end.node,
            title,
            _reading(tensor_of(job, end).sizes),
            self.method,
            points,
            explained,
            numbers,
            verdicts(job, rows, found),
        )


def is_installed(method: str) -> bool:
    """Whether the package of a method is there. Raises KeyError for a method that is not known."""
    package = METHODS[method][1]
    return not package or find_spec(package) is not None


def telling_end(job: Job) -> End:
    """The code of an autoencoder, else the last output before the logits, else those.

    What is made of noise alone tells nothing of samples.
    """
    plan = job.program.plan
    latents = latents_of(job)
    drawn = {latent.end for latent in latents if not latent.is_noise}
    if drawn:
        return min(drawn)
    noisy = behind(plan, {latent.end for latent in latents})
    judged = [
        e for loss in (plan.shown, *plan.losses) for e in (loss.prediction, *loss.inputs.values())
    ]
    end = next((end for end in judged if end not in noisy), plan.shown.prediction)
    made = {output: step for step in plan.steps for output in step.outputs}
    # Ports of groups pass on what comes in.
    while end in made and _passes_on(job, end):
        end = next(iter(made[end].inputs.values()))
    before = [e for e in made[end].inputs.values() if e in made] if end in made else []
    return before[0] if before else end


def _passes_on(job: Job, end: End) -> bool:
    block = job.analysis.nodes[end.node].block
    return block is not None and block.passes_on


def project(table: np.ndarray, method: str) -> tuple[np.ndarray, tuple[float, ...]]:
    """Points float32 ``[N, 2]`` of rows ``[N, F]``, and the shares of variance that PCA explains.

    The same rows always give the same points.
    """
    if method == PCA:
        return pca(table)
    return embed(table, method), ()


def pca(table: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """The first two principal components of rows ``[N, F]``, and their shares of the variance.

    Of each axis the weight that is greatest in size is above 0, so that signs do not depend on the
    machine. Source: Pearson, On lines and planes of closest fit, 1901; here by SVD.
    """
    centred = table.astype(np.float64) - table.mean(axis=0, dtype=np.float64)
    left, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    points, shares = np.zeros((len(table), 2)), [0.0, 0.0]
    total = float(np.square(sizes).sum())
    for axis in range(min(2, len(sizes))):
        sign = np.sign(axes[axis, np.abs(axes[axis]).argmax()]) or 1.0
        points[:, axis] = left[:, axis] * sizes[axis] * sign
        shares[axis] = float(sizes[axis] ** 2) / total if total else 0.0
    return points.astype(np.float32), (shares[0], shares[1])


def _narrowed(values: np.ndarray) -> np.ndarray:
    """The last step of sequences ``[N, T, F]``; the mean over places of what is too wide."""
    if values.ndim == 3:
        return values[:, -1]
    if values.ndim > 3 and values[0].size > MOST_FEATURES:
        return values.mean(axis=tuple(range(1, values.ndim - 1)))
    return values


def _table(values: np.ndarray) -> np.ndarray:
    return _narrowed(values).reshape(len(values), -1)


def _reading(sizes: tuple[int, ...]) -> str:
    size = int(np.prod(sizes))
    if len(sizes) == 2:
        return f"{sizes[-1]} features of the last step"
    if len(sizes) > 2 and size > MOST_FEATURES:
        return f"{sizes[-1]} channels, each the mean over all places"
    return f"{size} value" + ("s" if size != 1 else "")

"""Which outputs of a design are samples that it makes itself, and of what. No JAX at import.

A generator makes them of a Noise input, a variational autoencoder's decoder of the code that
Gaussian sampling draws, and a language model of the tokens before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.blocks.generative import GaussianSampling
from core.blocks.noise_input import NoiseInput
from core.blocks.sequence_losses import NextToken
from core.compile.plan import LossStep, Plan, Step
from core.design.document import End
from core.explain.attribution.graph import behind
from core.tensor import Tensor

if TYPE_CHECKING:
    from core.train.job import Job

# Rows of the data that are looked at to see whether a target is the text one step later.
_COMPARED = 64


@dataclass(frozen=True)
class Latent:
    """An output that random numbers stand for: their ``distribution``, and its shape.

    That of a Noise input ``is_noise``; a code that is drawn around a mean tells of a sample.
    """

    end: End
    distribution: str
    shape: tuple[int, ...]
    is_noise: bool


@dataclass(frozen=True)
class Generator:
    """``end`` is what is made; ``loss`` gives probabilities of it, None if it is a sample itself.

    ``column`` is the data that it looks like, empty where it looks like none.
    """

    end: End
    loss: LossStep | None
    column: str
    shape: tuple[int, ...]


def latents_of(job: Job) -> list[Latent]:
    """The outputs of Noise inputs or, without any, those of Gaussian sampling."""
    found: dict[type, list[Latent]] = {NoiseInput: [], GaussianSampling: []}
    for node in job.analysis.order:
        report = job.analysis.nodes[node]
        if not isinstance(report.block, NoiseInput | GaussianSampling):
            continue
        port, tensor = next(iter(report.outputs.items()))
        is_noise = isinstance(report.block, NoiseInput)
        drawn = report.block.distribution if isinstance(report.block, NoiseInput) else "normal"
        found[type(report.block)].append(Latent(End(node, port), drawn, tensor.sizes, is_noise))
    return found[NoiseInput] or found[GaussianSampling]


def generator_of(job: Job) -> Generator | None:
    """What is made of the latent outputs; None where nothing is."""
    latents = {latent.end for latent in latents_of(job)}
    if not latents:
        return None
    plan = job.program.plan
    after = behind(plan, latents)
    for loss in plan.losses:
        told = _reconstruction(job, loss, after)
        if told is not None:
            return told
    steps = _before_judging(plan, latents)
    made = [end for step in steps if _computes(job, step) for end in step.outputs]
    shaped = [(end, column) for end in made if (column := _like(job, _sizes(job, end)))]
    if shaped:
        end, column = shaped[-1]
        return Generator(end, None, column, _sizes(job, end))
    return Generator(made[-1], None, "", _sizes(job, made[-1])) if made else None


def text_of(job: Job) -> tuple[str, End] | None:
    """The Input node of a text, and the scores ``[B, T, V]`` of each token's successor.

    None where nothing tells which token comes next.
    """
    plan = job.program.plan
    for loss in plan.losses:
        node = _read_text(job, loss)
        if node is None:
            continue
        length = _sizes(job, End(node, "output"))
        count = len(job.prepared.dataset.columns[plan.feeds[node]].classes)
        if count and _sizes(job, loss.prediction) == (*length, count):
            return node, loss.prediction
    return None


def _read_text(job: Job, loss: LossStep) -> str | None:
    """The Input node whose next tokens a loss is about."""
    plan, texts = job.program.plan, []
    for node in plan.inputs:
        values = job.prepared.columns[plan.feeds[node]]
        if np.issubdtype(values.dtype, np.integer) and values.ndim == 2:
            texts.append(node)
    if isinstance(job.analysis.nodes[loss.node].block, NextToken):
        source = loss.inputs["tokens"].node
        return source if source in texts else None
    target = plan.feeds.get(loss.target_node or "")
    if target is None:
        return None
    later = np.asarray(job.prepared.columns[target][:_COMPARED])
    for node in texts:
        now = np.asarray(job.prepared.columns[plan.feeds[node]][:_COMPARED])
        if now.shape == later.shape and np.array_equal(now[:, 1:], later[:, :-1]):
            return node
    return None


def _reconstruction(job: Job, loss: LossStep, after: set[End]) -> Generator | None:
    """What a loss compares with the data, if it is made of the latent outputs."""
    target = loss.inputs.get("target")
    if target is None or loss.prediction not in after or target in after:
        return None
    sizes = _sizes(job, loss.prediction)
    column = _like(job, sizes) or _of_size(job, int(np.prod(sizes)))
    if not column:
        return None
    shape = tuple(job.prepared.dataset.columns[column].tensor.sizes)
    return Generator(loss.prediction, loss, column, shape)


def _before_judging(plan: Plan, latents: set[End]) -> list[Step]:
    """The steps from the latent outputs to where layers begin that also judge the data."""
    after = behind(plan, latents)
    judging = {
        step.attribute
        for step in plan.steps
        if step.layer is not None and not after.intersection(step.outputs)
    }
    reached, found = set(latents), []
    for step in plan.steps:
        judges = step.layer is not None and step.attribute in judging
        if not judges and reached.intersection(step.inputs.values()):
            found.append(step)
            reached.update(step.outputs)
    return found


def _computes(job: Job, step: Step) -> bool:
    """Whether a step does more than pass on what comes in, as ports of groups do."""
    block = job.analysis.nodes[step.node].block
    return block is not None and not block.passes_on


def _like(job: Job, sizes: tuple[int, ...]) -> str:
    """The column of float data that an Input reads and that has this shape; empty if none."""
    return _column_that(job, lambda tensor: tensor.sizes == sizes)


def _of_size(job: Job, size: int) -> str:
    """The column of float data that an Input reads and that has so many values; empty if none."""
    return _column_that(job, lambda tensor: tensor.size == size)


def _column_that(job: Job, fits: Callable[[Tensor], bool]) -> str:
    feeds = job.program.plan.feeds
    for node in job.program.plan.inputs:
        tensor = job.prepared.dataset.columns[feeds[node]].tensor
        if fits(tensor) and tensor.dtype == "float32":
            return feeds[node]
    return ""


def _sizes(job: Job, end: End) -> tuple[int, ...]:
    return job.analysis.nodes[end.node].outputs[end.port].sizes

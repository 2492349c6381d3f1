"""Attention multiplied through all layers: which elements a prediction can see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.compile.plan import Step
from core.errors import InputError
from core.explain.attribution.graph import leading_to
from core.explain.attribution.looking import ATTENDING, block_kind
from core.explain.attribution.map import IMAGE
from core.explain.attribution.method import ATTENTION, Method
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

AUTO, FIRST, LAST, MEAN = "auto", "first", "last", "mean"


@dataclass(frozen=True)
class AttentionRollout(Method):
    """How much of each element reaches the prediction through the layers of attention.

    The weights of each layer, averaged over heads, are mixed with the identity for the way around
    the layer, and multiplied from the first layer to the last. They are positive, add up to 1, and
    do not depend on the class.
    """

    kind = "attention_rollout"
    label = "Attention rollout"
    source = "Abnar and Zuidema, Quantifying attention flow in transformers, 2020"
    needs = ATTENTION

    residual: float = param(
        0.5,
        label="Residual",
        help="Share of the way around each attention layer; the paper takes a half.",
        minimum=0.0,
        maximum=1.0,
    )
    read_from: str = param(
        AUTO,
        label="Read from",
        help="The element that the prediction is read from: the first (a class token), the last "
        "(the next token), or the mean of all. Auto: by what the design does.",
        choices=(AUTO, FIRST, LAST, MEAN),
        advanced=True,
    )

    def attribute(self, subject: Subject) -> np.ndarray:
        from core.explain.attribution.compute.attention import attention_weights

        steps = leading_to(subject.plan, subject.scored)
        attending = [s for s in steps if block_kind(subject.job, s.node) == ATTENDING]
        self._check(subject, attending)
        weights = attention_weights(subject, steps, attending)
        whole = rollout(weights, self.residual)
        token = any(block_kind(subject.job, s.node) == "ClassToken" for s in steps)
        seen = self._seen(whole, token, len(subject.shapes[subject.scored].shape))
        return _at_sample(subject, steps, seen[1:] if token else seen)

    def _seen(self, whole: np.ndarray, token: bool, axes: int) -> np.ndarray:
        """The row ``[T]`` of a rollout ``[T, T]`` that the prediction sees."""
        found = FIRST if token else LAST if axes == 3 else MEAN
        read = found if self.read_from == AUTO else self.read_from
        seen: np.ndarray = whole.mean(axis=0) if read == MEAN else whole[0 if read == FIRST else -1]
        return seen

    def _check(self, subject: Subject, attending: list[Step]) -> None:
        lengths = {}
        for step in attending:
            query, seen = step.inputs["query"], step.inputs.get("context")
            if seen not in (None, query):
                raise InputError(
                    f"{self.label} follows self-attention, and "
                    f"{subject.name_of(step.node)} attends to another sequence",
                    "Use another method, such as integrated_gradients.",
                )
            lengths[subject.name_of(step.node)] = subject.shapes[query].shape[1]
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{length} in {name}" for name, length in lengths.items())
            raise InputError(
                f"{self.label} needs sequences of one length, and there are {told} elements",
                "Use another method, such as integrated_gradients.",
            )


def rollout(weights: list[np.ndarray], residual: float) -> np.ndarray:
    """The product ``[T, T]`` of attention ``[heads, T, T]``, the first layer's on the right."""
    whole = np.eye(weights[0].shape[-1])
    for one in weights:
        mixed = (1 - residual) * one.mean(axis=0, dtype=np.float64) + residual * np.eye(len(whole))
        whole = mixed / mixed.sum(axis=-1, keepdims=True) @ whole
    return whole


def _at_sample(subject: Subject, steps: tuple[Step, ...], seen: np.ndarray) -> np.ndarray:
    """Numbers of the elements ``[T]`` at the places of the sample.

    Patches of an image become blocks of its pixels, an element of a series counts for each of its
    features. Raises InputError where elements are not the sample's.
    """
    sample = subject.sample
    if subject.kind == IMAGE:
        patches = [s for s in steps if block_kind(subject.job, s.node) == "PatchEmbedding"]
        layer = patches[0].layer if patches else None
        patch = layer.options["strides"] if layer else (1, sample.shape[1])
        grid = tuple(n // k for n, k in zip(sample.shape, patch, strict=False))
        if math.prod(grid) == len(seen):
            return np.kron(seen.reshape(grid), np.ones(patch))
    elif sample.size == len(seen):
        return seen.reshape(sample.shape)
    elif len(sample) == len(seen):
        return np.broadcast_to(seen.reshape(-1, *[1] * (sample.ndim - 1)), sample.shape)
    raise InputError(
        f"attention sees {len(seen)} elements, which are not the parts of a sample of shape "
        f"{list(sample.shape)}",
        "Use another method, such as integrated_gradients.",
    )

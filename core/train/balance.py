"""Weights of classes that make rare ones count as much as frequent ones. No JAX."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from core.blocks.losses import Loss
from core.compile.plan import LossStep, Plan
from core.data.binding import Prepared
from core.design.analysis import Analysis
from core.tensor import Tensor


def balanced_weights(labels: np.ndarray, classes: int) -> tuple[float, ...]:
    """``n / (C n_c)`` for each of so many classes, as scikit-learn's ``balanced``.

    n_c of the n labels are of class c, and C classes occur; one that does not has the weight 1.
    Labels below 0 are unknown and do not count.
    """
    counts = np.bincount(labels[labels >= 0].ravel(), minlength=classes).astype(np.float64)
    occur = counts > 0
    shares = counts.sum() / (occur.sum() * np.where(occur, counts, 1.0)) if occur.any() else counts
    return tuple(float(w) for w in np.where(occur, shares, 1.0))


def balanced(plan: Plan, analysis: Analysis, prepared: Prepared) -> Plan:
    """The plan whose classifying losses weight their classes by the training split.

    Losses with class weights of their own keep them; so do those whose target is computed. A yes
    counts as much more than a no as there are fewer of it.
    """
    losses = tuple(_balanced_loss(loss, plan, analysis, prepared) for loss in plan.losses)
    return replace(plan, losses=losses)


def _balanced_loss(loss: LossStep, plan: Plan, analysis: Analysis, prepared: Prepared) -> LossStep:
    report = analysis.nodes[loss.node]
    column = plan.feeds.get(loss.target_node or "")
    if column is None or not isinstance(report.block, Loss) or not loss.classifies:
        return loss
    labels = prepared.columns[column][prepared.splits["train"]]
    inputs = {port: report.inputs[port] for port in loss.inputs}
    weighted = _weighted(report.block, labels, inputs[report.block.prediction])
    return loss if weighted is None else replace(loss, value=weighted.forward(**inputs))


def _weighted(block: Loss, labels: np.ndarray, logits: Tensor) -> Loss | None:
    """The loss with weights for these labels; None if it takes none, or has its own."""
    if not np.issubdtype(labels.dtype, np.integer):
        return None
    names = {field.name for field in fields(block)}
    if "class_weights" in names and logits.features > 1 and not block.values()["class_weights"]:
        given: dict[str, Any] = {"class_weights": balanced_weights(labels, logits.features)}
        return replace(block, **given)
    if "positive_weight" in names and block.values()["positive_weight"] == 1:
        no, yes = balanced_weights(labels, 2)
        given = {"positive_weight": yes / no}
        return replace(block, **given)
    return None

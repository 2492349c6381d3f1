"""Turns a look at one sample into what the window shows, texts included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import numpy as np

from core.data.dataset import NO_LABEL
from core.explain.saliency import saliency
from core.train.events import View

if TYPE_CHECKING:
    from core.explain.look import Look
    from core.train.job import Job
    from core.train.state import State


def make_view(job: Job, state: State, node: str, number: int, step: int) -> View:
    """Look at one probe sample with the weights of ``state``; see ``View`` for the shapes."""
    rows = job.probe_rows()
    row = int(rows[number % len(rows)])
    plan = job.program.plan
    looked = job.program.look(state, row)
    # Only the watched node's output leaves the device; those of a large network take long to copy.
    watched = {node: looked.outputs[node]} if node in looked.outputs else {}
    seen = jax.device_get(looked._replace(outputs=watched))
    source = plan.inputs[0]
    sample = job.prepared.columns[plan.feeds[source]][row]
    tokens = np.issubdtype(sample.dtype, np.integer)
    kind = "tokens" if tokens else "image" if sample.ndim == 3 else "values"
    column = job.prepared.dataset.columns[plan.feeds[source]]
    spelled = tuple(_spell(column.classes, i) for i in sample.ravel()) if tokens else ()
    activation = seen.outputs.get(node)
    slopes = [np.asarray(g[0]) for g in seen.gradients[source]]
    shown = saliency(slopes, kind) if slopes else np.zeros(sample.shape, np.float32)
    true_text, predicted_text, correct, probabilities, classes = _verdict(job, row, seen)
    return View(
        step=step,
        row=number % len(rows),
        rows=len(rows),
        node=node,
        activation=None if activation is None else np.asarray(activation[0]),
        sample=sample,
        saliency=shown.reshape(sample.shape) if tokens and shown.size == sample.size else shown,
        tokens=spelled,
        true_text=true_text,
        predicted_text=predicted_text,
        correct=correct,
        probabilities=probabilities,
        classes=classes,
    )


def _verdict(
    job: Job, row: int, seen: Look
) -> tuple[str, str, bool | None, np.ndarray, tuple[str, ...]]:
    """True and predicted value of the last position, as texts."""
    plan = job.program.plan
    name = plan.feeds.get(plan.shown.target_node or "")
    none = np.zeros(0, np.float32)
    if plan.shown.acts:
        return _choice(job, seen)
    if name is None:
        return "", _next_token(job, seen), None, none, ()
    truth = job.prepared.columns[name][row]
    if seen.probabilities is None and not plan.shown.classifies:
        mean, deviation = job.prepared.scales.get(name, (0.0, 1.0))
        shown = np.asarray(seen.prediction[0]) * deviation + mean
        return _numbers(truth * deviation + mean), _numbers(shown), None, none, ()
    # Some losses give scores that are no probabilities.
    are_chances = seen.probabilities is not None
    places = np.asarray(seen.probabilities if are_chances else seen.prediction)[0]
    threshold = 0.5 if are_chances else 0.0
    if truth.shape == places.shape and truth.size > 1:
        # Several yes-or-no answers a sample.
        correct = bool(np.all((places > threshold) == (truth > 0.5)))
        return _numbers(truth), _numbers(places), correct, none, ()
    count = places.shape[-1]
    guesses = (places > threshold).ravel() if count == 1 else places.argmax(axis=-1).ravel()
    if truth.ndim > 1:
        share = np.mean(guesses == truth.ravel())
        return "", f"{share:.0%} of the places right", None, none, ()
    classes = job.prepared.dataset.columns[name].classes
    guess, right = int(guesses[-1]), int(np.ravel(truth)[-1])
    known = right != NO_LABEL
    texts = _spell(classes, right) if known else "", _spell(classes, guess)
    verdict = guess == right if known else None
    if not are_chances:
        return *texts, verdict, none, ()
    last = places.reshape(-1, count)[-1]
    chances = np.array([1 - last[0], last[0]], np.float32) if count == 1 else last
    return *texts, verdict, chances, _names(classes, len(chances))


def _choice(job: Job, seen: Look) -> tuple[str, str, None, np.ndarray, tuple[str, ...]]:
    """The likeliest action and the chances of all; none of them is known to be right."""
    plan = job.program.plan
    column = plan.feeds.get(plan.shown.inputs["action"].node, "")
    known = job.prepared.dataset.columns.get(column)
    chances = np.asarray(seen.probabilities)[0]
    names = known.classes if known else ()
    return "", _spell(names, int(chances.argmax())), None, chances, _names(names, len(chances))


def _next_token(job: Job, seen: Look) -> str:
    """What is thought to come after the sample's tokens, where the loss predicts the next one."""
    plan = job.program.plan
    if "target" in plan.shown.inputs:
        return ""
    classes = job.prepared.dataset.columns[plan.feeds[plan.inputs[0]]].classes
    if seen.probabilities is None or seen.probabilities.shape[-1] != len(classes):
        return ""
    return _spell(classes, int(np.asarray(seen.probabilities)[0, -1].argmax()))


def _spell(classes: Sequence[str], index: int) -> str:
    return classes[index] if 0 <= index < len(classes) else str(index)


def _names(classes: Sequence[str], count: int) -> tuple[str, ...]:
    return tuple(_spell(classes, i) for i in range(count))


def _numbers(values: np.ndarray) -> str:
    return ", ".join(f"{v:.4g}" for v in np.ravel(values)[:6])

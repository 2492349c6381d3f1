"""From what was seen of a failed step to its first cause, in words, with remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.compile.plan import Plan
from core.compile.plan import Step as NodeStep
from core.design.document import End
from core.train.failure import BACKWARD, DATA, FORWARD, LOSS, UNKNOWN, UPDATE, Failure

if TYPE_CHECKING:
    from core.train.program import Program

# Values that large in the data are a likelier cause than the learning rate; standardised columns
# stay far below.
LARGE_DATA = 1e4
# A result that is not finite although what goes in is smaller than this is no overflow of weights.
MODERATE = 1e15
SLOWER = ("halve_rate", "tenth_rate", "clip_norm")


class Seen(NamedTuple):
    """An array in short: ``peak`` is the largest finite magnitude, ``least`` the least value."""

    finite: Any
    has_nan: Any
    peak: Any
    least: Any


class Findings(NamedTuple):
    """What was seen of the step with number ``step``, from 1.

    ``data`` has the batch by Input and Target node; ``outputs`` and ``slopes`` what nodes gave and
    the gradient there, ``gradients`` those of the weights by their names, ``losses`` each loss, by
    name. ``updated`` names weights that the step itself spoilt.
    """

    step: int
    epoch: int
    rows: np.ndarray | None = None
    data: Mapping[str, np.ndarray] = {}
    outputs: Mapping[End, Seen] = {}
    slopes: Mapping[End, Seen] = {}
    gradients: Mapping[str, Seen] = {}
    losses: Mapping[str, float] = {}
    total: float = 0.0
    updated: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the forward or the backward pass has values that are not finite."""
        parts = (*self.outputs.values(), *self.slopes.values(), *self.gradients.values())
        return not np.isfinite(self.total) or not all(seen.finite for seen in parts)


class _Cause(NamedTuple):
    kind: str
    node: str
    what: str
    hint: str
    remedies: tuple[str, ...] = ()


def told(program: Program, found: Findings) -> Failure:
    """The failure with its first cause: the data, an output, a loss, a gradient or the update."""
    cause = (
        _of_data(program, found)
        or _of_outputs(program, found)
        or _of_losses(program.plan, found)
        or _of_gradients(program.plan, found)
        or _of_update(program.plan, found)
        or _unknown()
    )
    recipe = program.recipe
    remedies = tuple(r for r in cause.remedies if r != "clip_norm" or not recipe.clip_norm)
    name = program.plan.names.get(cause.node, "")
    message = f"{_first_sign(found)} in step {found.step} (epoch {found.epoch}): {cause.what}"
    return Failure(
        found.step, found.epoch, cause.kind, cause.node, name, message, cause.hint, remedies
    )


def _first_sign(found: Findings) -> str:
    if not found.outputs:
        return "the loss or the weights stopped being finite"
    if np.isnan(found.total):
        return "the loss became NaN"
    if np.isinf(found.total):
        return "the loss became infinite"
    return "the weights became infinite" if found.updated else "the gradients are not finite"


def _of_data(program: Program, found: Findings) -> _Cause | None:
    for node, values in found.data.items():
        if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
            continue
        place = np.argwhere(~np.isfinite(values))[0]
        assert found.rows is not None
        column = program.plan.feeds.get(node, program.plan.names[node])
        value = values[tuple(place)]
        inside = f", position {list(map(int, place[1:]))}" if len(place) > 1 else ""
        return _Cause(
            DATA,
            node,
            f"the column {column!r} has the value {value} in row {found.rows[place[0]]}{inside}",
            "Fill in or leave out what is missing in the data.",
        )
    return None


def _of_outputs(program: Program, found: Findings) -> _Cause | None:
    plan = program.plan
    for step in plan.steps:
        seen = [found.outputs[end] for end in step.outputs if end in found.outputs]
        if all(s.finite for s in seen):
            continue
        given = [found.outputs[end] for end in step.inputs.values() if end in found.outputs]
        name = plan.names[step.node]
        reach = max((float(s.peak) for s in given), default=0.0)
        largest = max([reach, *(float(s.peak) for s in seen)])
        kind = "became NaN" if any(s.has_nan for s in seen) else "overflowed"
        what = f"the output of {name} {kind} (largest value {largest:.2g})"
        return _Cause(FORWARD, step.node, what, *_forward_hint(program, found, step, reach))
    return None


def _forward_hint(
    program: Program, found: Findings, step: NodeStep, reach: float
) -> tuple[str, tuple[str, ...]]:
    plan = program.plan
    name = plan.names[step.node]
    peaks = {n: float(np.abs(v).max(initial=0.0)) for n, v in found.data.items()}
    inputs = {n: p for n, p in peaks.items() if n in plan.inputs or p > LARGE_DATA}
    node = max(inputs, key=inputs.__getitem__, default="")
    if node and inputs[node] > LARGE_DATA and np.issubdtype(found.data[node].dtype, np.floating):
        column = plan.feeds.get(node, node)
        return (
            f"Standardise the column {column!r}: it holds values up to {inputs[node]:.2g}.",
            (),
        )
    if program.recipe.precision == "float16":
        return "float16 ends at 65504: choose the precision bfloat16, or a lower rate.", (
            "bfloat16",
            *SLOWER,
        )
    if step.layer is None and reach < MODERATE:
        least = min((float(s.least) for s in _given(found, step)), default=0.0)
        return (
            f"{name} has no finite value for some of its inputs, which reach from {least:.2g} to "
            f"at most {reach:.2g} in magnitude: keep them away from there, as by Clip.",
            (),
        )
    return (
        f"Lower the learning rate (it is {_rate(program)}), or clip the gradients' norm.",
        SLOWER,
    )


def _given(found: Findings, step: NodeStep) -> list[Seen]:
    return [found.outputs[end] for end in step.inputs.values() if end in found.outputs]


def _rate(program: Program) -> str:
    return f"{program.recipe.optimizer.learning_rate:g}"


def _of_losses(plan: Plan, found: Findings) -> _Cause | None:
    for loss in plan.losses:
        value = found.losses.get(loss.name, 0.0)
        if not np.isfinite(value):
            seen = found.outputs.get(loss.prediction)
            reach = f" (its largest value is {float(seen.peak):.2g})" if seen else ""
            kind = "NaN" if np.isnan(value) else "infinite"
            what = f"{loss.name} is {kind}, though its prediction is finite{reach}"
            hint = (
                "Lower the learning rate, or clip the gradients' norm."
                if seen is None or float(seen.peak) > LARGE_DATA
                else "If the prediction has passed a sigmoid or softmax, wire what is before that "
                "to a loss that takes logits."
            )
            return _Cause(LOSS, loss.node, what, hint, SLOWER)
    if not np.isfinite(found.total):
        what = "the penalty on the weights overflowed"
        return _Cause(LOSS, "", what, "Lower the learning rate, L1 or L2.", SLOWER)
    return None


def _of_gradients(plan: Plan, found: Findings) -> _Cause | None:
    order = [End(n, "output") for n in plan.feeds] + [e for s in plan.steps for e in s.outputs]
    for end in reversed(order):
        seen = found.slopes.get(end)
        if seen is not None and not seen.finite:
            kind = "is NaN" if seen.has_nan else "overflowed"
            what = f"the gradient at the output of {plan.names[end.node]} {kind}"
            return _Cause(BACKWARD, end.node, what, *_gradient_hint(found, plan, end))
    for name, seen in found.gradients.items():
        if not seen.finite:
            node, called = _layer(plan, name)
            what = f"the gradient of {called}'s weights overflowed"
            return _Cause(BACKWARD, node, what, "Lower the learning rate.", SLOWER)
    return None


def _gradient_hint(found: Findings, plan: Plan, end: End) -> tuple[str, tuple[str, ...]]:
    readers = [s for s in plan.steps if end in s.inputs.values()]
    seen = found.outputs.get(end)
    if readers and seen is not None and float(seen.peak) < MODERATE:
        names = " or ".join(plan.names[s.node] for s in readers)
        return (
            f"The slope of {names} is not finite at some of its inputs, such as that of a root at "
            "0: add a small number to them, or clip the gradients.",
            (),
        )
    return "Lower the learning rate, or clip the gradients' norm.", SLOWER


def _of_update(plan: Plan, found: Findings) -> _Cause | None:
    if not found.updated:
        return None
    node, called = _layer(plan, found.updated)
    what = f"the update of {called}'s weights overflowed"
    return _Cause(UPDATE, node, what, "Lower the learning rate.", SLOWER)


def _layer(plan: Plan, weights: str) -> tuple[str, str]:
    """The node that has these weights, and its name."""
    attribute = weights.partition(".")[0]
    node = next((s.node for s in plan.steps if s.attribute == attribute), "")
    return node, plan.names.get(node, attribute)


def _unknown() -> _Cause:
    return _Cause(
        UNKNOWN,
        "",
        "which value was the first cannot be told",
        "Lower the learning rate, or clip the gradients' norm.",
        SLOWER,
    )

"""What leads to a prediction, read from the steps of a network. No JAX."""

from __future__ import annotations

from collections.abc import Collection

from core.compile.plan import Plan, Step
from core.design.document import End

# How the scores of an output are read: a number for each class, for each output of a regression, or
# for each channel of a layer.
CLASSES, OUTPUTS, UNITS = "classes", "outputs", "units"

# A prediction that is one of these of some scores is explained by those scores.
_SOFTMAX = ("nnx.softmax", "nnx.log_softmax")


def scored_end(plan: Plan) -> End:
    """The output whose numbers are explained: the shown prediction, before a softmax."""
    end = plan.shown.prediction
    step = next((s for s in plan.steps if end in s.outputs), None)
    if step is not None and step.layer is None and step.forward.function in _SOFTMAX:
        (end,) = step.inputs.values()
    return end


def leading_to(plan: Plan, end: End) -> tuple[Step, ...]:
    """The steps that an output is computed by, in computing order."""
    wanted, found = {end}, []
    for step in reversed(plan.steps):
        if wanted.intersection(step.outputs):
            wanted.update(step.inputs.values())
            found.append(step)
    return tuple(reversed(found))


def behind(plan: Plan, places: Collection[End]) -> set[End]:
    """Some outputs and all that are computed from them."""
    found = set(places)
    for step in plan.steps:
        if found.intersection(step.inputs.values()):
            found.update(step.outputs)
    return found

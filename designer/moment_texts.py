"""What a moment of a training step is called, and its numbers as short texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from core.explain.walkthrough.moments import (
    BACKWARD,
    FORWARD,
    LOSS,
    UPDATE,
    Moment,
    Value,
)
from core.explain.walkthrough.writing import number
from widgets.formula_text import Paragraph

_STAGES = {FORWARD: "Forward", LOSS: "Loss", BACKWARD: "Backward", UPDATE: "Update"}
_ARROWS = {FORWARD: "→", LOSS: "=", BACKWARD: "←", UPDATE: "↻"}
_NOTES = {
    FORWARD: "What the node computes.",
    LOSS: "How far the prediction is from the target.",
    BACKWARD: "How the loss changes with weights and inputs.",
    UPDATE: "The weights move against their gradient.",
}
# So many numbers stand on a wire, and of an array in the text.
_ON_CANVAS, _IN_TEXT = 4, 24
# The last losses; the earlier ones would be cut off in a narrow panel.
_LOSSES = 4


def title(moment: Moment, turns: tuple[str, ...] = ()) -> str:
    """A line for the list; where several players take turns, with whose turn it is."""
    text = f"{_ARROWS[moment.stage]}  {_STAGES[moment.stage]}: {moment.name}"
    return f"{text}  ({turns[moment.turn]})" if len(turns) > 1 else text


def headline(moment: Moment) -> str:
    """The heading of the formulas."""
    return f"{_STAGES[moment.stage]}: {moment.name}"


def note(moment: Moment) -> str:
    """What happens in a moment, in a sentence."""
    return _NOTES[moment.stage]


def paragraphs(moment: Moment) -> Iterator[Paragraph]:
    """The formulas, and the arrays that no formula writes out."""
    told = False
    for formula in moment.formulas:
        told |= bool(formula.lines)
        yield Paragraph(rule=formula.rule, lines=formula.lines)
    if told:
        return
    sign = "∂L/∂" if moment.stage == BACKWARD else ""
    for words, values in (
        ("In", moment.inputs),
        ("Out", moment.outputs),
        ("Weights before" if moment.before else "Weights", moment.before or moment.weights),
        ("Weights after", moment.weights if moment.before else {}),
    ):
        for name, value in values.items():
            shape = " × ".join(map(str, value.shape)) or "one number"
            yield Paragraph(
                f"{words}: {sign}{name}, {shape}, norm {number(value.norm)}", lines=_written(value)
            )


def on_node(moment: Moment) -> tuple[str, ...]:
    """The lines below the node on the canvas."""
    if moment.stage == UPDATE:
        return tuple(f"{name}: {_short(value)}" for name, value in moment.weights.items())
    sign = "∂L/∂" if moment.stage == BACKWARD else ""
    outputs = [f"{sign}{name} = {_short(value)}" for name, value in moment.outputs.items()]
    if moment.stage == BACKWARD:
        outputs += [f"{sign}{name} = {_short(value)}" for name, value in moment.weights.items()]
    return tuple(outputs)


def on_wires(moment: Moment) -> Mapping[str, tuple[str, ...]]:
    """What stands on the wire into each port: a number a line."""
    return {port: _column(value) for port, value in moment.inputs.items()}


def loss_line(losses: list[float]) -> str:
    """The losses of the steps that were done here, and of the present one."""
    shown = " → ".join(number(loss) for loss in losses[-_LOSSES:])
    return f"Loss: {'… → ' if len(losses) > _LOSSES else ''}{shown}"


def _column(value: Value) -> tuple[str, ...]:
    if value.array is None or value.array.size > _ON_CANVAS:
        return (" × ".join(map(str, value.shape)), f"norm {_few(value.norm)}")
    return tuple(_few(v) for v in np.ravel(value.array))


def _short(value: Value) -> str:
    if value.array is None or value.array.size > _ON_CANVAS:
        return f"{' × '.join(map(str, value.shape))}, norm {_few(value.norm)}"
    return ", ".join(_few(v) for v in np.ravel(value.array))


def _few(value: float) -> str:
    """A number for the canvas, which has no small figures."""
    return f"{value:.4g}".replace("-", "−")


def _written(value: Value) -> tuple[str, ...]:
    if value.array is None:
        return ()
    flat = np.ravel(value.array)
    more = ", …" if flat.size > _IN_TEXT else ""
    return (", ".join(number(v) for v in flat[:_IN_TEXT]) + more,)

"""Which nodes, classes and tokens a question is about, and whether its method may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.explain.attribution.graph import CLASSES, UNITS, leading_to, scored_end
from core.explain.attribution.map import IMAGE, TOKENS, VALUES
from core.explain.attribution.method import ATTENTION, CONV, IMAGES, Method

if TYPE_CHECKING:
    from core.compile.plan import Plan
    from core.design.document import End
    from core.train.job import Job

# The block whose weights are attention.
ATTENDING = "MultiHeadAttention"
# The blocks whose outputs are maps of features.
CONVOLUTIONS = ("Conv", "SeparableConv", "DepthwiseConv", "LocallyConnected", "ConvTranspose")


def kind_of(sample: np.ndarray) -> str:
    """What a sample is: an image ``[H, W, C]``, token ids, or other values."""
    if np.issubdtype(sample.dtype, np.integer):
        return TOKENS
    return IMAGE if sample.ndim == 3 else VALUES


def nodes(job: Job, method: Method, asked: str) -> tuple[str, str]:
    """The Input node that is explained, and the layer that is looked at or an empty string.

    ``asked`` is a node's id or name. Raises InputError if there is no such node, or none that will
    do.
    """
    plan = job.program.plan
    wanted = find_node(job, asked) if asked else ""
    first = plan.inputs[0]
    if wanted in plan.inputs and method.needs != CONV:
        return wanted, ""
    if not method.at_layer:
        if wanted:
            names = ", ".join(plan.names[node] for node in plan.inputs)
            raise InputError(
                f"{method.label} explains an Input, which {plan.names[wanted]} is not",
                f"Choose {names}.",
            )
        return first, ""
    if wanted or method.needs != CONV:
        return first, wanted
    before = leading_to(plan, scored_end(plan))
    found = [s.node for s in before if block_kind(job, s.node) in CONVOLUTIONS]
    if not found:
        raise InputError(
            f"{method.label} looks at a convolution, and none leads to the prediction",
            "Choose a method that explains the Input, such as integrated_gradients.",
        )
    return first, found[-1]


def find_node(job: Job, asked: str) -> str:
    """The id of a node that is named by id or by name. Raises InputError if there is none."""
    names = job.program.plan.names
    if asked in names:
        return asked
    found = [node for node, name in names.items() if name == asked]
    if found:
        return found[0]
    raise InputError(
        f"there is no node called {asked!r}", f"Choose one of {', '.join(names.values())}."
    )


def block_kind(job: Job, node: str) -> str:
    """The saved kind of a node's block."""
    report = job.analysis.nodes.get(node)
    return report.block.kind if report is not None and report.block is not None else ""


def row_of(job: Job, number: int, row: int | None) -> tuple[int, int]:
    """The place in the probe rows, -1 for a row that is none of them, and the row of the data.

    Raises InputError for a row that is not in the data.
    """
    rows = job.probe_rows()
    if row is None:
        return number % len(rows), int(rows[number % len(rows)])
    count = job.prepared.dataset.rows
    if not 0 <= row < count:
        raise InputError(
            f"there is no row {row} in the data", f"Rows are counted from 0 to {count - 1}."
        )
    found = np.flatnonzero(rows == row)
    return int(found[0]) if len(found) else -1, row


def check_needs(job: Job, method: Method, kind: str) -> None:
    """Raise InputError where the design has not what a method needs."""
    plan = job.program.plan
    if method.needs == IMAGES and kind != IMAGE:
        given = "token ids" if kind == TOKENS else "rows of numbers"
        raise InputError(
            f"{method.label} explains images [H, W, C], and this design reads {given}",
            "Choose another method, such as integrated_gradients.",
        )
    before = leading_to(plan, scored_end(plan))
    if method.needs == ATTENTION and not any(
        block_kind(job, step.node) == ATTENDING for step in before
    ):
        raise InputError(
            f"{method.label} follows attention, and no Multi-head attention leads "
            "to the prediction",
            "Choose another method, such as integrated_gradients.",
        )


def check_target(target: int | None, reading: str, count: int) -> None:
    """Raise InputError for a target that is not one of so many."""
    if target is None or 0 <= target < count:
        return
    noun = "unit" if reading == UNITS else "class" if reading == CLASSES else "output"
    raise InputError(f"there is no {noun} {target}", f"They are counted from 0 to {count - 1}.")


def answers_several(plan: Plan, shapes: Mapping[End, Any]) -> bool:
    """Whether a sample has several yes-or-no answers, or parts, of which none excludes another.

    ``shapes`` has the shape of every output.
    """
    target = plan.shown.inputs.get("target")
    if target is None or target not in shapes:
        return False
    truth, prediction = shapes[target], shapes[plan.shown.prediction]
    return bool(truth.shape == prediction.shape and np.prod(truth.shape[1:]) > 1)


def classes(job: Job) -> tuple[str, ...]:
    """The names of the classes that the shown prediction chooses from; empty if they have none."""
    plan, columns = job.program.plan, job.prepared.dataset.columns
    loss = plan.shown
    if loss.acts:
        column = plan.feeds.get(loss.inputs["action"].node, "")
    elif loss.target_node:
        column = plan.feeds[loss.target_node]
    else:
        # What comes next, of the tokens that are read.
        column = plan.feeds[plan.inputs[0]]
    return columns[column].classes if column in columns else ()


def spelled(job: Job, node: str, sample: np.ndarray) -> tuple[str, ...]:
    """The tokens of a sample of ids as people know them; empty for other samples."""
    if kind_of(sample) != TOKENS:
        return ()
    names = job.prepared.dataset.columns[job.program.plan.feeds[node]].classes
    return tuple(names[i] if 0 <= i < len(names) else str(i) for i in map(int, sample.ravel()))

"""Trains a design on more and more of its training rows, and tells how its figures rise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from core.data.binding import Prepared, prepared_for
from core.design.document import Design
from core.errors import InputError
from core.explain.evaluation.sizes import SHARES, SizeCurve, SizePoint
from core.train.job import Job
from core.train.unrecorded import GoingOn, train_unrecorded

# The figures on training rows are of so many of them at most.
_MEASURED = 4000


def size_curve(
    design: Design,
    folder: Path,
    tell: Callable[[float, str], None],
    going_on: GoingOn,
    *,
    shares: Sequence[float] = SHARES,
    device: str = "auto",
) -> SizeCurve | None:
    """Train with the same weights, recipe and epochs on each share of the training rows.

    The rows of a share are drawn by the recipe's seed and are among those of the next. Held-out
    rows are those of the validation split, else of the test split. ``tell`` is told how far it has
    come. None if it was broken off. Raises InputError for data without held-out rows, and WorkError
    when a training fails.
    """
    job = Job.of(design, folder, device)
    prepared, program = job.prepared, job.program
    held = next((name for name in ("validation", "test") if len(prepared.splits[name])), "")
    if prepared.environment is not None or not held:
        raise InputError(
            f"{prepared.dataset.title}: a learning curve needs rows that are held out",
            "Give the validation split a share of the rows in the data panel.",
        )
    train = prepared.splits["train"]
    order = np.random.default_rng(program.recipe.seed).permutation(len(train))
    counts = list(dict.fromkeys(max(1, round(share * len(train))) for share in shares))
    first = program.initial_state()
    points = []
    for number, count in enumerate(counts):
        rows = train[np.sort(order[:count])]
        program.take_rows(_with_rows(prepared, rows))
        program.stage = 0

        def told(epoch: float, number: int = number, count: int = count) -> None:
            done = sum(counts[:number]) + count * epoch / program.recipe.total_epochs
            tell(done / sum(counts), f"Training on {count:,} rows")

        told(0.0)
        fresh = jax.tree.map(jnp.copy, first)
        state = train_unrecorded(program, fresh, told, going_on)
        if state is None:
            return None
        figures = (program.evaluate(state, r) for r in (rows[:_MEASURED], prepared.splits[held]))
        points.append(SizePoint(count, *figures))
    return SizeCurve(held, tuple(points))


def _with_rows(prepared: Prepared, rows: np.ndarray) -> Prepared:
    """The data with these training rows, by which it is standardised; hidden labels stay so."""
    made = prepared_for(prepared.dataset, {**prepared.splits, "train": rows})
    labels = {n: v for n, v in prepared.columns.items() if v.dtype == np.int32}
    return replace(made, columns={**made.columns, **labels})

"""What is wrong or doubtful in a design's recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from core.design import edits
from core.design.document import Design
from core.design.flat import Flat
from core.design.naming import LOSSES, TRAINS, other_name
from core.design.problems import ERROR, WARNING, Fix, Problem
from core.design.reports import NodeReport
from core.design.stage_names import loss_names, trained_names
from core.train.optimizers.sgd import Rprop
from core.train.recipe import BATCH, Recipe
from core.train.schedules.decay import Step
from core.train.schedules.plateau import Plateau


def recipe_problems(
    design: Design, nodes: Mapping[str, NodeReport], flat: Flat
) -> Iterator[Problem]:
    """The faults of the recipe, which keep the design from training, and what is doubtful.

    ``design`` is the unfolded one, ``nodes`` the reports of its nodes.
    """
    recipe, faults = Recipe.read(design.recipe)
    for fault in faults:
        yield Problem(
            ERROR, None, f"recipe: {fault.message}", "Correct it in the recipe.", only_training=True
        )
    if recipe.optimizer.learning_rate == 0:
        yield _doubt("the learning rate is 0", "Set it above 0, or nothing is learnt.")
    yield from _stage_problems(recipe, nodes, flat)
    yield from _schedule_problems(recipe)
    yield from _plateau_problems(recipe, design.data)
    if isinstance(recipe.optimizer, Rprop) and recipe.gradient_descent != BATCH:
        yield _doubt(
            "Rprop takes the signs of gradients, which mini-batches change by chance",
            "Choose batch gradient descent, or another optimizer.",
            Fix("Use batch gradient descent", partial(_with, "gradient_descent", BATCH), True),
        )


def _stage_problems(
    recipe: Recipe, nodes: Mapping[str, NodeReport], flat: Flat
) -> Iterator[Problem]:
    if not recipe.stages:
        return
    losses, trained = loss_names(nodes), trained_names(nodes, flat)
    for number, stage in enumerate(recipe.stages, 1):
        called = f"stage {number}" + (f" ({stage.name})" if stage.name else "")
        lost = [(n, "loss", losses, LOSSES) for n in stage.losses if n not in losses]
        lost += [
            (n, "node or group with weights", trained, TRAINS)
            for n in stage.trains
            if n not in trained
        ]
        for name, noun, known, part in lost:
            yield Problem(
                ERROR,
                None,
                f"recipe: {called} names {name}, which is no {noun} of the design",
                f"There are {', '.join(known)}." if known else f"There is no {noun}.",
                other_name(name, known, part),
                only_training=True,
            )


def _schedule_problems(recipe: Recipe) -> Iterator[Problem]:
    schedule = recipe.schedule
    # A schedule begins anew in each stage.
    epochs = min((s.epochs for s in recipe.stages), default=recipe.epochs)
    what = "the shortest stage has" if recipe.stages else "the training has"
    if schedule.warmup_epochs >= epochs:
        yield _doubt(
            f"the warm-up takes {schedule.warmup_epochs:g} epochs, and {what} {epochs}",
            "Shorten the warm-up, or the learning rate never reaches its value.",
        )
    if not isinstance(schedule, Step) or not schedule.drop_epochs:
        return
    drops = schedule.drop_epochs
    rising = tuple(sorted(set(drops)))
    if drops != rising:
        shown = ", ".join(map(str, rising))
        yield _doubt(
            f"the epochs of the drops do not rise: {', '.join(map(str, drops))}",
            f"Each counts once, in rising order: {shown}.",
            Fix(f"Write {shown}", partial(_with_drops, rising), True),
        )
    late = [drop for drop in rising if drop >= epochs]
    if late:
        yield _doubt(
            f"the rate drops after epoch {late[0]}, and {what} {epochs}",
            "Drop it earlier, or train longer.",
        )


def _plateau_problems(recipe: Recipe, data: Any) -> Iterator[Problem]:
    split = data.get("split") if isinstance(data, Mapping) else None
    watched = split.get("validation") if isinstance(split, Mapping) else None
    if watched != 0:
        return
    waits = [
        ("the schedule", isinstance(recipe.schedule, Plateau)),
        ("early stopping", recipe.patience),
    ]
    for who, does in waits:
        if does:
            yield _doubt(
                f"{who} waits for the validation loss, and no rows are for validation",
                "Give the validation split a share of the rows, in the data panel.",
            )


def _doubt(message: str, remedy: str, fix: Fix | None = None) -> Problem:
    return Problem(WARNING, None, f"recipe: {message}", remedy, fix)


def _with(name: str, value: Any, design: Design) -> Design:
    return edits.set_recipe(design, {**design.recipe, name: value})


def _with_drops(drops: tuple[int, ...], design: Design) -> Design:
    schedule = {**design.recipe["schedule"], "drop_epochs": list(drops)}
    return _with("schedule", schedule, design)

"""Which losses train which weights: all of them everything, or each side of a game its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core.compile.plan import LossStep, Plan
from core.errors import InputError
from core.train.stage import Stage


@dataclass(frozen=True)
class Player:
    """Losses that are added and train the same arrays, in one step of ``every`` so many.

    ``losses`` are numbers of the plan's losses, ``params`` numbers of the trained arrays, and
    ``layers`` the attributes that are trained, with those that keep nothing but averages.
    """

    losses: tuple[int, ...]
    params: tuple[int, ...]
    layers: frozenset[str]
    every: int = 1


def players(plan: Plan, stage: Stage | None, param_names: Sequence[str]) -> tuple[Player, ...]:
    """The players of a stage, or of a training without stages, in the order of their first loss.

    Raises InputError naming what a stage or a loss names and is not there.
    """
    names = stage.losses if stage else ()
    known = {loss.name: number for number, loss in enumerate(plan.losses)}
    for name in names:
        if name not in known:
            raise InputError(
                f"{_called(stage)} names the loss {name!r}, which is not in the design",
                f"The losses are {', '.join(known)}.",
            )
    active = [known[name] for name in names] or list(known.values())
    allowed = _attributes(plan, stage.trains, _called(stage)) if stage and stage.trains else None
    groups: dict[tuple[frozenset[str], int], list[int]] = {}
    for number in sorted(active):
        loss = plan.losses[number]
        groups.setdefault((_layers(loss, plan, allowed), loss.every), []).append(number)
    return tuple(
        Player(tuple(numbers), tuple(_params(layers, param_names)), layers, every)
        for (layers, every), numbers in groups.items()
    )


def resting(plan: Plan, found: Iterable[Player]) -> frozenset[str]:
    """The layers that none of the players trains: they are used as a frozen one is."""
    return frozenset(plan.learning).difference(*(player.layers for player in found))


def reached(plan: Plan, losses: Iterable[int]) -> frozenset[str]:
    """The layers that some of the plan's losses, by their numbers, depend on."""
    wanted = {end.node for number in losses for end in plan.losses[number].inputs.values()}
    found = set()
    for step in reversed(plan.steps):
        if step.node in wanted:
            wanted |= {end.node for end in step.inputs.values()}
            found.add(step.attribute)
    return frozenset(found)


def _layers(loss: LossStep, plan: Plan, allowed: frozenset[str] | None) -> frozenset[str]:
    every = frozenset(plan.learning)
    own = _attributes(plan, loss.trains, loss.name) if loss.trains else every
    return own & (every if allowed is None else allowed)


def _params(layers: Collection[str], param_names: Sequence[str]) -> Iterable[int]:
    return (n for n, name in enumerate(param_names) if name.partition(".")[0] in layers)


def _attributes(plan: Plan, names: Iterable[str], who: str) -> frozenset[str]:
    for name in names:
        if name not in plan.places:
            raise InputError(
                f"{who} trains {name!r}, but no node or group is called that",
                "Name nodes or groups as they are called on the canvas.",
            )
    return frozenset().union(*(plan.places[name] for name in names))


def _called(stage: Stage | None) -> str:
    return f"the stage {stage.name!r}" if stage and stage.name else "a stage"

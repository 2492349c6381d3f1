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

    ``losses`` are numbers of the plan's losses, ``params`` numbers of the trained arrays.
    """

    losses: tuple[int, ...]
    params: tuple[int, ...]
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
    groups: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for number in sorted(active):
        loss = plan.losses[number]
        params = tuple(_of(loss, plan, allowed, param_names))
        groups.setdefault((params, loss.every), []).append(number)
    return tuple(Player(tuple(n), params, every) for (params, every), n in groups.items())


def _of(
    loss: LossStep, plan: Plan, allowed: Collection[str] | None, param_names: Sequence[str]
) -> Iterable[int]:
    own = _attributes(plan, loss.trains, loss.name) if loss.trains else None
    for number, name in enumerate(param_names):
        attribute = name.partition(".")[0]
        if (own is None or attribute in own) and (allowed is None or attribute in allowed):
            yield number


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

"""Writes what an exported model learns by: the loss of a batch, penalties and constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.blocks.block import Learning
from core.blocks.call import Call
from core.compile.plan import LossStep
from core.compile.source.naming import Names
from core.compile.source.page import Page
from core.compile.source.printing import docstring, flat, lines, signature, string
from core.compile.source.unify import names_in


@dataclass(frozen=True)
class Compared:
    """What the losses compare. ``call`` are the lines that get it from the model.

    ``texts`` says for each port of each loss how its value is written, ``names`` are free in the
    function.
    """

    call: Sequence[str]
    texts: Mapping[tuple[str, str], str]
    about: str
    names: Names


def write_loss(
    page: Page, model: str, losses: Sequence[LossStep], compared: Compared, has_penalty: bool
) -> set[str]:
    """Write the function ``loss``; returns the functions that it uses."""
    used = {"jnp", "jax", "Mapping"}
    given = [f"model: {model}", "batch: Mapping[str, jax.Array]"]
    page.add(*signature("loss", given, "jax.Array", 0))
    page.add(*docstring(compared.about, 4), *compared.call)
    alone = len(losses) == 1 and losses[0].weight == 1
    total = "total"
    for number, one in enumerate(losses):
        texts = {port: compared.texts[one.node, port] for port in one.inputs}
        used |= set(names_in(one.value))
        with page.of([one.node]):
            if alone and not has_penalty:
                page.add(*lines(Call("jnp.mean", (one.value,)), texts, 4, "return "))
                return used
            name = compared.names.variable(one.name)
            page.add(*lines(one.value, texts, 4, f"{name} = "))
            term = name if one.weight == 1 else f"{one.weight!r} * {name}"
            if alone:
                total = name
            else:
                page.add(f"    total = {'total + ' if number else ''}{term}")
    page.add(f"    return jnp.mean({total}){' + penalty(model)' if has_penalty else ''}")
    return used


def write_penalty(page: Page, learning: Mapping[str, Learning]) -> set[str]:
    """Write the function ``penalty``: what L1 and L2 add to the loss."""
    page.add("PENALTIES = {")
    for name, rule in learning.items():
        if rule.trainable and (rule.l1 or rule.l2):
            page.add(f"    {string(name)}: ({rule.l1!r}, {rule.l2!r}),")
    page.add("}")
    page.gap(2)
    page.add(*_PENALTY.splitlines())
    return {"jnp", "nnx", "jax"}


def write_constraints(page: Page, learning: Mapping[str, Learning]) -> set[str]:
    """Write the function ``constrain``: what weights are held to after each step."""
    used = {"nnx"}
    page.add("CONSTRAINTS = {")
    for name, rule in learning.items():
        if rule.trainable and rule.constraint is not None:
            used |= set(names_in(rule.constraint)) - {"weights"}
            call = flat(rule.constraint, {"weights": "weights"})
            page.add(f"    {string(name)}: lambda weights: {call},")
    page.add("}")
    page.gap(2)
    page.add(*_CONSTRAIN.splitlines())
    return used


def write_frozen(page: Page, learning: Mapping[str, Learning]) -> set[str]:
    """Write the function ``is_trained``, which leaves frozen layers out."""
    frozen = [name for name, rule in learning.items() if not rule.trainable]
    page.add("FROZEN = (", *(f"    {string(name)}," for name in frozen), ")")
    page.gap(2)
    page.add(*_FROZEN.splitlines())
    return {"nnx", "Any"}


def has_penalty(learning: Mapping[str, Learning]) -> bool:
    """Whether any layer that is trained asks for L1 or L2."""
    return any(r.trainable and (r.l1 or r.l2) for r in learning.values())


def has_constraint(learning: Mapping[str, Learning]) -> bool:
    """Whether any layer that is trained has a constraint."""
    return any(r.trainable and r.constraint is not None for r in learning.values())


def has_frozen(learning: Mapping[str, Learning]) -> bool:
    """Whether any layer is not trained."""
    return any(not r.trainable for r in learning.values())


_PENALTY = '''
def penalty(model: nnx.Module) -> jax.Array:
    """What L1 and L2 add to the loss: l1 sum |W| + l2 sum W^2 of each layer's kernels."""
    total = jnp.zeros(())
    for name, variable in named_weights(model).items():
        l1, l2 = next((p for n, p in PENALTIES.items() if name.startswith(f"{n}.")), (0.0, 0.0))
        if isinstance(variable, nnx.Param) and variable[...].ndim > 1:
            total += l1 * jnp.abs(variable[...]).sum() + l2 * jnp.square(variable[...]).sum()
    return total
'''.strip("\n")

_CONSTRAIN = '''
def constrain(model: nnx.Module) -> None:
    """Hold the kernels to their constraints, as is done after each step."""
    for name, variable in named_weights(model).items():
        held = next((held for n, held in CONSTRAINTS.items() if name.startswith(f"{n}.")), None)
        if held and isinstance(variable, nnx.Param) and variable[...].ndim > 1:
            variable[...] = held(variable[...])
'''.strip("\n")

_FROZEN = '''
def is_trained(path: tuple[Any, ...], value: Any) -> bool:
    """Whether a variable is trained: a parameter of a layer that is not frozen."""
    name = ".".join(map(str, path))
    return isinstance(value, nnx.Param) and not name.startswith(tuple(f"{n}." for n in FROZEN))
'''.strip("\n")

"""Parameters inside of a group that each use sets for itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, Exposed
from core.design.exposing import conceal, expose, rename_exposed, with_group
from core.design.ports import OWN, block_of, exposed_params
from core.errors import InputError
from tests.grouped import group, grouped, messages, mlp_with_block, redefined, use_again


def block(**values: object) -> Design:
    """A block whose hidden units and function are exposed; the values are what its use sets."""
    design = mlp_with_block()
    key = group(design).id
    design = expose(design, key, "hidden", [("dense", "units")])
    design = expose(design, key, "function", [("activation", "function")])
    return edits.set_params(design, "block", **values)


def outer(**values: object) -> Design:
    """A group around a block that exposes the block's parameter on."""
    design = grouped(block(), "block", title="outer")
    design = expose(design, group(design, "outer").id, "wide", [("block", "hidden")])
    return edits.set_params(design, "outer", **values)


def units(design: Design, node: str) -> object:
    return analyse(design).design.nodes[node].params["units"]


def test_each_use_sets_its_own_value() -> None:
    design = use_again(block(hidden=7), "twin")
    assert units(design, "block/dense") == 7
    assert units(design, "twin/dense") == 4
    count = (4 * 7 + 7) + (7 * 4 + 4) + (4 * 3 + 3)
    assert analyse(edits.remove(design, ["twin"])).parameters == count


def test_the_default_follows_the_value_inside() -> None:
    design = redefined(block(), dense={"units": 5})
    params = {p.name: p for p in exposed_params(design, group(design))}
    assert params["hidden"].default == 5
    assert (params["hidden"].label, params["hidden"].kind) == ("Hidden", "int")
    assert params["function"].choices
    assert units(design, "block/dense") == 5
    faulty = redefined(block(), dense={"units": "many"})
    assert exposed_params(faulty, group(faulty))[0].default == 64


def test_one_parameter_may_set_several() -> None:
    design = mlp_with_block()
    targets = [("dense", "units"), ("dense_2", "units")]
    design = expose(design, group(design).id, "units", targets)
    design = edits.set_params(design, "block", units=9)
    assert units(design, "block/dense") == units(design, "block/dense_2") == 9


def test_a_faulty_value_is_named_and_changes_nothing() -> None:
    design = block(hidden=0, function="sinc", units=3)
    found = messages(analyse(design))
    assert "block: Hidden must be at least 1, not 0" in found
    assert "block: block has no parameter 'units'" in found
    assert [m for m in found if m.startswith("block: Function must be one of")]
    assert units(design, "block/dense") == 4


def test_exposing_goes_through_groups_in_groups() -> None:
    assert units(outer(), "outer/block/dense") == 4
    assert units(outer(wide=6), "outer/block/dense") == 6
    inner = with_value_inside(outer(), 5)
    assert units(inner, "outer/block/dense") == 5
    assert exposed_params(inner, group(inner, "outer"))[0].default == 5


def with_value_inside(design: Design, hidden: int) -> Design:
    old = group(design, "outer")
    use = old.nodes["block"]
    fresh = replace(use, params={**use.params, "hidden": hidden})
    return with_group(design, replace(old, nodes={**old.nodes, "block": fresh}))


def test_repeats_may_be_exposed_but_not_which_group_is_used() -> None:
    design = grouped(mlp_with_block(), "block", title="outer")
    key = group(design, "outer").id
    deep = edits.set_params(expose(design, key, "depth", [("block", "repeat")]), "outer", depth=3)
    assert len(analyse(deep).flat.uses["outer/block"].copies) == 3
    for name in ("group", "weights_of", "no"):
        with pytest.raises(InputError, match="block has no parameter"):
            expose(design, key, "x", [("block", name)])
    forced = Exposed("depth", (("block", "repeat"), ("block", "group")))
    odd = with_group(design, replace(group(design, "outer"), exposed=(forced,)))
    assert not analyse(edits.set_params(odd, "outer", depth=2)).errors


def test_names_that_are_taken_or_cannot_be_typed_are_refused() -> None:
    design = block()
    key = group(design).id
    for name in (*(p.name for p in OWN), "hidden"):
        with pytest.raises(InputError, match="has a parameter"):
            expose(design, key, name, [("dense", "units")])
    for name in ("", "a b", "a.b", "a/b", "1"):
        with pytest.raises(InputError, match="is no name"):
            expose(design, key, name, [("dense", "units")])
    with pytest.raises(InputError, match="gone has no parameter"):
        expose(design, key, "x", [("gone", "units")])


def test_what_is_called_like_a_parameter_of_every_use_is_not_exposed() -> None:
    design = mlp_with_block()
    odd = replace(group(design), exposed=(Exposed("repeat", (("dense", "units"),)),))
    design = edits.set_params(with_group(design, odd), "block", repeat=2)
    assert units(design, "block/dense") == 4
    found = block_of(design, design.nodes["block"])
    assert found is not None
    assert [p.name for p in found[0].params()] == [p.name for p in OWN]


def test_taking_back_gives_all_uses_the_value_inside() -> None:
    design = conceal(outer(wide=6), group(outer()).id, "hidden")
    assert [e.name for e in group(design).exposed] == ["function"]
    assert not group(design, "outer").exposed
    assert "wide" not in design.nodes["outer"].params
    assert units(design, "outer/block/dense") == 4
    assert not analyse(design).errors


def test_another_name_keeps_what_the_uses_set() -> None:
    design = rename_exposed(block(hidden=7), group(block()).id, "hidden", "width")
    assert design.nodes["block"].params["width"] == 7
    assert units(design, "block/dense") == 7
    deep = rename_exposed(outer(wide=6), group(outer()).id, "hidden", "width")
    assert units(deep, "outer/block/dense") == 6
    assert not analyse(deep).errors
    with pytest.raises(InputError, match="has a parameter 'function'"):
        rename_exposed(design, group(design).id, "width", "function")


def test_taking_back_leaves_what_is_exposed_beside_it() -> None:
    design = outer(wide=6)
    old = group(design, "outer")
    more = Exposed("wide", (("block", "hidden"), ("block", "function")))
    design = conceal(with_group(design, replace(old, exposed=(more,))), group(design).id, "hidden")
    assert group(design, "outer").exposed == (Exposed("wide", (("block", "function"),)),)
    assert design.nodes["outer"].params["wide"] == 6


def test_a_circle_of_exposed_parameters_has_no_end_but_an_answer() -> None:
    design = outer(wide=6)
    inner = group(design)
    back = replace(design.nodes["outer"], id="back", name="back")
    loop = replace(
        inner,
        nodes={**inner.nodes, "back": back},
        exposed=(Exposed("hidden", (("back", "wide"),)),),
    )
    circular = with_group(design, loop)
    assert exposed_params(circular, group(circular)) == []
    assert analyse(circular).errors

"""An Unembedding that uses the table of an Embedding: counted, computed and trained as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from core.compile.model import Network
from core.compile.plan import make_plan
from core.compile.weights import named_arrays
from core.design import edits
from core.design.analysis import Analysis, analyse
from core.design.document import Design, End
from core.design.fragment import cut_out, paste
from core.design.grouping import make_group
from core.errors import InputError
from core.project.file import from_text, to_text
from tests.designs import add, chain

TOKENS = np.array([[1, 4, 2], [0, 0, 3]], np.int32)


def language_model(**params: Any) -> Design:
    """Ids to vectors, a Dense, and back to ids."""
    design = add(Design(name="Tied"), "Input", "ids", shape=(3,), dtype="int32", classes=5)
    design = add(design, "Embedding", "table", vocabulary=5, features=4)
    design = add(design, "Dense", "dense", units=4)
    design = add(design, "Unembedding", "head", vocabulary=5, weights_of="table")
    design = chain(design, "ids", "table", "dense", "head")
    return edits.set_params(design, "head", **params)


def network_of(design: Design) -> Any:
    return Network(make_plan(analyse(design), to_train=False), nnx.Rngs(0))


def told(found: Analysis, node: str = "head") -> list[Any]:
    return [p for p in found.problems if p.node == node]


def test_the_table_is_counted_and_kept_once() -> None:
    found = analyse(language_model())
    assert not told(found)
    assert found.parameters == 5 * 4 + 4 * 4 + 4
    assert found.nodes["head"].tied_to == "table"
    kept = named_arrays(network_of(language_model()))
    assert set(kept) == {"table.embedding", "dense.kernel", "dense.bias"}
    own = analyse(language_model(weights_of=""))
    assert own.parameters == found.parameters + 20


def test_logits_are_products_with_the_table() -> None:
    network = network_of(language_model())
    table = np.asarray(network.table.embedding[...])
    hidden = network.dense(jnp.asarray(table[TOKENS]))
    np.testing.assert_allclose(network(TOKENS), np.asarray(hidden) @ table.T, rtol=1e-5, atol=1e-6)


def test_both_train_the_table() -> None:
    tied, apart = network_of(language_model()), network_of(language_model(weights_of=""))
    for name in ("table", "dense"):
        nnx.update(getattr(apart, name), nnx.state(getattr(tied, name)))
    nnx.update(apart.head, nnx.state(tied.table))

    def gradient(network: Any) -> Any:
        graph, state = nnx.split(network, nnx.Param)
        weights = jnp.arange(2 * 3 * 5.0).reshape(2, 3, 5)
        return jax.grad(lambda s: jnp.vdot(weights, nnx.merge(graph, s)(TOKENS)))(state)

    both, single = gradient(tied), gradient(apart)
    summed = single["table"]["embedding"][...] + single["head"]["embedding"][...]
    np.testing.assert_allclose(both["table"]["embedding"][...], summed, rtol=1e-5, atol=1e-5)
    assert np.any(single["table"]["embedding"][...] != 0)


def test_the_embedding_says_how_the_table_starts() -> None:
    design = edits.set_params(language_model(), "table", kernel_init="ones")
    assert not told(analyse(design))
    assert np.all(network_of(design).table.embedding[...] == 1)


def test_it_is_tied_in_the_saved_file_too() -> None:
    again = from_text(to_text(language_model()), "here")
    assert analyse(again).nodes["head"].tied_to == "table"


WRONG = {
    "gone": (lambda d: edits.remove(d, ["table"]), "no Embedding 'table'"),
    "another block": (lambda d: edits.set_params(d, "head", weights_of="dense"), "no Embedding"),
    "itself": (lambda d: edits.set_params(d, "head", weights_of="head"), "no Embedding 'head'"),
    "muted": (lambda d: edits.mute(d, ["table"]), "table, whose table it uses, is muted"),
    "vocabulary": (
        lambda d: edits.set_params(d, "head", vocabulary=9),
        "Vocabulary is 9, but the table of table has 5",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_tied_is_told_and_the_fix_helps(case: str) -> None:
    change, message = WRONG[case]
    design = change(language_model())
    (problem,) = [p for p in told(analyse(design)) if message in p.message]
    assert problem.severity == "error"
    assert problem.remedy
    assert problem.fix is not None
    after = problem.fix.edit(design)
    assert not [p for p in told(analyse(after)) if message in p.message]


def test_a_table_of_other_vectors_is_refused() -> None:
    design = edits.set_params(language_model(), "dense", units=3)
    assert any("cannot share the weights" in p.message for p in told(analyse(design)))


def test_copies_are_tied_among_themselves() -> None:
    design, copies = language_model(), {}
    doubled = edits.duplicate(design, ["table", "head"])
    for node in doubled.nodes.values():
        copies[node.block] = node.id
    assert doubled.nodes[copies["Unembedding"]].params["weights_of"] == copies["Embedding"]
    piece = cut_out(design, ["table", "head"])
    pasted, new = paste(design, piece)
    assert pasted.nodes[new[1]].params["weights_of"] == new[0]
    alone, new = paste(design, cut_out(design, ["head"]))
    assert alone.nodes[new[0]].params["weights_of"] == "table"
    elsewhere, new = paste(Design(), cut_out(design, ["head"]))
    assert elsewhere.nodes[new[0]].params["weights_of"] == ""


def test_a_group_holds_both_or_none() -> None:
    with pytest.raises(InputError, match="head uses the weights of table"):
        make_group(language_model(), ["dense", "head"])
    design, use = make_group(language_model(), ["table", "dense", "head"], "model")
    found = analyse(design)
    assert found.nodes[f"{use}/head"].tied_to == f"{use}/table"
    assert found.parameters == 40


def test_an_edit_is_analysed_as_from_the_start() -> None:
    before = language_model(weights_of="")
    known = analyse(before)
    for design in (language_model(), edits.rename(language_model(), "table", "words"), before):
        known = analyse(design, previous=known)
        fresh = analyse(design)
        assert known.flat.ties == fresh.flat.ties
        assert known.parameters == fresh.parameters
        assert known.problems == fresh.problems


def test_a_head_that_is_computed_first_is_tied_as_well() -> None:
    design = language_model()
    design = add(design, "Input", "vectors", shape=(3, 4))
    design = edits.connect(design, End("vectors", "output"), End("head", "input"))
    turned = {i: design.nodes[i] for i in ("vectors", "head", "ids", "table", "dense")}
    network = network_of(replace(design, nodes=turned))
    kept = named_arrays(network)
    assert set(kept) == {"table.embedding", "dense.kernel", "dense.bias"}

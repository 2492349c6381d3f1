"""Which patch an element stands for: against the pixels that its vector depends on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.design.analysis import analyse
from core.design.document import Design
from core.design.grouping import make_group
from core.explain.inside.ask import Inside
from core.explain.inside.patches import Patches, patches_of
from core.train.job import Job
from core.train.state import State
from tests.designs import DIGITS, Layer, add, fit_to_data, recipe, wire
from tests.training import fresh_state, job_of

VIT: tuple[Layer, ...] = (
    ("PatchEmbedding", {"patch_size": (4, 2), "features": 8}),
    ("ClassToken", {}),
    ("PositionalEmbedding", {}),
    ("LayerNorm", {}),
    ("MultiHeadAttention", {"heads": 2, "features": 8}),
    ("Dense", {"units": 8}),
)


def design_of(*layers: Layer) -> Design:
    """The layers in a row on the digits, and what makes classes of them."""
    design = Design(data=DIGITS, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    names = ["input"]
    for kind, params in layers:
        names.append(kind.lower())
        design = add(design, kind, names[-1], **params)
    design = add(add(design, "Flatten", "flatten"), "Dense", "logits", units=10)
    design = add(design, "CrossEntropy", "loss")
    for before, name in pairwise([*names, "flatten", "logits"]):
        port = "query" if name == "multiheadattention" else "input"
        design = wire(design, f"{before} -> {name}.{port}")
    design = wire(design, "logits -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input="image", target="label")


@pytest.fixture(scope="module")
def vision() -> tuple[Job, State]:
    job = job_of(design_of(*VIT))
    return job, fresh_state(job.program)


def boxes(patches: Patches) -> list[object]:
    return [patches.box(n) for n in range(len(patches))]


def test_a_patch_is_what_its_vector_depends_on(vision: tuple[Job, State]) -> None:
    job, state = vision
    found = Inside("patchembedding").answer(job, state, 0).patches
    assert found is not None
    assert len(found) == 8
    layer = job.program.network(state).patchembedding
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).astype(np.float32)
    plain = np.asarray(layer(image)).reshape(8, 8)
    for element in range(8):
        (top, bottom), (left, right) = found.box(element)  # type: ignore[misc]
        changed = image.copy()
        changed[:, top:bottom, left:right] += 1
        moved = np.abs(np.asarray(layer(changed)).reshape(8, 8) - plain).max(axis=1) > 1e-4
        assert np.flatnonzero(moved).tolist() == [element]
    assert found.names[5] == "row 1, column 1"


def test_elements_keep_their_place_through_a_transformer(vision: tuple[Job, State]) -> None:
    job, state = vision
    first = Inside("patchembedding").answer(job, state, 0).patches
    assert first is not None
    for node in ("classtoken", "layernorm", "dense"):
        later = Inside(node).answer(job, state, 0).patches
        assert later is not None
        assert boxes(later) == [None, *boxes(first)]
    found = Inside("multiheadattention").answer(job, state, 0)
    (heads,) = (f for f in found.facets if f.page == "heads")
    assert heads.row_patches is heads.column_patches
    assert heads.row_patches is not None
    assert boxes(heads.row_patches) == [None, *boxes(first)]
    assert heads.rows == heads.columns == ("class token", *first.names)
    assert Inside("flatten").answer(job, state, 0).patches is None


def test_maps_of_a_convolution_are_patches_that_overlap() -> None:
    layers = (
        ("Conv", {"filters": 4, "kernel_size": (3,), "strides": (2,)}),
        ("Reshape", {"shape": (16, 4)}),
        ("Dense", {"units": 8}),
    )
    found = patches_of(analyse(design_of(*layers)), "input", "dense")["dense"]
    # SAME adds nothing before the first pixel where strides are 2, and a column behind the last.
    assert found.box(0) == ((0, 3), (0, 3))
    assert found.box(15) == ((6, 8), (6, 8))
    assert found.place(6) == (1, 2)


def test_elements_in_another_order_are_no_patches() -> None:
    # As many elements as before, so that their number does not tell.
    design = design_of(VIT[0], ("Reverse", {"axis": 1}), VIT[3])
    found = patches_of(analyse(design), "input", "layernorm")
    assert list(found) == ["patchembedding"]


def test_patches_go_into_groups() -> None:
    grouped, _ = make_group(design_of(*VIT), ("layernorm", "multiheadattention"))
    analysis = analyse(grouped)
    inner = next(key for key in analysis.order if key.endswith("/multiheadattention"))
    assert len(patches_of(analysis, "input", inner)[inner]) == 9

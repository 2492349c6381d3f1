"""A sample of one's own that is a row of the data is explained as that row is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.design.document import Design
from core.errors import InputError
from core.explain.attribution.ask import Attribute
from core.explain.attribution.curves import Curves
from core.explain.attribution.nearest import Nearest
from core.explain.attribution.sanity import Sanity
from core.explain.own_sample import OwnSample
from tests.core.explain.attribution.samples import Asked, attending, deep_cnn
from tests.designs import IRIS, add, fit_to_data, recipe, wire

ROW = 3


@pytest.fixture(scope="module")
def digits() -> Asked:
    return Asked(deep_cnn())


@pytest.fixture
def own(digits: Asked, tmp_path: Path) -> OwnSample:
    """The image that is number ``ROW`` of the probe, in a file."""
    image = digits.job.prepared.dataset.columns["image"].values[digits.job.probe_rows()[ROW]]
    np.savez(tmp_path / "mine.npz", image=image[None])
    return OwnSample(str(tmp_path), str(tmp_path / "mine.npz"))


@pytest.mark.parametrize("method", ["integrated_gradients", "grad_cam", "occlusion"])
@pytest.mark.parametrize("target", [None, 4])
def test_the_map_is_that_of_the_same_row(
    digits: Asked, own: OwnSample, method: str, target: int | None
) -> None:
    wanted = digits(method, number=ROW, target=target)
    found = digits(method, own=own, target=target)
    np.testing.assert_array_equal(found.values, wanted.values)
    assert (found.target, found.predicted, found.score) == (
        wanted.target,
        wanted.predicted,
        wanted.score,
    )
    assert found.is_own
    assert not wanted.is_own
    assert (found.to_json()["index"], found.to_json()["number"]) == (None, None)


def test_the_checks_of_a_map_are_those_of_the_same_row(digits: Asked, own: OwnSample) -> None:
    asked = Attribute("gradient", number=ROW)
    mine = replace(asked, number=0, own=own)
    job, state = digits.job, digits.state
    curves, wanted = (Curves(a, steps=6).answer(job, state, 0) for a in (mine, asked))
    np.testing.assert_array_equal(curves.deletion, wanted.deletion)
    np.testing.assert_array_equal(curves.insertion, wanted.insertion)
    sane, usual = (Sanity(a, samples=2, depths=2).answer(job, state, 0) for a in (mine, asked))
    np.testing.assert_array_equal(sane.spearman[:, 0], usual.spearman[:, 0])
    # What stands beside it is of the data.
    follows = Sanity(replace(asked, number=1), samples=1, depths=2).answer(job, state, 0)
    np.testing.assert_array_equal(sane.spearman[:, 1], follows.spearman[:, 0])


def test_the_nearest_are_those_of_the_same_row(digits: Asked, own: OwnSample) -> None:
    job, state = digits.job, digits.state
    found, wanted = (n.answer(job, state, 0) for n in (Nearest(own=own), Nearest(ROW)))
    np.testing.assert_array_equal(found.rows, wanted.rows)
    np.testing.assert_allclose(found.distances, wanted.distances, rtol=1e-5)
    np.testing.assert_array_equal(found.samples, wanted.samples)
    assert found.predictions == wanted.predictions
    assert (found.truths[0], found.truths[1:]) == ("", wanted.truths[1:])
    assert (found.row, found.number) == (-1, -1)


def test_a_text_is_explained_letter_by_letter() -> None:
    asked = Asked(attending(layers=1))
    letters = asked.job.prepared.dataset.columns["tokens"].classes
    tokens = asked.job.prepared.columns["tokens"][int(asked.job.probe_rows()[ROW])]
    text = "".join(letters[i] for i in tokens)
    # The last characters are read.
    found = asked("gradient_x_input", own=OwnSample("", text=f"the {text}"))
    assert "".join(found.tokens) == text
    np.testing.assert_array_equal(found.values, asked("gradient_x_input", number=ROW).values)
    near = Nearest(own=OwnSample("", text=text)).answer(asked.job, asked.state, 0)
    assert near.samples[0].tolist() == tokens.tolist()
    with pytest.raises(InputError, match="has 3 characters"):
        asked("gradient", own=OwnSample("", text="sea"))


def test_what_depends_on_a_target_is_refused(tmp_path: Path) -> None:
    design = Design(data=IRIS, recipe=recipe())
    for kind, name, params in (
        ("Input", "input", {}),
        ("Target", "target", {}),
        ("Embedding", "embedding", {"vocabulary": 3, "features": 4}),
        ("Add", "add", {}),
        ("Dense", "dense", {"units": 3}),
        ("CrossEntropy", "loss", {}),
    ):
        design = add(design, kind, name, **params)
    design = wire(design, "target -> embedding", "input -> add.input_1", "embedding -> add.input_2")
    design = wire(design, "add -> dense", "dense -> loss.logits", "target -> loss.target")
    asked = Asked(fit_to_data(design, input="features", target="label"))
    np.savez(tmp_path / "mine.npz", features=np.ones((1, 4), np.float32))
    own = OwnSample("", str(tmp_path / "mine.npz"))
    with pytest.raises(InputError, match="depends on target, which a sample of your own has not"):
        asked("gradient", own=own)
    with pytest.raises(InputError, match="depends on target"):
        Nearest(own=own).answer(asked.job, asked.state, 0)

"""`layerloom explain`: files, JSON, and what is told of wrong calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.explain.attribution.ask import Attribute
from core.explain.attribution.map import IMAGE, TOKENS, VALUES, Attribution
from core.explain.own_sample import OwnSample
from core.project.runs import find_run
from core.train.start import load_run
from designer.cli.attribution_picture import colours, picture
from designer.cli.main import run
from tests.designer.cli.line import Line
from tests.designs import digits_cnn, saved


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one finished run."""
    path = saved(digits_cnn(), tmp_path_factory.mktemp("explained"))
    assert run(["train", str(path), "--epochs", "1", "--json"]) == 0
    return path


def test_it_writes_what_the_window_is_told(call: Line, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.npz"
    options = ("--method", "integrated_gradients", "--set", "steps=20", "--set", "baseline=mean")
    answer = call("explain", trained, *options, "--index", "5", "-o", out, "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    wanted = ["method", "node", "index", "predicted", "target", "shape", "completeness_error"]
    assert list(told)[:7] == wanted
    assert told["method"] == "integrated_gradients"
    assert (told["node"], told["index"], told["shape"]) == ("input", 5, [8, 8, 1])
    assert told["predicted"] == told["target"]
    assert told["completeness_error"] < 0.05
    store, found = find_run(trained)
    assert told["run"] == found.id
    training = load_run(store, found, trained.parent)
    params = (("steps", 20), ("baseline", "mean"))
    ask = Attribute("integrated_gradients", params, row=5)
    same = ask.answer(training.job, training.state, training.step)
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["values"], same.values)
        np.testing.assert_array_equal(arrays["sample"], same.sample)


def test_a_sample_of_ones_own_is_explained_as_in_the_window(
    call: Line, trained: Path, tmp_path: Path
) -> None:
    out, data = tmp_path / "map.npz", tmp_path / "mine.png"
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(data)
    options = ("--method", "occlusion", "--input", data, "-o", out)
    answer = call("explain", trained, *options, "--json")
    assert answer.code == 0, answer.err
    assert (answer.json["index"], answer.json["input"]) == (None, str(data))
    training = load_run(*find_run(trained), trained.parent)
    ask = Attribute("occlusion", own=OwnSample(str(trained.parent), str(data)))
    same = ask.answer(training.job, training.state, training.step)
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["values"], same.values)
        np.testing.assert_array_equal(arrays["sample"][..., 0] == 1, np.eye(8, dtype=bool))
    assert "mine.png, row 0" in call("explain", trained, *options).out
    images = training.job.prepared.dataset.columns["image"].values[:2]
    np.savez(tmp_path / "two.npz", image=images)
    two = ("--method", "gradient", "--input", tmp_path / "two.npz", "-o", out)
    assert call("explain", trained, *two, "--index", "1").code == 0
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["sample"], images[1])
    for wrong, message in ((("--index", "2"), "has 2 rows"), (("--index", "-1"), "no such row")):
        assert message in call.wrong("explain", trained, *two, *wrong)
    assert "no.png" in call.wrong("explain", trained, *two[:3], tmp_path / "no.png", "-o", out)


def test_it_draws_an_image_beside_its_map(call: Line, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    options = ("--method", "grad_cam", "--node", "conv", "--target", "3", "-o", out)
    answer = call("explain", trained, *options, "--json")
    assert (answer.json["node"], answer.json["target"]) == ("conv", 3)
    assert answer.json["completeness_error"] is None
    with Image.open(out) as shown:
        assert (shown.format, shown.size) == ("PNG", (2 * 256 + 3 * 12, 256 + 2 * 12))
    told = call("explain", trained, *options)
    assert told.code == 0
    assert "grad_cam of conv" in told.out
    assert "score of 3: " in told.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--method", "magic", "-o", "x.npz"), "no attribution method called 'magic'"),
        (("--method", "gradient", "-o", "x.txt"), "cannot be written as .txt"),
        (("--method", "lrp", "--set", "power=2", "-o", "x.npz"), "has no parameter 'power'"),
        (("--method", "lrp", "--set", "epsilon", "-o", "x.npz"), "is not PARAM=VALUE"),
        (("--method", "lrp", "--set", "epsilon=-1", "-o", "x.npz"), "Epsilon"),
        (("--method", "smoothgrad", "--set", "samples=few", "-o", "x.npz"), "whole number"),
        (("--method", "gradient", "--run", "nobody", "-o", "x.npz"), "nobody"),
        (("--method", "gradient"), "-o"),
    ],
)
def test_wrong_calls_are_told(
    options: tuple[str, ...], message: str, call: Line, trained: Path
) -> None:
    assert message in call.wrong("explain", trained, *options)


def test_what_the_run_has_not_is_told(call: Line, trained: Path, tmp_path: Path) -> None:
    rest = ("--method", "gradient", "-o", tmp_path / "x.npz")
    for wrong, message in (
        (("--target", "zebra"), "--target zebra"),
        (("--index", "5000"), "no row 5000"),
        (("--node", "nobody"), "no node called 'nobody'"),
    ):
        answer = call("explain", trained, *rest, *wrong)
        assert answer.code == 2
        assert message in answer.err
    missing = call("explain", trained, "--method", "gradient", "-o", tmp_path / "no" / "x.npz")
    assert missing.code == 1
    assert "could not be written" in missing.err
    assert list(tmp_path.iterdir()) == []


def test_a_design_without_a_run_is_told(call: Line, file: Path, tmp_path: Path) -> None:
    options = ("--method", "gradient", "-o", tmp_path / "x.npz")
    assert "there is no run" in call.wrong("explain", file, *options)


def test_colours_go_from_blue_over_white_to_red() -> None:
    found = colours(np.array([-2.0, 0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(found[[0, 1, 3]], [[33, 102, 172], [247] * 3, [178, 24, 43]])
    assert found[2, 0] > found[2, 2]
    np.testing.assert_array_equal(colours(np.zeros(3)), np.full((3, 3), 247))


def test_every_kind_of_sample_is_drawn() -> None:
    def made(kind: str, values: np.ndarray, tokens: tuple[str, ...] = ()) -> Attribution:
        return Attribution("m", "n", 0, 0, kind, values, values, tokens=tokens)

    tokens = tuple("Call me Ishmael" + " " * 60)
    written = picture(made(TOKENS, np.linspace(-1, 1, len(tokens)), tokens))
    found = set(map(tuple, np.asarray(written).reshape(-1, 3).tolist()))
    assert {(33, 102, 172), (178, 24, 43)} <= found
    bars = picture(made(VALUES, np.array([0.5, -1.0], np.float32)))
    assert bars.size == (56 + 360 + 96, 2 * 22 + 24)
    assert bars.getpixel((60, 12 + 22 + 11)) == (33, 102, 172)
    series = picture(made(VALUES, np.ones((20, 3), np.float32)))
    assert series.size == (20 * 13 + 24, 3 * 13 + 24)
    colour = picture(made(IMAGE, np.random.default_rng(0).normal(size=(4, 4, 3))), True)
    assert len(np.unique(np.asarray(colour))) > 16

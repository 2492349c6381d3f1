"""What all methods promise, and what may be asked of a subject."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.design import edits
from core.design.document import End
from core.errors import InputError
from core.explain.attribution.ask import Attribute, relative_error
from core.explain.attribution.catalog import methods
from core.explain.attribution.graph import scored_end
from core.explain.attribution.points import blurred
from core.explain.attribution.subject import subject_of
from core.project.file import load
from tests.core.explain.attribution.samples import Asked, attending, linear
from tests.designs import add, classifier, digits_cnn, iris_mlp, regression, wire

# What takes long by itself.
FAST = {"activation_maximisation": {"steps": 5}, "smoothgrad": {"samples": 4}}
# Why some methods cannot explain some of the designs.
REFUSED = {
    "activation_maximisation": {"tokens": "token ids cannot be"},
    "attention_rollout": dict.fromkeys(("image", "values"), "no Multi-head attention"),
    "grad_cam": dict.fromkeys(("values", "tokens"), "looks at a convolution"),
    "grad_cam_pp": dict.fromkeys(("values", "tokens"), "looks at a convolution"),
    "guided_backprop": dict.fromkeys(("values", "tokens"), "no Activation with relu"),
    "lrp": {"tokens": "no rule for Multi-head attention, which mha is"},
}


@pytest.fixture(scope="module")
def asked() -> dict[str, Asked]:
    designs = {"image": digits_cnn(), "values": iris_mlp(), "tokens": attending(layers=1)}
    return {kind: Asked(design) for kind, design in designs.items()}


@pytest.mark.parametrize("kind", ["image", "values", "tokens"])
@pytest.mark.parametrize("method", sorted(methods()))
def test_every_method_answers_or_says_why_not(
    method: str, kind: str, asked: dict[str, Asked]
) -> None:
    cls = methods()[method]
    assert cls.kind == method
    assert cls.label
    assert cls.source[-4:].isdigit(), "the paper's year comes last"
    assert cls.summary()
    options = FAST.get(method, {})
    if kind in REFUSED.get(method, {}):
        with pytest.raises(InputError, match=REFUSED[method][kind]) as told:
            asked[kind](method, number=1, **options)
        assert told.value.hint
        return
    found = asked[kind](method, number=1, **options)
    assert (found.method, found.number, found.kind) == (method, 1, kind)
    shape = found.sample.shape
    assert found.values.shape in ([shape, shape[:2]] if kind == "image" else [shape])
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    assert found.target == found.predicted
    assert (found.completeness_error is None) == (not cls.completeness)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.values, found.values)
    assert again.to_json() == found.to_json()


def test_all_that_the_command_line_promises_are_there() -> None:
    own = {"gradient", "gradient_x_input", "smoothgrad", "integrated_gradients", "grad_cam"}
    own |= {"grad_cam_pp", "guided_backprop", "lrp", "attention_rollout"}
    assert own | {"activation_maximisation"} <= set(methods())


def test_listing_the_methods_loads_no_jax() -> None:
    code = (
        "import sys; from core.explain.attribution.ask import Attribute;"
        "from core.explain.attribution.catalog import methods; methods();"
        "print([m for m in ('jax', 'flax', 'PySide6') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_integrated_gradients_of_tokens_are_complete(asked: dict[str, Asked]) -> None:
    found = asked["tokens"]("integrated_gradients", steps=100)
    assert found.completeness_error is not None
    assert found.completeness_error < 1e-3
    assert found.values.shape == (6,)


def test_steps_are_doubled_until_the_sum_is_right(asked: dict[str, Asked]) -> None:
    few = {"steps": 2, "rule": "trapezoid", "number": 3}
    rough = asked["values"]("integrated_gradients", tolerance=0.0, **few).completeness_error
    fine = asked["values"]("integrated_gradients", tolerance=0.002, **few).completeness_error
    assert rough is not None
    assert fine is not None
    assert fine < 0.00201 < rough


def test_layers_that_normalize_do_not_spoil_the_sum() -> None:
    one = Asked(attending(("LayerNorm", {}), layers=0))
    found = one("integrated_gradients")
    assert found.completeness_error is not None
    assert found.completeness_error < 0.01


def test_of_a_smooth_network_integrated_gradients_are_complete(asked: dict[str, Asked]) -> None:
    found = asked["values"]("integrated_gradients", steps=32, baseline="mean")
    assert found.completeness_error is not None
    assert found.completeness_error < 1e-4


def test_the_target_is_what_is_explained(asked: dict[str, Asked]) -> None:
    one = asked["values"]
    found = {t: one("gradient", target=t) for t in (0, 1, 2)}
    predicted = one("gradient")
    assert predicted.score == pytest.approx(max(f.score for f in found.values()))
    assert predicted.target is not None
    np.testing.assert_array_equal(predicted.values, found[predicted.target].values)
    assert not np.allclose(found[0].values, found[1].values)
    assert found[1].class_name(found[1].target) == "versicolor"


def test_weights_drawn_anew_explain_the_same_class(asked: dict[str, Asked]) -> None:
    one = asked["values"]
    plain, drawn = one("gradient"), one("gradient", randomised=True)
    assert (drawn.predicted, drawn.target) == (plain.predicted, plain.target)
    assert not np.allclose(drawn.values, plain.values)
    np.testing.assert_array_equal(drawn.values, one("gradient", randomised=True).values)
    np.testing.assert_array_equal(plain.values, one("gradient").values)


def test_any_row_of_the_data_may_be_explained(asked: dict[str, Asked]) -> None:
    one = asked["values"]
    probe = one.job.probe_rows()
    train = int(one.job.prepared.splits["train"][3])
    found = one("gradient", row=train)
    assert (found.index, found.number) == (train, -1)
    np.testing.assert_array_equal(found.sample, one.job.prepared.columns["features"][train])
    assert one("gradient", row=int(probe[2])).number == 2
    assert one("gradient", number=len(probe) + 1).index == probe[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": 3}, "there is no class 3"),
        ({"row": 150}, "there is no row 150"),
        ({"node": "nobody"}, "no node called 'nobody'"),
        ({"node": "dense"}, "explains an Input, which dense is not"),
        ({"speed": 3}, "has no parameter 'speed'"),
    ],
)
def test_what_is_not_there_is_named(
    options: dict[str, object], message: str, asked: dict[str, Asked]
) -> None:
    with pytest.raises(InputError, match=message):
        asked["values"]("gradient", **options)
    with pytest.raises(InputError, match="no attribution method called 'magic'"):
        asked["values"]("magic")


def test_what_a_design_has_not_is_named(asked: dict[str, Asked]) -> None:
    with pytest.raises(InputError, match="looks at a convolution"):
        asked["values"]("grad_cam")
    with pytest.raises(InputError, match=r"dense gives \[10\] for a sample"):
        asked["image"]("grad_cam", node="dense")
    with pytest.raises(InputError, match="only images"):
        asked["values"]("integrated_gradients", baseline="blurred")
    with pytest.raises(InputError, match="token ids cannot be"):
        asked["tokens"]("activation_maximisation")


def test_a_unit_of_a_layer_can_be_maximised(asked: dict[str, Asked]) -> None:
    one = asked["image"]
    found = one("activation_maximisation", node="conv", target=2, steps=30)
    subject = subject_of(one.job, one.state, methods()["activation_maximisation"](), node="conv")
    units = subject.outputs(np.stack([found.values, one.mean()]))
    assert found.node == "conv"
    assert units[0, 2] > units[1, 2]
    maps = subject.node_outputs("conv", found.values[None])
    assert maps.mean(axis=(1, 2))[0, 2] == pytest.approx(units[0, 2], rel=1e-4)
    with pytest.raises(InputError, match="there is no unit 4"):
        one("activation_maximisation", node="conv", target=4)


def test_a_regression_has_one_score() -> None:
    data = {"source": {"kind": "el_nino", "window": 5}, "split": {}}
    one = Asked(regression(data, "history", "next"))
    found = one("gradient")
    assert (found.target, found.predicted, found.classes) == (None, None, ())
    np.testing.assert_allclose(found.values.ravel(), one.weights("dense.kernel").ravel(), rtol=1e-5)


def test_each_of_two_inputs_can_be_explained() -> None:
    design = add(linear(), "Input", "second")
    design = edits.set_params(design, "second", column="features", shape=(4,))
    design = add(add(design, "Dense", "dense_2", units=3), "Add", "add")
    design = wire(design, "second -> dense_2", "dense -> add.input_1", "dense_2 -> add.input_2")
    design = edits.connect(design, End("add", "output"), End("loss", "logits"))
    one = Asked(design)
    for node, layer in (("input", "dense"), ("second", "dense_2")):
        found = one("gradient", node=node, target=1)
        assert found.node == node
        np.testing.assert_allclose(found.values, one.weights(f"{layer}.kernel")[:, 1], rtol=1e-5)


def test_several_answers_are_no_classes() -> None:
    path = Path(__file__).resolve().parents[4] / "projects" / "digits_vae.loom"
    found = Asked(load(path))("gradient")
    assert (found.predicted, found.target) == (None, None)


def test_a_softmax_before_the_loss_is_looked_through() -> None:
    layers = (("Dense", {"units": 3}), ("Activation", {"function": "softmax"}))
    one = Asked(classifier(linear().data or {}, *layers, x="features"))
    assert scored_end(one.job.program.plan).node == "dense"
    found = one("gradient", target=2)
    np.testing.assert_allclose(found.values, one.weights("dense.kernel")[:, 2], rtol=1e-5)


def test_scores_of_many_samples_are_those_of_each(asked: dict[str, Asked]) -> None:
    one = asked["values"]
    subject = subject_of(one.job, one.state, methods()["gradient"](), target=1)
    samples = subject.background(70)
    rows = one.job.prepared.splits["train"]
    chosen = rows[np.linspace(0, len(rows) - 1, 70).astype(int)]
    wanted = one.job.program.predict(one.state, chosen.astype(np.int32))
    np.testing.assert_allclose(subject.outputs(samples), wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(subject.scores(samples), wanted[:, 1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(subject.scores_at((samples,)), wanted[:, 1], rtol=1e-4, atol=1e-6)


def test_a_blur_keeps_the_mean_and_a_plain_image() -> None:
    image = np.zeros((9, 9, 2), np.float32)
    image[4, 4] = 1, 3
    soft = blurred(image, 0.8)
    np.testing.assert_allclose(soft.sum(axis=(0, 1)), [1, 3], rtol=1e-5)
    np.testing.assert_allclose(soft[4, 3] / soft[4, 4], np.exp(-0.5 / 0.64), rtol=1e-5)
    np.testing.assert_allclose(blurred(np.ones((4, 5, 1))), np.ones((4, 5, 1)))


def test_the_error_is_relative() -> None:
    assert relative_error(3.0, 2.0) == 0.5
    assert relative_error(0.0, 0.0) == 0
    assert relative_error(1.0, 0.0) == float("inf")


def test_a_question_can_be_compared() -> None:
    assert Attribute("lrp", (("epsilon", 0.1),)) == Attribute("lrp", (("epsilon", 0.1),))

"""A step is told with the numbers that hands, finite differences and the training itself find."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from core.design import edits
from core.design.document import Design
from core.errors import InputError
from core.explain.walkthrough.moments import BACKWARD, FORWARD, LOSS, UPDATE, Moment, Walked
from core.project.file import load
from core.project.gallery import examples
from core.train.job import Job
from tests.adversarial import gan
from tests.designs import IRIS, add, classifier, iris_mlp, noisy_mlp, wire, with_recipe
from tests.training import fresh_state, job_of, params_of
from tests.worked import walk, worked


def example(name: str) -> Design:
    return load(examples()[name])


def of(walked: Walked, stage: str, node: str) -> Moment:
    (found,) = (m for m in walked.moments if (m.stage, m.node) == (stage, node))
    return found


def lines(moment: Moment) -> list[str]:
    return [line for formula in moment.formulas for line in formula.lines]


def numbers(moment: Moment, what: str, name: str) -> list[float]:
    array = getattr(moment, what)[name].array
    return list(np.ravel(array))


def near(*values: float, rel: float = 1e-6) -> object:
    return pytest.approx(list(values), rel=rel, abs=1e-7)


@pytest.fixture(scope="module")
def relus() -> Walked:
    """The first step of the example."""
    return walk(example("two_relus_by_hand"), Path()).answer_untrained()


def test_two_relus_as_worked_out_by_hand(relus: Walked) -> None:
    """x = 2: z = (0.5*2 + 0.1, 0.8*2 - 0.3), prediction 0.4*1.1 + 0.4*1.3 + 0.2, target 1.5."""
    found = relus
    assert not found.trained
    assert found.loss == pytest.approx(0.0578, rel=1e-6)
    assert numbers(of(found, FORWARD, "hidden"), "outputs", "output") == near(1.1, 1.3)
    assert numbers(of(found, FORWARD, "active"), "outputs", "output") == near(1.1, 1.3)
    assert numbers(of(found, FORWARD, "output"), "outputs", "output") == near(1.16)
    assert numbers(of(found, LOSS, "loss"), "outputs", "loss") == near(0.0578)
    back = of(found, BACKWARD, "output")
    assert numbers(back, "outputs", "output") == near(-0.34)
    assert numbers(back, "inputs", "input") == near(-0.136, -0.136)
    assert numbers(back, "weights", "kernel") == near(-0.374, -0.442)
    output, hidden = of(found, UPDATE, "output"), of(found, UPDATE, "hidden")
    assert numbers(output, "weights", "kernel") == near(0.4374, 0.4442)
    assert numbers(output, "weights", "bias") == near(0.234)
    assert numbers(hidden, "weights", "kernel") == near(0.5272, 0.8272)
    assert numbers(hidden, "weights", "bias") == near(0.1136, -0.2864)
    assert numbers(hidden, "before", "bias") == near(0.1, -0.3)


def test_formulas_have_the_numbers_of_the_step(relus: Walked) -> None:
    assert lines(of(relus, FORWARD, "hidden")) == [
        "z_{1} = 0.5 · 2 + 0.1 = 1.1",
        "z_{2} = 0.8 · 2 − 0.3 = 1.3",
    ]
    assert lines(of(relus, FORWARD, "active"))[0] == "a_{1} = max(0, 1.1) = 1.1"
    assert lines(of(relus, LOSS, "loss")) == ["L = 0.5 · (1.16 − 1.5)^{2} = 0.0578"]
    assert lines(of(relus, BACKWARD, "loss")) == ["∂L/∂ŷ = 2 · 0.5 · (1.16 − 1.5) = −0.34"]
    assert "∂L/∂w_{1,1} = −0.34 · 1.1 = −0.374" in lines(of(relus, BACKWARD, "output"))
    assert "w_{1,1} ← 0.4 − 0.1 · (−0.374) = 0.4374" in lines(of(relus, UPDATE, "output"))


def test_moments_go_forward_back_and_end_with_the_updates(relus: Walked) -> None:
    assert [(m.stage, m.node) for m in relus.moments] == [
        *((FORWARD, n) for n in ("x", "y", "hidden", "active", "output")),
        (LOSS, "loss"),
        *((BACKWARD, n) for n in ("loss", "output", "active", "hidden")),
        *((UPDATE, n) for n in ("hidden", "output")),
    ]


def test_steps_follow_each_other_and_the_loss_falls(relus: Walked) -> None:
    first = walk(example("two_relus_by_hand"), Path())
    after = [replace(first, before=((0,),) * done).answer_untrained().loss for done in (1, 2)]
    # 0.5272*2 + 0.1136 = 1.168, 0.8272*2 - 0.2864 = 1.368, and with the new output weights
    # 0.4374*1.168 + 0.4442*1.368 + 0.234 = 1.3525488; half its squared distance from 1.5.
    assert after[0] == pytest.approx((1.3525488 - 1.5) ** 2 / 2, rel=1e-5)
    assert after[1] < after[0] < relus.loss


def test_mazurs_example() -> None:
    """Mazur, A step by step backpropagation example, 2015: sigmoids and half squared errors."""
    found = walk(example("mazur_by_hand"), Path()).answer_untrained()
    assert found.loss == pytest.approx(0.298371109, rel=1e-6)
    hidden = numbers(of(found, FORWARD, "active"), "outputs", "output")
    assert hidden == near(0.593269992, 0.596884378)
    outputs = numbers(of(found, FORWARD, "squashed"), "outputs", "output")
    assert outputs == near(0.751365070, 0.772928465)
    # w5, w7, w6, w8, then w1, w3, w2, w4. He leaves the biases as they are.
    new = numbers(of(found, UPDATE, "output"), "weights", "kernel")
    assert new == near(0.35891648, 0.511301270, 0.408666186, 0.561370121)
    new = numbers(of(found, UPDATE, "hidden"), "weights", "kernel")
    assert new == near(0.149780716, 0.24975114, 0.19956143, 0.29950229)
    # The derivative that Mazur has for w5: 0.082167041.
    slopes = numbers(of(found, BACKWARD, "output"), "weights", "kernel")
    assert slopes[0] == pytest.approx(0.082167041, rel=1e-6)
    assert not list(wrong_lines(found))


def test_a_sigmoid_and_its_cross_entropy_by_hand(tmp_path: Path) -> None:
    """Weights for which sigmoids give 3/4, as log 3 is what they give it for.

    Hidden: z = log 3, a = 3/4. Output: z = 2*3/4 + (log 3 - 3/2) = log 3, p = 3/4, target 1, so
    L = -log(3/4) and dL/dz = 3/4 - 1 = -1/4. Then dL/dw = -1/4*3/4 = -3/16, dL/db = -1/4,
    dL/da = 2*(-1/4) = -1/2, and in the hidden layer dL/dz = -1/2*(3/4*1/4) = -3/32 = dL/dw.
    """
    log3 = math.log(3)
    weights = {
        "hidden.kernel": [[log3]],
        "hidden.bias": [0.0],
        "output.kernel": [[2.0]],
        "output.bias": [log3 - 1.5],
    }
    descent = {"optimizer": "SGD", "learning_rate": 1.0}
    given = (tmp_path, [1.0], [1.0], weights, "sigmoid")
    design = worked(*given, loss="BinaryCrossEntropy", optimizer=descent)
    found = walk(design, tmp_path).answer_untrained()
    assert found.loss == pytest.approx(-math.log(0.75), rel=1e-6)
    assert numbers(of(found, BACKWARD, "loss"), "inputs", "logits") == near(-0.25)
    assert numbers(of(found, BACKWARD, "active"), "inputs", "input") == near(-3 / 32)
    output, hidden = of(found, UPDATE, "output"), of(found, UPDATE, "hidden")
    assert numbers(output, "weights", "kernel") == near(2 + 3 / 16)
    assert numbers(output, "weights", "bias") == near(log3 - 1.25)
    assert numbers(hidden, "weights", "kernel") == near(log3 + 3 / 32)
    assert lines(of(found, LOSS, "loss"))[0] == "p = 1 / (1 + exp(−1.0986)) = 0.75"
    assert lines(of(found, BACKWARD, "loss")) == ["∂L/∂z = 0.75 − 1 = −0.25"]
    assert not list(wrong_lines(found))


def branching() -> Design:
    """Two ways from one layer that are added, so that an output has two wires."""
    design = iris_mlp(4)
    design = add(design, "Dense", "side", units=3)
    design = edits.remove(design, nodes=("loss",))
    design = add(add(design, "Add", "sum"), "CrossEntropy", "loss")
    design = wire(design, "activation -> side", "side -> sum.input_1", "dense_2 -> sum.input_2")
    return wire(design, "sum -> loss.logits", "target -> loss.target")


@pytest.fixture(scope="module")
def three_flowers() -> tuple[Job, Walked]:
    job = job_of(branching())
    state = fresh_state(job.program)
    return job, walk(job.design, Path(), 0, 40, 80).answer(job, state, 0)


def test_gradients_are_those_of_finite_differences(three_flowers: tuple[Job, Walked]) -> None:
    """Along random directions of all weights, and of every node's output."""
    job, found = three_flowers
    program = job.program
    rows = np.array(found.rows)
    feed = {
        n: jnp.asarray(program.prepared.columns[c][rows]) for n, c in program.plan.feeds.items()
    }
    params, rest = program.networks.params, program.networks.rest
    label = feed["target"]

    @jax.jit
    def loss(params: list[jax.Array], nudge: dict[object, jax.Array]) -> jax.Array:
        logits = program.networks.training(params, rest).values(feed, nudge)[("sum", "output")]
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(3), label])

    assert found.loss == pytest.approx(float(loss(params, {})), rel=1e-6)
    random, h = np.random.default_rng(0), 1e-2
    slopes = {
        f"{m.node}.{name}": value.array
        for m in found.moments
        if m.stage == BACKWARD
        for name, value in m.weights.items()
    }
    assert sorted(slopes) == sorted(program.param_names)
    way = [random.standard_normal(p.shape).astype(np.float32) for p in params]
    ahead, back = ([p + s * h * w for p, w in zip(params, way, strict=True)] for s in (1, -1))
    rise = float(loss(ahead, {}) - loss(back, {})) / (2 * h)
    told = sum(float((slopes[n] * w).sum()) for n, w in zip(program.param_names, way, strict=True))
    assert told == pytest.approx(rise, rel=1e-2, abs=1e-4)
    for node in ("dense", "activation", "side", "dense_2", "sum"):
        slope = of(found, BACKWARD, node).outputs["output"].array
        push = random.standard_normal(slope.shape).astype(np.float32)
        up, down = (loss(params, {(node, "output"): s * h * push}) for s in (1, -1))
        told = float((slope * push).sum())
        assert told == pytest.approx(float(up - down) / (2 * h), rel=1e-2, abs=1e-4)


def test_gradients_on_the_wires_of_an_output_add_up(three_flowers: tuple[Job, Walked]) -> None:
    _, found = three_flowers
    at = {n: of(found, BACKWARD, n) for n in ("activation", "side", "dense_2")}
    ways = [at[n].inputs["input"].array for n in ("side", "dense_2")]
    whole = at["activation"].outputs["output"].array
    assert not np.allclose(ways[0], whole)
    np.testing.assert_allclose(sum(ways), whole, rtol=1e-5, atol=1e-7)


# A number with its power of ten, and the marks of formulas in Python's words.
_POWER = re.compile(r"([\d.]+)·10\^\{(-?\d+)\}")


def value_of(text: str) -> float:
    text = _POWER.sub(r"\1e\2", text.replace("−", "-"))
    text = text.replace("·", "*").replace("^{2}", "**2")
    known = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "max": max}
    return float(eval(text, {"__builtins__": {}}, known))


def wrong_lines(found: Walked) -> Iterator[str]:
    """The lines whose numbers do not come to what they say."""
    for moment in found.moments:
        for line in lines(moment):
            text = line.replace("←", "=")
            _, *sides = text.split(" = ")
            values = [value_of(side) for side in sides]
            if not np.allclose(values, values[-1], rtol=5e-3, atol=2e-4):
                yield line


@pytest.mark.parametrize(
    ("function", "numbers"),
    [
        ("relu", (3, 60, 90)),
        ("sigmoid", (0,)),
        ("tanh", (3, 60, 90)),
        ("linear", (0,)),
        ("softmax", (3, 60)),
    ],
)
def test_what_a_formula_says_is_what_its_numbers_come_to(
    function: str, numbers: tuple[int, ...]
) -> None:
    layers = (
        ("Dense", {"units": 3}),
        ("Activation", {"function": function}),
        ("Dense", {"units": 3}),
    )
    design = with_recipe(classifier(IRIS, *layers, x="features"), optimizer="SGD")
    found = walk(design, Path(), *numbers).answer_untrained()
    assert not list(wrong_lines(found))
    count = len(numbers)
    assert len(lines(of(found, FORWARD, "dense"))) == 3 * count
    assert len(lines(of(found, BACKWARD, "dense"))) == 12 + 3 + 4 * count
    assert len(lines(of(found, BACKWARD, "activation"))) == 3 * count
    assert len(lines(of(found, LOSS, "loss"))) == 3 * count + 1
    assert len(lines(of(found, BACKWARD, "loss"))) == 3 * count
    assert len(lines(of(found, UPDATE, "dense"))) == 15


def test_the_update_is_that_of_the_training_and_changes_nothing() -> None:
    """Adam on a network with dropout and batch statistics, twice, from a training's state."""
    job = job_of(noisy_mlp())
    program = job.program
    state = fresh_state(program)
    start = params_of(program, state)
    rows = program.train_rows[[1, 2, 5]].astype(np.int32)
    after = fresh_state(program)
    program.compiled(after, 3)
    for done in range(2):
        after = program.step(after, rows)
        found = walk(job.design, Path(), 1, 2, 5, before=((1, 2, 5),) * done)
        walked = found.answer(job, state, 0)
        assert walked.trained
        told = {
            f"{m.node}.{name}": value.array
            for m in walked.moments
            if m.stage == UPDATE
            for name, value in m.weights.items()
        }
        wanted = params_of(program, after)
        assert told.keys() == wanted.keys()
        for name, value in wanted.items():
            np.testing.assert_allclose(told[name], value, rtol=1e-5, atol=1e-7)
    rule = of(walked, UPDATE, "dense_2").formulas[0].rule
    assert "by Adam" in rule
    assert not list(wrong_lines(walked))
    for name, value in params_of(program, state).items():
        np.testing.assert_array_equal(value, start[name])


def test_another_recipe_takes_the_weights_that_were_trained() -> None:
    job = job_of(iris_mlp(4))
    state = fresh_state(job.program)
    state = state._replace(params=[p + 1 for p in state.params])
    slow = with_recipe(job.design, optimizer="SGD", learning_rate=0.25)
    found = walk(slow, Path()).answer(job, state, 9)
    assert (found.trained, found.rate, found.optimizer) == (True, 0.25, "SGD")
    before = of(found, UPDATE, "dense").before["kernel"].array
    place = job.program.param_names.index("dense.kernel")
    np.testing.assert_array_equal(before, state.params[place])
    other = walk(edits.set_params(slow, "dense", units=5), Path()).answer(job, state, 9)
    assert not other.trained
    assert other.moments[-1].weights["kernel"].shape == (5, 3)


def test_players_take_turns() -> None:
    job = job_of(gan(batch_size=4))
    state = fresh_state(job.program)
    found = walk(job.design, Path(), 0, 1).answer(job, state, 0)
    assert len(found.turns) == 2
    sides = [
        {m.node for m in found.moments if m.stage == UPDATE and m.turn == turn} for turn in (0, 1)
    ]
    assert sides[0]
    assert sides[1]
    assert not sides[0] & sides[1]


def test_large_layers_are_told_by_shape_and_norm() -> None:
    found = walk(iris_mlp(300), Path()).answer_untrained()
    moment = of(found, BACKWARD, "dense")
    kernel = moment.weights["kernel"]
    assert (kernel.shape, kernel.array) == ((4, 300), None)
    assert kernel.norm > 0
    assert lines(moment) == []
    assert moment.formulas[0].rule == "∂L/∂w_{i,j} = ∂L/∂z_{j} · x_{i}"


def test_what_cannot_be_walked_through_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="no data is chosen"):
        walk(replace(iris_mlp(4), data=None), Path()).answer_untrained()
    with pytest.raises(InputError, match="a step needs a sample"):
        replace(walk(iris_mlp(4), Path()), numbers=()).answer_untrained()

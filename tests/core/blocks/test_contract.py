"""What every block of the catalogue promises; a new block is tested by existing."""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import drawn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from built_block import BATCH, apply, build, each, randomise, run_source, sample
from flax import nnx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.blocks.block import Block, Port, ShapeError
from core.blocks.catalog import blocks
from core.params import Param
from core.tensor import Tensor
from widgets.theme import FAMILIES

ALL = sorted(blocks())
COMPUTED = [k for k in ALL if blocks()[k].role not in ("input", "target")]
Case = tuple[Block, dict[str, Tensor]]


def values_of(p: Param) -> st.SearchStrategy[Any]:
    low = 0 if p.minimum is None else p.minimum
    if p.kind == "bool":
        return st.booleans()
    if p.kind == "choice":
        return st.sampled_from(p.choices)
    if p.kind == "int":
        high = int(low) + 4 if p.maximum is None else min(int(low) + 4, int(p.maximum))
        return st.just(int(low)) | st.integers(int(low), high)
    if p.kind == "float":
        high = 2.0 if p.maximum is None else p.maximum
        return st.floats(low, high, allow_subnormal=False)
    if p.kind == "ints":
        smallest = int(low)
        numbers = st.integers(smallest, smallest + 2)
        one, several = st.tuples(numbers), st.lists(numbers, max_size=3).map(tuple)
        return st.just(p.default) | one | one | several
    return st.just(p.default)


def of_families() -> dict[str, st.SearchStrategy[Case]]:
    """What the modules in ``drawn`` make for blocks that few arbitrary cases would fit."""
    found: dict[str, st.SearchStrategy[Case]] = {}
    for module in pkgutil.iter_modules(drawn.__path__):
        found |= importlib.import_module(f"drawn.{module.name}").CASES
    return found


@st.composite
def cases(draw: st.DrawFn, cls: type[Block]) -> Case:
    """A block with some parameters, and input tensors that are often, not always, alike."""
    if cls.kind in of_families():
        return draw(of_families()[cls.kind])
    values = {p.name: draw(values_of(p)) for p in cls.params()}
    block, faults = cls.read(values)
    assert not faults
    base = draw(st.lists(st.integers(1, 5), min_size=4, max_size=4))
    shared = draw(st.integers(1, 5))
    tensors = {}
    for wanted in block.ports():
        if wanted.optional and draw(st.booleans()):
            continue
        ranks = sorted(wanted.ranks)
        near = [shared] if wanted.ranks == block.ports()[0].ranks else [shared, shared - 1]
        rank = draw(st.sampled_from([r for r in near if r in ranks] or ranks))
        sizes = base[: rank - 1]
        if sizes and (wanted.optional or draw(st.integers(0, 4)) == 0):
            sizes = [*sizes]
            sizes[draw(st.integers(0, rank - 2))] = draw(st.integers(1, 5))
        dtype = wanted.dtype or draw(st.sampled_from(["float32", "int32"]))
        classes = draw(st.integers(0, 3)) if dtype == "int32" else 0
        tensors[wanted.name] = Tensor((None, *sizes), dtype, classes)
    return block, tensors


def accepts(block: Block, tensors: dict[str, Tensor]) -> bool:
    """Whether the block takes these inputs; a refusal must say what is wrong and what to do."""
    refusal = None
    try:
        check(block.ports(), tensors)
        block.infer(**tensors)
    except ShapeError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.remedy)
    return refusal is None


def check(ports: tuple[Port, ...], tensors: dict[str, Tensor]) -> None:
    for wanted in ports:
        if wanted.name in tensors:
            wanted.check(tensors[wanted.name])


def example(kind: str) -> Case:
    """The default block of a kind and its example inputs."""
    cls = blocks()[kind]
    dtypes = {p.name: p.dtype or "float32" for p in cls().ports()}
    sizes = cls.example if cls.inputs else {}
    return cls(), {name: Tensor((None, *s), dtypes[name]) for name, s in sizes.items()}


def for_accepted_cases(kind: str, examples: int, least: int, test: Any) -> None:
    """Run ``test`` on the example and on drawn cases, of which enough must be accepted."""
    accepted = 0

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(blocks()[kind]))
    def drawn(case: Case) -> None:
        nonlocal accepted
        if accepts(*case):
            accepted += 1
            test(*case)

    test(*example(kind))
    drawn()
    assert accepted >= least, f"only {accepted} of {examples} drawn cases fit {kind}"


def same_computation(ways: list[Callable[..., Any]], arrays: dict[str, Any]) -> bool:
    """Whether what is traced is the same, with the same constants: it needs not be run, then."""
    one, other = (jax.make_jaxpr(way)(arrays) for way in ways)
    constants = zip(one.consts, other.consts, strict=False)
    return str(one) == str(other) and all(same(a, b) for a, b in constants)


def scope_of(layer: nnx.Module | None, arrays: dict[str, Any]) -> dict[str, Any]:
    return {**arrays, "layer": layer}


@pytest.mark.parametrize("kind", ALL)
def test_describes_itself(kind: str) -> None:
    cls = blocks()[kind]
    assert cls.summary().endswith(".")
    assert len(cls.summary()) <= 110
    assert cls.family in FAMILIES
    assert cls.label
    assert cls.keywords
    for p in cls.params():
        assert p.label, p.name
        assert p.help.endswith("."), p.name
        assert p.fault(p.default) is None
    names = [p.name for p in cls().ports()]
    assert len(set(names)) == len(names)
    if cls.inputs:
        assert set(cls.example) == {p.name for p in cls().ports() if not p.optional}
    assert accepts(*example(kind))


@pytest.mark.parametrize("kind", ALL)
def test_values_survive_json(kind: str) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(st.fixed_dictionaries({p.name: values_of(p) for p in blocks()[kind].params()}))
    def round_trip(values: dict[str, Any]) -> None:
        block, faults = blocks()[kind].read(values)
        again, more = blocks()[kind].read(json.loads(json.dumps(block.values())))
        assert not faults
        assert not more
        assert again == block
        assert hash(again) == hash(block)

    round_trip()


@pytest.mark.parametrize("kind", COMPUTED)
def test_shape_and_parameters_are_those_of_the_real_layer(kind: str) -> None:
    def holds(block: Block, tensors: dict[str, Tensor]) -> None:
        def real(arrays: dict[str, Any]) -> tuple[tuple[jax.Array, ...], list[Any]]:
            layer = build(block, tensors)
            trained = [] if layer is None else jax.tree.leaves(nnx.state(layer, nnx.Param))
            return each(apply(block, tensors, layer, arrays)), trained

        shapes = {
            n: jax.ShapeDtypeStruct((BATCH, *t.sizes), jnp.dtype(t.dtype))
            for n, t in tensors.items()
        }
        outputs, trained = jax.eval_shape(real, shapes)
        for said, output in zip(block.results(**tensors).values(), outputs, strict=True):
            assert said.shape[0] is None
            assert (BATCH, *said.sizes) == output.shape
            assert said.dtype == output.dtype
        assert block.parameters(**tensors) == sum(math.prod(v.shape) for v in trained)
        assert block.flops(**tensors) >= 0

    for_accepted_cases(kind, 40, 5, holds)


@pytest.mark.parametrize("kind", COMPUTED)
def test_built_equals_exported(kind: str) -> None:
    def holds(block: Block, tensors: dict[str, Tensor]) -> None:
        layer_call, arrays = block.layer(**tensors), sample(tensors)

        def of_blocks(arrays: dict[str, Any]) -> tuple[Any, ...]:
            return each(apply(block, tensors, build(block, tensors), arrays))

        def of_source(arrays: dict[str, Any]) -> tuple[Any, ...]:
            layer = None
            if layer_call is not None:
                layer = run_source(layer_call.source({}), rngs=nnx.Rngs(0))
            forward = block.forward(**tensors).source({})
            return each(run_source(forward, **scope_of(layer, arrays)))

        ways: list[Callable[..., Any]] = [of_blocks, of_source]
        if not same_computation(ways, arrays):
            built, exported = (way(arrays) for way in ways)
            for mine, printed_one in zip(built, exported, strict=True):
                np.testing.assert_array_equal(mine, printed_one)
        sizes = [(BATCH, *said.sizes) for said in block.results(**tensors).values()]
        assert sizes == [value.shape for value in jax.eval_shape(of_blocks, arrays)]

    for_accepted_cases(kind, 5, 1, holds)


@pytest.mark.parametrize("kind", COMPUTED)
def test_gradient_flows(kind: str) -> None:
    block, tensors = example(kind)
    arrays = sample(tensors)
    layer = build(block, tensors)
    floats = {n: a for n, a in arrays.items() if a.dtype == np.float32}
    others = {n: a for n, a in arrays.items() if n not in floats}
    graph, trained, rest = nnx.split(layer, nnx.Param, ...) if layer else (None, {}, {})

    @jax.jit
    @jax.grad
    def gradient(wanted: tuple[Any, Any], rest: Any) -> jax.Array:
        trained, floats = wanted
        merged = nnx.merge(graph, trained, rest, copy=True) if graph else None
        return total(apply(block, tensors, merged, {**floats, **others}))

    of_trained, of_floats = gradient((trained, floats), rest)
    for part in jax.tree.leaves((of_trained, of_floats)):
        assert np.isfinite(part).all()
    if block.parameters(**tensors) and block.gradient != "none":
        assert any(np.any(part != 0) for part in jax.tree.leaves(of_trained))


@pytest.mark.parametrize("kind", COMPUTED)
def test_gradient_of_inputs_flows_around_a_layer_that_is_not_passed_in(kind: str) -> None:
    block, tensors = example(kind)
    arrays = sample(tensors)
    floats = {n: a for n, a in arrays.items() if a.dtype == np.float32}
    layer = build(block, tensors)
    if layer is not None:
        layer.eval()

    def squares(floats: dict[str, Any]) -> jax.Array:
        outputs = each(apply(block, tensors, layer, {**arrays, **floats}))
        return total(tuple(value**2 for value in outputs))

    slopes = jax.jit(jax.grad(squares))
    # A loss may learn only from what it is sure of, as it is of larger numbers.
    found = [
        part
        for size in (1, 10)
        for part in slopes({n: size * a for n, a in floats.items()}).values()
    ]
    assert all(np.isfinite(part).all() for part in found)
    if floats and block.gradient != "none":
        assert any(np.any(part != 0) for part in found)


@pytest.mark.parametrize("kind", [k for k in COMPUTED if blocks()[k].gradient != "surrogate"])
def test_gradient_is_that_of_finite_differences(kind: str) -> None:
    block, tensors = example(kind)
    with jax.enable_x64(True):
        arrays = {n: wide(a) for n, a in sample(tensors, seed=3).items()}
        layer = build(block, tensors)
        if layer is not None:
            layer.eval()
            randomise(layer)
        graph, trained, rest = nnx.split(layer, nnx.Param, ...) if layer else (None, {}, {})
        trained, rest = jax.tree.map(wide, (trained, rest))
        start = (trained, {n: a for n, a in arrays.items() if a.dtype == np.float64})

        def outputs(wanted: Any) -> list[jax.Array]:
            merged = nnx.merge(graph, wanted[0], rest, copy=True) if graph else None
            return numbers(apply(block, tensors, merged, {**arrays, **wanted[1]}))

        rng = np.random.default_rng(5)
        weights = [rng.normal(size=o.shape) for o in jax.eval_shape(outputs, start)]
        way = jax.tree.map(lambda a: rng.normal(size=a.shape), start)

        def value(step: Any) -> jax.Array:
            moved = outputs(jax.tree.map(lambda a, w: a + step * w, start, way))
            return sum((jnp.vdot(w, o) for w, o in zip(weights, moved, strict=True)), jnp.zeros(()))

        # Some layers of Flax compute in float32 whatever they are given, if only in between.
        is_double = "f32[" not in str(jax.make_jaxpr(outputs)(start))
        step, tolerance = (1e-5, 1e-5) if is_double else (1e-3, 2e-3)
        both = jax.jit(jax.value_and_grad(value))
        expected = (float(both(step)[0]) - float(both(-step)[0])) / (2 * step)
        found = float(both(0.0)[1])
        assert found == pytest.approx(expected, rel=tolerance, abs=tolerance)


def wide(value: Any) -> Any:
    """An array with floats in double precision; keys and integers as they are."""
    if jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        return value
    return jnp.asarray(value, jnp.float64) if jnp.issubdtype(value.dtype, jnp.floating) else value


def numbers(outputs: Any) -> list[jax.Array]:
    """All outputs that are numbers, not ids."""
    return [o for o in each(outputs) if jnp.issubdtype(o.dtype, jnp.floating)]


def total(outputs: Any) -> jax.Array:
    """The sum of all outputs that are numbers."""
    return sum((value.sum() for value in numbers(outputs)), jnp.zeros(()))


@pytest.mark.parametrize(
    ("kind", "params", "changes"),
    [
        ("MultiHeadAttention", {"dropout": 0.5}, True),
        ("MultiHeadAttention", {"dropout": 0.0}, False),
        *(
            (kind, {"layers": layers, "dropout": dropout}, changes)
            for kind in ("SimpleRNN", "LSTM", "GRU")
            for layers, dropout, changes in ((2, 0.5, True), (2, 0.0, False), (1, 0.5, False))
        ),
        ("Dense", {"kernel_norm": "spectral_norm"}, True),
        ("Dense", {"kernel_norm": "weight_norm"}, False),
    ],
)
def test_parameters_decide_whether_training_changes_state(
    kind: str, params: dict[str, Any], changes: bool
) -> None:
    plain, tensors = example(kind)
    block = replace(plain, **params)
    assert block.changes_while_training is changes
    layer = build(block, tensors)
    assert layer is not None
    layer.train()
    graph, state = nnx.split(layer)
    merged = nnx.merge(graph, state, copy=True)
    apply(block, tensors, merged, sample(tensors))
    assert same(state, nnx.state(merged)) is not changes


@pytest.mark.parametrize("kind", COMPUTED)
def test_trains_and_evaluates_under_jit(kind: str) -> None:
    block, tensors = example(kind)
    arrays = sample(tensors)
    layer = build(block, tensors)
    if layer is None:
        plain = jax.jit(lambda arrays: each(apply(block, tensors, None, arrays)))(arrays)
        assert all(np.isfinite(value).all() for value in plain)
        return
    for mode in ("train", "eval"):
        getattr(layer, mode)()
        graph, state = nnx.split(layer)

        def step(state: Any, arrays: Any, graph: Any = graph) -> tuple[Any, Any]:
            merged = nnx.merge(graph, state, copy=True)
            return each(apply(block, tensors, merged, arrays)), nnx.state(merged)

        first, after = jax.jit(step)(state, arrays)
        again, _ = jax.jit(step)(after, arrays)
        assert all(np.isfinite(value).all() for value in first)
        if mode == "eval":
            assert same(first, again)
            assert same(state, after)
        elif not block.changes_while_training:
            assert same(state, after), "training must not change state without need"


def same(before: Any, after: Any) -> bool:
    def plain(value: Any) -> np.ndarray:
        is_key = jnp.issubdtype(value.dtype, jax.dtypes.prng_key)
        return np.asarray(jax.random.key_data(value) if is_key else value)

    pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    return all(np.array_equal(plain(a), plain(b)) for a, b in pairs)

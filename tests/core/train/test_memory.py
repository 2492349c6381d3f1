"""What a training needs of memory: its parts, the refusal, and what is proposed instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.errors import WorkError
from core.train import memory
from core.train.events import Compiled, Progress
from core.train.job import Job
from core.train.memory import Need, check, fitting, need_of
from core.units import in_units
from tests.designs import DIGITS, classifier, with_recipe
from tests.training import fresh_state, job_of, train

BATCH = 256


@pytest.fixture(scope="module")
def job() -> Job:
    """A network with as many activations as weights in a large batch."""
    layers = (
        ("Flatten", {}),
        ("Dense", {"units": 128}),
        ("Activation", {"function": "tanh"}),
        ("Dense", {"units": 10}),
    )
    return job_of(with_recipe(classifier(DIGITS, *layers, x="image"), batch_size=BATCH))


@pytest.fixture(scope="module")
def need(job: Job) -> Need:
    return need_of(job.program, fresh_state(job.program), BATCH)


def test_weights_and_adams_two_moments_are_counted(job: Job, need: Need) -> None:
    weights = 4 * (64 * 128 + 128 + 128 * 10 + 10)
    assert need.weights == weights
    assert 2 * weights < need.optimizer < 2 * weights + 64
    assert need.copy == need.weights + need.optimizer
    rows = 1797
    pixels, labels = 4 * 64 * rows, 4 * rows
    assert need.data == pixels + labels + 4 * BATCH
    # The pixels of the batch, and both sides of the activation.
    assert need.activations > 4 * BATCH * (64 + 128)
    assert need.total == sum((need.data, need.weights, need.optimizer, need.copy)) + (
        need.activations
    )


def test_what_fits_is_not_refused(job: Job, need: Need) -> None:
    state = fresh_state(job.program)
    assert check(job.program, state, need.total - need.present) == need


def test_what_does_not_fit_is_refused_with_a_batch_that_does(job: Job, need: Need) -> None:
    state = fresh_state(job.program)
    free = need.copy + need.activations // 2
    with pytest.raises(WorkError) as caught:
        check(job.program, state, free)
    assert f"about {in_units(need.total)}" in caught.value.message
    assert f"weights {in_units(need.weights)}" in caught.value.message
    assert f"at batch size {BATCH}" in caught.value.message
    proposed = re.search(r"Batch size (\d+) fits .* accumulate (\d+)", caught.value.hint)
    assert proposed
    size, accumulate = map(int, proposed.groups())
    assert size * accumulate == BATCH
    found = need_of(job.program, state, size)
    assert found.activations + found.copy <= free
    larger = need_of(job.program, state, 2 * size)
    assert larger.activations + larger.copy > free
    assert "Or rematerialise or choose the precision bfloat16" in caught.value.hint


def test_no_batch_is_proposed_where_none_fits(job: Job, need: Need) -> None:
    assert fitting(job.program, fresh_state(job.program), need, 1000) is None


def test_the_check_can_be_switched_off(
    job: Job, need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(memory.IGNORE, "1")
    assert check(job.program, fresh_state(job.program), 0) == need


def test_a_run_that_will_not_fit_does_no_step(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda _: 1000)
    steps: list[object] = []
    monkeypatch.setattr(job.program, "step", lambda *given: steps.append(given))
    with pytest.raises(WorkError, match="training needs about"):
        train(job, tmp_path)
    assert not steps


def test_the_window_is_told_what_a_run_needs(job: Job, need: Need, tmp_path: Path) -> None:
    done = train(job, tmp_path, lambda t: t.step < 1)
    assert [e.memory_bytes for e in done.told(Compiled)] == [need.total]
    assert [e.step for e in done.told(Progress)] == [1]


def test_the_machine_says_what_is_free() -> None:
    import jax

    free = memory.free_bytes(jax.devices("cpu")[0])
    assert free is not None
    assert 0 < free < 2**50


def test_a_container_counts_its_limit_and_its_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import jax

    for name, text in {
        "memory.max": "1000000\n",
        "memory.current": "900000\n",
        "memory.stat": "anon 500000\ninactive_file 300000\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.free_bytes(jax.devices("cpu")[0]) == 400_000


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1234, "1.23 kB"), (999_900, "1 MB"), (1.25e9, "1.25 GB")],
)
def test_sizes_are_written_with_three_digits(size: float, text: str) -> None:
    assert in_units(size) == text

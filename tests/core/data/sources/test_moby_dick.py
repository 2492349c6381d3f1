"""Moby-Dick as tokens, and the baseline against a count of its own."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from core.data import DataBinding, prepare
from core.data.source import BUILT_IN
from core.data.sources.moby_dick import MobyDick


@pytest.fixture(scope="module")
def text() -> str:
    return (BUILT_IN / "moby_dick.txt").read_text(encoding="ascii").lower()


def read(dataset, column: str) -> str:
    names = dataset.columns[column].classes
    return "".join(names[i] for i in dataset.columns[column].values.ravel())


@pytest.mark.parametrize("length", [2, 32, 100])
def test_tokens_spell_the_text_and_next_is_one_further(length, text, tmp_path):
    dataset = MobyDick(length=length).load(tmp_path)
    used = dataset.rows * length
    assert len(text) - length <= used < len(text)
    assert read(dataset, "tokens") == text[:used]
    assert read(dataset, "next") == text[1 : used + 1]
    assert dataset.columns["tokens"].values.shape == (dataset.rows, length)


def test_the_alphabet_is_small(text, tmp_path):
    dataset = MobyDick().load(tmp_path)
    assert dataset.columns["tokens"].classes == dataset.columns["next"].classes
    assert len(dataset.columns["tokens"].classes) == len(set(text)) == 45
    assert text.startswith("loomings.\ncall me ishmael. some years ago--never mind")
    assert 60_000 < len(text) < 90_000


def test_no_character_is_seen_from_two_splits(tmp_path):
    prepared = prepare(DataBinding({"kind": "moby_dick", "length": 50}), tmp_path)
    seen = [
        {row * 50 + i for row in rows.tolist() for i in range(51)}
        for rows in prepared.splits.values()
    ]
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_bigram_baseline_equals_a_plain_count(text, tmp_path):
    learnt, judged = text[: int(len(text) * 0.7)], text[-int(len(text) * 0.15) :]
    pairs = Counter(a + b for a, b in pairwise(learnt))
    firsts = Counter(learnt[:-1])
    letters = sorted(set(text))
    likeliest = {a: max(letters, key=lambda b: pairs[a + b]) for a in letters}
    right = [likeliest[a] == b for a, b in pairwise(judged)]
    nats = [-math.log((pairs[a + b] + 1) / (firsts[a] + len(letters))) for a, b in pairwise(judged)]
    found = MobyDick().load(tmp_path).baselines
    assert found["bigram_accuracy"] == pytest.approx(sum(right) / len(right))
    assert found["bigram_cross_entropy"] == pytest.approx(sum(nats) / len(nats))
    assert found["bigram_cross_entropy"] < np.log(45)

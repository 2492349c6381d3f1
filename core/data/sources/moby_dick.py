"""The first chapters of Moby-Dick, shipped with the program, as character tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source, built_in_file
from core.params import param


@dataclass(frozen=True)
class MobyDick(Source):
    """Predict the next character of Moby-Dick, chapters 1 to 8.

    ``tokens`` int32 ``[length]`` is a piece of the text and ``next`` int32 ``[length]`` the same
    piece shifted by one character. The text is lower-cased, which leaves 45 different characters:
    letters, the line feed, the space, 11 marks and six digits. The pieces follow one another
    without overlap. The baselines come from counting pairs of characters in the first 70 % of the
    text (add-one smoothing) and predicting the last 15 %: ``bigram_accuracy`` (0..1) and
    ``bigram_cross_entropy`` (nats per character).
    """

    kind = "moby_dick"
    label = "Moby-Dick, the first chapters"
    built_in = True
    licence = "Public domain. Herman Melville (1851), Moby-Dick; or, The Whale"
    split_order = "in order"

    length: int = param(
        32, label="Length", help="Characters in one sample.", minimum=2, maximum=1024
    )

    def load(self, folder: Path) -> Dataset:
        """Read the shipped text and cut it into pieces."""
        text = built_in_file("moby_dick.txt").read_text(encoding="ascii").lower()
        vocabulary = tuple(sorted(set(text)))
        ids = encode(text, vocabulary)
        rows = (len(ids) - 1) // self.length
        used = rows * self.length
        tokens = ids[:used].reshape(rows, self.length)
        following = ids[1 : used + 1].reshape(rows, self.length)
        accuracy, cross_entropy = bigram_baseline(ids, len(vocabulary))
        return Dataset(
            {"tokens": Column(tokens, vocabulary), "next": Column(following, vocabulary)},
            title=self.label,
            notes="Lower-cased; each character is one token.",
            baselines={"bigram_accuracy": accuracy, "bigram_cross_entropy": cross_entropy},
            inputs=("tokens",),
            targets=("next",),
            # The last character a row predicts is the first one that the row after it reads.
            gap=1,
        )


def encode(text: str, vocabulary: tuple[str, ...]) -> np.ndarray:
    """The position of each character in ``vocabulary`` (sorted), int32 ``[len(text)]``."""
    codes = np.array([ord(character) for character in vocabulary])
    return np.searchsorted(codes, np.array([ord(c) for c in text])).astype(np.int32)


def bigram_baseline(ids: np.ndarray, size: int) -> tuple[float, float]:
    """Accuracy, and cross-entropy in nats, of predicting a character from the one before it.

    Pairs within the first 70 % of ``ids`` int32 ``[N]`` are counted with add-one smoothing over
    ``size`` characters; pairs within the last 15 % are predicted.
    """
    learnt, judged = ids[: int(len(ids) * 0.7)], ids[len(ids) - int(len(ids) * 0.15) :]
    counts = np.ones((size, size))
    np.add.at(counts, (learnt[:-1], learnt[1:]), 1)
    chances = counts / counts.sum(axis=1, keepdims=True)
    before, after = judged[:-1], judged[1:]
    accuracy = np.mean(chances.argmax(axis=1)[before] == after)
    return float(accuracy), float(-np.log(chances[before, after]).mean())

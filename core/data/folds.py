"""Dividing rows into folds, each of which judges once what was learnt from all others."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset
from core.data.split import Split, stratum_labels
from core.errors import InputError


def make_folds(
    dataset: Dataset,
    split: Split,
    count: int,
    *,
    stratify: bool = True,
    with_test: bool = False,
) -> list[dict[str, np.ndarray]]:
    """The row numbers (int64) of ``train``, ``validation`` and ``test`` of each of so many folds.

    The validation rows of all folds together are the rows of the split's training and validation;
    its test rows stay apart, unless they are wanted in the folds too (``with_test``). The first
    folds have one row more where the rows cannot be divided evenly. Shuffled folds have the same
    mixture of the classes that ``Split`` stratifies by, as nearly as whole rows allow, if that is
    wanted and there are any. Of a split in order they are runs of rows, and ``dataset.gap`` rows
    on both sides of a fold are not learnt from.

    Raises InputError when there are too few rows, and as ``Split.indices`` does.
    """
    splits = split.indices(dataset)
    apart = np.zeros(0, np.int64) if with_test else splits["test"]
    parts = [splits["train"], splits["validation"], *([splits["test"]] if with_test else [])]
    rows = np.sort(np.concatenate(parts))
    if not 2 <= count <= len(rows):
        raise InputError(
            f"{dataset.title}: {len(rows)} rows cannot be divided into {count} folds",
            f"Choose from 2 to {len(rows)} folds.",
        )
    if split.order == "in order":
        held = np.array_split(rows, count)
    else:
        labels = stratum_labels(dataset) if stratify else None
        chosen = np.zeros(len(rows), np.int32) if labels is None else labels[rows]
        held = [rows[places] for places in _dealt(chosen, count, split.seed)]
    gap = dataset.gap if split.order == "in order" else 0
    return [{"train": _others(rows, fold, gap), "validation": fold, "test": apart} for fold in held]


def _dealt(labels: np.ndarray, count: int, seed: int) -> list[np.ndarray]:
    """Places ``[N]`` of shuffled labels, sorted by class and dealt out like cards."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    return [order[start::count] for start in range(count)]


def _others(rows: np.ndarray, fold: np.ndarray, gap: int) -> np.ndarray:
    """The rows that are not in a fold, nor within the gap beside it."""
    if not gap:
        return np.setdiff1d(rows, fold)
    return rows[(rows < fold.min() - gap) | (rows > fold.max() + gap)]

"""Dividing the rows of a dataset into training, validation and test rows, repeatably."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import NO_LABEL, Dataset
from core.data.on_disk import Array
from core.errors import InputError
from core.params import Configured, Fault, param

SPLITS = ("train", "validation", "test")
ORDERS = ("shuffled", "in order")


@dataclass(frozen=True)
class Split(Configured):
    """Which share of the rows trains the model, which watches it, and which judges it."""

    kind = "split"
    label = "Split"

    train: float = param(
        0.7, label="Training", help="Share of the rows to learn from.", minimum=0, maximum=1
    )
    validation: float = param(
        0.15,
        label="Validation",
        help="Share of the rows watched while training.",
        minimum=0,
        maximum=1,
    )
    test: float = param(
        0.15, label="Test", help="Share of the rows kept for the end.", minimum=0, maximum=1
    )
    order: str = param(
        "shuffled",
        label="Order",
        help="In order keeps the first rows for training: right for anything that runs in time.",
        choices=ORDERS,
    )
    stratify: bool = param(
        True,
        label="Stratify",
        help="Give every split the same mixture of classes (shuffled order only).",
    )
    seed: int = param(0, label="Seed", help="Another number shuffles differently.", minimum=0)
    labelled: int = param(
        0,
        label="Labelled rows",
        help="Training rows that keep their label, about equally many of each class; the others "
        "are learnt from without one. 0: all keep it.",
        minimum=0,
        advanced=True,
    )

    @property
    def fractions(self) -> np.ndarray:
        """The three shares, in the order of ``SPLITS``."""
        return np.array([self.train, self.validation, self.test])

    def check(self) -> tuple[Fault, ...]:
        """The shares must add up to 1 and leave something to train on."""
        if abs(self.fractions.sum() - 1) > 1e-6:
            shares = f"{self.train:g} + {self.validation:g} + {self.test:g}"
            total = self.fractions.sum()
            return (Fault("train", f"The shares must add up to 1, but {shares} is {total:g}"),)
        if self.train == 0:
            return (Fault("train", "Training needs a share above 0"),)
        return ()

    def indices(self, dataset: Dataset) -> dict[str, np.ndarray]:
        """Row numbers (int64) of ``train``, ``validation`` and ``test``: disjoint and repeatable.

        Shuffled splits together cover every row; they are stratified by the first target that is
        an int32 ``[N]`` column, and come in random order. Splits in order are runs of rows one
        after the other, with ``dataset.gap`` rows between two of them dropped, so that no raw
        value is seen from two splits.

        Raises InputError when the shares are wrong or a split with a share would be empty.
        """
        for fault in self.check():
            raise InputError(fault.message, "Change the shares of the split.")
        shares = self.fractions / self.fractions.sum()
        if self.order == "in order":
            parts = split_in_order(dataset.rows, shares, dataset.gap)
        else:
            labels = stratum_labels(dataset) if self.stratify else None
            labels = np.zeros(dataset.rows, np.int32) if labels is None else labels
            random = np.random.Generator(np.random.PCG64(self.seed))
            parts = split_shuffled(labels, shares, random)
        for name, share, rows in zip(SPLITS, shares, parts, strict=True):
            if share > 0 and not len(rows):
                raise InputError(
                    f"{dataset.title}: the {name} split would be empty "
                    f"({share:g} of {dataset.rows} rows)",
                    f"Use more rows, or change the share of the {name} split.",
                )
        return dict(zip(SPLITS, parts, strict=True))

    def without_label(self, dataset: Dataset, train: np.ndarray) -> np.ndarray:
        """The training rows (int64) that lose their label, so that ``labelled`` are left.

        Raises InputError where there are no labels, or fewer than shall be left.
        """
        if not self.labelled:
            return np.zeros(0, np.int64)
        labels = stratum_labels(dataset)
        if labels is None:
            raise InputError(
                f"{dataset.title} has no class label to take away from training rows",
                "Set Labelled rows of the split to 0.",
            )
        known = train[labels[train] != NO_LABEL]
        if self.labelled > len(known):
            raise InputError(
                f"{dataset.title}: {self.labelled} training rows shall keep their label, "
                f"but only {len(known)} have one",
                "Set Labelled rows of the split to that or less.",
            )
        random = np.random.Generator(np.random.PCG64([self.seed, self.labelled]))
        kept = _evenly(random.permutation(known), labels, self.labelled)
        return np.setdiff1d(train, kept)


def labels_of(dataset: Dataset) -> list[str]:
    """The targets that are class labels, int32 ``[N]``."""
    columns = dataset.columns
    return [t for t in dataset.targets if _is_label(columns[t].values)]


def stratum_labels(dataset: Dataset) -> np.ndarray | None:
    """The classes int32 ``[N]`` to stratify by: the first target that is a label, if any."""
    names = labels_of(dataset)
    return np.asarray(dataset.columns[names[0]].values[:]) if names else None


def _is_label(values: Array) -> bool:
    return values.dtype == np.int32 and values.ndim == 1


def _evenly(rows: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """So many of the rows, taken in turn from each class."""
    turn = np.zeros(len(rows), np.int64)
    for label in np.unique(labels[rows]):
        (places,) = np.nonzero(labels[rows] == label)
        turn[places] = np.arange(len(places))
    return rows[np.argsort(turn, kind="stable")[:count]]


def split_in_order(rows: int, fractions: np.ndarray, gap: int = 0) -> list[np.ndarray]:
    """Runs of row numbers, with ``gap`` rows left out between two that are not empty."""
    gaps = gap * (int(np.count_nonzero(fractions)) - 1)
    sizes = shares_of(max(rows - gaps, 0), fractions)
    parts = []
    start = 0
    for size in sizes:
        parts.append(np.arange(start, start + size))
        start += size + (gap if size else 0)
    return parts


def split_shuffled(
    labels: np.ndarray, fractions: np.ndarray, random: np.random.Generator
) -> list[np.ndarray]:
    """Random rows ``[N]`` for every share; each class is shared out as evenly as whole rows allow.

    A class gets the whole part of its share everywhere; the rows left over go where the remainder,
    with what the classes before it left owing, is largest. So every class is within one row of its
    exact share, and the debts do not pile up in one split.
    """
    parts: list[list[np.ndarray]] = [[] for _ in fractions]
    owed = np.zeros(len(fractions))
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        sizes = shares_of(len(members), fractions, owed)
        owed += len(members) * fractions - sizes
        for part, rows in zip(parts, np.split(members, np.cumsum(sizes)[:-1]), strict=True):
            part.append(rows)
    return [random.permutation(np.concatenate(part)) for part in parts]


def shares_of(total: int, fractions: np.ndarray, owed: np.ndarray | float = 0.0) -> np.ndarray:
    """Whole numbers that add up to ``total``, by largest remainder (with ``owed`` added to it)."""
    exact = total * fractions
    # 0.7 * 10 is a hair below 7 in floating point.
    sizes = np.floor(exact + 1e-9).astype(int)
    remainder = exact - sizes
    priority = np.where(remainder > 1e-9, remainder + owed, -np.inf)
    sizes[np.argsort(-priority, kind="stable")[: total - sizes.sum()]] += 1
    return sizes

"""Monthly sea surface temperatures, shipped with the program, cut into windows."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.dataset import Column, Dataset
from core.data.source import Source, built_in_file
from core.data.split import Split, split_in_order
from core.params import param


@dataclass(frozen=True)
class ElNino(Source):
    """Predict next month's sea surface temperature off Peru, 1950 to 2010.

    ``history`` float32 ``[window, 1]`` is the months up to now and ``next`` float32 ``[1]`` the
    month after, both in degrees Celsius, standardised with the statistics of the history. The
    baselines are root mean square errors in degrees Celsius on the test rows of the default split
    in order: ``persistence_rmse`` repeats the last month, ``seasonal_mean_rmse`` gives the mean of
    the same calendar month over the training part.
    """

    kind = "el_nino"
    label = "El Niño sea temperatures"
    built_in = True
    licence = (
        "Public domain. ERSST.V3B, Nino 1+2, National Oceanic and Atmospheric Administration's "
        "National Weather Service, Climate Prediction Center"
    )
    split_order = "in order"

    window: int = param(
        24,
        label="Window",
        help="Months of history before the predicted one.",
        minimum=1,
        maximum=240,
    )

    def load(self, folder: Path) -> Dataset:
        """Read the shipped series and cut it into windows that start one month apart."""
        series = temperatures()
        rows = len(series) - self.window
        history = np.lib.stride_tricks.sliding_window_view(series, self.window)[:rows, :, None]
        following = series[self.window :, None].astype(np.float32)
        train, _, test = split_in_order(rows, Split().fractions, self.window)
        baselines = {
            "persistence_rmse": persistence_rmse(series, test + self.window),
            "seasonal_mean_rmse": seasonal_mean_rmse(
                series, np.arange(train[-1] + self.window + 1), test + self.window
            ),
        }
        return Dataset(
            {
                "history": Column(history.astype(np.float32), scale="standardise"),
                "next": Column(
                    following.astype(np.float32), scale="standardise", scale_as="history"
                ),
            },
            title=self.label,
            notes=(
                "Temperatures in degrees Celsius, January 1950 to December 2010. The baselines are "
                "errors in degrees Celsius on the test rows of the default split; multiply a "
                "standardised error by the deviation of next to compare."
            ),
            baselines=baselines,
            inputs=("history",),
            targets=("next",),
            gap=self.window,
        )


def temperatures() -> np.ndarray:
    """The whole series, float64 ``[732]`` in degrees Celsius, January 1950 first."""
    with built_in_file("el_nino.csv").open(encoding="utf-8", newline="") as file:
        return np.array([float(row["temperature"]) for row in csv.DictReader(file)])


def persistence_rmse(series: np.ndarray, months: np.ndarray) -> float:
    """Error of taking each of ``months`` (positions in ``series``) to be like the one before."""
    return rms(series[months] - series[months - 1])


def seasonal_mean_rmse(
    series: np.ndarray, training_months: np.ndarray, months: np.ndarray
) -> float:
    """Error of giving each of ``months`` the mean of its calendar month over ``training_months``.

    Both are positions in ``series``, which starts in a January. A calendar month that the training
    part lacks gets the mean of the whole training part.
    """
    known = series[training_months]
    climate = np.full(12, known.mean())
    for month in np.unique(training_months % 12):
        climate[month] = known[training_months % 12 == month].mean()
    return rms(series[months] - climate[months % 12])


def rms(errors: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(errors**2)))

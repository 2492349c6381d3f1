"""El Niño windows, their borders and the baselines."""

import numpy as np
import pytest

from core.data import DataBinding, prepare
from core.data.sources.el_nino import ElNino, temperatures


@pytest.mark.parametrize("window", [1, 24, 60])
def test_windows_are_the_months_before_each_target(window, tmp_path):
    dataset = ElNino(window=window).load(tmp_path)
    series = temperatures()
    history, following = (dataset.columns[name].values for name in ("history", "next"))
    assert history.shape == (732 - window, window, 1)
    assert following.shape == (732 - window, 1)
    for row in (0, 5, 731 - window):
        hand = [np.float32(series[row + month]) for month in range(window)]
        assert history[row, :, 0].tolist() == hand
        assert following[row, 0] == np.float32(series[row + window])


def test_first_values_are_those_of_1950(tmp_path):
    dataset = ElNino(window=3).load(tmp_path)
    np.testing.assert_allclose(dataset.columns["history"].values[0, :, 0], [23.11, 24.20, 25.37])
    np.testing.assert_allclose(dataset.columns["next"].values[0], [23.86])


@pytest.mark.parametrize("window", [1, 12, 24, 100])
def test_no_month_is_seen_from_two_splits(window, tmp_path):
    prepared = prepare(DataBinding({"kind": "el_nino", "window": window}), tmp_path)
    seen = [
        {row + month for row in rows.tolist() for month in range(window + 1)}
        for rows in prepared.splits.values()
    ]
    assert all(seen)
    assert sum(map(len, seen)) == len(set().union(*seen)) == 732


def test_baselines_are_the_errors_on_the_test_rows(tmp_path):
    prepared = prepare(DataBinding({"kind": "el_nino"}), tmp_path)
    series = temperatures().tolist()
    train, test = prepared.splits["train"].tolist(), prepared.splits["test"].tolist()
    seen = range(train[-1] + 24 + 1)
    persistence, seasonal = [], []
    for row in test:
        month = row + 24
        persistence.append((series[month] - series[month - 1]) ** 2)
        same = [series[m] for m in seen if m % 12 == month % 12]
        seasonal.append((series[month] - sum(same) / len(same)) ** 2)
    found = prepared.dataset.baselines
    assert found["persistence_rmse"] == pytest.approx((sum(persistence) / len(test)) ** 0.5)
    assert found["seasonal_mean_rmse"] == pytest.approx((sum(seasonal) / len(test)) ** 0.5)
    assert 0.5 < found["seasonal_mean_rmse"] < found["persistence_rmse"] < 1.5

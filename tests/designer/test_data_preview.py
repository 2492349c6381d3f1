"""What a preview of data reads."""

from pathlib import Path

import numpy as np
import pytest

from designer.data_preview import first_rows


@pytest.mark.parametrize("order", ["C", "F"])
def test_first_rows_of_an_array_are_those_that_were_saved(tmp_path: Path, order: str) -> None:
    values = np.asarray(np.arange(60).reshape(10, 3, 2), order=order)
    np.savez_compressed(tmp_path / "a.npz", values=values)
    assert np.array_equal(first_rows(tmp_path / "a.npz", "values", 4), values[:4])
    assert first_rows(tmp_path / "a.npz", "values", 99).shape == (10, 3, 2)

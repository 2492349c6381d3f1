"""The columns of the keyboard map."""

import pytest

from widgets.key_overlay import in_columns


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (1, [["a", "b", "c", "d"]]),
        (2, [["a", "b"], ["c", "d"]]),
        (3, [["a", "b"], ["c"], ["d"]]),
        (9, [["a", "b"], ["c"], ["d"]]),
    ],
)
def test_columns_keep_the_order_and_are_about_as_long(
    columns: int, expected: list[list[str]]
) -> None:
    assert in_columns({"a": 4, "b": 3, "c": 8, "d": 2}, columns) == expected

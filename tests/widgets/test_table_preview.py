"""The first rows and pictures of a data set, as people see them."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from widgets.table_preview import ImageStrip, TablePreview

HEADER = ["length", "name", "species"]
ROWS = [["5.1", "x", "setosa"], ["", "y", "virginica"]]


def test_table_shows_the_cells_and_marks_the_target(qtbot) -> None:
    table = TablePreview()
    qtbot.addWidget(table)
    table.set_rows(HEADER, ROWS, target="species")
    assert [table.horizontalHeaderItem(c).text() for c in range(3)] == [
        "length",
        "name",
        "species (target)",
    ]
    assert table.item(0, 0).text() == "5.1"
    assert table.item(1, 0).text() == "missing"
    assert table.item(0, 2).font().bold()
    assert not table.item(0, 1).font().bold()
    assert table.item(0, 0).textAlignment() & Qt.AlignmentFlag.AlignRight
    assert table.item(0, 1).textAlignment() & Qt.AlignmentFlag.AlignLeft


def test_table_cannot_be_edited_and_can_be_refilled(qtbot) -> None:
    table = TablePreview()
    qtbot.addWidget(table)
    table.set_rows(HEADER, ROWS)
    table.set_rows(["a"], [["1"], ["2"], ["3"]])
    assert (table.rowCount(), table.columnCount()) == (3, 1)
    table.show()
    table.setCurrentCell(0, 0)
    qtbot.keyClicks(table, "9")
    assert table.item(0, 0).text() == "1"


def test_thumbnails_have_the_pixels_of_the_images(qtbot) -> None:
    strip = ImageStrip()
    qtbot.addWidget(strip)
    images = np.zeros((3, 2, 2, 3), np.uint8)
    images[1, 0, 1] = 250, 10, 20
    strip.set_images(images, ["a", "b", "c"])
    strip.resize(400, 100)
    rect = strip.thumbnail_rects()[1]
    picture = strip.grab().toImage()
    color = picture.pixelColor(int(rect.right() - 9), int(rect.top() + 9))
    assert (color.red(), color.green(), color.blue()) == (250, 10, 20)
    assert picture.pixelColor(int(rect.left() + 9), int(rect.top() + 9)).lightness() == 0


def test_strip_wraps_and_asks_for_height(qtbot) -> None:
    strip = ImageStrip()
    qtbot.addWidget(strip)
    strip.set_images(np.zeros((10, 4, 4, 1), np.float32))
    strip.show()
    strip.resize(1000, 100)
    wide = strip.minimumHeight()
    strip.resize(170, 100)
    assert len({r.top() for r in strip.thumbnail_rects()}) == 5
    assert strip.minimumHeight() > 4 * wide
    with pytest.raises(ValueError, match=r"\[N, H, W, C\]"):
        strip.set_images(np.zeros((4, 4)))

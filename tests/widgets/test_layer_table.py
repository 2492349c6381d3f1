"""The table of layers as people see it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.widgets.showing import on_screen
from widgets.layer_table import BAD, DOUBTFUL, EMPTY_TEXT, WAITING_TEXT, LayerRow, LayerTable
from widgets.theme import light

ROWS = (
    LayerRow("dense", "0.1", "2", "0.001", "", "0.5 ± 1", verdict="in balance"),
    LayerRow("relu", dead="60%", state=DOUBTFUL, verdict="half dead", reason="Why."),
    LayerRow("last", "1e-9", state=BAD, verdict="vanishes"),
)


@pytest.fixture
def table(qtbot: QtBot) -> LayerTable:
    return on_screen(qtbot, LayerTable(), 700, 200)


def texts(table: LayerTable) -> list[list[str]]:
    items = (table.tree.topLevelItem(i) for i in range(table.tree.topLevelItemCount()))
    return [[item.text(c) for c in range(table.tree.columnCount())] for item in items]


def test_each_layer_has_a_row_and_what_is_wrong_a_mark_and_words(table: LayerTable) -> None:
    table.set_theme(light())
    table.set_layers(ROWS)
    assert texts(table)[0] == ["dense", "in balance", "0.1", "2", "0.001", "", "0.5 ± 1"]
    assert [row[1] for row in texts(table)] == [row.verdict for row in ROWS]
    items = [table.tree.topLevelItem(i) for i in range(3)]
    assert [item.icon(1).isNull() for item in items] == [True, False, False]
    colors = [item.foreground(1).color() for item in items[1:]]
    assert colors == [QColor(light().warning), QColor(light().error)]
    assert items[1].toolTip(1) == "Why."


def test_rows_stay_while_their_numbers_change(table: LayerTable) -> None:
    table.set_layers(ROWS)
    first = table.tree.topLevelItem(0)
    table.set_layers((LayerRow("dense", "0.2"),))
    assert table.tree.topLevelItem(0) is first
    assert texts(table) == [["dense", "", "0.2", "", "", "", ""]]
    assert first.icon(1).isNull()


def test_without_layers_a_line_says_how_to_get_them(table: LayerTable) -> None:
    assert table._empty.isVisible()
    assert table._empty.text() == EMPTY_TEXT
    table.set_waiting(True)
    assert table._empty.text() == WAITING_TEXT
    table.set_layers(ROWS)
    assert not table._empty.isVisible()
    assert table.tree.isVisible()
    table.clear()
    assert table._empty.isVisible()


def test_every_column_says_what_it_is(table: LayerTable) -> None:
    header = table.tree.headerItem()
    for column in range(table.tree.columnCount()):
        assert header.text(column)
        assert len(header.toolTip(column)) > 20


@pytest.mark.parametrize("left_out", [(), (3,), (3, 6)])
def test_a_narrow_table_leaves_columns_out_and_tells_them_in_the_tooltip(
    table: LayerTable, qtbot: QtBot, left_out: tuple[int, ...]
) -> None:
    name, tree = "encoder/dense_1", table.tree
    table.set_layers(
        [LayerRow(name, "1.2e-8", "12", "1.2e-5", "12%", "-0.01 ± 0.12", BAD, "vanishes")]
    )
    wide = [
        max(tree.sizeHintForColumn(c), tree.header().sectionSizeHint(c))
        for c in range(tree.columnCount())
    ]
    # Room for a scroll bar, and a little.
    table.resize(sum(wide) - sum(wide[c] for c in left_out) + 24, 200)
    qtbot.waitUntil(lambda: tree.header().length() <= tree.viewport().width())
    assert [c for c in range(tree.columnCount()) if tree.isColumnHidden(c)] == list(left_out)
    assert tree.header().sectionSize(0) >= wide[0]
    tip = tree.topLevelItem(0).toolTip(0)
    assert "Weights: 12" in tip
    assert "Output: -0.01 ± 0.12" in tip


def test_a_column_that_comes_back_shows_its_whole_title(table: LayerTable) -> None:
    table.set_layers(ROWS)
    header = table.tree.header()
    table.resize(250, 200)
    assert header.isSectionHidden(3)
    # The figures of a column that is left out change, too.
    table.set_layers(ROWS)
    table.resize(700, 200)
    assert not header.isSectionHidden(3)
    assert header.sectionSize(3) >= header.sectionSizeHint(3)

"""Data is chosen with mouse and keyboard; the design changes once, and only on acceptance."""

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sklearn.datasets import load_digits, load_wine

from core.data.binding import DataBinding, split_of
from core.design import edits
from core.design.document import Design
from core.project.file import load
from designer import preview_reader
from designer.data_dialog import DataDialog
from designer.data_preview import Preview
from designer.session import Session

PROJECTS = Path(__file__).parents[2] / "projects"
Open = Callable[[], DataDialog]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """The digits design, saved in a folder of its own."""
    made = Session()
    made.open(load(PROJECTS / "digits_mlp.loom"), tmp_path / "design.loom")
    return made


@pytest.fixture
def open_dialog(qtbot: QtBot, session: Session) -> Open:
    def opened() -> DataDialog:
        dialog = DataDialog(session)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        qtbot.waitUntil(lambda: not dialog.reader.running)
        return dialog

    return opened


@pytest.fixture
def wine(tmp_path: Path) -> Path:
    data = load_wine()
    path = tmp_path / "data" / "wine.csv"
    path.parent.mkdir()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*data.feature_names, "cultivar"])
        for features, kind in zip(data.data, data.target, strict=True):
            rows.writerow([*features, data.target_names[kind]])
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    data = load_digits()
    for at in range(40):
        folder = tmp_path / "pictures" / str(data.target[at])
        folder.mkdir(parents=True, exist_ok=True)
        pixels = (data.images[at] * 255 / 16).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{at}.png")
    return tmp_path / "pictures"


def pick(qtbot: QtBot, dialog: DataDialog, label: str) -> None:
    """Walk down the list with the keyboard."""
    qtbot.keyClick(dialog.sources, Qt.Key.Key_Home)
    while dialog.sources.currentItem().text() != label:
        before = dialog.sources.currentRow()
        qtbot.keyClick(dialog.sources, Qt.Key.Key_Down)
        assert dialog.sources.currentRow() > before


def type_in(qtbot: QtBot, dialog: DataDialog, name: str, text: str) -> Preview:
    """Type into a field and press Enter; the preview that follows."""
    line = dialog.form.field(name).findChild(QLineEdit)
    line.selectAll()
    with qtbot.waitSignal(dialog.reader.answered) as read:
        qtbot.keyClicks(line, text)
        qtbot.keyClick(line, Qt.Key.Key_Return)
    return read.args[0]


def table_row(dialog: DataDialog, row: int) -> dict[str, str]:
    table = dialog.pane.table
    return {
        table.horizontalHeaderItem(c).text(): table.item(row, c).text()
        for c in range(table.columnCount())
    }


def column_of(session: Session, name: str) -> tuple[str, tuple[int, ...], int]:
    node = session.design.named(name)
    assert node is not None
    return node.params["column"], tuple(node.params["shape"]), node.params["classes"]


def test_opens_with_the_present_data_in_the_list(open_dialog: Open) -> None:
    dialog = open_dialog()
    assert dialog.focusWidget() is dialog.sources
    assert dialog.sources.currentItem().text() == "Handwritten digits"
    assert dialog.binding()["source"] == {"kind": "digits"}
    assert dialog.ok.isEnabled()
    assert dialog.ok.isDefault()
    assert dialog.pane.pictures.isVisible()
    assert dialog.pane.facts.text().startswith("1,797 rows")


def test_a_table_is_chosen_by_keyboard(
    qtbot: QtBot, session: Session, open_dialog: Open, wine: Path
) -> None:
    before = session.design
    dialog = open_dialog()
    pick(qtbot, dialog, "CSV file")
    assert not dialog.ok.isEnabled()
    preview = type_in(qtbot, dialog, "path", str(wine))
    assert preview.options["target"] == (*load_wine().feature_names, "cultivar")
    first = table_row(dialog, 0)
    assert first["cultivar (target)"] == "class_0"
    assert float(first["alcohol"]) == load_wine().data[0, 0]
    assert "178 rows" in dialog.pane.facts.text()
    assert "label: 3 classes" in dialog.pane.facts.text()

    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert session.design.data["source"]["path"] == "data/wine.csv"
    assert column_of(session, "image") == ("features", (13,), 0)
    assert column_of(session, "digit") == ("label", (), 3)
    assert session.undo_label == "Choose data"

    session.undo()
    assert session.design == before
    assert session.undo_label == ""


def test_another_target_is_predicted_as_a_number(
    qtbot: QtBot, session: Session, open_dialog: Open, wine: Path
) -> None:
    dialog = open_dialog()
    pick(qtbot, dialog, "CSV file")
    type_in(qtbot, dialog, "path", str(wine))
    preview = type_in(qtbot, dialog, "target", "alcohol")
    assert "alcohol" not in preview.options["inputs"]
    assert "alcohol (target)" in table_row(dialog, 0)
    dialog.accept()
    assert column_of(session, "digit") == ("value", (1,), 0)
    assert session.design.data["source"]["target"] == "alcohol"
    assert not session.analysis.facts.fault


def test_a_folder_of_pictures_shows_thumbnails_with_their_classes(
    qtbot: QtBot, session: Session, open_dialog: Open, pictures: Path
) -> None:
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.reader.answered) as read:
        dialog.choose_path(pictures)
    look = read.args[0].look
    assert look.images.shape == (24, 32, 32, 3)
    assert look.captions[:11] == (*"0123456789", "0")
    assert dialog.pane.pictures.isVisible()
    assert len(dialog.pane.pictures.thumbnail_rects()) == 24
    dialog.accept()
    assert session.design.data["source"]["path"] == "pictures"
    assert column_of(session, "image") == ("image", (32, 32, 3), 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,label\n1,2,x\n3,oops,y\n5,6,x\n", "row 3, column 'b': 'oops' is not a number"),
        ("a,b\n1,2,3\n", "row 2 has 3 cells"),
        ("", "is empty"),
    ],
)
def test_a_bad_file_says_why_and_cannot_be_taken(
    qtbot: QtBot, session: Session, open_dialog: Open, tmp_path: Path, text: str, message: str
) -> None:
    before = session.design
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    dialog = open_dialog()
    pick(qtbot, dialog, "CSV file")
    type_in(qtbot, dialog, "path", "bad.csv")
    assert message in dialog.pane.message.text()
    assert dialog.pane.hint.isVisible()
    assert not dialog.ok.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert session.design is before


def test_a_mended_file_can_be_taken(
    qtbot: QtBot, open_dialog: Open, tmp_path: Path, wine: Path
) -> None:
    dialog = open_dialog()
    pick(qtbot, dialog, "CSV file")
    type_in(qtbot, dialog, "path", str(tmp_path / "none.csv"))
    assert "does not exist" in dialog.pane.message.text()
    type_in(qtbot, dialog, "path", "data/wine.csv")
    assert not dialog.pane.message.isVisible()
    assert dialog.ok.isEnabled()


def test_leaving_out_the_bad_column_mends_the_table(
    qtbot: QtBot, open_dialog: Open, tmp_path: Path
) -> None:
    text = "a,b,label\n1,2,x\n3,oops,y\n5,6,x\n"
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.reader.answered):
        dialog.choose_path(tmp_path / "bad.csv")
    names = dialog.form.field("inputs").editor
    with qtbot.waitSignal(dialog.reader.answered):
        names.setCurrentRow(0)
        qtbot.keyClick(names, Qt.Key.Key_Space)
    assert dialog.binding()["source"]["inputs"] == ["a"]
    assert dialog.ok.isEnabled()


def test_columns_of_another_file_are_forgotten(
    qtbot: QtBot, open_dialog: Open, tmp_path: Path, wine: Path
) -> None:
    (tmp_path / "small.csv").write_text("a,hue\n1.5,x\n2.5,y\n", encoding="utf-8")
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.reader.answered):
        dialog.choose_path(wine)
    type_in(qtbot, dialog, "target", "alcohol")
    type_in(qtbot, dialog, "path", "small.csv")
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog.binding()["source"]["target"] == ""


def test_the_file_stays_while_another_source_is_looked_at(
    qtbot: QtBot, open_dialog: Open, wine: Path
) -> None:
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.reader.answered):
        dialog.choose_path(wine)
    pick(qtbot, dialog, "Iris flowers")
    assert dialog.binding()["source"] == {"kind": "iris"}
    with qtbot.waitSignal(dialog.reader.answered):
        pick(qtbot, dialog, "CSV file")
    assert dialog.binding()["source"]["path"] == "data/wine.csv"
    assert dialog.ok.isEnabled()


@pytest.mark.parametrize("how", ["escape", "button"])
def test_cancel_changes_nothing(
    qtbot: QtBot, session: Session, open_dialog: Open, wine: Path, how: str
) -> None:
    before = session.design
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.reader.answered):
        dialog.choose_path(wine)
    if how == "escape":
        qtbot.keyClick(dialog.sources, Qt.Key.Key_Escape)
    else:
        cancel = next(b for b in dialog.findChildren(QPushButton) if "Cancel" in b.text())
        qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert session.design is before


def test_only_the_latest_answer_counts_and_none_after_the_dialog_is_gone(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = preview_reader.read_preview

    def slow(binding: DataBinding, folder: Path) -> Preview:
        assert go_on.wait(20)
        return real(binding, folder)

    monkeypatch.setattr(preview_reader, "read_preview", slow)
    dialog = DataDialog(session)
    seen: list[Preview] = []
    reader = dialog.reader
    reader.answered.connect(seen.append)
    dialog.show()
    assert dialog.pane.facts.text() == "Reading…"
    assert not dialog.ok.isEnabled()
    dialog.sources.select("iris")
    go_on.set()
    qtbot.waitUntil(lambda: not reader.running)
    assert [p.description.rows for p in seen] == [150]

    go_on.clear()
    dialog.sources.select("el_nino")
    dialog.reject()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.deleteLater()
    with qtbot.waitSignal(reader.destroyed):
        go_on.set()
    assert len(seen) == 1


def test_a_dropped_file_chooses_its_source(qtbot: QtBot, open_dialog: Open, tmp_path: Path) -> None:
    np.savez(tmp_path / "arrays.npz", x=np.eye(4, dtype=np.float32), y=np.arange(4))
    dialog = open_dialog()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "arrays.npz"))])
    event = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(dialog.reader.answered):
        dialog.dropEvent(event)
    assert event.isAccepted()
    assert dialog.binding()["source"]["kind"] == "npz"
    assert table_row(dialog, 2)["y (target)"] == "2"


def test_the_split_stays_and_its_order_follows_the_source(
    qtbot: QtBot, session: Session, open_dialog: Open
) -> None:
    data = dict(session.design.data)
    data["split"] = {"train": 0.5, "validation": 0.25, "test": 0.25, "order": "shuffled", "seed": 7}
    session.act("Change split", lambda d: edits.set_data(d, data))
    dialog = open_dialog()
    pick(qtbot, dialog, "El Niño sea temperatures")
    qtbot.waitUntil(dialog.ok.isEnabled)
    dialog.accept()
    split = split_of(DataBinding.from_json(session.design.data))
    assert (split.train, split.seed, split.order) == (0.5, 7, "in order")
    assert column_of(session, "image") == ("history", (24, 1), 0)


def test_an_autoencoder_goes_on_to_predict_its_input(
    qtbot: QtBot, session: Session, open_dialog: Open
) -> None:
    def to_autoencoder(design: Design) -> Design:
        target = design.named("digit")
        assert target is not None
        return edits.set_params(design, target.id, column="image", shape=(8, 8, 1), dtype="float32")

    session.act("Change target", to_autoencoder)
    dialog = open_dialog()
    dialog.sources.select("iris")
    qtbot.waitUntil(dialog.ok.isEnabled)
    dialog.accept()
    assert column_of(session, "image") == column_of(session, "digit") == ("features", (4,), 0)


def test_names_for_people_who_do_not_see_the_screen(open_dialog: Open) -> None:
    dialog = open_dialog()
    dialog.sources.select("csv")
    parts: list[QWidget] = [dialog.sources, dialog.form, dialog.pane.table, dialog.pane.facts]
    assert all(part.accessibleName() for part in parts)
    first = dialog.sources.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Predict next month's sea surface temperature" in first


def test_built_in_sources_come_first(open_dialog: Open) -> None:
    dialog = open_dialog()
    labels = [dialog.sources.item(i).text() for i in range(dialog.sources.count())]
    assert labels[-5:] == [
        "CSV file",
        "NumPy archive",
        "Folder of NumPy files",
        "Folder of images by class",
        "Typed rows",
    ]
    assert "Handwritten digits" in labels[:-5]


@pytest.mark.parametrize("kind", ["cart_pole", "tic_tac_toe"])
def test_an_environment_shows_games_of_random_moves(
    qtbot: QtBot, open_dialog: Open, kind: str
) -> None:
    dialog = open_dialog()
    dialog.sources.select(kind)
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert "games of random moves" in dialog.pane.hint.text()
    assert dialog.pane.facts.text().startswith("observation [B, ")
    if kind == "tic_tac_toe":
        assert dialog.pane.pictures.isVisible()
        assert len(dialog.pane.pictures.thumbnail_rects()) == 24
    else:
        assert dialog.pane.table.rowCount() == 20
        header = [dialog.pane.table.horizontalHeaderItem(i).text() for i in range(6)]
        assert header[-2:] == ["action (target)", "return"]

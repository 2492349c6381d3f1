"""The data panel says what the design learns from and edits the split."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.data import DataBinding, prepare
from core.design import edits
from core.project.file import load, save
from core.project.runs import store_of
from designer.data_dialog import DataDialog
from designer.data_panel import DataPanel
from designer.data_words import NOTHING
from designer.session import Session
from designer.split_sizes import split_sizes

PROJECTS = Path(__file__).parents[2] / "projects"


@pytest.fixture
def panel(qtbot: QtBot) -> DataPanel:
    made = DataPanel(Session())
    qtbot.addWidget(made)
    made.resize(320, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(panel: DataPanel, role: str | None = None) -> str:
    """What is to be read, all of it or the labels of one role."""
    labels = [label for label in panel.findChildren(QLabel) if label.isVisible()]
    return "\n".join(x.text() for x in labels if role is None or x.property("role") == role)


def type_share(qtbot: QtBot, panel: DataPanel, name: str, text: str) -> None:
    line = panel.form.field(name).findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_without_data_it_offers_to_choose_some(qtbot: QtBot, panel: DataPanel) -> None:
    assert NOTHING in texts(panel)
    assert not panel.form.isVisible()
    with qtbot.waitSignal(panel.choose_requested):
        qtbot.mouseClick(panel.choose, Qt.MouseButton.LeftButton)


def test_it_says_what_the_data_holds(panel: DataPanel) -> None:
    panel.session.open(load(PROJECTS / "digits_mlp.loom"), None)
    shown = texts(panel)
    assert "Handwritten digits" in shown
    assert "image [B, 8, 8, 1]\nlabel: 10 classes" in shown
    assert "CC BY 4.0" in shown
    splits = prepare(DataBinding.from_json(panel.session.design.data), Path()).splits
    train, validation, test = (len(rows) for rows in splits.values())
    expected = f"1,797 rows: {train:,} training, {validation:,} validation, {test:,} test."
    assert expected in shown
    assert texts(panel, "error") == texts(panel, "warning") == ""


def test_a_share_is_edited_as_one_step_of_undo(qtbot: QtBot, panel: DataPanel) -> None:
    session = panel.session
    session.open(load(PROJECTS / "digits_mlp.loom"), None)
    before = session.design
    type_share(qtbot, panel, "train", "0.75")
    assert "must add up to 1" in panel.form.message("train")
    assert texts(panel, "error").count("must add up to 1") == 1
    type_share(qtbot, panel, "test", "0.1")
    assert session.design.data["split"]["train"] == 0.75
    assert texts(panel, "error") == ""
    assert "1,348 training" in texts(panel)
    assert session.undo_label == "Change split"
    session.undo()
    session.undo()
    assert session.design == before
    assert panel.form.field("train").findChild(QLineEdit).text() == "0.7"


def test_shuffling_a_series_is_doubted(qtbot: QtBot, panel: DataPanel) -> None:
    panel.session.open(load(PROJECTS / "el_nino_lstm.loom"), None)
    assert texts(panel, "warning") == ""
    assert "48 between them are left out" in texts(panel)
    combo = panel.form.field("order").editor
    qtbot.keyClick(combo, Qt.Key.Key_Up)
    assert panel.session.design.data["split"]["order"] == "shuffled"
    assert "let the model see what it is tested on" in texts(panel, "warning")


def test_a_missing_file_is_said_with_its_remedy(panel: DataPanel, tmp_path: Path) -> None:
    data = {"source": {"kind": "csv", "path": "gone.csv"}}
    panel.session.open(load(PROJECTS / "digits_mlp.loom"), tmp_path / "design.loom")
    panel.session.act("Choose data", lambda d: edits.set_data(d, data))
    error = texts(panel, "error")
    assert "gone.csv does not exist" in error
    assert "Choose the file again" in error
    assert "CSV file: gone.csv" in texts(panel)


@pytest.mark.parametrize("data", [{}, {"source": 3}, {"source": {"kind": "unheard_of"}}])
def test_data_that_makes_no_sense_is_said(panel: DataPanel, data: dict) -> None:
    panel.session.act("Choose data", lambda d: edits.set_data(d, data))
    assert texts(panel, "error")
    assert panel.choose.isVisible()


def test_an_empty_split_is_said(panel: DataPanel, qtbot: QtBot) -> None:
    panel.session.open(load(PROJECTS / "el_nino_lstm.loom"), None)
    type_share(qtbot, panel, "test", "0")
    type_share(qtbot, panel, "validation", "0.0001")
    type_share(qtbot, panel, "train", "0.9999")
    assert "the validation split would be empty" in texts(panel, "error")


def test_sizes_of_a_table_are_those_of_training(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'xyz'[i % 3]}\n" for i in range(31))
    (tmp_path / "t.csv").write_text("a,label\n" + rows, encoding="utf-8")
    for split in ({"order": "in order"}, {"stratify": False}, {}):
        binding = DataBinding({"kind": "csv", "path": "t.csv"}, split)
        found = split_sizes(binding, tmp_path)
        real = tuple(len(rows) for rows in prepare(binding, tmp_path).splits.values())
        assert found.rows == 31
        assert found.exact == bool(split)
        if found.exact:
            assert found.sizes == real
        assert all(abs(a - b) <= 1 for a, b in zip(found.sizes, real, strict=True))


@pytest.mark.parametrize("name", ["cart_pole", "tic_tac_toe"])
def test_an_environment_has_games_in_place_of_a_split(panel: DataPanel, name: str) -> None:
    panel.session.open(load(PROJECTS / f"{name}.loom"), None)
    source = panel.session.design.data["source"]
    shown = texts(panel)
    assert f"{source['updates']} updates, for each of which {source['games']} games" in shown
    assert f"{source['evaluation_games']:,} games evaluate each split" in shown
    assert "rows" not in shown
    assert not panel.form.isVisible()
    assert texts(panel, "error") == texts(panel, "warning") == ""
    panel.session.open(load(PROJECTS / "digits_mlp.loom"), None)
    assert panel.form.isVisible()
    assert "games" not in texts(panel)


def test_few_labels_are_told_and_too_many_refused(qtbot: QtBot, panel: DataPanel) -> None:
    session = panel.session
    session.open(load(PROJECTS / "digits_mlp.loom"), None)
    qtbot.mouseClick(panel.form.disclosure, Qt.MouseButton.LeftButton)
    type_share(qtbot, panel, "labelled", "100")
    assert session.design.data["split"]["labelled"] == 100
    assert "100 of the training rows keep their label" in texts(panel)
    type_share(qtbot, panel, "labelled", "1500")
    assert "only 1258 have one" in texts(panel, "error")
    session.undo()
    assert "labelled" not in session.design.data["split"]


def trained_beside(folder: Path, name: str) -> tuple[Path, str]:
    """A copy of an example, and a run of it in the store beside it."""
    path = folder / f"{name}.loom"
    save(load(PROJECTS / f"{name}.loom"), path)
    return path, store_of(path).create(name, path.read_text("utf-8")).id


def test_a_run_is_chosen_as_the_teacher(qtbot: QtBot, panel: DataPanel, tmp_path: Path) -> None:
    path, run = trained_beside(tmp_path, "digits_mlp")
    session = panel.session
    session.open(load(path), path)
    qtbot.mouseClick(panel.form.disclosure, Qt.MouseButton.LeftButton)
    box = panel.form.field("teacher").findChild(QComboBox)
    assert [box.itemText(i) for i in range(box.count())] == [run]
    type_share(qtbot, panel, "teacher", run)
    assert session.design.data["teacher"] == run
    assert "teacher [B, 10]" in texts(panel)
    assert session.undo_label == "Change teacher"
    session.undo()
    assert "teacher" not in session.design.data


def test_a_teacher_that_is_gone_is_told(panel: DataPanel, tmp_path: Path) -> None:
    path, _ = trained_beside(tmp_path, "digits_mlp")
    design = load(path)
    panel.session.open(edits.set_data(design, {**design.data, "teacher": "nobody"}), path)
    assert "The teacher is missing: there is no run 'nobody'" in texts(panel, "error")
    assert panel.form.field("teacher").isVisible(), "what is set is not folded away"


def test_choosing_the_same_data_again_keeps_the_teacher(
    qtbot: QtBot, panel: DataPanel, tmp_path: Path
) -> None:
    path, run = trained_beside(tmp_path, "digits_mlp")
    design = load(path)
    taught = edits.set_data(design, {**design.data, "teacher": run})
    taught = edits.set_params(
        taught, "n9", column="teacher", shape=(10,), dtype="float32", classes=0
    )
    panel.session.open(taught, path)
    for kind, kept in (("digits", run), ("iris", None)):
        dialog = DataDialog(panel.session)
        qtbot.addWidget(dialog)
        dialog.sources.select(kind)
        qtbot.waitUntil(dialog.ok.isEnabled)
        dialog.accept()
        assert panel.session.design.data.get("teacher") == kept
        if kept:
            assert panel.session.design.nodes["n9"].params["column"] == "teacher"

"""The panel that says how good the network is, and where it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.explain.evaluation.ask import Report
from core.explain.evaluation.report import CLASSES, NUMBERS, EvaluationReport
from core.explain.evaluation.samples import ShowRows
from core.train.asks import Answered, NotAnswered
from core.train.events import EpochEnd, Event, Finished, Loaded, Started
from designer.computing import Computing
from designer.evaluation.pages.classes import CalibrationPage, ClassesPage, CurvesPage
from designer.evaluation.pages.confusion import ConfusionPage
from designer.evaluation.pages.groups import RobustnessPage, SlicesPage
from designer.evaluation.pages.page import Page
from designer.evaluation.pages.regression import RegressionPage
from designer.evaluation.pages.summary import SummaryPage
from designer.evaluation.pages.wrong import WrongPage
from designer.evaluation.run_fit import with_curve
from designer.report_saving import ReportSaving
from widgets import icons
from widgets.banner import Banner
from widgets.inputs import ComboBox
from widgets.labels import wrapped_label
from widgets.theme import Theme

if TYPE_CHECKING:
    from designer.late_panels import Surroundings

TOPIC, SAMPLE_TOPIC = "evaluation", "evaluated sample"
EMPTY_TEXT = "Train, or open a run, and see here how good the network is and where it is wrong."
WAITING_TEXT = "Measuring ..."
SPLITS: Mapping[str, str] = {"test": "Test", "validation": "Validation", "train": "Training"}
PAGES: Mapping[str, type[Page]] = {
    "Summary": SummaryPage,
    "Confusion": ConfusionPage,
    "Classes": ClassesPage,
    "Curves": CurvesPage,
    "Calibration": CalibrationPage,
    "Slices": SlicesPage,
    "Robustness": RobustnessPage,
    "Wrong samples": WrongPage,
    "Regression": RegressionPage,
}

# What makes no sense for what a network predicts, by the report's kind.
_NOT_OF: Mapping[str, tuple[str, ...]] = {
    CLASSES: ("Regression",),
    NUMBERS: ("Confusion", "Classes", "Curves", "Calibration"),
}
_LIST_WIDTH = 118


class EvaluationPanel:
    """Asks the worker for a report when it is seen, after a run, and, if live, while training."""

    def __init__(self, around: Surroundings) -> None:
        self._trainer, self._asking = around.trainer, around.asking
        self._seen = False
        # Whether the network has changed since the report that is shown.
        self._stale = True
        self.report: EvaluationReport | None = None
        # Why a page has nothing to show, by title; empty for one that has.
        self._reasons: dict[str, str] = {}
        # Pages that have not shown the report yet: nobody turned to them.
        self._due: set[str] = set()
        self.widget = QWidget()
        self.split = _choice("Split", "The rows that the network is judged on")
        for name, title in SPLITS.items():
            self.split.addItem(title, name)
        self.column = _choice("Group by", "Judge the groups of a column's values (page Slices)")
        self.column.addItem("Group by …", "")
        self.robust = QCheckBox("Robustness")
        self.robust.setToolTip(
            "Measure under noise and attacks, too, which takes minutes for some networks"
        )
        self.live = QCheckBox("Live")
        self.live.setToolTip("Measure again and again while the network trains")
        self.again = QToolButton()
        self.again.setToolTip("Measure again")
        self.again.setAccessibleName("Measure again")
        self.save = QToolButton()
        self.banner = Banner()
        self.saving = ReportSaving(around.trainer)
        self.list = QListWidget()
        self.list.setAccessibleName("Parts of the evaluation")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = {title: kind() for title, kind in PAGES.items()}
        self.stack = QStackedWidget()
        self.reason = wrapped_label("muted")
        self.empty = wrapped_label("muted")
        self.status = QLabel()
        self.status.setProperty("role", "muted")
        self._lay_out()
        self._connect()
        self.saving.noted.connect(around.tell)
        around.asking.moment_changed.connect(lambda: self.ask())
        self._show_empty(EMPTY_TEXT)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        for page in self.pages.values():
            page.set_theme(theme)
        self.banner.set_theme(theme)
        self.again.setIcon(icons.icon("refresh", theme.text))
        self.save.setIcon(icons.icon("save", theme.text))

    def be_seen(self, seen: bool) -> None:
        """Ask when it comes into sight; while it cannot be seen it asks for nothing."""
        self._seen = seen
        if seen and self._stale:
            self.ask()
        elif not seen:
            self._asking.forget(TOPIC)
            self._stale = True

    def ask(self, patient: bool = False) -> None:
        """Ask for a report as it is chosen now."""
        if not self._seen:
            self._stale = True
            return
        question = Report(
            self.split.currentData(), self.column.currentData() or "", self.robust.isChecked()
        )
        self._stale = False
        if self.report is None and self._trainer.run is not None:
            self._show_empty(WAITING_TEXT)
        self._asking.ask(TOPIC, question, self._take, self._refuse, patient)
        self._turn_to(self.list.currentRow())

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(5)
        for part in (self.split, self.column, self.robust, self.live):
            tools.addWidget(part)
        tools.addStretch(1)
        tools.addWidget(self.status)
        tools.addWidget(self.again)
        tools.addWidget(self.save)
        for label in (self.reason, self.empty):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setMargin(16)
        for title, page in self.pages.items():
            self.list.addItem(title)
            self.stack.addWidget(page)
        self.stack.addWidget(self.reason)
        self.body = QWidget()
        line = QHBoxLayout(self.body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.list)
        line.addWidget(self.stack, 1)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(6, 5, 6, 5)
        column.setSpacing(5)
        column.addLayout(tools)
        column.addWidget(self.banner)
        column.addWidget(self.empty, 1)
        column.addWidget(self.body, 1)
        column.addWidget(Computing(self._asking, (TOPIC,)))
        column.addWidget(self.saving)

    def _connect(self) -> None:
        self.split.activated.connect(lambda _: self.ask())
        self.column.activated.connect(self._group)
        self.robust.clicked.connect(self._measure_robustness)
        self.live.toggled.connect(self._go_live)
        self.again.clicked.connect(lambda: self.ask())
        self.again.setIconSize(QSize(16, 16))
        self.list.currentRowChanged.connect(self._turn_to)
        self.list.setCurrentRow(0)
        for page in self.pages.values():
            page.wanted.connect(self._look_at)
        self.saving.trouble.connect(
            lambda text, hint: self.banner.show_message("error", text, hint)
        )
        self._trainer.heard.connect(self._hear)
        self._trainer.state_changed.connect(self._offer)
        menu = QMenu(self.save)
        menu.setToolTipsVisible(True)
        for text, tip, curve in (
            ("&Save report …", "Write everything into one HTML file", False),
            (
                "Save report with &learning curve …",
                "Also train on 10, 25, 50 and 100 % of the training rows, which takes long",
                True,
            ),
        ):
            action = QAction(text, menu)
            action.setToolTip(tip)
            action.triggered.connect(lambda _=False, curve=curve: self._save(curve))
            menu.addAction(action)
        self.save.setMenu(menu)
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save.setAccessibleName("Save report")
        self.save.setIconSize(QSize(16, 16))
        self._offer()

    def _hear(self, event: Event) -> None:
        match event:
            case Started():
                self._stale = True
                if self.live.isChecked():
                    self.ask(patient=True)
            case EpochEnd() if self.live.isChecked() and not self._asking.is_waiting(TOPIC):
                self.ask(patient=True)
            case Finished() | Loaded():
                self._offer()
                self._stale = True
                self.ask()

    def _take(self, answered: Answered) -> None:
        self.report = answered.answer
        run = self._trainer.run
        if run is not None and not self._trainer.busy and self._asking.moment is None:
            self.report = with_curve(self.report, self._trainer.store, run)
        self.empty.hide()
        self.body.show()
        self._show(self.report, answered.step)
        if self.live.isChecked() and self._trainer.busy:
            self.ask(patient=True)

    def _refuse(self, told: NotAnswered) -> None:
        if self._trainer.run is None and self.report is None:
            self._show_empty(EMPTY_TEXT)
            return
        if self.report is None:
            self._show_empty(f"{told.message[:1].upper()}{told.message[1:]}. {told.hint}")
            return
        message = f"{told.message[:1].upper()}{told.message[1:]}."
        self._turn_to(self.list.currentRow())
        self.banner.show_message("error", message, told.hint)

    def _show(self, report: EvaluationReport, step: int) -> None:
        self.banner.clear()
        rows = f"{report.rows:,} rows"
        if report.rows < report.rows_in_split:
            rows = f"{report.rows:,} of {report.rows_in_split:,} rows"
        self.status.setText(f"step {step:,}")
        self.status.setToolTip(f"{SPLITS[report.split]} split, {rows}, weights of step {step:,}")
        self._offer_columns(report.columns)
        self._reasons = {title: page.lack(report) for title, page in self.pages.items()}
        self._due = {title for title, reason in self._reasons.items() if not reason}
        for line, (title, reason) in enumerate(self._reasons.items()):
            self.list.item(line).setToolTip(reason)
            self.list.item(line).setHidden(title in _NOT_OF.get(report.kind, ()))
        if self.list.currentItem().isHidden():
            self.list.setCurrentRow(0)
        self._turn_to(self.list.currentRow())

    def _show_empty(self, text: str) -> None:
        self.report = None
        self.empty.setText(text)
        self.empty.show()
        self.body.hide()
        self.status.setText("")

    def _turn_to(self, line: int) -> None:
        title = list(self.pages)[max(line, 0)]
        reason = self._reasons.get(title, "")
        asked = {"Slices": self.column.currentData(), "Robustness": self.robust.isChecked()}
        on_its_way = asked.get(title) and self._asking.is_waiting(TOPIC)
        self.reason.setText(WAITING_TEXT if reason and on_its_way else reason)
        if title in self._due and self.report is not None:
            self._due.remove(title)
            self.pages[title].show_report(self.report)
        self.stack.setCurrentWidget(self.reason if reason else self.pages[title])

    def _offer(self) -> None:
        can = self.saving.run is not None
        self.save.setEnabled(can)
        self.save.setToolTip(
            "Save report" if can else "Save report (once a run has saved its weights)"
        )
        self.again.setEnabled(self._trainer.run is not None)

    def _offer_columns(self, columns: tuple[str, ...]) -> None:
        offered = [self.column.itemData(i) for i in range(1, self.column.count())]
        if offered == list(columns):
            return
        chosen = self.column.currentData()
        self.column.clear()
        self.column.addItem("Group by …", "")
        for name in columns:
            self.column.addItem(name, name)
        self.column.setCurrentIndex(max(self.column.findData(chosen), 0))

    def _group(self, _index: int) -> None:
        if self.column.currentData():
            self.list.setCurrentRow(list(self.pages).index("Slices"))
        self.ask()

    def _measure_robustness(self, wanted: bool) -> None:
        if wanted:
            self.list.setCurrentRow(list(self.pages).index("Robustness"))
        self.ask()

    def _go_live(self, wanted: bool) -> None:
        if wanted and self._trainer.busy:
            self.ask(patient=True)

    def _look_at(self, row: int) -> None:
        self._asking.ask(SAMPLE_TOPIC, ShowRows((row,)), self._take_sample, lambda _: None)

    def _take_sample(self, answered: Answered) -> None:
        for page in self.pages.values():
            page.show_sample(answered.answer[0])

    def _save(self, learning_curve: bool) -> None:
        column = self.column.currentData() or ""
        self.saving.begin(self.split.currentData(), column, learning_curve)


def _choice(name: str, tip: str) -> ComboBox:
    made = ComboBox()
    made.setAccessibleName(name)
    made.setToolTip(tip)
    made.setMinimumContentsLength(7)
    return made

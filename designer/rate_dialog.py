"""The dialog that searches a learning rate, shows the loss over the rates, and has one chosen."""

from __future__ import annotations

from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.train.commands import FindRate, Stop
from core.train.events import Event, RateSearched, RateTried
from core.train.tried_rates import FIRST_RATE, LAST_RATE, TriedRates
from designer.training import Trainer
from widgets.banner import Banner
from widgets.inputs import LineEdit
from widgets.labels import label_for, wrapped_label
from widgets.plots.rate_plot import RatePlot
from widgets.theme import Theme

INTRO = (
    "From fresh weights, the rate rises with each step until the loss explodes. A good rate is "
    "where the loss falls fastest. Click on the curve to choose another."
)


class RateDialog(QDialog):
    """Searches as soon as it is made; ``rate`` is what was settled on."""

    def __init__(self, trainer: Trainer, design_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find learning rate")
        self.resize(680, 480)
        self._trainer = trainer
        self._searching = True
        self.curve: TriedRates | None = None
        self.plot = RatePlot()
        self.plot.set_range(FIRST_RATE, LAST_RATE)
        self.plot.chosen.connect(self._choose)
        self.status = wrapped_label("muted")
        self.status.setText("Compiling the design ...")
        self.banner = Banner()
        self.field = LineEdit()
        self.field.setAccessibleName("Learning rate")
        self.field.setValidator(QDoubleValidator(1e-12, 1e6, 12, self.field))
        self.field.setMaximumWidth(130)
        self.field.textEdited.connect(self._follow_text)
        self.steepest = self._quick("Take the rate at which the loss falls fastest")
        self.tenth = self._quick("Take a tenth of the rate at which the loss is least")
        self._lay_out()
        trainer.heard.connect(self._hear)
        trainer.process.died.connect(self._give_up)
        trainer.process.send(FindRate(design_text, str(trainer.session.folder)))

    @property
    def rate(self) -> float:
        """The learning rate in the field; 0 if there is none."""
        return float(self.field.text()) if self.field.hasAcceptableInput() else 0.0

    def set_theme(self, theme: Theme) -> None:
        """Draw the plot in the colours of ``theme``."""
        self.plot.set_theme(theme)
        self.banner.set_theme(theme)

    def done(self, result: int) -> None:
        """Close; a search that goes on is ended."""
        if self._searching:
            self._searching = False
            self._trainer.process.send(Stop())
        self._trainer.heard.disconnect(self._hear)
        self._trainer.process.died.disconnect(self._give_up)
        super().done(result)

    def _quick(self, tooltip: str) -> QPushButton:
        button = QPushButton()
        button.setToolTip(tooltip)
        button.setAutoDefault(False)
        button.hide()
        return button

    def _lay_out(self) -> None:
        intro = wrapped_label("muted")
        intro.setText(INTRO)
        label = label_for("&Learning rate", self.field)
        row = QHBoxLayout()
        for part in (label, self.field, self.steepest, self.tenth):
            row.addWidget(part)
        row.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = buttons.addButton("&Use", QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setToolTip("Set this rate in the recipe")
        self.use.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(intro)
        column.addWidget(self.banner)
        column.addWidget(self.plot, 1)
        column.addWidget(self.status)
        column.addLayout(row)
        column.addWidget(buttons)

    def _hear(self, event: Event) -> None:
        match event:
            case RateTried():
                self.plot.append(event.rate, event.loss)
                self.status.setText(f"Trying {event.rate:.2g}: loss {event.loss:.4g}")
            case RateSearched():
                self._searching = False
                self._show(event)

    def _show(self, event: RateSearched) -> None:
        self.status.setText("")
        self.curve = event.curve
        if event.curve is None:
            self.banner.show_message(
                "error", f"{event.fault or 'The search was ended'}.", event.hint
            )
            return
        found = event.curve
        self.plot.set_smoothed(found.rates, found.smoothed)
        self.status.setText(
            f"{len(found.rates)} rates were tried. The loss falls fastest at {found.suggestion:g}."
        )
        for button, text, rate in (
            (self.steepest, "&Steepest", found.suggestion),
            (self.tenth, "&Minimum / 10", float(f"{found.tenth:.2g}")),
        ):
            button.setText(f"{text}: {rate:g}")
            button.clicked.connect(lambda _checked, rate=rate: self._choose(rate))
            button.show()
        self._choose(found.suggestion)
        self.use.setDefault(True)
        self.use.setFocus()

    def _choose(self, rate: float) -> None:
        self.field.setText(f"{rate:.2g}")
        self._follow_text()

    def _follow_text(self, _text: str = "") -> None:
        self.use.setEnabled(self.rate > 0)
        if self.rate > 0:
            self.plot.choose(self.rate)

    def _give_up(self, _code: int) -> None:
        self._searching = False
        self._show(RateSearched(None, "The training process ended unexpectedly"))

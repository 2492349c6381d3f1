"""The panel of generated samples: what a network makes itself, as it gets better."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDoubleSpinBox, QStackedWidget, QTextBrowser

from core.explain.generated import COUNT, AskGenerated, Samples, Texts
from core.train.asks import Ask
from designer.late_panels import Surroundings
from designer.live_panel import LivePanel
from widgets.inputs import LineEdit, SpinBox
from widgets.labels import label_for
from widgets.pictures.generations import Generation, GenerationGrid
from widgets.pictures.thumbnails import thumbnail
from widgets.theme import Theme, dark

MOST = 20
_HIGHEST_SEED = 9999


class GeneratedPanel(LivePanel):
    """Rows of samples of fixed seeds, or texts that go on from a prompt; the newest on top."""

    topic = "generated"

    def __init__(self, around: Surroundings) -> None:
        self.grid, self.text = GenerationGrid(), QTextBrowser()
        self.text.setAccessibleName("Generated text")
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self.text)
        super().__init__(around, self._pages)
        self._theme = dark()
        self._generations: list[tuple[int, Generation]] = []
        self._texts: list[tuple[int, Texts]] = []
        self.seed = SpinBox()
        self.seed.setRange(0, _HIGHEST_SEED)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Other numbers make other samples; the same one always the same")
        self.seed.valueChanged.connect(lambda _: self._ask_anew())
        self.prompt = LineEdit()
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setPlaceholderText("Prompt: the beginning of a sample")
        self.prompt.setToolTip("What the text begins with. Press Enter to see it go on.")
        self.prompt.editingFinished.connect(self._prompt_edited)
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0.0, 2.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(1)
        self.temperature.setValue(0.8)
        self.temperature.setKeyboardTracking(False)
        self.temperature.setAccessibleName("Temperature")
        self.temperature.setToolTip("0 always takes the likeliest token; higher is more daring")
        self.temperature.valueChanged.connect(lambda _: self._ask_anew())
        self._temperature_label = label_for("Temperature", self.temperature)
        seed_label = label_for("Seed", self.seed)
        self._asked_prompt = ""
        self.controls.addWidget(self.prompt, 1)
        for widget in (self._temperature_label, self.temperature, seed_label, self.seed):
            self.controls.addWidget(widget)
        self.finish_controls()
        self._show_text_controls(False)

    def question(self) -> Ask | None:
        """With the chosen seed, prompt and temperature."""
        self._asked_prompt = self.prompt.text()
        temperature = round(self.temperature.value(), 1)
        return AskGenerated(self.seed.value(), COUNT, self._asked_prompt, temperature)

    def show(self, answer: Any, step: int) -> None:
        """Put the new samples on top of those that are there."""
        assert isinstance(answer, Samples | Texts)
        is_text = isinstance(answer, Texts)
        self._show_text_controls(is_text)
        self._pages.setCurrentIndex(int(is_text))
        if isinstance(answer, Texts):
            self._texts = [(step, answer), *(kept for kept in self._texts if kept[0] < step)][:MOST]
            self._write()
            self.tell(f"{answer.title}, step {step:,}")
            return
        generation = Generation(f"Step {step:,}", tuple(map(_picture, answer.values)))
        earlier = (kept for kept in self._generations if kept[0] < step)
        self._generations = [(step, generation), *earlier][:MOST]
        self.grid.show_generations([kept for _, kept in self._generations])
        like = f", to look like {answer.like}" if answer.like else ""
        self.tell(f"{answer.title}{like}: {len(answer.values)} samples, step {step:,}")

    def forget(self) -> None:
        """Begin with no samples."""
        self._generations, self._texts = [], []

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.grid.set_theme(theme)
        self._write()

    def _ask_anew(self) -> None:
        self.forget()
        self.ask()

    def _prompt_edited(self) -> None:
        if self.prompt.text() != self._asked_prompt:
            self._ask_anew()

    def _write(self) -> None:
        """All texts, newest first."""
        muted, accent = self._theme.text_muted, self._theme.accent
        parts = []
        for step, told in self._texts:
            parts.append(f'<p style="color:{muted}; margin:6px 0 0 0">Step {step:,}</p>')
            for text in told.texts:
                prompt, rest = (escape(_flat(part)) for part in (told.prompt, text))
                parts.append(
                    '<p style="margin:2px 0 4px 0; white-space:pre-wrap">'
                    f'<span style="color:{accent}">{prompt}</span>{rest}</p>'
                )
        self.text.setHtml("".join(parts))

    def _show_text_controls(self, shown: bool) -> None:
        for widget in (self.prompt, self._temperature_label, self.temperature):
            widget.setVisible(shown)


def _picture(values: Any) -> QImage:
    """A small picture of one sample; a lone number is a vector of one."""
    whole = values.reshape(-1) if values.ndim not in (1, 2, 3) else values
    return thumbnail(whole, whole.ndim == 3 and whole.shape[-1] in (1, 3))


def _flat(text: str) -> str:
    """Line feeds as a sign, so that many texts have room."""
    return text.replace("\n", " ⏎ ")

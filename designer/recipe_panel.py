"""The panel that edits how the design is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.design import edits
from core.design.document import Design
from core.design.stage_names import loss_names, trained_names
from core.params import Configured, Param, Value
from core.train.rate_curve import rate_curve
from core.train.recipe import (
    OPTIMIZER,
    PRECISION,
    REGULARISATION,
    STOPPING,
    Recipe,
    optimizers,
    schedules,
)
from core.train.schedules.plateau import Plateau
from core.train.stage import Stage
from designer.session import Session
from designer.stages_editor import StagesEditor
from widgets.disclosure import Disclosure
from widgets.labels import wrapped_label
from widgets.parameter_fields import ChoiceField
from widgets.parameter_form import ParameterForm
from widgets.plots.rate_curve import RateCurve
from widgets.theme import Theme

PARTS: Mapping[str, Mapping[str, type[Configured]]] = {
    "optimizer": optimizers(),
    "schedule": schedules(),
}
BASICS, SCHEDULE, STAGES = "Basics", "Schedule", "Stages"
# What few need as a whole has its heading as the fold.
_FOLDED = {
    REGULARISATION: "what keeps the weights small and fair",
    PRECISION: "the format of numbers, and memory",
    STOPPING: "when to stop before the last epoch",
}
UNKNOWN_FALL = (
    "The rate falls when the validation loss stops falling; when that is shows in the training."
)


class RecipePanel(QScrollArea):
    """Shows the recipe of the session's design as forms, one for each group of parameters."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWidgetResizable(True)
        self.setAccessibleName("Recipe")
        self.forms = {name: ParameterForm() for name in (BASICS, OPTIMIZER, SCHEDULE)}
        for name, what in _FOLDED.items():
            self.forms[name] = ParameterForm(fold=Disclosure(name, what, is_heading=True))
        for form in self.forms.values():
            form.changed.connect(self._set)
        self.kinds = {name: self._kind_field(name) for name in PARTS}
        self.curve = RateCurve()
        self._curve_note = wrapped_label("muted")
        self._about = {name: wrapped_label("muted") for name in PARTS}
        self._wrong = {name: wrapped_label("error") for name in PARTS}
        self.stages_fold = Disclosure(
            STAGES, "the stages of the training", count="{}", is_heading=True
        )
        self.stages_fold.turned.connect(self._fold_stages)
        self.stages = StagesEditor()
        self.stages.changed.connect(self._set_stages)
        self._seen: object = None
        self._drawn: Recipe | None = None
        self.find_rate = QPushButton("&Find learning rate ...")
        self.find_rate.setAutoDefault(False)
        self._lay_out()
        self._fold_stages(False)
        session.changed.connect(self._show)

    @property
    def form(self) -> ParameterForm:
        """The form of what every training needs."""
        return self.forms[BASICS]

    def offer(self, find_rate: QAction) -> None:
        """Let the button stand for the window's action."""

        def follow() -> None:
            self.find_rate.setEnabled(find_rate.isEnabled())
            self.find_rate.setToolTip(find_rate.toolTip())

        find_rate.changed.connect(follow)
        self.find_rate.clicked.connect(find_rate.trigger)
        follow()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of a theme."""
        self.curve.set_theme(theme)
        self.stages.set_theme(theme)

    def _kind_field(self, name: str) -> ChoiceField:
        """The choice of an optimizer or a schedule, by its label."""
        ordered = sorted(PARTS[name].values(), key=lambda cls: cls.label.casefold())
        field = ChoiceField(
            Param(
                name,
                "choice",
                ordered[0].kind,
                name.capitalize(),
                "",
                choices=tuple(cls.kind for cls in ordered),
                titles=tuple(cls.label for cls in ordered),
                notes=tuple(cls.summary() for cls in ordered),
            )
        )
        field.editor.setAccessibleName(name.capitalize())
        field.edited.connect(lambda value: self._set(name, value))
        return field

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(8)
        for name, form in self.forms.items():
            if name not in _FOLDED:
                column.addSpacing(8 if name != BASICS else 0)
                heading = wrapped_label("title")
                heading.setText(name)
                column.addWidget(heading)
            if name.lower() in PARTS:
                for found in (self.kinds, self._wrong, self._about):
                    column.addWidget(found[name.lower()])
            column.addWidget(form)
            if name == OPTIMIZER:
                column.addWidget(self.find_rate)
            if name == SCHEDULE:
                column.addWidget(self.curve)
                column.addWidget(self._curve_note)
                column.addSpacing(8)
        column.addWidget(self.stages_fold)
        column.addWidget(self.stages)
        column.addStretch(1)
        self.setWidget(body)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what the design has become while the panel was behind another."""
        super().showEvent(event)
        self._show()

    def _show(self, *_: object) -> None:
        if not self.isVisible():
            return
        # Most edits leave the recipe alone; only stages name nodes.
        if self.session.design.recipe is self._seen and not (self._drawn and self._drawn.stages):
            return
        self._seen = self.session.design.recipe
        recipe, faults = Recipe.read(self.session.design.recipe)
        messages = {fault.name: fault.message for fault in faults}
        groups: dict[str, list[Param]] = {name: [] for name in self.forms}
        values: dict[str, Value] = recipe.values()
        for name in PARTS:
            part: Configured = getattr(recipe, name)
            self._show_kind(name, part, messages.get(name, ""))
            groups[name.capitalize()] += [
                replace(p, name=f"{name}.{p.name}") for p in part.params()
            ]
            values |= {f"{name}.{n}": value for n, value in part.values().items()}
        for param in recipe.params():
            groups[param.group or BASICS].append(param)
        for name, form in self.forms.items():
            form.set_values(groups[name], values, messages, subject="recipe")
        self._show_stages(recipe, messages)
        self._draw(recipe)

    def _show_kind(self, name: str, part: Configured, fault: str) -> None:
        field, summary = self.kinds[name], type(part).summary()
        field.show_value(part.kind, fresh=False)
        field.editor.setToolTip(summary)
        field.editor.setAccessibleDescription(fault or summary)
        self._about[name].setText(summary)
        self._wrong[name].setText(fault)
        self._wrong[name].setVisible(bool(fault))

    def _show_stages(self, recipe: Recipe, messages: Mapping[str, str]) -> None:
        faults = {n.removeprefix("stages."): text for n, text in messages.items()}
        known = self.session.analysis_of_whole
        trained = trained_names(known.nodes, known.flat) if recipe.stages else []
        self.stages.set_stages(recipe.stages, faults, loss_names(known.nodes), trained)
        if recipe.stages and (self._drawn is None or not self._drawn.stages):
            self._fold_stages(True)
        self.stages_fold.show_state(self.stages_fold.isChecked(), len(recipe.stages))

    def _draw(self, recipe: Recipe) -> None:
        if recipe == self._drawn:
            return
        self._drawn = recipe
        self.curve.set_points(rate_curve(recipe))
        is_plateau = isinstance(recipe.schedule, Plateau)
        self._curve_note.setText(UNKNOWN_FALL if is_plateau else "")
        self._curve_note.setVisible(is_plateau)

    def _fold_stages(self, is_open: bool) -> None:
        self.stages.setVisible(is_open)
        self.stages_fold.show_state(is_open, len(self.session.analysis_of_whole.recipe.stages))

    def _set(self, name: str, value: Value) -> None:
        label = f"Change {name.split('.')[-1].replace('_', ' ')}"
        self.session.act(
            label,
            lambda d: edits.set_recipe(d, changed(d.recipe, name, value)),
            merge=f"recipe.{name}",
        )

    def _set_stages(self, label: str, stages: tuple[Stage, ...], merge: str) -> None:
        self.session.act(
            label, lambda d: edits.set_recipe(d, with_stages(d.recipe, stages)), merge=merge
        )


def with_rate(design: Design, rate: float) -> Design:
    """The design with another learning rate in its recipe."""
    return edits.set_recipe(design, changed(design.recipe, "optimizer.learning_rate", rate))


def changed(recipe: Mapping[str, Any], name: str, value: Value) -> dict[str, Any]:
    """The saved recipe with one entry of the form changed.

    Another kind of optimizer or schedule keeps what it shares, where that was set.
    """
    present = {**Recipe.read(recipe)[0].to_json(), **recipe}
    part, dot, inner = name.partition(".")
    if part not in PARTS:
        return {**present, name: value}
    old = present[part] if isinstance(present[part], Mapping) else {}
    if dot:
        return {**present, part: {**old, inner: value}}
    chosen = PARTS[part][str(value)]
    before = PARTS[part].get(str(old.get("kind")), chosen).defaults()
    kept = {n: v for n, v in old.items() if n in chosen.defaults() and v != before.get(n, v)}
    # A learning rate that suits one optimizer rarely suits another.
    kept.pop("learning_rate", None)
    return {**present, part: {"kind": value, **chosen.defaults(), **kept}}


def with_stages(recipe: Mapping[str, Any], stages: tuple[Stage, ...]) -> dict[str, Any]:
    """The saved recipe with other stages."""
    present = {**Recipe.read(recipe)[0].to_json(), **recipe}
    rest = {name: value for name, value in present.items() if name != "stages"}
    return {**rest, "stages": [stage.to_json() for stage in stages]} if stages else rest

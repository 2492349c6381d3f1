"""The panel that edits how the design is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from core.design import edits
from core.params import Configured, Param, Value
from core.train.recipe import Recipe, optimizers, schedules
from designer.session import Session
from widgets.parameter_form import ParameterForm

PARTS: Mapping[str, Mapping[str, type[Configured]]] = {
    "optimizer": optimizers(),
    "schedule": schedules(),
}


class RecipePanel(QScrollArea):
    """Shows the recipe of the session's design as one form."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWidgetResizable(True)
        self.setAccessibleName("Recipe")
        self.form = ParameterForm()
        self.form.changed.connect(self._set)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 14, 14, 14)
        column.addWidget(self.form)
        column.addStretch(1)
        self.setWidget(body)
        session.changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        recipe, faults = Recipe.read(self.session.design.recipe)
        params: list[Param] = list(Recipe.params())
        values: dict[str, Value] = recipe.values()
        for name, known in PARTS.items():
            part: Configured = getattr(recipe, name)
            params.append(
                Param(
                    name,
                    "choice",
                    part.kind,
                    name.capitalize(),
                    type(part).summary(),
                    choices=tuple(known),
                )
            )
            values[name] = part.kind
            for p in part.params():
                params.append(replace(p, name=f"{name}.{p.name}"))
                values[f"{name}.{p.name}"] = part.values()[p.name]
        self.form.set_values(params, values, {f.name: f.message for f in faults}, subject="recipe")

    def _set(self, name: str, value: Value) -> None:
        label = f"Change {name.split('.')[-1].replace('_', ' ')}"
        self.session.act(
            label,
            lambda d: edits.set_recipe(d, changed(d.recipe, name, value)),
            merge=f"recipe.{name}",
        )


def changed(recipe: Mapping[str, Any], name: str, value: Value) -> dict[str, Any]:
    """The saved recipe with one entry of the form changed; another kind keeps what it shares."""
    present = {**Recipe.read(recipe)[0].to_json(), **recipe}
    part, dot, inner = name.partition(".")
    if dot:
        return {**present, part: {**present[part], inner: value}}
    if name not in PARTS:
        return {**present, name: value}
    chosen = PARTS[name][str(value)]
    kept = {k: v for k, v in present[name].items() if k in chosen.defaults()}
    # A learning rate that suits one optimizer rarely suits another.
    kept.pop("learning_rate", None)
    return {**present, name: {"kind": value, **chosen.defaults(), **kept}}

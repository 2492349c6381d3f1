"""The dialog that enables and disables plugins."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFrame, QVBoxLayout, QWidget

from core import plugins
from core.errors import LayerloomError
from widgets.banner import Banner
from widgets.labels import wrapped_label

ABOUT = (
    "Plugins bring blocks of their own. A plugin is a Python package: enabling it lets its code "
    "run, so enable only what you trust. A change counts from the next start."
)
NONE = (
    "No plugins are installed. docs/PLUGINS.md tells how to write one; "
    "install it with pip into the environment that Layerloom runs in."
)


class PluginsDialog(QDialog):
    """Lists the installed plugins with a check box each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Plugins")
        self.setMinimumWidth(520)
        self.boxes: dict[str, QCheckBox] = {}
        self.banner = Banner()
        column = QVBoxLayout(self)
        column.setSpacing(10)
        about = wrapped_label("muted")
        about.setText(ABOUT)
        column.addWidget(about)
        column.addWidget(self.banner)
        found, wanted = plugins.installed(), plugins.enabled()
        loaded = {one.plugin.name: one for one in plugins.loaded()}
        for plugin in found:
            column.addWidget(self._row(plugin, plugin.name in wanted, loaded.get(plugin.name)))
        if not found:
            none = wrapped_label("")
            none.setText(NONE)
            column.addWidget(none)
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _row(self, plugin: plugins.Plugin, on: bool, loaded: plugins.Loaded | None) -> QWidget:
        row = QFrame()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(2)
        box = QCheckBox(plugin.name)
        box.setChecked(on)
        box.setToolTip(f"Load the blocks of {plugin.package} at every start")
        box.toggled.connect(partial(self._set, plugin.name))
        self.boxes[plugin.name] = box
        column.addWidget(box)
        facts = wrapped_label("muted")
        facts.setText(_facts(plugin, loaded))
        facts.setIndent(24)
        column.addWidget(facts)
        if loaded is not None and loaded.fault:
            fault = wrapped_label("error")
            fault.setText(f"It could not be loaded: {loaded.fault}")
            fault.setIndent(24)
            column.addWidget(fault)
        return row

    def _set(self, name: str, on: bool) -> None:
        try:
            plugins.set_enabled(name, on)
        except LayerloomError as error:
            self.banner.show_message("error", error.message, error.hint)
            return
        what = "enabled" if on else "disabled"
        self.banner.show_message("info", f"{name} is {what} from the next start of Layerloom.", "")


def _facts(plugin: plugins.Plugin, loaded: plugins.Loaded | None) -> str:
    parts = [f"{plugin.package} {plugin.version}".strip()]
    if loaded is not None and loaded.blocks:
        labels = sorted(str(getattr(block, "label", kind)) for kind, block in loaded.blocks.items())
        parts.append(f"blocks: {', '.join(labels)}")
    return "; ".join(parts)

"""The one Qt style sheet, as rules with the colours of a theme filled in.

A widget asks for a look with the dynamic property ``role``: labels know ``headline``, ``title``,
``muted``, ``error``, ``warning``, ``success`` and ``key``, buttons ``primary`` and ``quiet``,
frames
``card``, ``row`` and ``banner`` (with ``kind``), trees ``dense``. An input with ``invalid`` set to
true has a border in the colour of errors.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from widgets.colors import mix, on_color

if TYPE_CHECKING:
    from widgets.theme import Theme

BANNER_COLORS = {"info": "accent", "warning": "warning", "error": "error", "success": "success"}
# How much of its colour a banner has.
BANNER_TINT = 0.13
_ICONS = Path(__file__).parent.parent / "resources" / "icons"


def style_sheet(theme: Theme) -> str:
    """The style sheet in the colours of ``theme``."""
    names = {f.name: getattr(theme, f.name) for f in fields(theme)}
    tints = {
        f"{kind}_tint": mix(getattr(theme, color), theme.window, BANNER_TINT)
        for kind, color in BANNER_COLORS.items()
    }
    on_accent = on_color(theme.accent)
    return Template(_RULES).substitute(names, **tints, on_accent=on_accent, icons=_ICONS.as_posix())


_RULES = """
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip { background: $surface_raised; color: $text; border: 1px solid $border; padding: 5px 7px; }
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $window; }
QSplitter::handle:hover { background: $accent; }

QAbstractScrollArea::corner { background: transparent; border: none; }

QToolBar { background: $surface; border: none; border-bottom: 1px solid $border;
  padding: 4px 6px; spacing: 2px; }
QToolBar::separator { background: $border; width: 1px; margin: 5px 6px; }
QToolButton { background: transparent; color: $text; border: 1px solid transparent;
  border-radius: 5px; padding: 4px 7px; }
QToolButton:hover { background: $surface_raised; }
QToolButton:pressed, QToolButton:checked { background: $surface_raised; border-color: $border; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $wire; }
QToolButton::menu-indicator { image: none; }
QToolButton[role="choice"] { background: $base; border-color: $border;
  padding: 4px 24px 4px 8px; min-height: 18px; }
QToolButton[role="choice"]:hover { border-color: $wire; }
QToolButton[role="choice"]:focus { border-color: $accent; }
QToolButton[role="choice"]:disabled { background: $window; }
QToolButton[role="choice"]::menu-indicator { image: url("$icons/chevron-down.svg"); width: 12px;
  height: 12px; subcontrol-origin: border; subcontrol-position: center right; right: 5px; }
QToolButton#qt_toolbar_ext_button { padding: 0; border-radius: 0; }
QToolButton[role="disclosure"] { color: $text_muted; padding: 4px 2px; text-align: left; }
QToolButton[role="disclosure"]:hover { color: $text; }
QToolButton[role="disclosure"][heading="true"] { color: $text; font-weight: 600; }
QToolButton[role="disclosure"]:checked { background: transparent; border-color: transparent; }
QToolButton[role="disclosure"]:checked:focus { border-color: $accent; }

QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: $surface_raised; }
QMenu { background: $surface_raised; color: $text; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $text_muted; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 5px 6px; }
QStatusBar { background: $surface; color: $text_muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }

QDockWidget { color: $text_muted; font-weight: 600; titlebar-close-icon: none; }
QDockWidget::title { background: $surface; padding: 7px 10px; border-bottom: 1px solid $border; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 6px 9px;
  border: 1px solid transparent; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { border: 1px solid $accent; border-bottom: 2px solid $accent; }
QTabBar::tab:disabled { color: $border; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: $base; color: $text; border: 1px solid $border; border-radius: 5px;
  padding: 4px 7px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 20px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $wire; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus { border: 1px solid $accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled,
QPlainTextEdit:disabled, QTextEdit:disabled { background: $window; color: $wire; }
QLineEdit[invalid="true"], QSpinBox[invalid="true"], QComboBox[invalid="true"],
QListView[invalid="true"] { border: 1px solid $error; }
QComboBox QLineEdit, QSpinBox QLineEdit, QDoubleSpinBox QLineEdit,
QComboBox QLineEdit:focus, QSpinBox QLineEdit:focus, QDoubleSpinBox QLineEdit:focus {
  border: none; padding: 0; background: transparent; min-height: 0; }
QSpinBox, QDoubleSpinBox { padding: 2px 0; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit, QSpinBox QLineEdit:focus,
QDoubleSpinBox QLineEdit:focus { padding-left: 7px; }
QComboBox::drop-down { subcontrol-position: center right; width: 20px; border: none; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $surface_raised; border: 1px solid $border;
  padding: 3px; outline: none; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { border: none; background: transparent; width: 18px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/chevron-up.svg");
  width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$icons/chevron-down.svg");
  width: 10px; height: 10px; }

QCheckBox { spacing: 7px; padding: 2px; color: $text; border: 1px solid transparent;
  border-radius: 5px; }
QCheckBox::indicator, QListView::indicator, QTreeView::indicator { width: 15px; height: 15px;
  border: 1px solid $wire; border-radius: 4px; background: $base; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox:focus { border: 1px solid $accent; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked {
  background: $accent; border-color: $accent; image: url("$icons/check-$name.svg"); }
QCheckBox::indicator:indeterminate, QListView::indicator:indeterminate {
  background: $accent; border-color: $accent; image: url("$icons/dash-$name.svg"); }
QCheckBox:disabled { color: $wire; }
QCheckBox::indicator:disabled { background: $window; border-color: $border; }

QPushButton { background: $surface_raised; color: $text; border: 1px solid $border;
  border-radius: 5px; padding: 5px 14px; min-height: 18px; }
QPushButton:hover { border-color: $wire; }
QPushButton:pressed { background: $base; }
QPushButton::menu-indicator { image: url("$icons/chevron-down.svg"); width: 12px; height: 12px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $wire; background: $window; border-color: $border; }
QPushButton[role="primary"], QPushButton:default { background: $accent; color: $on_accent;
  border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:focus, QPushButton:default:focus { border: 3px double $on_accent;
  padding: 3px 12px; }
QPushButton[role="primary"]:disabled, QPushButton:default:disabled {
  background: $surface_raised; color: $wire; border-color: $border; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $accent;
  padding: 3px 8px; }
QPushButton[role="quiet"]:hover { background: $surface_raised; }
QPushButton[role="quiet"]:focus { border: 1px solid $accent; }

QAbstractItemView { background: $base; color: $text; border: 1px solid $border;
  border-radius: 5px; outline: none; alternate-background-color: $surface; }
QListView::item, QTreeView::item { padding: 4px 5px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: $surface_raised; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
  background: $accent; color: $on_accent; }
QAbstractItemView:focus { border: 1px solid $accent; }
QHeaderView { background: $surface; border: none; border-radius: 0; }
QHeaderView::section { background: $surface; color: $text_muted; border: none;
  border-right: 1px solid $border; border-bottom: 1px solid $border; padding: 5px 9px; }
QTreeView[role="dense"] QHeaderView::section { padding: 5px 6px; }
QTableView { gridline-color: $border; }
QTableView::item { padding: 0 8px; }
QTableCornerButton::section { background: $surface; border: none; }
QScrollArea { background: transparent; border: 1px solid transparent; border-radius: 0; }
QScrollArea:focus { border: 1px solid $accent; }
QScrollArea > QWidget > QWidget { background: transparent; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $wire; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $border; border: none; border-radius: 3px; max-height: 6px;
  min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSlider::groove:horizontal { background: $border; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 14px; margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:focus { border: 2px solid $text; width: 12px; margin: -6px 0;
  border-radius: 8px; }
QSlider::handle:horizontal:disabled { background: $border; }
QGroupBox { border: 1px solid $border; border-radius: 6px; margin-top: 12px; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 9px; color: $text_muted; }

QLabel[role="title"] { font-weight: 600; }
QLabel[role="headline"] { font-weight: 600; font-size: 15pt; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="error"] { color: $error; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="success"] { color: $success; }
QLabel[role="key"] { background: $surface_raised; border: 1px solid $border; border-radius: 4px;
  padding: 1px 6px; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 7px; }
QFrame[role="row"] { background: transparent; border: 1px solid transparent; border-radius: 5px; }
QFrame[role="row"]:hover { background: $surface_raised; }
QFrame[role="row"]:focus { border-color: $accent; }
QFrame[role="banner"] { border: none; border-bottom: 1px solid $border; }
QFrame[role="banner"][kind="info"] { background: $info_tint; border-left: 3px solid $accent; }
QFrame[role="banner"][kind="warning"] { background: $warning_tint;
  border-left: 3px solid $warning; }
QFrame[role="banner"][kind="error"] { background: $error_tint; border-left: 3px solid $error; }
QFrame[role="banner"][kind="success"] { background: $success_tint;
  border-left: 3px solid $success; }
"""

"""Draws the pictures of the documentation.

``python -m tests.pictures.documentation FOLDER [NAME ...]``: all of them, or the named ones.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from core.design import edits
from core.project.gallery import examples
from designer.data_dialog import DataDialog
from tests.pictures import canvas_pages, code_pages, explaining_pages, seeing_pages, training_pages
from tests.pictures.window import closed, opened, settle, wait_for
from widgets.fonts import load_fonts

Draw = Callable[[Path, Path], None]


def main(folder: Path, names: Iterable[str]) -> None:
    """Draw the named pictures into a folder, and tell the seconds that each took."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    load_fonts(app)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(place))
        for example in examples().values():
            shutil.copy(example, place)
        for name in names:
            draw, example_name = PAGES[name]
            began = time.monotonic()
            draw(place / f"{example_name}.loom", folder / f"{name}.png")
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


def trained(file: Path, picture: Path, theme: str, node: str, tidied: bool = False) -> None:
    """The window after a whole training, looking at a node; ``tidied`` arranges nodes again."""
    window = opened(file, theme)
    found = window.session.design.named(node)
    assert found is not None
    window.canvas.select([found.id])
    wait_for(window.trainer.finished, window.acts.train)
    settle(4000)
    if tidied:
        # Nodes have grown by what they show, and the legend covers a corner.
        for action in ("arrange_rows", "fit", "zoom_out"):
            window.actions_by_name[action].trigger()
        settle(300)
    window.grab().save(str(picture))
    closed(window)


def problems(file: Path, picture: Path) -> None:
    """The window with a design that has problems."""
    window = opened(file, "light")
    session = window.session
    loss, pool = (session.design.named(n) for n in ("logits", "pool_2"))
    assert loss is not None
    assert pool is not None
    session.act("Fewer units", lambda d: edits.set_params(d, loss.id, units=5))
    session.act("Large window", lambda d: edits.set_params(d, pool.id, window=(9, 9)))
    window.docks.show("problems")
    window.canvas.select([pool.id])
    settle(500)
    window.grab().save(str(picture))
    closed(window)


def data_dialog(file: Path, picture: Path) -> None:
    """The dialog that chooses data."""
    window = opened(file, "dark")
    dialog = DataDialog(window.session, window)
    dialog.show()
    settle(1500)
    dialog.grab().save(str(picture))
    dialog.close()
    closed(window)


# By picture: what draws it, and the example it shows; pages of one example share its runs.
PAGES: dict[str, tuple[Draw, str]] = {
    "designer_dark": (partial(trained, theme="dark", node="conv_2"), "digits_cnn"),
    "tokens_light": (
        partial(trained, theme="light", node="attention", tidied=True),
        "moby_dick_attention",
    ),
    "sequence_dark": (partial(trained, theme="dark", node="lstm"), "el_nino_lstm"),
    "problems_light": (problems, "digits_cnn"),
    "data_dark": (data_dialog, "digits_cnn"),
    **canvas_pages.PAGES,
    **code_pages.PAGES,
    **training_pages.PAGES,
    **explaining_pages.PAGES,
    **seeing_pages.PAGES,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draws the pictures of the documentation.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PAGES))
    given = parser.parse_args()
    if unknown := set(given.names) - set(PAGES):
        parser.error(f"no picture is named {', '.join(sorted(unknown))}")
    main(given.folder, given.names or PAGES)

"""The one Qt application of the process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def qt_application(without: str) -> QApplication:
    """The application, made where there is none yet.

    Raises InputError that begins with ``without``, what cannot be had, where Qt does not load.
    """
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise InputError(
            f"{without}: {error}", "`layerloom doctor` says what to install."
        ) from error
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    return app

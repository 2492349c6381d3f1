"""What the window is told of an error in the worker."""

from __future__ import annotations

import os
import traceback

from core.errors import LayerloomError
from core.train.events import Failed


def failed(what: str, error: Exception, ends_run: bool = True) -> Failed:
    """What to tell the window of an error: its own words if it is meant for the user."""
    if isinstance(error, LayerloomError):
        return Failed(error.message, error.hint, ends_run=ends_run)
    if os.environ.get("LAYERLOOM_DEBUG") == "1":
        traceback.print_exception(error)
    first = str(error).splitlines()[0][:300] if str(error) else ""
    return Failed(
        f"{what}: {type(error).__name__} {first}".rstrip(),
        "Please report it with the output of LAYERLOOM_DEBUG=1.",
        ends_run=ends_run,
    )

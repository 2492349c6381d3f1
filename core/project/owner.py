"""Which process is training a run, written down so that others can see whether it still lives."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

# What Windows answers for a process that has not ended, and the right to ask.
_STILL_ACTIVE, _MAY_QUERY = 259, 0x1000


def this_process() -> str:
    """This computer and process, as text for the store."""
    pid = os.getpid()
    return json.dumps({"host": platform.node(), "pid": pid, "began": _began(pid)})


def host_of(owner: str) -> str:
    """The computer that an owner is on, empty if the text tells of none."""
    return str(_read(owner).get("host", ""))


def is_here(owner: str) -> bool:
    """Whether an owner is on this computer."""
    return host_of(owner) == platform.node()


def is_alive(owner: str) -> bool:
    """Whether the process that ``this_process`` described still runs.

    One on another computer cannot be asked and counts as alive; an empty or damaged text tells of
    none.
    """
    told = _read(owner)
    pid = told.get("pid")
    if not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0:
        return False
    if not is_here(owner):
        return True
    # The number of a process that ended may be given to another, which began later.
    return _exists(pid) and _began(pid) == told.get("began")


def _read(owner: str) -> dict[str, object]:
    try:
        told = json.loads(owner)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _began(pid: int) -> str:
    """When a process began, as Linux counts it; empty elsewhere, and for one that is not there."""
    return fields[19] if len(fields := _linux_facts(pid)) > 19 else ""


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        return _exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    # A process that ended stays listed until its parent has asked how.
    return _linux_facts(pid)[:1] not in (["Z"], ["X"])


def _linux_facts(pid: int) -> list[str]:
    """What stands in ``/proc/PID/stat`` behind the name: first the state, twentieth the start."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _exists_on_windows(pid: int) -> bool:
    # There, os.kill would end the process instead of asking for it.
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(_MAY_QUERY, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return bool(known) and code.value == _STILL_ACTIVE

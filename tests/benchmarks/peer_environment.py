"""An environment for a peer that is measured against, apart from the project's own.

It is made on first use in the user's cache folder, and again when the pinned versions change.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

# Qt.py names no version of PySide, and distutils is gone from Python 3.12 on.
NODEGRAPHQT = (
    "NodeGraphQt==0.6.44",
    "Qt.py==2.0.7",
    "PySide6_Essentials==6.11.3",
    "shiboken6==6.11.3",
    "setuptools==65.5.0",
)


def peer_python(name: str, pins: Sequence[str]) -> Path:
    """The Python of an environment that holds exactly these packages.

    Raises RuntimeError with the reason where the package index does not give them.
    """
    folder = user_cache_path("layerloom") / f"bench-{name}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    note = folder / "pins.txt"
    wanted = "\n".join((f"python {sys.version.split()[0]}", *pins))
    if note.is_file() and note.read_text(encoding="utf-8") == wanted and python.exists():
        return python
    print(f"making {folder} for {pins[0]} ...", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    install = (python, "-m", "pip", "install", "--quiet", "--no-deps", *pins)
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{pins[0]} could not be installed, so there is nothing to measure against. Is the "
            f"package index within reach? pip said:\n{done.stderr.strip()[-1500:]}"
        )
    note.write_text(wanted, encoding="utf-8")
    return python

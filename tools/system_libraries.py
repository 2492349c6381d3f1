"""Makes sure that Qt finds the system libraries it links to; a bare Linux machine lacks some.

Installs them with apt-get where that is possible without a password, else says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = (
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libfontconfig1",
    "libdbus-1-3",
    "libglib2.0-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
)
PROBE = "import PySide6.QtWidgets, PySide6.QtSvg"


def qt_loads() -> bool:
    """Whether Qt's libraries load, tried in a process of its own."""
    return subprocess.run([sys.executable, "-c", PROBE], capture_output=True).returncode == 0


def main() -> int:
    """Install what is missing; 0 if Qt loads in the end."""
    if qt_loads():
        return 0
    apt = shutil.which("apt-get")
    prefix = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    if apt and (not prefix or shutil.which("sudo")):
        print("installing the system libraries that Qt needs ...", file=sys.stderr)
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
            subprocess.run([*prefix, apt, *arguments], stdout=subprocess.DEVNULL, check=False)
    if qt_loads():
        return 0
    print("error: Qt does not find the system libraries it needs", file=sys.stderr)
    print(f"hint: on Debian or Ubuntu: apt-get install {' '.join(PACKAGES)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

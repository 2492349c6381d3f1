"""Show versions and devices, and what is missing with the way to get it."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module
from typing import Any

from core.project.environment import PACKAGES, version_of
from designer.cli.output import DONE, print_json

WINDOW = ("PySide6-Essentials", "pyqtgraph")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to declare."""


def run(options: argparse.Namespace) -> int:
    """Look and tell."""
    found = examine()
    if options.json:
        print_json(found)
        return DONE
    print(f"Layerloom {found['layerloom']}, Python {found['python']}, {found['system']}")
    for name, number in found["packages"].items():
        print(f"  {name:<20}{number or 'missing'}")
    for device in found["devices"]:
        print(f"device: {device['id']} {device['kind']}")
    print(f"display: {'yes' if found['display'] else 'no'}")
    for missing in found["missing"]:
        print(f"missing: {missing['what']}\nhint: {missing['hint']}")
    return DONE


def examine() -> dict[str, Any]:
    """Everything the report says, as plain JSON values."""
    missing: list[dict[str, str]] = []
    packages = {name: version_of(name) for name in (*WINDOW, *PACKAGES)}
    for name, number in packages.items():
        if number is None:
            missing.append({"what": name, "hint": f"pip install {name}"})
    return {
        "layerloom": version_of("layerloom"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": packages,
        "devices": _devices(missing),
        "display": _display(missing),
        "missing": missing,
    }


def _devices(missing: list[dict[str, str]]) -> list[dict[str, str]]:
    try:
        jax = import_module("jax")
        devices = jax.devices()
    except (ImportError, RuntimeError) as error:
        missing.append({"what": f"JAX does not start: {error}", "hint": "pip install -U jax"})
        return []
    if all(d.platform == "cpu" for d in devices):
        missing.append(
            {
                "what": "no GPU or TPU that JAX can use; training runs on the CPU",
                "hint": "with an NVIDIA GPU: pip install 'layerloom[cuda]'",
            }
        )
    return [{"id": f"{d.platform}:{d.id}", "kind": d.device_kind} for d in devices]


def _display(missing: list[dict[str, str]]) -> bool:
    try:
        import_module("PySide6.QtWidgets")
    except ImportError as error:
        missing.append(
            {
                "what": f"the window cannot start: {error}",
                "hint": "on Debian or Ubuntu: apt-get install libegl1 libgl1 libxkbcommon0 "
                "libfontconfig1 libdbus-1-3 libxcb-cursor0",
            }
        )
        return False
    there = has_display()
    if not there:
        missing.append({"what": "a display", "hint": "Commands work without one."})
    return there


def has_display() -> bool:
    """Whether a window can be shown (or is asked to be drawn offscreen)."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal", "vnc"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

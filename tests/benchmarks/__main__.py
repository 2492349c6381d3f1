"""``python -m tests.benchmarks NAME [--json] [--only FIGURE ...]``: measures the program.

A benchmark is a module of this folder called like it, with ``measure() -> dict[str, Figure]``. One
whose figures can be had one by one takes the names of those wanted.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import Figure

NAMES = ("startup", "canvas", "shapes", "training", "views")


def main(arguments: list[str]) -> int:
    """Measure and print; 2 if there is no such benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="write one JSON object")
    parser.add_argument(
        "--only", nargs="+", default=(), help="figures of training or views to measure"
    )
    options = parser.parse_args(arguments)
    module = f"tests.benchmarks.{options.name}"
    if importlib.util.find_spec(module) is None:
        there = ", ".join(n for n in NAMES if importlib.util.find_spec(f"tests.benchmarks.{n}"))
        print(f"error: the benchmark {options.name} is not written yet", file=sys.stderr)
        print(f"hint: Choose one of: {there}.", file=sys.stderr)
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    chosen = (options.only,) if options.only else ()
    figures: dict[str, Figure] = importlib.import_module(module).measure(*chosen)
    if options.json:
        found = {name: figure.to_json() for name, figure in figures.items()}
        print(json.dumps({"machine": machine(), "figures": found}))
    else:
        for name, figure in figures.items():
            print(f"{name:<20}{figure}")
    return 0


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        for line in facts.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

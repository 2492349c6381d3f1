"""``python -m tests.benchmarks.canvas_round SIDE``: one round of the canvas benchmark, as JSON.

SIDE is ``ours`` or ``nodegraphqt``; the latter runs in the peer's environment.
"""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.benchmarks.canvas_plan import planned
from tests.benchmarks.canvas_stage import Stage

NODES, MANY = 1000, 5000
REPEATS, FRAMES = 6, 200


def main(side: str) -> None:
    """Measure one side and print what was found."""
    app = QApplication(sys.argv[:1])
    found = _ours(app) if side == "ours" else _peer()
    print(json.dumps(found))


def _peer() -> dict[str, float]:
    from tests.benchmarks.canvas_nodegraphqt import NodeGraphQtSide

    return Stage(NodeGraphQtSide(planned(NODES))).compared(REPEATS)


def _ours(app: QApplication) -> dict[str, float]:
    from tests.benchmarks.canvas_ours import OurSide
    from widgets.fonts import load_fonts

    load_fonts(app)
    found = Stage(OurSide(planned(NODES))).compared(REPEATS)
    for nodes in (NODES, MANY):
        smooth = Stage(OurSide(planned(nodes))).smoothness(FRAMES)
        found |= {f"{name}_{nodes}": time for name, time in smooth.items()}
    return found


if __name__ == "__main__":
    main(sys.argv[1])

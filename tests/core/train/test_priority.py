"""A process that gives way has a lower priority from then on, as have the threads it starts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core.train.priority import NICENESS

SCRIPT = """
import os, threading
from core.train.priority import give_way
before = os.nice(0)
give_way()
found = [before, os.nice(0)]
thread = threading.Thread(
    target=lambda: found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
)
thread.start()
thread.join()
print(*found)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux")
def test_a_process_gives_way_with_all_its_threads() -> None:
    call = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    before, after, thread = map(int, done.stdout.split())
    assert before == os.nice(0)
    assert after == thread == min(before + NICENESS, 19)

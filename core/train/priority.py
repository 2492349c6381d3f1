"""Lets a process that computes give way to the window that somebody looks at. No JAX."""

from __future__ import annotations

import os
import sys

# Of 19. A core that both want is the window's for nine tenths of the time, and at once.
NICENESS = 10


def give_way(niceness: int = NICENESS) -> None:
    """Lower the priority of this process for good; threads that it starts later inherit it.

    Windows has one lower class, whatever the ``niceness``.
    """
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(niceness)

"""Tests need no screen and no accelerator, and a busy machine does not fail them."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Tests compile thousands of small programs and run most of them once or a few times: what LLVM and
# the fusion emitters do for speed costs three times what the rest of the compiler does.
HASTE = (
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
    "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
)
if HASTE not in os.environ.get("XLA_FLAGS", "") and "LAYERLOOM_OPTIMISED" not in os.environ:
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {HASTE}".strip()
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    # What one process has compiled, the other workers and the commands under test need not compile,
    # and the user's own cache is left alone.
    _compiled = tempfile.mkdtemp(prefix="layerloom-tests-")
    atexit.register(shutil.rmtree, _compiled, ignore_errors=True)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = _compiled
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# After so many tests of one module, what they compiled is let go of.
KEPT = 50
_since_forgetting: list[str] = []


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let go of what tests have compiled: all of a module, or of hundreds, fills gigabytes."""
    _since_forgetting.append(item.nodeid)
    ends = nextitem is None or nextitem.path != item.path
    if "jax" in sys.modules and (ends or len(_since_forgetting) >= KEPT):
        sys.modules["jax"].clear_caches()
        _since_forgetting.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test marked ``optimised`` in a process that compiles as it does for users."""
    marked = pyfuncitem.get_closest_marker("optimised") is not None
    if not marked or "LAYERLOOM_OPTIMISED" in os.environ:
        return None
    flags = os.environ["XLA_FLAGS"].replace(HASTE, "").strip()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", pyfuncitem.nodeid],
        cwd=pyfuncitem.config.rootpath,
        env={**os.environ, "XLA_FLAGS": flags, "LAYERLOOM_OPTIMISED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return True


@pytest.fixture
def listening(qapp: object) -> Iterator[None]:
    """As if a screen reader ran."""
    from PySide6.QtGui import QAccessible

    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)

"""t-SNE and UMAP, computed by a process of their own: they take seconds and need no network.

The process has a low priority, so that a training hardly notices it. No JAX, no Qt.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import core
from core.errors import WorkError
from core.train.pieces import beside
from core.train.priority import give_way

TSNE, UMAP = "tsne", "umap"
# Seconds between two looks whether the points are still wanted.
_WAIT = 0.05
# How much the process gives way to others, from 0 to 19.
_NICENESS = 15


def embed(table: np.ndarray, method: str) -> np.ndarray:
    """Points float32 ``[N, 2]`` of rows ``[N, F]``; the same rows always give the same points.

    Other work goes on meanwhile, where this is computed in pieces. Raises WorkError if the process
    dies.
    """
    with beside() as check, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        np.save(given, np.asarray(table, np.float32))
        given.seek(0)
        with tempfile.TemporaryFile() as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.explain.manifold", method],
                stdin=given,
                stdout=made,
                stderr=told,
                env=_environment(),
            )
            try:
                while process.poll() is None:
                    check()
                    try:
                        process.wait(_WAIT)
                    except subprocess.TimeoutExpired:
                        continue
            finally:
                process.kill()
                process.wait()
            if process.returncode:
                told.seek(0)
                raise WorkError(*_why(process.returncode, told.read().decode("utf-8", "replace")))
        made.seek(0)
        return np.load(io.BytesIO(made.read()))


def embedded(table: np.ndarray, method: str) -> np.ndarray:
    """The same, computed here."""
    if method == TSNE:
        from sklearn.manifold import TSNE as Neighbours  # noqa: N811 - a class, not a constant

        perplexity = min(30.0, (len(table) - 1) / 3)
        made = Neighbours(2, init="random", random_state=0, perplexity=perplexity)
        return np.asarray(made.fit_transform(table), np.float32)
    from umap import UMAP as Manifold  # noqa: N811 - a class, not a constant

    made = Manifold(n_components=2, n_neighbors=min(15, len(table) - 1), random_state=0, n_jobs=1)
    return np.asarray(made.fit_transform(table), np.float32)


def main(method: str) -> None:
    """Read rows from standard input, write points to standard output."""
    # What libraries print must not come between the points.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    give_way(_NICENESS)
    points = embedded(np.load(io.BytesIO(sys.stdin.buffer.read())), method)
    np.save(out, points)
    out.close()


def _why(code: int, told: str) -> tuple[str, str]:
    last = told.strip().splitlines()[-1:] or [f"exit code {code}"]
    return f"the points could not be found: {last[0][:300]}", "Choose another method, such as PCA."


def _environment() -> dict[str, str]:
    """This very Layerloom first."""
    root = str(Path(next(iter(core.__path__))).parent)
    paths = (root, os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)}


if __name__ == "__main__":
    main(sys.argv[1])

"""Training speed of designs against the fastest of three frameworks used well.

Ours and each framework run in processes of their own and train for a round in turn.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.figure import Figure
from tests.benchmarks.training_cases import CASES

OURS = "ours"
PEERS: Mapping[str, str] = {
    "keras": "Keras on JAX, model.fit",
    "flax": "Flax, nnx.jit loop by hand",
    "torch": "PyTorch, eager",
}


# The network whose memory is measured, and the plain loop that it is measured against.
MEMORY, MEMORY_CASE, PLAIN = "memory", "lenet", "flax"


def measure(only: Collection[str] = ()) -> dict[str, Figure]:
    """Samples a second of each network, and memory (of those in ``only``, if any are named)."""
    found = {name: figure(name) for name in CASES if name in only or not only}
    if MEMORY in only or not only:
        found[MEMORY] = memory()
    return found


def figure(name: str) -> Figure:
    """Ours against the fastest of the others; all rates go to standard error."""
    case = CASES[name]
    rates = rates_of(name, (OURS, *PEERS))
    shown = ", ".join(f"{who} {rate:.5g}" for who, rate in rates.items())
    print(f"{name}: {shown} samples/s", file=sys.stderr)
    fastest = case.against or max(PEERS, key=rates.__getitem__)
    return Figure(rates[OURS], "samples/s", "higher", rates[fastest], PEERS[fastest])


def memory() -> Figure:
    """The most memory that a run has held in two rounds, against that of the plain loop."""
    held = {w: rounds[-1][1] for w, rounds in taken(MEMORY_CASE, (OURS, PLAIN), 2).items()}
    return Figure(held[OURS] / 2**20, "MiB", "lower", held[PLAIN] / 2**20, PEERS[PLAIN])


def rates_of(name: str, sides: Collection[str]) -> dict[str, float]:
    """Median samples a second of each side, after a round that does not count."""
    case = CASES[name]
    samples = case.samples * case.epochs
    found = taken(name, sides, case.rounds + 1)
    return {w: samples / median(s for s, _ in rounds[1:]) for w, rounds in found.items()}


def taken(name: str, sides: Collection[str], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The seconds of each round of each side, in turn, and its most bytes until then."""
    case = CASES[name]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "data.npz"
        case.save(file)
        served = {who: stack.enter_context(_side(who, name, file)) for who in sides}
        for who, side in served.items():
            (parameters,) = side.heard()
            if parameters != case.parameters:
                raise RuntimeError(f"{who} trains {parameters:.0f} values, not {case.parameters}")
        each = [{who: side.round() for who, side in served.items()} for _ in range(rounds)]
    return {who: [one[who] for one in each] for who in sides}


class _Side:
    """A process that trains when it is told to."""

    def __init__(self, who: str, process: subprocess.Popen[str]) -> None:
        self._who, self._process = who, process

    def round(self) -> tuple[float, float]:
        """Seconds of one round of training, and the most bytes that the process held."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        seconds, peak = self.heard()
        return seconds, peak

    def heard(self) -> list[float]:
        """The numbers that the process says next."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._who} ended early; see what it wrote above")
        return [float(word) for word in line.split()]


@contextmanager
def _side(who: str, name: str, file: Path) -> Iterator[_Side]:
    command = [sys.executable, "-m", "tests.benchmarks.training_round", who, name, str(file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield _Side(who, process)
        finally:
            process.kill()

"""Writes the figures of a run as event files that TensorBoard reads.

An event file is a chain of TFRecords (length, its checksum, data, the checksum of that), each of
which is a protocol buffer ``Event`` as in TensorFlow's ``event.proto`` and ``summary.proto``. Four
of its fields are all that figures need, so no library is asked for them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from core.project.file import write_atomically, writing
from core.project.run_curves import curve, recorded
from core.project.runs import Run, RunStore

# Wire types of protocol buffers.
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
# The checksum CRC-32C (Castagnoli), reflected, as in RFC 3720.
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
_WORD = 0xFFFFFFFF
_FORBIDDEN = '<>:"/\\|?*'


def write_events(store: RunStore, run: Run, folder: Path) -> list[Path]:
    """Write a run into ``folder/TITLE/SERIES``, as TensorBoard shows runs. Returns the files.

    The store keeps no time for each figure: the run's seconds are spread evenly over its steps.
    Writing a run again replaces its files. Raises WorkError.
    """
    written = []
    folder = folder / _file_name(store, run)
    began = datetime.fromisoformat(run.created).timestamp()
    for series, names in recorded(store, run).items():
        place = folder / series
        path = place / f"events.out.tfevents.{int(began)}.{run.id}.layerloom"
        content = b"".join(_record(e) for e in _events(store, run, series, names, began))
        with writing(path):
            place.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        written.append(path)
    return written


def crc32c(data: bytes) -> int:
    """The checksum CRC-32C of ``data``."""
    found = _WORD
    for byte in data:
        found = _TABLE[(found ^ byte) & 0xFF] ^ (found >> 8)
    return found ^ _WORD


def _table_entry(number: int) -> int:
    for _ in range(8):
        number = (number >> 1) ^ (_POLYNOMIAL if number & 1 else 0)
    return number


_TABLE = tuple(_table_entry(number) for number in range(256))


def _file_name(store: RunStore, run: Run) -> str:
    """The run's title as a folder can be called, with its id where another has that title."""
    plain = "".join("_" if letter in _FORBIDDEN else letter for letter in run.title).strip(" .")
    twins = [r for r in store.runs() if r.title == run.title and r.id != run.id]
    return f"{plain} {run.id}" if twins and plain else plain or run.id


def _events(
    store: RunStore, run: Run, series: str, names: list[str], began: float
) -> Iterator[bytes]:
    """The events of one series: the file's version, and each figure of each step."""
    yield _double(1, began) + _bytes(3, b"brain.Event:2")
    total = float(run.summary.get("seconds") or 0.0)
    steps = int(run.summary.get("steps") or 0)
    for name in names:
        found = curve(store, run, series, name)
        for step, value in zip(found.step, found.value, strict=True):
            when = began + (total * float(step) / steps if steps else 0.0)
            summary = _bytes(1, _bytes(1, name.encode()) + _float(2, float(value)))
            yield _double(1, when) + _whole(2, int(step)) + _bytes(5, summary)


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    plain = crc32c(data)
    rotated = (plain >> 15 | plain << 17) & _WORD
    return struct.pack("<I", (rotated + _MASK) & _WORD)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _whole(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _key(number, _EIGHT_BYTES) + struct.pack("<d", value)


def _float(number: int, value: float) -> bytes:
    """Of a figure too large for 32 bits, infinity."""
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        packed = struct.pack("<f", float("inf") if value > 0 else float("-inf"))
    return _key(number, _FOUR_BYTES) + packed


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(value)) + value

"""Event files, read with protocol buffers' own library and the published format of records."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WorkError
from core.project.run_acts import rename
from core.project.runs import Point, Run, RunStore
from core.project.tensorboard import crc32c, write_events

FIELD = descriptor_pb2.FieldDescriptorProto
# The fields of tensorflow/core/util/event.proto and framework/summary.proto that figures use.
MESSAGES = {
    "Value": [("tag", 1, FIELD.TYPE_STRING, ""), ("simple_value", 2, FIELD.TYPE_FLOAT, "")],
    "Summary": [("value", 1, FIELD.TYPE_MESSAGE, ".t.Value")],
    "Event": [
        ("wall_time", 1, FIELD.TYPE_DOUBLE, ""),
        ("step", 2, FIELD.TYPE_INT64, ""),
        ("file_version", 3, FIELD.TYPE_STRING, ""),
        ("summary", 5, FIELD.TYPE_MESSAGE, ".t.Summary"),
    ],
}


def event_class() -> type[Any]:
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            made = message.field.add(name=field, number=number, type=kind, type_name=of or None)
            repeated = (name, field) == ("Summary", "value")
            made.label = FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Event"))


def slow_crc32c(data: bytes) -> int:
    """Bit by bit, as RFC 3720 defines it: the polynomial 0x1EDC6F41, bits reflected."""
    reflected = int(f"{0x1EDC6F41:032b}"[::-1], 2)
    found = 0xFFFFFFFF
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = (found >> 1) ^ (reflected if found & 1 else 0)
    return found ^ 0xFFFFFFFF


def unmasked(word: int) -> int:
    rotated = (word - 0xA282EAD8) % 2**32
    return (rotated >> 17 | rotated << 15) % 2**32


def records(content: bytes) -> list[bytes]:
    """The records of a TFRecord file, whose checksums must hold."""
    found, at = [], 0
    while at < len(content):
        length, of_length = struct.unpack_from("<QI", content, at)
        assert unmasked(of_length) == slow_crc32c(content[at : at + 8])
        data = content[at + 12 : at + 12 + length]
        assert len(data) == length
        (of_data,) = struct.unpack_from("<I", content, at + 12 + length)
        assert unmasked(of_data) == slow_crc32c(data)
        found.append(data)
        at += 16 + length
    return found


@dataclass(frozen=True)
class Scalar:
    tag: str
    step: int
    value: float
    wall_time: float


def scalars(path: Path) -> list[Scalar]:
    first, *rest = (event_class().FromString(r) for r in records(path.read_bytes()))
    assert first.file_version == "brain.Event:2"
    found = []
    for event in rest:
        (value,) = event.summary.value
        found.append(Scalar(value.tag, event.step, value.simple_value, event.wall_time))
    return found


# From RFC 3720, section B.4, and the check value of the catalogue of CRCs.
@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_the_checksum_is_the_published_one(data: bytes, checksum: int) -> None:
    assert crc32c(data) == checksum


@given(st.binary(max_size=100))
def test_the_checksum_is_that_of_its_definition(data: bytes) -> None:
    assert crc32c(data) == slow_crc32c(data)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "store")


def trained(store: RunStore) -> Run:
    run = store.create("p", "{}")
    points = [
        Point(step, step / 100, "train", name, value)
        for step, value in ((100, 0.5), (200, 0.25), (300, math.nan), (40_000, math.inf))
        for name in ("loss", "précision")
    ]
    store.record(run, [*points, Point(100, 1.0, "validation", "loss", 1e300)])
    store.set_status(run, "epochs", {"steps": 40_000, "seconds": 80.0})
    return store.get(run.id)


def test_every_figure_is_in_the_files(store: RunStore, tmp_path: Path) -> None:
    run = rename(store, trained(store), 'a/b: "x"')
    train, validation = write_events(store, run, tmp_path / "logs")
    assert train.parent == tmp_path / "logs" / "a_b_ _x_" / "train"
    assert validation.parent.name == "validation"
    assert train.name.startswith("events.out.tfevents.")
    found = scalars(train)
    assert [(s.tag, s.step) for s in found] == [
        (tag, step) for tag in ("loss", "précision") for step in (100, 200, 300, 40_000)
    ]
    assert [s.value for s in found[:2]] == [0.5, 0.25]
    assert math.isnan(found[2].value)
    assert found[3].value == math.inf
    # 80 seconds for 40,000 steps.
    assert found[3].wall_time - found[0].wall_time == pytest.approx(79.8)
    (too_large,) = scalars(validation)
    assert too_large.value == math.inf


def test_writing_again_replaces_and_twins_stay_apart(store: RunStore, tmp_path: Path) -> None:
    one, other = (rename(store, trained(store), "twin") for _ in range(2))
    files = [*write_events(store, one, tmp_path), *write_events(store, other, tmp_path)]
    assert len({path.parent for path in files}) == 4
    before = {path: path.read_bytes() for path in files}
    assert write_events(store, one, tmp_path) == files[:2]
    assert {path: path.read_bytes() for path in files} == before
    assert len(list(files[0].parent.iterdir())) == 1


def test_a_run_without_figures_writes_nothing(store: RunStore, tmp_path: Path) -> None:
    assert write_events(store, store.create("p", "{}"), tmp_path / "logs") == []
    assert not (tmp_path / "logs").exists()


def test_a_folder_that_cannot_be_made_is_explained(store: RunStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkError, match="could not be written"):
        write_events(store, trained(store), tmp_path / "file")

"""Files that are broken, or made to do harm, give a clear message; what is unknown is kept."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from core.compile.imported import Imported
from core.compile.keras_in.converting import import_keras
from core.design.analysis import analyse
from core.errors import InputError
from tests.core.compile.keras_in.saving import compared, keras, saved, sequential

L = keras.layers
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The members of a good file: Dense, ReLU, Dense."""
    model = sequential(L.Dense(3, name="a"), L.ReLU(), L.Dense(2, name="b"), shape=(4,))
    with zipfile.ZipFile(saved(model, tmp_path_factory.mktemp("good"))) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def written(folder: Path, members: Members) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as zipped:
        for name, raw in members.items():
            zipped.writestr(name, raw)
    return path


def with_config(members: Members, change: Callable[[Any], None]) -> Members:
    config = json.loads(members["config.json"])
    change(config)
    return members | {"config.json": json.dumps(config).encode()}


def with_weights(members: Members, change: Callable[[h5py.File], None]) -> Members:
    held = io.BytesIO(members["model.weights.h5"])
    with h5py.File(held, "r+") as file:
        change(file)
    return members | {"model.weights.h5": held.getvalue()}


def refused(path: Path) -> str:
    with pytest.raises(InputError) as found:
        import_keras(path)
    assert str(path) in found.value.message
    assert found.value.hint
    return found.value.message


def only_unread(imported: Imported, *names: str) -> str:
    """Just these nodes are unknown, and all layers are there; the reason of the first."""
    assert [u.name for u in imported.unread] == list(names)
    assert len(imported.design.nodes) == 4
    return imported.unread[0].reason


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    assert "does not exist" in refused(path)
    for raw in (b"", b"no zip", b"PK\x03\x04" + bytes(100)):
        path.write_bytes(raw)
        assert "no .keras file" in refused(path)
    folder = tmp_path / "folder.keras"
    folder.mkdir()
    assert "folder" in refused(folder)


def test_a_file_that_is_cut_off_or_damaged(tmp_path: Path, members: Members) -> None:
    raw = written(tmp_path, members).read_bytes()
    path = tmp_path / "model.keras"
    for end in range(0, len(raw), 997):
        path.write_bytes(raw[:end])
        refused(path)
    damaged = bytearray(raw)
    place = raw.index(members["config.json"][:40])
    damaged[place + 5] ^= 255
    path.write_bytes(damaged)
    assert "no .keras file" in refused(path)


@pytest.mark.parametrize("name", ["config.json", "metadata.json", "model.weights.h5"])
def test_members_that_are_missing(name: str, tmp_path: Path, members: Members) -> None:
    left = {key: raw for key, raw in members.items() if key != name}
    for odd in ({}, {f"../{name}": members[name]}, {f"/{name}": b""}, {f"x/{name}": b""}):
        assert f"has no {name}" in refused(written(tmp_path, left | odd))
    assert list(tmp_path.iterdir()) == [tmp_path / "model.keras"]


def test_a_member_that_would_fill_the_memory(tmp_path: Path, members: Members) -> None:
    path = tmp_path / "model.keras"
    for name in members:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for key, raw in members.items():
                zipped.writestr(key, raw if key != name else bytes(66 * 2**20))
        assert "would unpack to 69,206,016 bytes" in refused(path)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"{", b"[]", b"\xff\xfe", b"[" * 200_000, b"null"),
        *(b'{"class_name": "Functional"}', b'{"class_name": "Mine", "config": {"name": "x"}}'),
    ],
)
def test_configurations_that_are_none(raw: bytes, tmp_path: Path, members: Members) -> None:
    refused(written(tmp_path, members | {"config.json": raw}))


def test_a_file_of_keras_2(tmp_path: Path, members: Members) -> None:
    old = members | {"metadata.json": b'{"keras_version": "2.15.0"}'}
    assert "saved by Keras 2.15.0" in refused(written(tmp_path, old))


def test_a_model_that_was_never_built(tmp_path: Path) -> None:
    path = saved(keras.Sequential([L.Dense(3)]), tmp_path)
    assert "before it was built" in refused(path)


def functional(folder: Path) -> Members:
    x = keras.Input((4,), name="x")
    y = L.Dense(4, name="b")(L.Dense(4, name="a")(x))
    with zipfile.ZipFile(saved(keras.Model(x, y), folder)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["layers"].pop(0), "no layer 'x'"),
        (lambda c: c["layers"][1].update(name="b"), "two of its layers"),
        (lambda c: c.update(output_layers=[["b", 7, 0]]), "no call 7"),
        (lambda c: c.update(output_layers="b"), "inputs and outputs"),
        (lambda c: c["layers"][0]["config"].update(batch_shape=[None, 2**40]), "impossible"),
        (lambda c: c["layers"][0]["config"].update(batch_shape=[None, -1]), "impossible"),
        (lambda c: c["layers"][0]["config"].update(batch_shape=None), "shape of the input"),
        (lambda c: c["layers"].append(7), "no configuration"),
        (lambda c: c["layers"][1].update(inbound_nodes=[[["x", 0, 0, {}]]]), "as Keras 3"),
        (
            lambda c: c["layers"][1]["inbound_nodes"][0]["args"][0]["config"].update(
                keras_history=["b", 0, 0]
            ),
            "depends on itself",
        ),
        (
            lambda c: c["layers"][1]["inbound_nodes"][0]["args"][0]["config"].update(
                keras_history=["b"]
            ),
            "inputs and outputs",
        ),
    ],
)
def test_wiring_that_cannot_be(change: Callable[[Any], None], message: str, tmp_path: Path) -> None:
    given = with_config(functional(tmp_path), lambda config: change(config["config"]))
    assert message in refused(written(tmp_path, given))


@pytest.mark.parametrize(
    "change",
    [
        {"units": -3},
        {"units": 2**50},
        {"units": "3"},
        {"units": True},
        {"units": 4},
        {"use_bias": "yes"},
        {"activation": {"class_name": "function", "config": "mine"}},
        {"activation": "no_such"},
    ],
)
def test_settings_that_cannot_be(change: dict[str, Any], tmp_path: Path, members: Members) -> None:
    given = with_config(members, lambda c: c["config"]["layers"][1]["config"].update(change))
    assert only_unread(import_keras(written(tmp_path, given)), "a")


def test_code_is_not_run(tmp_path: Path) -> None:
    model = sequential(L.Dense(3, name="a"), L.Lambda(lambda x: x * 2, name="mine"), shape=(4,))
    imported = import_keras(saved(model, tmp_path))
    (unread,) = imported.unread
    assert (unread.name, unread.op, unread.place) == ("mine", "Lambda", "layers/mine")
    node = imported.design.nodes[unread.node]
    assert node.block == "keras.Lambda"
    assert not any("lambda" in str(value) for key, value in node.params.items() if key != "name")
    messages = [p.message for p in analyse(imported.design).problems]
    assert "mine: no block computes the Keras layer Lambda" in messages


def test_layers_of_others_and_those_that_are_not_known(tmp_path: Path, members: Members) -> None:
    def change(config: Any) -> None:
        config["config"]["layers"][2]["module"] = "os"
        config["config"]["layers"][1]["class_name"] = "system"

    imported = import_keras(written(tmp_path, with_config(members, change)))
    assert [u.reason for u in imported.unread] == [
        "no block computes it",
        "it is a layer of its author's, whose code is not run",
    ]
    assert [n.block for n in imported.design.nodes.values()][1:3] == ["keras.system", "keras.ReLU"]


def test_channels_first_is_told(tmp_path: Path) -> None:
    model = sequential(L.Conv2D(3, 3, data_format="channels_last", name="c"), shape=(8, 8, 3))
    with zipfile.ZipFile(saved(model, tmp_path)) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    first = {"data_format": "channels_first"}
    given = with_config(members, lambda c: c["config"]["layers"][1]["config"].update(first))
    (unread,) = import_keras(written(tmp_path, given)).unread
    assert "channels_first" in unread.reason


def test_models_nested_without_end(tmp_path: Path, members: Members) -> None:
    config = json.loads(members["config.json"])
    for _ in range(20):
        config = {**config, "config": {**config["config"], "layers": [config]}}
    path = written(tmp_path, members | {"config.json": json.dumps(config).encode()})
    assert "deep" in refused(path)


def test_weights_that_cannot_be_read(tmp_path: Path, members: Members) -> None:
    for raw in (b"", b"no hdf5", members["model.weights.h5"][:200]):
        path = written(tmp_path, members | {"model.weights.h5": raw})
        assert "cannot be read as HDF5" in refused(path)


def _elsewhere(folder: Path) -> Callable[[h5py.File], None]:
    with h5py.File(folder / "secret.h5", "w") as file:
        file["0"] = np.ones((4, 3), np.float32)

    def change(file: h5py.File) -> None:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = h5py.ExternalLink(str(folder / "secret.h5"), "/0")

    return change


def _outside(folder: Path) -> Callable[[h5py.File], None]:
    (folder / "secret.bin").write_bytes(bytes(48))

    def change(file: h5py.File) -> None:
        group = file["layers/dense/vars"]
        del group["0"]
        external = [(str(folder / "secret.bin"), 0, 48)]
        group.create_dataset("0", (4, 3), np.float32, external=external)

    return change


def _virtual(folder: Path) -> Callable[[h5py.File], None]:
    _elsewhere(folder)

    def change(file: h5py.File) -> None:
        group = file["layers/dense/vars"]
        del group["0"]
        layout = h5py.VirtualLayout((4, 3), np.float32)
        layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "0", (4, 3))
        group.create_virtual_dataset("0", layout)

    return change


def _replaced(make: Callable[[h5py.Group], object]) -> Callable[[Path], Callable]:
    def change(file: h5py.File) -> None:
        group = file["layers/dense/vars"]
        del group["0"]
        make(group)

    return lambda folder: change


@pytest.mark.parametrize(
    "attack",
    [
        _elsewhere,
        _outside,
        _virtual,
        _replaced(lambda g: None),
        _replaced(lambda g: g.create_group("0")),
        _replaced(lambda g: g.create_dataset("0", (2**20, 2**20), np.float32)),
        _replaced(lambda g: g.create_dataset("0", (2**18, 2**18), np.float32, compression="gzip")),
        _replaced(lambda g: g.create_dataset("0", data=[b"text"] * 12)),
        _replaced(lambda g: g.create_dataset("0", data=np.ones((3, 4), np.float32))),
        _replaced(lambda g: g.__setitem__("0", h5py.SoftLink("/layers/dense/vars"))),
    ],
)
def test_weights_that_are_not_what_they_seem(
    attack: Callable[[Path], Callable[[h5py.File], None]], tmp_path: Path, members: Members
) -> None:
    given = with_weights(members, attack(tmp_path))
    reason = only_unread(import_keras(written(tmp_path, given)), "a")
    assert "variable" in reason or "weights" in reason


def test_weights_are_found_by_the_name_that_is_beside_them(tmp_path: Path) -> None:
    model = sequential(L.Dense(4, name="a"), L.Dense(4, name="b"), shape=(4,))
    compared(model, tmp_path)
    with zipfile.ZipFile(tmp_path / "model.keras") as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}

    def swap(file: h5py.File) -> None:
        file.move("layers/dense", "layers/other")
        file.move("layers/dense_1", "layers/dense")

    first = import_keras(written(tmp_path, members))
    second = import_keras(written(tmp_path, with_weights(members, swap)))
    assert not second.unread
    for node, arrays in first.weights.items():
        np.testing.assert_array_equal(arrays["kernel"], second.weights[node]["kernel"])


def test_without_the_package_the_remedy_is_told(
    tmp_path: Path, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, members)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError) as found:
        import_keras(path)
    assert "layerloom[keras]" in found.value.hint

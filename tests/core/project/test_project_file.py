"""Project files: what is saved comes back, and nothing in a file can do worse than be refused."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.design import edits
from core.design.document import Design, Node
from core.errors import InputError, WorkError
from core.project.file import from_text, load, save, to_content, to_text
from core.project.migrate import FORMAT_VERSION
from tests.designs import add, iris_mlp
from tests.strategies import JSON, TEXT, designs

WHERE = "here.loom"


def content(**changes: Any) -> dict[str, Any]:
    """The content of a good file with some parts replaced."""
    return json.loads(to_text(iris_mlp())) | changes


def refused(value: object) -> str:
    """The message with which a file of this content is refused."""
    with pytest.raises(InputError) as caught:
        from_text(json.dumps(value), WHERE)
    assert caught.value.message.startswith(WHERE)
    assert "\n" not in caught.value.message
    return caught.value.message


@given(designs())
def test_a_saved_design_comes_back_equal_and_its_text_is_stable(design: Design) -> None:
    text = to_text(design)
    again = from_text(text, WHERE)
    assert again == design
    assert to_text(again) == text


def test_save_and_load_through_a_file(tmp_path: Path) -> None:
    design = edits.set_name(iris_mlp(), "Schwertlilie 菖蒲")
    path = tmp_path / "菖蒲.loom"
    save(design, path)
    assert load(path) == design
    assert path.read_bytes() == to_text(design).encode("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["菖蒲.loom"]


def test_the_file_has_the_keys_of_the_contract_in_order() -> None:
    saved = json.loads(to_text(iris_mlp()))
    assert list(saved) == [
        *("layerloom", "name", "nodes", "wires", "groups", "data", "recipe", "view")
    ]
    assert saved["layerloom"] == FORMAT_VERSION


def test_moving_a_node_changes_nothing_but_the_view() -> None:
    design = iris_mlp()
    before, after = (to_content(d) for d in (design, edits.move(design, {"dense": (1, 2)})))
    assert [key for key in before if before[key] != after[key]] == ["view"]


def test_a_node_stands_on_one_line_so_that_differences_read_well() -> None:
    lines = to_text(iris_mlp()).splitlines()
    assert sum('"block": "Dense"' in line for line in lines) == 2
    assert max(map(len, lines)) <= 160


def test_unknown_blocks_are_kept_unharmed() -> None:
    node = Node("n1", "odd", "Wormhole", {"radius": 2.5, "ends": (1, 2), "deep": {"a": [1]}})
    design = edits.add_node(Design(), node, (1.0, 2.0))
    assert from_text(to_text(design), WHERE) == design


def test_a_node_may_be_unnamed_and_still_be_opened() -> None:
    design = edits.rename(iris_mlp(), "dense", "")
    assert from_text(to_text(design), WHERE) == design


def test_a_failed_save_leaves_the_old_file_and_no_remains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project.loom"
    save(iris_mlp(), path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("replace", "fsync"):
        with monkeypatch.context() as patched:
            patched.setattr(os, step, full)
            with pytest.raises(WorkError, match=r"project\.loom could not be saved: No space left"):
                save(Design(name="other"), path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def test_saving_into_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="No such file or directory"):
        save(Design(), tmp_path / "missing" / "a.loom")


def test_a_value_that_no_file_can_hold_is_explained_and_the_file_kept(tmp_path: Path) -> None:
    path = tmp_path / "project.loom"
    save(iris_mlp(), path)
    before = path.read_bytes()
    with pytest.raises(WorkError, match="could not be saved"):
        save(edits.set_params(iris_mlp(), "dense", units=float("nan")), path)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_saving_keeps_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "project.loom", tmp_path / "link.loom"
    save(Design(), path)
    path.chmod(0o600)
    link.symlink_to(path)
    save(iris_mlp(), link)
    assert link.is_symlink()
    assert load(path) == iris_mlp()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_file_a_folder_and_a_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.loom does not exist"):
        load(tmp_path / "gone.loom")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    raw = to_text(edits.set_name(iris_mlp(), "été")).encode()
    path = tmp_path / "project.loom"
    for length in range(len(raw) - 1):
        path.write_bytes(raw[:length])
        with pytest.raises(InputError, match=r"project\.loom"):
            load(path)


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match=WHERE):
        from_text(raw, WHERE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("Hello", "Expecting value"),
        ("[1, 2]", "holds no JSON object"),
        ("{}", 'no "layerloom" version'),
        ('{"layerloom": NaN}', "NaN"),
        ('{"layerloom": 1, "name": "a", "view": {"x": 1e999}}', "too large"),
        ('{"layerloom": 1, "recipe": {"seed": Infinity}}', "Infinity"),
        ('{"layerloom": 1, "name": "\\ud800"}', "half a character"),
        ('{"layerloom": 1, "view": ' + "[" * 100 + "]" * 100 + "}", "levels deep"),
        ("[" * 100_000, "not a Layerloom project"),
        ('{"layerloom": ' + "9" * 5000 + "}", "not a Layerloom project"),
    ],
)
def test_text_that_is_no_project_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_text(text, WHERE)
    assert message in caught.value.message


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(InputError, match="not UTF-8"):
        from_text(b'{"layerloom": 1, "name": "\xff"}', WHERE)


def test_a_byte_order_mark_is_forgiven() -> None:
    raw = b"\xef\xbb\xbf" + to_text(iris_mlp()).encode()
    assert from_text(raw, WHERE) == iris_mlp()


def test_a_cut_off_file_is_called_so() -> None:
    with pytest.raises(InputError) as caught:
        from_text(to_text(iris_mlp())[:200], WHERE)
    assert "cut off" in caught.value.hint


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 99, 10**30])
def test_a_newer_version_is_refused(version: int) -> None:
    assert "newer than" in refused({"layerloom": version, "nodes": "not even looked at"})


@pytest.mark.parametrize("version", [0, -1, 1.0, "1", True, [1], {}])
def test_a_version_that_never_was_is_refused(version: object) -> None:
    assert "never existed" in refused({"layerloom": version})


NODE = {"id": "a", "name": "a", "block": "Dense", "params": {}}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nodes are no list": ({"nodes": {}}, "'nodes' must be a list"),
    "name is no text": ({"name": None}, "'name' must be text"),
    "data is no object": ({"data": []}, "'data' must be an object"),
    "a node is no object": ({"nodes": [1], "wires": []}, "node 0 must be an object"),
    "a node has no id": ({"nodes": [NODE | {"id": ""}], "wires": []}, "needs the text 'id'"),
    "a block is no text": ({"nodes": [NODE | {"block": 3}], "wires": []}, "the text 'block'"),
    "params are no object": ({"nodes": [NODE | {"params": 1}], "wires": []}, "'params' must be"),
    "an id twice": ({"nodes": [NODE, NODE], "wires": []}, "two nodes have the id 'a'"),
    "a dot in an id": ({"nodes": [NODE | {"id": "a.b"}], "wires": []}, "has a dot"),
    "a wire to nowhere": ({"wires": [{"from": "dense.output", "to": "gone.x"}]}, "'gone'"),
    "a wire from nowhere": ({"wires": [{"from": "gone.x", "to": "dense.input"}]}, "goes nowhere"),
    "a wire without a port": ({"wires": [{"from": "dense", "to": "dense.input"}]}, "NODE.PORT"),
    "a wire that is text": ({"wires": ["a.b -> c.d"]}, "a wire must be an object"),
    "two wires to one input": (
        {"wires": [{"from": f"{s}.output", "to": "loss.logits"} for s in ("dense", "dense_2")]},
        "two wires go to loss.logits",
    ),
    "a group twice": ({"groups": [{"id": "g", "nodes": []}] * 2}, "two groups have the id 'g'"),
    "a group of names": ({"groups": [{"id": "g", "nodes": ["x"]}]}, "group 'g': node 0 must be"),
    "a slash in an id": ({"nodes": [NODE | {"id": "a/b"}], "wires": []}, "has a slash"),
    "an exposed parameter twice": (
        {"groups": [{"id": "g", "exposed": [{"name": "x", "sets": []}] * 2}]},
        "group 'g': two exposed parameters are called 'x'",
    ),
    "an exposed parameter of nobody": (
        {"groups": [{"id": "g", "exposed": [{"name": "x", "sets": ["units"]}]}]},
        "NODE.PARAMETER",
    ),
    "muted by text": ({"nodes": [NODE | {"muted": "no"}], "wires": []}, "'muted' must be true"),
    "a frame of nobody": ({"view": {"frames": [{"id": "f", "nodes": ["gone"]}]}}, "holds 'gone'"),
    "a frame of lists": ({"view": {"frames": [{"id": "f", "nodes": [["a"]]}]}}, "no such node"),
    "a frame twice": ({"view": {"frames": [{"id": "f", "nodes": []}] * 2}}, "two frames"),
    "a note without a place": ({"view": {"notes": [{"id": "n", "text": ""}]}}, "four numbers"),
    "a group without id": ({"groups": [{}]}, "a group needs the text 'id'"),
    "positions are no object": ({"view": {"positions": 3}}, "'positions' must be an object"),
    "a position of text": ({"view": {"positions": {"dense": ["1", 2]}}}, "two numbers"),
    "a position too far": ({"view": {"positions": {"dense": [10**400, 0]}}}, "two numbers"),
    "a position of three": ({"view": {"positions": {"dense": [1, 2, 3]}}}, "two numbers"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_form_is_refused_by_name(case: str) -> None:
    changes, message = BAD[case]
    assert message in refused(content(**changes))


@given(st.dictionaries(st.sampled_from(list(content())) | TEXT, JSON, max_size=6))
@example({"nodes": [{"id": "a", "name": "a", "block": "Dense", "params": {"units": [[[]]]}}]})
def test_arbitrary_content_is_read_or_refused(changes: dict[str, Any]) -> None:
    value = {"layerloom": 1} | changes
    try:
        design = from_text(json.dumps(value), WHERE)
    except InputError:
        return
    assert from_text(to_text(design), WHERE) == design


def replaced(value: Any, path: list[int], new: Any) -> Any:
    """A copy of JSON with the part that ``path`` leads to replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    at = keys[path[0] % len(keys)]
    inner = replaced(value[at], path[1:], new)
    if isinstance(value, dict):
        return {**value, at: inner}
    return [*value[:at], inner, *value[at + 1 :]]


@settings(max_examples=300)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), JSON)
def test_a_good_file_with_any_part_replaced_is_read_or_refused(path: list[int], new: Any) -> None:
    try:
        design = from_text(json.dumps(replaced(content(), path, new)), WHERE)
    except InputError as error:
        refusal = error.message
    else:
        assert from_text(to_text(design), WHERE) == design
        return
    assert refusal.startswith(WHERE)


@pytest.mark.parametrize("change", [lambda d: add(d, "Dense", "free"), lambda d: d])
def test_wires_keep_their_order(change: Callable[[Design], Design]) -> None:
    design = change(iris_mlp())
    assert list(from_text(to_text(design), WHERE).wires) == list(design.wires)

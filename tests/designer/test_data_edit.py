"""How the choice of data is written into a design."""

from pathlib import Path

from designer.data_edit import stored_path


def test_paths_are_stored_as_seen_from_the_project(tmp_path: Path) -> None:
    project = tmp_path / "a" / "b" / "design.loom"
    for inside, stored in (
        ("a/b/x.csv", "x.csv"),
        ("a/b/data/x.csv", "data/x.csv"),
        ("a/shared/x.csv", "../shared/x.csv"),
        ("elsewhere/x.csv", (tmp_path / "elsewhere" / "x.csv").as_posix()),
    ):
        assert stored_path(tmp_path / inside, project) == stored
    assert stored_path("data/x.csv", project) == "data/x.csv"
    assert stored_path(tmp_path / "x.csv", None) == (tmp_path / "x.csv").as_posix()
    assert stored_path("  ", project) == ""

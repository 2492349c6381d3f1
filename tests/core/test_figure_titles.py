"""Figures are called as the field calls them."""

from __future__ import annotations

import pytest

from core.figure_titles import figure_title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("loss", "Loss"),
        ("accuracy", "Accuracy"),
        ("top_5_accuracy", "Top-5 accuracy"),
        ("f1", "F1"),
        ("f1_macro", "F1 (macro)"),
        ("precision_micro", "Precision (micro)"),
        ("auc", "AUC"),
        ("r2", "R²"),
        ("rmse", "RMSE"),
        ("iou", "IoU"),
        ("bigram_cross_entropy", "Bigram cross entropy"),
        ("mean_return", "Mean return"),
        ("head_2.loss", "head_2: Loss"),
        ("Loss.f1_macro", "Loss: F1 (macro)"),
    ],
)
def test_a_figure_has_a_title(name: str, title: str) -> None:
    assert figure_title(name) == title

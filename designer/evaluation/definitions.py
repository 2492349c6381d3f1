"""What each figure of an evaluation is, in a line, with its source."""

from __future__ import annotations

from collections.abc import Mapping

FIGURES: Mapping[str, str] = {
    "loss": "What training minimises, averaged over samples.",
    "accuracy": "Share of the answers that are right.",
    "precision": "Of the answers yes, the share that are right.",
    "recall": "Of the true yes, the share that was found.",
    "f1": "Harmonic mean of precision and recall (van Rijsbergen, 1979).",
    "precision_macro": "Precision of each class, averaged over classes.",
    "recall_macro": "Recall of each class, averaged over classes.",
    "f1_macro": "F1 of each class, averaged over classes.",
    "precision_micro": "Precision over all answers together.",
    "recall_micro": "Recall over all answers together.",
    "f1_micro": "F1 over all answers together.",
    "top_3_accuracy": "Share of samples whose class is among the three likeliest.",
    "top_5_accuracy": "Share of samples whose class is among the five likeliest.",
    "auc": "Area under the ROC curve: how often a positive outranks a negative (Fawcett, 2006).",
    "iou": "Intersection over union of true and said places, averaged over classes.",
    "perplexity": "Exponential of the mean cross-entropy.",
    "mae": "Mean absolute error, in the target's units.",
    "rmse": "Root of the mean squared error, in the target's units.",
    "r2": "Share of the variance explained; 0 is as good as always saying the mean.",
    "bias": "Mean of predicted less true, in the target's units.",
    "expected_error": "Mean distance of confidence and accuracy over 15 bins (Guo et al., 2017).",
    "largest_error": "That distance in the worst bin (Guo et al., 2017).",
    "average_precision": "Precision averaged over recall in steps (Davis and Goadrich, 2006).",
    "demographic_parity": "Largest less smallest share of a group that is given the class "
    "(Hardt et al., 2016).",
    "equal_opportunity": "Largest less smallest share of a group's members of the class that are "
    "found (Hardt et al., 2016).",
}

CONFUSION = "Row: the true class; column: the predicted one; each cell counts answers."
CLASSES = (
    "Precision: right answers of those given the class. Recall: found of those that have it. "
    "F1: their harmonic mean (van Rijsbergen, 1979)."
)
CURVES = (
    "Each class against the rest, at every threshold. Micro: all pairs of sample and class "
    "together; macro: the mean of the classes (Fawcett, 2006; Davis and Goadrich, 2006)."
)
CALIBRATION = (
    "Samples in 15 bins by the probability of the predicted class: the dots lie on the diagonal "
    "if the network is right as often as it says (Guo et al., 2017)."
)
REGRESSION = "Residual: true less predicted, in the target's units."
SLICES = "The same network on parts of the rows; numbers are cut in quartiles."
ROBUSTNESS = (
    "Sizes are in standard deviations of each input. FGSM moves every input by the size along the "
    "sign of the loss' gradient (Goodfellow et al., 2015); PGD does so in small steps within the "
    "same bounds, from a random start (Madry et al., 2018)."
)
LEARNING_CURVE = (
    "The same recipe from the same first weights on a part of the training rows. Curves that "
    "still rise apart call for more rows; curves that met low call for another network."
)
WRONGEST = "The rows with the highest loss; rows count from 0 in the data set."


def definition(name: str) -> str:
    """What the figure of a name is; of a node's figure, such as ``out.loss``, the node's share."""
    return FIGURES.get(name.rpartition(".")[2], "Mean over the samples.")

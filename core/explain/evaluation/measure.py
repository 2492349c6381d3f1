"""Measures a network on a split, with its program's compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.blocks.call import Name
from core.compile.plan import LossStep
from core.errors import InputError
from core.explain.evaluation import report as told
from core.explain.evaluation.attacks import robustness as robustness_of
from core.explain.evaluation.calibration import calibration
from core.explain.evaluation.curves import one_vs_rest
from core.explain.evaluation.fit import Errors, FitHint, fit_hint
from core.explain.evaluation.groups import groups_of, slice_columns
from core.explain.evaluation.regression import r2_score, regression
from core.explain.evaluation.report import Answers, EvaluationReport, WrongSample
from core.explain.evaluation.samples import sample_of
from core.explain.evaluation.slices import Slices, fairness, slices
from core.explain.report import ClassReport, Read, answers_of, confusion_matrix
from core.train.evaluation import MOST_KEPT, Judged
from core.train.job import Job
from core.train.state import State

# Rows that the errors on training and held-out rows are estimated from.
_FIT_ROWS = 2000
# An attack takes tens of passes; so many rows tell an accuracy to about two hundredths.
_ATTACKED_ROWS = 500
WRONGEST = 24
# So many answers are sent to be listed.
_MOST_ANSWERS = 50_000

Tell = Callable[[float, str], None]


def evaluation_report(
    job: Job,
    state: State,
    split: str,
    *,
    slice_column: str = "",
    robustness: bool = False,
    most: int = 0,
    tell: Tell = lambda _share, _text: None,
) -> EvaluationReport:
    """The report on a split, of ``most`` rows spread over it (0: all that memory allows).

    ``tell`` is told how far it has come. Raises InputError for an empty split and for a column that
    rows cannot be grouped by.
    """
    every = job.prepared.splits[split]
    if not len(every):
        raise InputError(f"the {split} split is empty", "Choose another split.")
    dataset, program = job.prepared.dataset, job.program
    if slice_column:
        # What is wrong with it is said before anything is computed.
        groups_of(dataset, slice_column, every[:1])
    tell(0.0, "Figures")
    metrics = program.evaluate(state, every)
    made = EvaluationReport(
        split,
        len(every),
        len(every),
        told.OTHER,
        metrics,
        dict(dataset.baselines),
        tuple(slice_columns(dataset)),
        fit_hint(None, None, 0.0),
    )
    if job.prepared.environment is not None or program.plan.shown.target_node is None:
        return made
    tell(0.2, "Predictions")
    rows = spread(every, min(most or len(every), _most_rows(job, state, every)))
    judged = program.judged(state, rows)
    found = answers_of(job, rows, judged.prediction)
    if found is not None:
        made = _of_classes(made, job, rows, judged, found, slice_column)
    elif (numbers := _numbers(job, rows, judged)) is not None:
        made = _of_numbers(made, job, rows, judged, numbers, slice_column)
    else:
        return made
    tell(0.5, "Training rows")
    made = _with_fit(replace(made, rows=len(rows)), job, state)
    if robustness:
        tell(0.6, "Robustness")
        made = replace(made, robustness=robustness_of(job, state, spread(rows, _ATTACKED_ROWS)))
    return made


def spread(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _most_rows(job: Job, state: State, rows: np.ndarray) -> int:
    """How many rows' predictions may be kept."""
    one = job.program.judged(state, rows[:1]).prediction
    return max(1, MOST_KEPT // max(one.size, 1))


def _of_classes(
    made: EvaluationReport,
    job: Job,
    rows: np.ndarray,
    judged: Judged,
    found: Read,
    slice_column: str,
) -> EvaluationReport:
    chances = _chances(job.program.plan.shown, judged)
    scores = judged.prediction.astype(np.float64) if chances is None else chances
    scores = scores.reshape(-1, scores.shape[-1])[found.known]
    if scores.shape[1] == 1:
        scores = np.c_[(1 - scores if chances is not None else -scores), scores]
    rocs, recalls = one_vs_rest(found.truth, scores, found.classes)
    right = found.truth == found.predicted
    said = scores[np.arange(len(scores)), found.predicted]
    losses = judged.losses[found.place]
    answers = Answers(
        rows[found.place].astype(np.int32),
        found.truth.astype(np.int32),
        found.predicted.astype(np.int32),
        (said if chances is not None else np.full(len(said), np.nan)).astype(np.float32),
        losses.astype(np.float32),
    )
    by_class = slices("class", found.classes, found.truth, right, losses)
    by_column = None
    if slice_column:
        names, group = groups_of(job.prepared.dataset, slice_column, rows)
        group = group[found.place]
        by_column = slices(slice_column, names, group, right, losses)
        fair = fairness(found.classes, group, found.truth, found.predicted)
        by_column = replace(by_column, fairness=fair)
    report = ClassReport(
        found.classes, confusion_matrix(found.truth, found.predicted, len(found.classes))
    )
    return replace(
        made,
        kind=told.CLASSES,
        classes=report,
        rocs=rocs,
        recalls=recalls,
        calibration=None if chances is None else calibration(said, right),
        by_class=by_class,
        by_column=by_column,
        answers=_fewer(answers),
        wrongest=_wrong_classes(job, rows, judged.losses, answers, found),
    )


def _of_numbers(
    made: EvaluationReport,
    job: Job,
    rows: np.ndarray,
    judged: Judged,
    numbers: tuple[np.ndarray, np.ndarray],
    slice_column: str,
) -> EvaluationReport:
    truth, said = numbers
    by_column: Slices | None = None
    if slice_column:
        names, group = groups_of(job.prepared.dataset, slice_column, rows)
        errors = np.abs(truth - said).reshape(len(rows), -1).mean(axis=1)
        by_column = slices(slice_column, names, group, errors, judged.losses)
    worst = np.argsort(-judged.losses, kind="stable")[:WRONGEST]
    wrongest = tuple(
        WrongSample(
            sample_of(job, int(rows[i])),
            _few(truth[i]),
            _few(said[i]),
            float("nan"),
            float(judged.losses[i]),
        )
        for i in worst
    )
    return replace(
        made,
        kind=told.NUMBERS,
        regression=regression(truth, said),
        by_column=by_column,
        wrongest=wrongest,
    )


def _wrong_classes(
    job: Job, rows: np.ndarray, losses: np.ndarray, answers: Answers, found: Read
) -> tuple[WrongSample, ...]:
    labelled = np.unique(found.place)
    worst = labelled[np.argsort(-losses[labelled], kind="stable")[:WRONGEST]]
    made = []
    for i in worst:
        inside = np.flatnonzero(found.place == i)
        truth, said = found.truth[inside], found.predicted[inside]
        if len(inside) == 1:
            texts = (found.classes[int(truth[0])], found.classes[int(said[0])])
            sure = float(answers.confidence[inside[0]])
        else:
            texts = (f"{len(inside)} places", f"{(truth == said).mean():.0%} right")
            sure = float("nan")
        made.append(WrongSample(sample_of(job, int(rows[i])), *texts, sure, float(losses[i])))
    return tuple(made)


def _chances(loss: LossStep, judged: Judged) -> np.ndarray | None:
    """Probabilities float64; of plain logits computed here, where those near 1 stay apart."""
    known = loss.probabilities
    if known is None or judged.probabilities is None:
        return None
    port = known.args[0].name if known.args and isinstance(known.args[0], Name) else ""
    logits = judged.prediction.astype(np.float64)
    if loss.inputs.get(port) == loss.prediction and known.function == "nnx.softmax":
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        made: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
        return made
    if loss.inputs.get(port) == loss.prediction and known.function == "nnx.sigmoid":
        return np.exp(-np.logaddexp(0, -logits))
    return judged.probabilities.astype(np.float64)


def _numbers(job: Job, rows: np.ndarray, judged: Judged) -> tuple[np.ndarray, np.ndarray] | None:
    """True and predicted numbers ``[N, K]`` in the target's own units; None if there are none."""
    loss = job.program.plan.shown
    name = job.program.plan.feeds[loss.target_node or ""]
    truth = np.asarray(job.prepared.columns[name][rows])
    floats = all(np.issubdtype(a.dtype, np.floating) for a in (truth, judged.prediction))
    if loss.classifies or not floats or truth.size != judged.prediction.size:
        return None
    mean, deviation = job.prepared.scales.get(name, (0.0, 1.0))
    shape = truth.shape
    both = (truth, judged.prediction.reshape(shape))
    true, said = ((a * deviation + mean).reshape(len(rows), -1) for a in both)
    return true, said


def _with_fit(made: EvaluationReport, job: Job, state: State) -> EvaluationReport:
    splits = job.prepared.splits
    train = _errors(job, state, splits["train"])
    held = _errors(job, state, splits["validation"]) if len(splits["validation"]) else None
    if held is None and made.split == "test":
        held = _errors(job, state, splits["test"])
    baseline = 1.0
    if made.kind == told.CLASSES:
        rows = spread(splits["train"], _FIT_ROWS)
        name = job.program.plan.feeds[job.program.plan.shown.target_node or ""]
        labels = np.asarray(job.prepared.columns[name][rows]).ravel().astype(np.int64)
        counts = np.bincount(labels[labels >= 0])
        baseline = 1 - float(counts.max() / counts.sum()) if counts.size else 0.0
    hint: FitHint = fit_hint(train, held, baseline)
    return replace(made, train=train, held_out=held, baseline=baseline, fit=hint)


def _errors(job: Job, state: State, rows: np.ndarray) -> Errors | None:
    rows = spread(rows, _FIT_ROWS)
    judged = job.program.judged(state, rows)
    found = answers_of(job, rows, judged.prediction)
    if found is not None:
        error, count = float((found.truth != found.predicted).mean()), len(found.truth)
        return Errors(error, len(rows), float(np.sqrt(error * (1 - error) / count)))
    numbers = _numbers(job, rows, judged)
    return None if numbers is None else Errors(1 - r2_score(*numbers), len(rows))


def _fewer(answers: Answers) -> Answers:
    if len(answers.rows) <= _MOST_ANSWERS:
        return answers
    kept = np.linspace(0, len(answers.rows) - 1, _MOST_ANSWERS).astype(np.int64)
    return Answers(*(values[kept] for values in vars(answers).values()))


def _few(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:.4g}" for value in values[:4])
    return shown + (" …" if len(values) > 4 else "")

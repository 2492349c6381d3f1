"""The training loop: epochs of steps, figures, checkpoints and events."""

from __future__ import annotations

import math
import time

import jax

from core.compile.figures import no_tallies
from core.errors import WorkError
from core.train import memory
from core.train.checkpoint import save_weights
from core.train.early_stopping import Best
from core.train.epoch import Between, one_epoch
from core.train.events import (
    Compiled,
    Emit,
    EpochEnd,
    Finished,
    Layers,
    Started,
)
from core.train.last_good import LastGood
from core.train.layer_record import layer_points
from core.train.rates import after_epoch, apply, begin_plateau
from core.train.saving import finish, judge, restore_best, tend
from core.train.summary import Figures, Summary, figures_json
from core.train.training import Training


def run_training(training: Training, emit: Emit, between: Between) -> Summary:
    """Train until the recipe's epochs are done, none becomes better, ``between`` says no, or the
    loss is not finite.

    Every epoch ends with a validation and, unless the last one is still being written, with a
    checkpoint. Raises WorkError when memory runs out or the disk refuses; the run then counts as
    interrupted and can be resumed.
    """
    try:
        return _run(training, emit, between)
    except jax.errors.JaxRuntimeError as error:
        training.store.set_status(training.run, "interrupted")
        raise _explained(error, training.need) from error
    except OSError as error:
        training.store.set_status(training.run, "interrupted")
        raise WorkError(
            f"the run could not be saved in {training.run.directory}: {error.strerror or error}",
            "Free some space, then resume.",
        ) from error
    except BaseException:
        training.store.set_status(training.run, "interrupted")
        raise


def _run(training: Training, emit: Emit, between: Between) -> Summary:
    training.began = time.perf_counter()
    job, program = training.job, training.job.program
    emit(
        Started(
            training.run.id,
            str(training.run.directory),
            job.placement.title,
            training.epoch,
            program.recipe.total_epochs,
            program.steps_per_epoch,
            program.epoch_samples,
            training.step,
        )
    )
    _enter_stage(training)
    training.compile_seconds = time.perf_counter() - training.began
    assert training.need is not None, "the stage was entered"
    emit(Compiled(training.compile_seconds, training.need.total))
    if training.step == 0:
        training.due = True
        tend(training, emit)
    stopped_by = _epochs(training, emit, between)
    if training.failure:
        training.saver.wait()
        training.record()
    else:
        finish(training, emit)
        restore_best(training)
    summary = _summary(training, stopped_by)
    save_weights(training.run.directory, program, training.state)
    training.store.set_status(training.run, stopped_by, figures_json(summary))
    emit(Finished(summary))
    return summary


def _epochs(training: Training, emit: Emit, between: Between) -> str:
    epochs = training.job.program.recipe.total_epochs
    first, begun, before = training.epoch, training.progress, time.perf_counter()
    while training.epoch < epochs:
        if _has_waited_enough(training):
            return "early_stopping"
        if training.epoch > first and not between(training):
            return "interrupted"
        _enter_stage(training)
        figures = one_epoch(training, emit, between)
        if figures is None:
            return "diverged" if training.failure else "interrupted"
        validation = _end_epoch(training, figures)
        _survey_layers(training, emit)
        tend(training, emit)
        pace = (time.perf_counter() - before) / (training.epoch - begun)
        left = pace * (epochs - training.epoch)
        emit(EpochEnd(training.epoch, training.step, figures, validation, left))
    return "epochs"


def _enter_stage(training: Training) -> None:
    """Go to the stage of the present epoch, and compile its step if that was not done."""
    program = training.job.program
    stage = program.stage_at(training.epoch)
    if stage != program.stage:
        # Figures of other losses say nothing about those of this stage.
        training.best, training.plateau = Best(), begin_plateau(program.recipe.schedule)
        training.state, training.last_good = program.enter(training.state, stage), None
        apply(training)
    program.compile(training.state)
    if training.last_good is None:
        training.need = memory.check(program, training.state)
        training.last_good = LastGood(program, training.state)


def _has_waited_enough(training: Training) -> bool:
    program = training.job.program
    in_last_stage = program.stage == len(program.stages) - 1
    return in_last_stage and training.stopping.is_over(training.best)


def _end_epoch(training: Training, figures: Figures) -> Figures:
    """Count the epoch whose steps had these figures. Returns those of the validation split."""
    program, splits = training.job.program, training.job.prepared.splits
    training.epoch, training.batch = training.epoch + 1, 0
    training.sums = no_tallies(program.rules)
    validation = program.evaluate(training.state, splits["validation"])
    training.note("train", figures)
    training.note("validation", validation)
    if training.stopping.keeps_best or training.plateau:
        # The mean over the steps has roundings that depend on when it was read.
        seen = len(splits["validation"]) > 0
        judged = validation if seen else program.evaluate(training.state, splits["train"])
        judge(training, judged)
        after_epoch(training, judged.get("loss", math.nan))
    training.due = True
    return validation


def _survey_layers(training: Training, emit: Emit) -> None:
    """Record and tell how the layers learn, where it is time to."""
    found = training.layers.survey(training)
    if found:
        training.points += layer_points(training.job, found, float(training.epoch))
        emit(Layers(found.step, found.layers))


def _summary(training: Training, stopped_by: str) -> Summary:
    program, splits = training.job.program, training.job.prepared.splits
    final = {name: program.evaluate(training.state, rows) for name, rows in splits.items()}
    return Summary(
        run=training.run.id,
        device=training.job.placement.title,
        epochs=training.epoch,
        steps=training.step,
        seconds=training.place.seconds,
        first_step_seconds=training.compile_seconds,
        samples_per_second=training.speed,
        stopped_by=stopped_by,
        train=final["train"],
        validation=final["validation"],
        test=final["test"],
        parameters=training.job.analysis.parameters,
        failure=training.failure,
    )


def _explained(error: Exception, need: memory.Need | None) -> WorkError:
    text = str(error)
    if "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower():
        account = f"; it needs {need.to_text()} at batch size {need.batch_size}" if need else ""
        return WorkError(
            f"out of memory while training{account}: {text.splitlines()[0][:200]}",
            "Try a smaller batch size with accumulate, rematerialise, or bfloat16.",
        )
    return WorkError(f"training failed: {text.splitlines()[0][:300]}")

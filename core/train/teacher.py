"""Asks the network of an earlier run what it says of every row of the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.data.binding import Prepared
from core.data.dataset import Column
from core.project.runs import FOLDER, RunStore
from core.project.teacher import COLUMN, teacher_run


def taught(prepared: Prepared, wanted: str, folder: Path, device: str) -> Prepared:
    """The data with the prediction ``[N, ...]`` float32 of a run's network as one more column.

    The network has the run's weights and is in evaluation mode; its inputs are prepared as in its
    own training. Raises InputError where the run or its weights are not there.
    """
    from core.train.start import load_run

    training = load_run(RunStore(folder / FOLDER), teacher_run(folder, wanted), folder, device)
    rows = np.arange(prepared.dataset.rows)
    said = training.job.program.predict(training.state, rows).astype(np.float32)
    dataset = replace(
        prepared.dataset,
        columns={**prepared.dataset.columns, COLUMN: Column(said)},
        targets=(*prepared.dataset.targets, COLUMN),
    )
    return replace(prepared, columns={**prepared.columns, COLUMN: said}, dataset=dataset)

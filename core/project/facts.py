"""What is known of a design's data, for the analysis."""

from __future__ import annotations

from pathlib import Path

from core.data.binding import DataBinding, describe, faults, source_of
from core.data.environment import AFTERWARDS, Environment
from core.design.analysis import DataFacts
from core.design.document import Design
from core.errors import InputError
from core.project.teacher import COLUMN, teacher_column


def data_facts(design: Design, folder: Path) -> DataFacts | None:
    """Columns of the bound data, or why it cannot be read; None where no data is bound.

    ``folder`` is that of the project file, from which relative paths count.
    """
    if design.data is None:
        return None
    try:
        binding = DataBinding.from_json(design.data)
        wrong = faults(binding)
        if wrong:
            return DataFacts(
                {},
                fault=f"data: {wrong[0].message}",
                remedy="Correct it in the data panel, or choose the data again.",
            )
        found, source = describe(binding, folder), source_of(binding)
        columns, targets = found.columns, found.targets
        if binding.teacher:
            columns = {**columns, COLUMN: teacher_column(binding, folder, columns)}
            targets = (*targets, COLUMN)
    except InputError as error:
        message = error.message.removeprefix("data: ")
        return DataFacts({}, fault=f"data: {message}", remedy=error.hint)
    afterwards = AFTERWARDS if isinstance(source, Environment) else ()
    return DataFacts(columns, found.inputs, targets, afterwards=afterwards)

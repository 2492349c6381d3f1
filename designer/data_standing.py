"""What there is to say of a design's data and of how its rows are split, and edits of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.data.binding import DataBinding, doubts, source_of, split_of
from core.data.environment import Environment
from core.data.source import Source, sources
from core.data.split import Split
from core.design import edits
from core.design.analysis import DataFacts
from core.design.document import Design
from core.errors import InputError
from core.params import Param, Value
from core.project.teacher import COLUMN
from designer.data_words import NOTHING
from designer.split_sizes import SplitSizes, split_sizes

TEACHER = Param(
    "teacher",
    "column",
    "",
    "Teacher",
    "The id of a run on the same data: what its network says of each row is the column "
    f"{COLUMN!r}, for a Distillation loss. Empty: none.",
    advanced=True,
)


@dataclass(frozen=True)
class SplitStanding:
    """The split's form, the teacher its last parameter, and what follows from its values.

    ``faults`` are by parameter; ``problem`` says why the rows cannot be split that way.
    """

    params: tuple[Param, ...]
    values: Mapping[str, Value]
    faults: Mapping[str, str]
    doubt: str
    sizes: str
    problem: str


@dataclass(frozen=True)
class DataStanding:
    """Texts on the data, empty where there is nothing to say.

    ``problem`` says why it cannot be read. ``split`` is None for data that is played.
    """

    title: str
    summary: str
    licence: str
    played: str
    problem: str
    split: SplitStanding | None


def standing(design: Design, facts: DataFacts | None, folder: Path) -> DataStanding:
    """What there is to say of the design's data; relative paths count from ``folder``."""
    binding = _binding(design)
    source = sources().get(str(binding.source.get("kind", ""))) if binding else None
    played = source is not None and issubclass(source, Environment)
    split = _split(binding, facts, folder) if binding and not played else None
    fault = facts.fault.removeprefix("data: ") if facts else ""
    # What is wrong with the split stands beside the value already.
    known = split is not None and fault in split.faults.values()
    return DataStanding(
        title=_title(binding, source),
        summary=source.summary() if source else "" if binding else NOTHING,
        licence=f"Licence: {source.licence}." if source and source.licence else "",
        played=_played(binding) if binding and played else "",
        problem=_sentence(fault, facts.remedy) if facts and not known else "",
        split=split,
    )


def _split(binding: DataBinding, facts: DataFacts | None, folder: Path) -> SplitStanding:
    split = split_of(binding)
    sizes = problem = ""
    if facts and facts.columns:
        try:
            sizes = _rows(split_sizes(binding, folder))
            if split.labelled:
                sizes += f" {split.labelled:,} of the training rows keep their label."
        except InputError as error:
            problem = _sentence(error.message, error.hint)
    wrong = (*Split.read(binding.split)[1], *split.check())
    return SplitStanding(
        params=(*Split.params(), TEACHER),
        values={**split.values(), TEACHER.name: binding.teacher},
        faults={fault.name: fault.message for fault in wrong},
        doubt="\n".join(f"{doubt.message}." for doubt in doubts(binding)),
        sizes=sizes,
        problem=problem,
    )


def with_split(name: str, value: Value) -> Callable[[Design], Design]:
    """The edit that changes one value of the split."""

    def edit(design: Design) -> Design:
        binding = DataBinding.from_json(design.data)
        changed = replace(binding, split={**binding.split, name: value})
        return edits.set_data(design, changed.to_json())

    return edit


def with_teacher(run: str) -> Callable[[Design], Design]:
    """The edit that takes a run as the teacher; an empty id takes none."""

    def edit(design: Design) -> Design:
        binding = DataBinding.from_json(design.data)
        return edits.set_data(design, replace(binding, teacher=run).to_json())

    return edit


def _binding(design: Design) -> DataBinding | None:
    """The design's data; None where there is none, or nothing that can be read as such."""
    if design.data is None:
        return None
    try:
        return DataBinding.from_json(design.data)
    except InputError:
        return None


def _played(binding: DataBinding) -> str:
    """What is played in place of reading rows; empty while the parameters are wrong."""
    try:
        source = source_of(binding)
    except InputError:
        return ""
    return source.epoch_text() if isinstance(source, Environment) else ""


def _title(binding: DataBinding | None, source: type[Source] | None) -> str:
    if binding is None:
        return "No data"
    if source is None:
        return str(binding.source.get("kind", "")) or "No data"
    path = str(binding.source.get("path", "")).strip().rstrip("/")
    return f"{source.label}: {Path(path).name}" if path else source.label


def _rows(sizes: SplitSizes) -> str:
    about = "" if sizes.exact else "about "
    named = ((Split.params()[at].label, size) for at, size in enumerate(sizes.sizes))
    parts = ", ".join(f"{size:,} {name.lower()}" for name, size in named)
    between = sizes.rows - sum(sizes.sizes)
    left_out = f"; {between:,} between them are left out" if between else ""
    return f"{sizes.rows:,} rows: {about}{parts}{left_out}."


def _sentence(message: str, remedy: str) -> str:
    """A message and its remedy as sentences."""
    text = message[:1].upper() + message[1:]
    return f"{text.rstrip('.')}. {remedy}".strip() if text else ""

"""A sample of the user's own, made ready exactly as the training data was. No JAX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.binding import DataBinding, standardise
from core.data.new_rows import read_new_rows
from core.errors import InputError
from core.explain.attribution.graph import leading_to

if TYPE_CHECKING:
    from core.data.dataset import Column
    from core.design.document import End
    from core.train.job import Job

_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


@dataclass(frozen=True)
class OwnSample:
    """A file with one sample or more, of which row ``row``, from 0, counts, or a line of ``text``.

    Paths of the design's data count from ``folder``.
    """

    folder: str
    path: str = ""
    text: str = ""
    row: int = 0


def own_feed(job: Job, own: OwnSample) -> dict[str, np.ndarray]:
    """The sample as arrays ``[1, ...]`` by Input node, scaled as in training.

    Raises InputError telling why it does not fit what the network reads.
    """
    columns = _of_text(job, own.text) if own.text else _of_file(job, own)
    feed = {}
    for node in job.program.plan.inputs:
        column = job.program.plan.feeds[node]
        if column not in columns:
            raise InputError(
                f"the network also reads {column!r}, which this sample has not",
                "Use a NumPy archive (.npz) with one array for each input.",
            )
        feed[node] = columns[column]
    return feed


def own_values(job: Job, own: OwnSample) -> dict[str, np.ndarray]:
    """The sample by Input and Target node, without a batch. It has no target: see ``check_own``.

    Raises InputError as ``own_feed`` does.
    """
    plan, columns = job.program.plan, job.prepared.columns
    fed = {node: value[0] for node, value in own_feed(job, own).items()}
    # Nothing that may be asked of it depends on the target, which is that of any row.
    row = int(job.probe_rows()[0])
    others = {n: np.asarray(columns[c][row]) for n, c in plan.feeds.items() if n not in fed}
    return {**others, **fed}


def check_own(job: Job, end: End) -> None:
    """Raise InputError where an output depends on a Target, which an own sample has not."""
    plan = job.program.plan
    read = {source.node for step in leading_to(plan, end) for source in step.inputs.values()}
    for node in plan.feeds:
        if node not in plan.inputs and (node in read or node == end.node):
            raise InputError(
                f"what is asked depends on {plan.names[node]}, which a sample of your own has not",
                "Choose a sample of the data.",
            )


def _of_file(job: Job, own: OwnSample) -> dict[str, np.ndarray]:
    path, prepared = Path(own.path), job.prepared
    images = [n for n in prepared.dataset.inputs if prepared.dataset.columns[n].values.ndim == 4]
    is_picture = path.suffix.lower() in _PICTURES
    assert job.design.data is not None, "what is trained has data"
    if is_picture and len(prepared.dataset.inputs) == 1 and images:
        return {images[0]: _picture(job, path, images[0])}
    if is_picture:
        raise InputError(
            f"{path.name} is a picture, but this network does not read a picture alone",
            "Choose a file with the columns that it was trained on.",
        )
    rows = read_new_rows(DataBinding.from_json(job.design.data), Path(own.folder), path, prepared)
    count = len(next(iter(rows.values())))
    if own.row >= count:
        raise InputError(
            f"{path.name} has {count} rows, so there is no row {own.row}",
            f"Rows are counted from 0 to {count - 1}." if count else "Choose another file.",
        )
    return {name: np.asarray(values[own.row : own.row + 1]) for name, values in rows.items()}


def _picture(job: Job, path: Path, name: str) -> np.ndarray:
    """A picture file stretched to the size of the column's images."""
    from core.data.sources.image_folder import read_image

    column = job.prepared.dataset.columns[name]
    height, width, channels = column.values.shape[1:]
    if channels not in (1, 3):
        raise InputError(
            f"{path.name} is a picture of 1 or 3 channels, but the network reads {channels}",
            "Use a NumPy archive (.npz) with an array of that shape.",
        )
    if not _from_0_to_1(column):
        raise InputError(
            f"the images of this network do not run from 0 (black) to 1 (white), so that "
            f"{path.name} cannot be scaled like them",
            f"Use a NumPy archive (.npz) with an array {name!r} in the units of the data.",
        )
    image = read_image(path, (height, width, channels))[None]
    scales = job.prepared.scales.get(name)
    return np.asarray(standardise(image, *scales)[:] if scales else image, np.float32)


def _from_0_to_1(column: Column) -> bool:
    some = np.asarray(column.values[: min(len(column.values), 256)])
    return bool(some.min() >= 0 and 0.5 < some.max() <= 1)


def _of_text(job: Job, text: str) -> dict[str, np.ndarray]:
    """A line of characters of the vocabulary, as long as the network's samples."""
    prepared = job.prepared
    inputs = prepared.dataset.inputs
    column = prepared.dataset.columns[inputs[0]] if len(inputs) == 1 else None
    if column is None or not column.classes or column.values.ndim != 2:
        raise InputError("this network does not read text", "Choose a file instead.")
    if any(len(token) != 1 for token in column.classes):
        raise InputError(
            "the tokens of this network are not single characters",
            "Use a NumPy archive (.npz) with the ids of the tokens.",
        )
    ids = {token: number for number, token in enumerate(column.classes)}
    known = text if set(text) <= ids.keys() else text.lower()
    unknown = sorted(set(known) - ids.keys())
    if unknown:
        raise InputError(
            f"the character {unknown[0]!r} is not among the {len(ids)} that the network knows",
            "Leave it out, or write it differently.",
        )
    length = column.values.shape[1]
    if len(known) < length:
        raise InputError(
            f"the text has {len(known)} characters, but the network reads {length}",
            f"Write {length - len(known)} more.",
        )
    tokens = [ids[character] for character in known[-length:]]
    return {inputs[0]: np.array([tokens], np.int32)}

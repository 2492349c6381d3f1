"""Run by a test in a process with four devices: trains on one and on all, and prints the losses."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.train.job import Job
from tests.designs import DIGITS, classifier, digits_cnn, iris_mlp, noisy_mlp, with_recipe
from tests.training import train

# Without Adam, which makes steps of the rounding of gradients that are zero before a normalisation.
PLAIN = {"optimizer": "SGD", "learning_rate": 0.05}
# Large enough for the cores of a processor to divide its batches; the rest of an epoch is 54 rows.
READING = with_recipe(
    classifier(
        DIGITS,
        ("Reshape", {"shape": (8, 8)}),
        ("LSTM", {"units": 48, "output": "all steps"}),
        ("GRU", {"units": 48}),
        ("Dense", {"units": 10}),
        x="image",
    ),
    epochs=2,
    batch_size=512,
    **PLAIN,
)
DESIGNS = {
    "convolution": with_recipe(digits_cnn(), epochs=2, batch_size=64),
    # Many short steps, of which several would be queued at once.
    "many steps": with_recipe(iris_mlp(), epochs=60, batch_size=4, **PLAIN),
    "reading": READING,
    "batch statistics": with_recipe(noisy_mlp(), epochs=3, batch_size=16, **PLAIN),
}


def main() -> None:
    """Print ``{design: {devices: [loss of each epoch]}}`` as JSON, null for no number."""
    found: dict[str, Any] = {}
    for name, design in DESIGNS.items():
        found[name] = {}
        for count in (1, 4, None):
            job = Job.of(design, Path(), "cpu", count)
            done = train(job, Path(tempfile.mkdtemp()))
            found[name][count] = {
                "losses": done.losses,
                "test": done.summary.test,
                "device": done.summary.device,
                "devices": sorted({d.id for p in done.training.state.params for d in p.devices()}),
            }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

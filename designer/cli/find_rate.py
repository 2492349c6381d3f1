"""Find a learning rate for a design: the loss over rates that rise, and the rate suggested."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from core.project.file import load
from designer.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu", "tpu"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Train a few steps with rising rates, and show what came of each; the file is not changed."""
    design = load(options.file)
    from core.train.cores import offer_cores
    from core.train.job import Job
    from core.train.rate_finder import find_rate, searching

    offer_cores()
    job = Job.of(searching(design), options.file.parent, options.device)
    found = find_rate(job, lambda _rate, _loss: True)
    assert found is not None, "nobody stops the search"
    if options.json:
        print_json({**asdict(found), "suggestion": found.suggestion})
        return DONE
    print(f"{'rate':>10}  {'loss':>10}  {'smoothed':>10}")
    for rate, loss, smoothed in zip(found.rates, found.losses, found.smoothed, strict=True):
        print(f"{rate:10.3g}  {loss:10.4g}  {smoothed:10.4g}")
    print(f"steepest descent at  {found.steepest:.2g}")
    print(f"minimum / 10         {found.tenth:.2g}")
    print(f"suggested            {found.suggestion:g}")
    return DONE

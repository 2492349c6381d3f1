"""Which weights an export carries: those of a run, or untrained ones."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.design.analysis import Analysis
from core.errors import InputError
from core.project.runs import find_run, store_of
from core.project.weights import run_weights

if TYPE_CHECKING:
    from core.compile.model import Network

HINT = "Choose another run with --run, train the design anew, or use --untrained."


def chosen_network(options: argparse.Namespace, analysis: Analysis) -> tuple[Network, str]:
    """The network of a design in evaluation, and the run whose weights it has.

    That is the run of ``--run``, or else the project's last one; with ``--untrained``, or where
    there is no run, the weights are drawn anew and the run is empty. Raises InputError where the
    run's weights do not fit.
    """
    from flax import nnx

    from core.compile.model import Network
    from core.compile.plan import make_plan
    from core.compile.weights import with_weights

    network = Network(make_plan(analysis, to_train=False), nnx.Rngs(analysis.recipe.seed))
    network.eval()
    has_runs = bool(options.run) or bool(store_of(options.file).runs(options.file.stem))
    if options.untrained or not has_runs:
        return network, ""
    _, run = find_run(options.file, options.run)
    try:
        return with_weights(network, run_weights(run), f"run {run.id}"), run.id
    except InputError as error:
        raise InputError(error.message, HINT) from None

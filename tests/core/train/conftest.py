"""Jobs that several tests train, and a process that trains, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.train.commands import Shutdown
from core.train.events import Ready
from core.train.job import Job
from tests.core.train.worker_process import PATIENCE, WorkerProcess, noisy_main
from tests.designs import iris_mlp, noisy_mlp, regression, with_recipe
from tests.training import Trained, job_of, train

EPOCHS = 5


@pytest.fixture(scope="session")
def iris_job() -> Job:
    """A plain network trained by gradient descent without momentum."""
    design = with_recipe(iris_mlp(), optimizer="SGD", learning_rate=0.2, momentum=0.0)
    return job_of(design)


@pytest.fixture(scope="session")
def noisy_job() -> Job:
    """Dropout and batch normalisation, Adam with a schedule, and a smaller last batch."""
    schedule = {"kind": "Cosine", "warmup_epochs": 1.0}
    return job_of(with_recipe(noisy_mlp(), epochs=EPOCHS, schedule=schedule, learning_rate=0.03))


@pytest.fixture(scope="session")
def straight(noisy_job: Job, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """``noisy_job`` trained without a break."""
    return train(noisy_job, tmp_path_factory.mktemp("straight"))


@pytest.fixture(scope="session")
def temperature_job() -> Job:
    """Linear regression on standardised temperatures."""
    data = {"source": {"kind": "el_nino", "window": 12}, "split": {}}
    design = regression(data, "history", "next", Path())
    return job_of(with_recipe(design, optimizer="SGD", learning_rate=0.05, batch_size=64))


@pytest.fixture(scope="package")
def warm() -> Iterator[WorkerProcess]:
    """One worker process for all tests that leave it idle."""
    worker = WorkerProcess(noisy_main)
    ready = worker.until(Ready)
    assert ready == [Ready("cpu:0", ("cpu",))]
    yield worker
    worker.send(Shutdown())
    worker.process.join(PATIENCE)
    assert worker.process.exitcode == 0
    worker.end()

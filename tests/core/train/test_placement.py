"""Several devices give what one gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import jax
import pytest

from core.errors import InputError
from core.train.placement import Placement


@pytest.fixture(scope="module")
def found() -> Any:
    """What a process with four devices trained."""
    four = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=4"
    flags = {"XLA_FLAGS": four, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.train.four_devices"],
        env={**os.environ, **flags},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["convolution", "reading", "many steps", "batch statistics"])
def test_four_devices_train_as_one_does(found: Any, name: str) -> None:
    one, four = found[name]["1"], found[name]["4"]
    assert (len(one["devices"]), len(four["devices"])) == (1, 4)
    assert (one["device"], four["device"]) == ("cpu:0", "cpu:0 and 3 more")
    assert four["losses"] == pytest.approx(one["losses"], rel=1e-5)
    assert four["test"] == pytest.approx(one["test"], rel=1e-5)


def test_the_cores_of_a_processor_train_as_one_device_does(found: Any) -> None:
    one, cores = found["reading"]["1"], found["reading"]["null"]
    assert (len(cores["devices"]), cores["device"]) == (2, "cpu:0")
    assert cores["losses"] == pytest.approx(one["losses"], rel=1e-5)
    assert cores["test"] == pytest.approx(one["test"], rel=1e-5)
    # Too small to be worth it.
    assert len(found["many steps"]["null"]["devices"]) == 1


def test_more_devices_than_there_are_is_an_error() -> None:
    there = len(jax.devices("cpu"))
    with pytest.raises(InputError, match=f"JAX finds {there}") as caught:
        Placement.choose("cpu", there + 3)
    assert "xla_force_host_platform_device_count" in caught.value.hint


def test_none_of_a_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="there is no tpu"):
        Placement.choose("tpu")

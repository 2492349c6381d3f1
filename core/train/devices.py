"""Which devices there are, and where compiled programs are kept."""

from __future__ import annotations

import jax
from platformdirs import user_cache_path

from core.errors import InputError


def of_kind(choice: str = "auto") -> list[jax.Device]:
    """All devices of a kind; ``auto`` takes what JAX prefers.

    Raises InputError when there is none of that kind.
    """
    try:
        return jax.devices(None if choice == "auto" else choice)
    except RuntimeError:
        found = ", ".join(sorted({d.platform for d in jax.devices()}))
        raise InputError(
            f"there is no {choice} that JAX can use here (it finds {found})",
            "Run `layerloom doctor` to see what is missing.",
        ) from None


def kinds() -> tuple[str, ...]:
    """Those of ``cpu``, ``gpu`` and ``tpu`` that JAX can use here."""
    preferred = jax.default_backend()
    return tuple(dict.fromkeys(("cpu", preferred)))


def offer_cpus(count: int) -> None:
    """Let the processor count as so many devices; only before JAX is first asked for any."""
    if count > 1:
        jax.config.update("jax_num_cpu_devices", count)


def title(device: jax.Device) -> str:
    """``cpu:0`` or ``gpu:0``."""
    return f"{device.platform}:{device.id}"


def keep_compiled() -> None:
    """Let compiled programs outlive the process, so that the next run of a design starts at once.

    A cache that was chosen already, as with ``JAX_COMPILATION_CACHE_DIR``, stays.
    """
    if jax.config.jax_compilation_cache_dir is None:  # type: ignore[attr-defined]
        jax.config.update("jax_compilation_cache_dir", str(user_cache_path("layerloom") / "xla"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)

"""Packages that bring blocks of their own, and which of them the user has enabled.

A plugin is an installed package with an entry point in the group ``layerloom.blocks`` that names a
module of block classes. Nothing of it is loaded before the user has enabled it. No JAX, no Qt.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from core.errors import InputError, WorkError
from core.registry import kinds_in

GROUP = "layerloom.blocks"


@dataclass(frozen=True)
class Plugin:
    """An installed plugin. ``module`` is where its blocks are, ``package`` what was installed."""

    name: str
    module: str
    package: str
    version: str

    @property
    def root(self) -> str:
        """The first part of its module's name."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Loaded:
    """What a plugin brings: block classes by kind, or why it could not be loaded."""

    plugin: Plugin
    blocks: dict[str, type]
    fault: str = ""


def settings_file() -> Path:
    """Where it is kept which plugins are enabled; ``LAYERLOOM_CONFIG`` names another folder."""
    from platformdirs import user_config_path

    folder = os.environ.get("LAYERLOOM_CONFIG")
    return (Path(folder) if folder else user_config_path("layerloom")) / "plugins.json"


def installed() -> list[Plugin]:
    """Every plugin in the Python environment, by name. Nothing of them is imported."""
    from importlib.metadata import entry_points

    found = []
    for entry in entry_points(group=GROUP):
        dist = entry.dist
        package, version = (dist.name, dist.version) if dist else ("", "")
        found.append(Plugin(entry.name, entry.module, package, version))
    return sorted(found, key=lambda plugin: plugin.name)


def enabled() -> tuple[str, ...]:
    """The names of the enabled plugins. A file that cannot be read enables none."""
    try:
        saved = json.loads(settings_file().read_text("utf-8"))
        return tuple(name for name in saved["enabled"] if isinstance(name, str))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def set_enabled(name: str, on: bool) -> None:
    """Enable or disable a plugin for all later starts.

    Raises InputError for a plugin that is not installed, WorkError where it cannot be kept.
    """
    known = [plugin.name for plugin in installed()]
    if on and name not in known:
        raise InputError(
            f"there is no plugin called {name!r}",
            f"Installed are: {', '.join(known) or 'none'}.",
        )
    kept = [n for n in enabled() if n != name] + [name] * on
    path = settings_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"enabled": sorted(kept)}, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise WorkError(f"{path} cannot be written: {error.strerror or error}") from error


@cache
def loaded() -> tuple[Loaded, ...]:
    """The enabled plugins with their blocks, loaded once a process."""
    wanted = enabled()
    if not wanted:
        return ()
    return tuple(_load(plugin) for plugin in installed() if plugin.name in wanted)


def plugin_of_kind(kind: str) -> str:
    """The name of the plugin that a kind belongs to; empty for Layerloom's own."""
    return kind.rpartition(".")[0]


def advice(kind: str) -> str:
    """What helps where a block of a plugin is not known; empty for kinds of no plugin."""
    name = plugin_of_kind(kind)
    found = next((p for p in loaded() if p.plugin.name == name), None)
    if not name:
        return ""
    if found is not None and found.fault:
        return f"The plugin {name} could not be loaded: {found.fault}"
    if any(plugin.name == name for plugin in installed()):
        return f"Enable the plugin {name}: layerloom plugins --enable {name}, then start anew."
    return f"Install the plugin {name} and enable it."


def module_of(dotted: str) -> tuple[ModuleType, str]:
    """The module of an enabled plugin that a dotted name is in, and the rest of the name.

    Raises KeyError for a name of no enabled plugin.
    """
    root = dotted.partition(".")[0]
    if root not in {p.plugin.root for p in loaded() if not p.fault}:
        raise KeyError(dotted)
    parts = dotted.split(".")
    module = import_module(parts[0])
    for at, part in enumerate(parts[1:], 1):
        if hasattr(module, part) and not isinstance(getattr(module, part), ModuleType):
            return module, ".".join(parts[at:])
        module = import_module(".".join(parts[: at + 1]))
    raise KeyError(dotted)


def _load(plugin: Plugin) -> Loaded:
    from core.blocks.block import Block

    had_jax = "jax" in sys.modules
    try:
        module = import_module(plugin.module)
        found = kinds_in([module], Block)
    except Exception as error:  # noqa: BLE001 - whatever a plugin does must not end the program
        return Loaded(plugin, {}, f"{type(error).__name__}: {error}")
    if not had_jax and "jax" in sys.modules:
        return Loaded(
            plugin,
            {},
            f"its module {plugin.module} imports JAX; move its layers to another module and name "
            "them in calls",
        )
    odd = _not_its_own(plugin, found)
    if odd:
        return Loaded(plugin, {}, f"the kind {odd!r} does not begin with {plugin.name + '.'!r}")
    return Loaded(plugin, dict(found))


def _not_its_own(plugin: Plugin, kinds: Iterable[str]) -> str:
    return next((kind for kind in kinds if plugin_of_kind(kind) != plugin.name), "")

"""List the installed plugins, and enable or disable them."""

from __future__ import annotations

import argparse
from typing import Any

from core import plugins
from designer.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--enable", metavar="NAME", help="load its blocks from now on")
    act.add_argument("--disable", metavar="NAME", help="load them no longer")


def run(options: argparse.Namespace) -> int:
    """Change what is asked for, and tell how things stand."""
    if options.enable:
        plugins.set_enabled(options.enable, True)
    if options.disable:
        plugins.set_enabled(options.disable, False)
    found = standing()
    if options.json:
        print_json({"plugins": found})
        return DONE
    if not found:
        print("no plugins are installed")
    for plugin in found:
        state = "enabled" if plugin["enabled"] else "disabled"
        print(f"{plugin['name']:<20}{plugin['package']} {plugin['version']}, {state}")
        if plugin["blocks"]:
            print(f"  blocks: {', '.join(plugin['blocks'])}")
        if plugin["fault"]:
            print(f"  could not be loaded: {plugin['fault']}")
    return DONE


def standing() -> list[dict[str, Any]]:
    """Every installed plugin: its package, whether it is enabled, its blocks or its fault."""
    wanted, found = plugins.enabled(), {p.plugin.name: p for p in plugins.loaded()}
    return [
        {
            "name": plugin.name,
            "package": plugin.package,
            "version": plugin.version,
            "enabled": plugin.name in wanted,
            "blocks": sorted(found[plugin.name].blocks) if plugin.name in found else [],
            "fault": found[plugin.name].fault if plugin.name in found else "",
        }
        for plugin in plugins.installed()
    ]

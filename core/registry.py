"""Finds ``Configured`` classes by walking a package or module, so that no list has to be edited."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import TypeVar

from core.params import Configured

C = TypeVar("C", bound=Configured)


@cache
def kinds(package: str, base: type[C]) -> dict[str, type[C]]:
    """All concrete subclasses of ``base`` in a module or a package's modules, by saved kind name.

    Raises ValueError when two classes claim one kind.
    """
    where = importlib.import_module(package)
    parts = sorted(i.name for i in pkgutil.iter_modules(getattr(where, "__path__", [])))
    return kinds_in([where, *(importlib.import_module(f"{package}.{p}") for p in parts)], base)


def kinds_in(modules: Iterable[ModuleType], base: type[C]) -> dict[str, type[C]]:
    """All concrete subclasses of ``base`` that these modules define, by saved kind name.

    Raises ValueError when two classes claim one kind.
    """
    found: dict[str, type[C]] = {}
    for module in modules:
        for cls in vars(module).values():
            if not (inspect.isclass(cls) and issubclass(cls, base) and "kind" in vars(cls)):
                continue
            if cls.__module__ != module.__name__:
                continue
            if found.setdefault(cls.kind, cls) is not cls:
                raise ValueError(f"two classes are called {cls.kind}: {found[cls.kind]} and {cls}")
    return found

"""A design as standalone Python code. Works from the design alone and never imports JAX."""

from core.compile.source.result import Source, exported_names
from core.compile.source.writing import write_source

__all__ = ["Source", "exported_names", "write_source"]

"""Write a design in another form: a picture, Python code, ONNX, or its weights."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from types import ModuleType

from core.errors import InputError
from designer.cli.output import DONE, print_json

# Each format with the suffix that means it and the module of ``exports`` that writes it.
FORMATS = {
    "svg": ("svg", "picture"),
    "png": ("png", "picture"),
    "pdf": ("pdf", "picture"),
    "onnx": ("onnx", "onnx"),
    "python": ("py", "python"),
    "safetensors": ("safetensors", "safetensors"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="project file")
    parser.add_argument("--to", choices=FORMATS, help="the format (default: by OUT's suffix)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--run", default="", help="run id or folder whose weights are exported (default: the last)"
    )
    whose.add_argument("--untrained", action="store_true", help="export freshly drawn weights")
    for name in dict.fromkeys(module for _, module in FORMATS.values()):
        _module(name).arguments(parser.add_argument_group(name))


def run(options: argparse.Namespace) -> int:
    """Write the file and tell."""
    options.form = _format(options.output, options.to)
    answer, told = _module(FORMATS[options.form][1]).export(options)
    if options.json:
        print_json({"file": str(options.output), "format": options.form, **answer})
    else:
        print(told)
    return DONE


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"designer.cli.exports.{name}")


def _format(output: Path, wanted: str | None) -> str:
    suffix = output.suffix.lower().removeprefix(".")
    by_suffix = {end: name for name, (end, _) in FORMATS.items()}
    if wanted is None and suffix not in by_suffix:
        raise InputError(
            f"{output}: a design cannot be written as {output.suffix or 'a file without suffix'}",
            f"Give OUT one of the suffixes {', '.join(f'.{s}' for s in by_suffix)}, or use --to.",
        )
    if wanted and suffix in by_suffix and by_suffix[suffix] != wanted:
        raise InputError(
            f"{output}: the suffix says {suffix}, --to says {wanted}", "Make the two agree."
        )
    return wanted or by_suffix[suffix]

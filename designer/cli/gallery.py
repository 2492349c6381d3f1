"""List the examples, or copy one to start from."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from core.errors import InputError
from core.project.file import SUFFIX, load, writing
from core.project.gallery import examples
from designer.cli.output import DONE, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="the example to copy")
    parser.add_argument("-o", "--output", type=Path, help="where to copy it")


def run(options: argparse.Namespace) -> int:
    """List or copy."""
    found = examples()
    if options.name is None:
        if options.output:
            raise InputError("-o needs the name of an example", "See `layerloom gallery`.")
        listed = [{"name": n, "title": load(p).name, "file": str(p)} for n, p in found.items()]
        if options.json:
            print_json({"examples": listed})
        else:
            for entry in listed:
                print(f"{entry['name']:<26}{entry['title']}")
        return DONE
    source = found.get(options.name.removesuffix(SUFFIX))
    if source is None:
        raise InputError(
            f"there is no example {options.name!r}", f"Choose one of: {', '.join(found)}."
        )
    target = options.output or Path(source.name)
    if target.is_dir():
        target = target / source.name
    if target.exists():
        raise InputError(f"{target} exists already", "Choose another name with -o.")
    with writing(target):
        shutil.copyfile(source, target)
    if options.json:
        print_json({"name": source.stem, "file": str(target)})
    else:
        print(f"copied {source.stem} to {target}")
    return DONE

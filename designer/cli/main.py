"""Takes the command line apart and calls the command."""

from __future__ import annotations

import argparse
import importlib
import keyword
import os
import sys
from typing import NoReturn

from core.errors import InputError, LayerloomError, WorkError
from designer.cli.output import FAILED, report

COMMANDS = (
    "train",
    "find-rate",
    "evaluate",
    "explain",
    "cross-validate",
    "runs",
    "info",
    "check",
    "export",
    "import",
    "gallery",
    "plugins",
    "doctor",
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are error lines."""

    def error(self, message: str) -> NoReturn:
        """Raise the error instead of printing the usage."""
        raise InputError(message, f"See `{self.prog} --help`.")


def run(arguments: list[str]) -> int:
    """Carry out a call and return its exit code; no traceback reaches the user."""
    as_json = "--json" in arguments
    try:
        return _dispatch(arguments)
    except LayerloomError as error:
        return report(error, as_json)
    except KeyboardInterrupt:
        return report(WorkError("interrupted"), as_json)
    except BrokenPipeError:
        # The reader has closed the pipe (`layerloom info FILE | head`); nobody is left to tell.
        sys.stderr.close()
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last door before the user
        wrapped = WorkError(
            f"unexpected {type(error).__name__}: {error}",
            "Please report it with the output of LAYERLOOM_DEBUG=1.",
        )
        wrapped.__cause__ = error
        return report(wrapped, as_json)


def _dispatch(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        name = arguments[0].replace("-", "_")
        name += "_" if keyword.iskeyword(name) else ""
        command = importlib.import_module(f"designer.cli.{name}")
        parser = Parser(
            prog=f"layerloom {arguments[0]}", description=command.__doc__, allow_abbrev=False
        )
        parser.add_argument(
            "--json", action="store_true", help="write one JSON object to standard output"
        )
        parser.set_defaults(arguments=arguments)
        command.arguments(parser)
        found: int = command.run(parser.parse_args(arguments[1:]))
        return found
    if arguments and _is_word(arguments[0]) and not os.path.exists(arguments[0]):
        raise InputError(
            f"there is no command or file called {arguments[0]!r}",
            f"The commands are {', '.join(COMMANDS)}.",
        )
    parser = Parser(
        prog="layerloom",
        description="Design neural networks by wiring blocks, and watch them learn.",
        epilog=f"commands: {', '.join(COMMANDS)} (see `layerloom COMMAND --help`)",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", metavar="FILE.loom", help="the project to open")
    parser.add_argument("--version", action="version", version=_version())
    options = parser.parse_args(arguments)
    from designer.application import open_window

    return open_window(options.file)


def _is_word(text: str) -> bool:
    """Whether a command may be meant: letters, which a hyphen may divide."""
    return all(part.isalpha() for part in text.split("-"))


def _version() -> str:
    from importlib.metadata import version

    return f"layerloom {version('layerloom')}"

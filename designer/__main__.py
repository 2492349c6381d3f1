"""The entry point: ``layerloom [FILE]`` opens the designer, commands work headless."""

from __future__ import annotations

import io
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 failed, 2 wrong input or call."""
    from designer.cli.main import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal cannot write must not end the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())

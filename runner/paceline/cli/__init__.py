"""The command line: takes options, runs, reports, answers with an exit code. All the work is done elsewhere.

Each command has a module: its options, and what it does with them. Everything slow to import is imported when it is
needed, so that `paceline --version` and `--help` answer at once.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from paceline.cli.parsing import parse
from paceline.errors import PacelineError

_BAD_INPUT: Final = 2
_INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _prepare_output()
    try:
        options = parse(list(sys.argv[1:] if argv is None else argv))
        code: int = options.execute(options)
        sys.stdout.flush()
    except PacelineError as error:
        _complain(str(error))
        return _BAD_INPUT
    except OSError as error:
        # What is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read our output has gone, as `head` does
            return 128 + signal.SIGPIPE
        _complain(f"the output cannot be written ({error})")
        return _BAD_INPUT
    except KeyboardInterrupt:
        _complain("interrupted")
        return _INTERRUPTED
    return code


def _complain(what: str) -> None:
    sys.stderr.write(f"paceline: {what}\n")


def _prepare_output() -> None:
    """Make sure that there is something to write to, and that it takes every character."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # our caller closed it, as in `paceline run … >&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as we live
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")

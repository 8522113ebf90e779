"""What the options of several commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def finish(parser: argparse.ArgumentParser, execute: Callable[[argparse.Namespace], int]) -> None:
    """Say who does what the options ask for: a function that answers with an exit code."""
    known = [name for action in parser._actions for name in action.option_strings]  # noqa: SLF001  there is no other way
    parser.set_defaults(execute=execute, known=known, help=f"see `{parser.prog} --help`")


def add_fail_on(group: Any) -> None:
    """The option for the lowest level of finding that fails."""
    levels = ("breaking", "risky", "additive")
    group.add_argument("--fail-on", choices=levels, default="breaking", help="lowest level that fails (breaking)")


def positive(text: str) -> int:
    """A whole number from 1 up."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")


def milliseconds(text: str) -> float:
    """A number of milliseconds from 0 up."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if 0 <= value < float("inf"):
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")

"""`paceline lint`: mistakes that can be seen without sending anything."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from paceline.cli.options import finish
from paceline.cli.variables import add_variables, variable_sets


def add(commands: Any) -> None:
    """Add the command."""
    lint = commands.add_parser(
        "lint",
        help="look for mistakes without sending anything",
        description="Find variables without a value, scripts that do not parse, names that setNextRequest would "
        "confuse, and secrets written into a collection. Nothing is sent.",
        epilog="exit codes:\n  0  nothing found\n  1  something found\n  2  wrong options or files",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    lint.add_argument("collections", nargs="+", metavar="COLLECTION", help="a Postman collection (v2.0 or v2.1)")
    add_variables(lint)
    finish(lint, _lint)


def _lint(options: argparse.Namespace) -> int:
    from paceline.formats.collection import load_collection
    from paceline.lint import lint
    from paceline.model.suite import NO_SUITE

    collections = [load_collection(path) for path in options.collections]
    environment, globals_ = variable_sets(options, NO_SUITE)
    findings = lint(collections, environment, globals_)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{_counted(len(findings), 'finding')} in {_counted(len(collections), 'collection')}\n")
    return 1 if findings else 0


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"

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
    collections_help = "a Postman collection (v2.0, v2.1, or the folder of v3)"
    lint.add_argument("collections", nargs="+", metavar="COLLECTION", help=collections_help)
    add_variables(lint)
    lint.add_argument("-d", "--iteration-data", metavar="FILE", help="JSON or CSV, whose first row is looked at")
    finish(lint, _lint)


def _lint(options: argparse.Namespace) -> int:
    from paceline.formats.collection import load_collection
    from paceline.formats.data import load_data
    from paceline.lint import lint
    from paceline.model.suite import NO_SUITE
    from paceline.resolve.scopes import NO_DATA, data_scope

    collections = [load_collection(path) for path in options.collections]
    environment, globals_ = variable_sets(options, NO_SUITE)
    data = data_scope(load_data(options.iteration_data)[0]) if options.iteration_data else NO_DATA
    findings = lint(collections, environment, globals_, data)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{_counted(len(findings), 'finding')} in {_counted(len(collections), 'collection')}\n")
    return 1 if findings else 0


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"

"""From the words of a command line to options.

They are spelt as Newman spells them wherever Newman has them (newman, bin/newman.js).
"""

from __future__ import annotations

import argparse
from typing import Any, Final

from paceline import __version__
from paceline.cli import contract, coverage, drift, graph, history, lint, mutate, probe, report, run
from paceline.errors import UsageError, nearest

_COMMANDS: Final = (run, lint, contract, drift, history, coverage, mutate, probe, report, graph)
_BAIL_WORDS: Final = frozenset(("failure", "folder", "failure,folder", "folder,failure"))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """Say what is wrong in our own form; argparse would print its whole usage first."""
        raise UsageError(message, fix=f"see `{self.prog} --help`")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; `execute` does what they ask for.

    Raises:
        UsageError: there is something that we do not know or cannot use.
    """
    options, rest = _parser().parse_known_args(_with_bail_word(arguments))
    unknown = next((each for each in rest if each.startswith("-")), None)
    if unknown is not None:
        name = unknown.partition("=")[0]
        near = nearest(name, options.known)
        raise UsageError(f"there is no option {name}", fix=f"did you mean {near}?" if near else options.help)
    options.collections += rest  # argparse takes only those that stand together
    return options


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="paceline",
        description="Run Postman collections: requests, variables, cookies and scripts, as Postman runs them.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=f"paceline {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _with_bail_word(arguments: list[str]) -> list[str]:
    """Give `--bail` its default word where a collection follows, which argparse would take for the word."""
    following = [*arguments, ""][1:]
    return [
        "--bail=failure" if argument == "--bail" and after not in _BAIL_WORDS else argument
        for argument, after in zip(arguments, following, strict=False)
    ]

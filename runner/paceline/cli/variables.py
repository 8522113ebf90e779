"""Environments, globals and single variables on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from paceline.errors import UsageError

if TYPE_CHECKING:
    from paceline.model.suite import Suite
    from paceline.model.variables import VariableSet


def add_variables(parser: argparse.ArgumentParser) -> None:
    """The options that set variables."""
    group = parser.add_argument_group("variables")
    group.add_argument("-e", "--environment", metavar="FILE", help="a Postman environment")
    group.add_argument("-g", "--globals", metavar="FILE", help="Postman globals")
    for scope in ("env", "global"):
        group.add_argument(
            f"--{scope}-var",
            action="append",
            default=[],
            metavar="K=V",
            help=f"set a{' global' if scope == 'global' else 'n environment'} variable (repeatable)",
        )


def variable_sets(
    options: argparse.Namespace, suite: Suite, *, replaying: bool = False
) -> tuple[VariableSet, VariableSet]:
    """The environment and the globals that the options ask for, else those of the suite."""
    from paceline.formats.variables import load_environment, load_globals
    from paceline.model.variables import VariableSet
    from paceline.resolve.scopes import overridden
    from paceline.suite import environment_of

    environment = (
        load_environment(options.environment) if options.environment else environment_of(suite, replaying=replaying)
    )
    globals_ = load_globals(options.globals) if options.globals else VariableSet("", kind="globals")
    return (
        overridden(environment, _assignments(options.env_var, "--env-var")),
        overridden(globals_, _assignments(options.global_var, "--global-var")),
    )


def _assignments(pairs: Sequence[str], option: str) -> dict[str, str]:
    """`k=v` pairs; only the first `=` splits, so a value may hold more of them."""
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {pair} is not a pair of name and value", fix=f"write {option} name=value")
        values[key] = value
    return values

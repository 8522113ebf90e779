"""What a command line is about: the suite that it names or that lies here, or collections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paceline.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from paceline.model.suite import Suite


def suite_of(options: argparse.Namespace) -> Suite:
    """What to run: the suite that is named or lies here, or the collections that are named.

    Raises:
        UsageError: there is neither.
    """
    from paceline.formats.suite import SUITE_FILE, is_suite_file, load_suite
    from paceline.model.suite import NO_SUITE
    from paceline.suite import guarding

    named, here = options.collections, Path(SUITE_FILE)
    suites = [path for path in named if is_suite_file(path)]
    if suites and len(named) > 1:
        raise UsageError(f"{suites[0]} is a suite, and not to be run beside others", fix="name it alone")
    if suites:
        return load_suite(suites[0])
    if not named:
        if here.exists():
            return load_suite(here)
        what = f"there is nothing to run: no collection is named, and there is no {SUITE_FILE} in this folder"
        raise UsageError(what, fix="name a collection, or see `paceline run --help`")
    around = load_suite(here) if here.exists() else NO_SUITE
    return guarding(around, named)


def suite_or_none(options: argparse.Namespace) -> Suite:
    """The suite that is among the names, which it is taken out of, or that lies here; else that of no suite.

    Raises:
        UsageError: two are named.
    """
    from paceline.formats.suite import SUITE_FILE, is_suite_file, load_suite
    from paceline.model.suite import NO_SUITE

    suites = [path for path in options.collections if is_suite_file(path)]
    if len(suites) > 1:
        raise UsageError(f"{suites[0]} and {suites[1]} are two suites", fix="name one of them")
    options.collections = [path for path in options.collections if path not in suites]
    if suites:
        return load_suite(suites[0])
    return load_suite(SUITE_FILE) if Path(SUITE_FILE).exists() else NO_SUITE

"""`paceline coverage`: what a suite covers."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish
from paceline.cli.reporters import colored
from paceline.cli.sending import add_sending, run_options
from paceline.cli.suites import suite_of
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import FileError, Location, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Generator

    from paceline.coverage.outcome import CoverageReport
    from paceline.drift.facts import Lock
    from paceline.engine.events import Event
    from paceline.model.suite import Suite

_REPORTERS: Final = ("cli", "json", "md", "github")
_BELOW: Final = 5
_NOTHING_RAN: Final = 6
_INTERRUPTED: Final = 130

_EPILOG: Final = """\
measures, each with its percentage:
  requests   requests of the suite that ran and were answered
  contracts  requests that have a contract
  described  fields that came which the contract describes
  fields     described fields that came at which a test script looks
  statuses   documented statuses that were ever seen, in this run or by contract.lock
  values     documented values of lists that were ever seen, likewise

exit codes:
  0  measured, and nothing is below --min-coverage; how the run itself fared does not count
  2  wrong options, configuration or files
  5  something is below --min-coverage
  6  no request was answered
  130  interrupted
"""


def add(commands: Any) -> None:
    """Add the command."""
    coverage = commands.add_parser(
        "coverage",
        help="measure what a suite covers",
        description="Run a suite quietly, or take a run that was logged, and tell which requests ran and have a "
        "contract, which fields test scripts look at, and which documented statuses and values were ever seen.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    suite_help = "the YAML file of a suite (paceline.yaml), or collections"
    coverage.add_argument("collections", nargs="*", metavar="SUITE", help=suite_help)
    add_variables(coverage)

    what = coverage.add_argument_group("what is measured")
    what.add_argument("--from", dest="log", metavar="RUN.jsonl", help="a run by its event log; nothing is sent")
    replay_help = "answer from cassettes, send nothing (the default where CI is set and there are some)"
    what.add_argument("--replay", action="store_true", help=replay_help)
    what.add_argument("--live", action="store_true", help="send, also where CI is set")
    what.add_argument("--cassettes", metavar="DIR", help="where they are (the suite's)")
    what.add_argument("--contracts", metavar="FILE", help="the contracts (the suite's)")
    what.add_argument("--lock", metavar="FILE", help="what was learnt of answers (the suite's, if it is there)")
    what.add_argument("--allow-mutations", action="store_true", help="let a suite change state on live hosts")
    minimum_help = "percentages to be reached: a number for all measures, or a list such as requests=100,fields=5"
    what.add_argument("--min-coverage", metavar="LIST", help=minimum_help)

    add_sending(coverage)
    coverage.set_defaults(iteration_count=1, folder=[], bail=None, allow_unresolved=False)

    reports = coverage.add_argument_group("reports")
    reports.add_argument("-r", "--reporters", default="cli", metavar="LIST", help=f"of {','.join(_REPORTERS)} (cli)")
    reports.add_argument("--reporter-json-export", metavar="FILE", help="where the JSON goes")
    reports.add_argument("--reporter-md-export", metavar="FILE", help="where the Markdown goes")
    reports.add_argument("--color", choices=("auto", "on", "off"), default="auto", help="colours (auto)")
    reports.add_argument("--verbose", action="store_true", help="below each request what is not covered")
    finish(coverage, _coverage)


def _coverage(options: argparse.Namespace) -> int:
    from paceline.contract.checker import load_checker
    from paceline.coverage.gathering import Gathering
    from paceline.coverage.measuring import measure
    from paceline.coverage.minimum import parse_minimum, shortfalls
    from paceline.formats.collection import load_collection
    from paceline.readers.readers import Readers
    from paceline.report.telling import tell
    from paceline.script.v8 import Sandbox

    reporters = _reporters(options)
    minimum = parse_minimum(options.min_coverage) if options.min_coverage is not None else {}
    suite = suite_of(options)
    collections = [load_collection(path) for path in suite.collections]
    contracts = options.contracts or suite.contracts
    checker = None if contracts is None else load_checker(contracts)
    lock = _lock(options, suite)
    gathering = Gathering()
    finished, _ = tell(_events(options, suite), [gathering])
    if finished.exit_code == _INTERRUPTED and options.log is None:
        return _INTERRUPTED
    sandbox = Sandbox()
    try:
        readers = Readers(
            gathering.results,
            checker,
            sandbox,
            environment=gathering.environment,
            globals=gathering.globals,
        )
        report = measure(collections, gathering.results, checker, readers, lock)
    finally:
        sandbox.close()
    missed = list(shortfalls(report, minimum))
    notes = [f"the run itself failed, exit code {finished.exit_code}: `paceline run` tells why"]
    _tell(options, reporters, report, missed, notes if finished.exit_code else [])
    if not any(request.ran for request in report.requests):
        return _NOTHING_RAN
    return _BELOW if missed else 0


def _reporters(options: argparse.Namespace) -> list[str]:
    from paceline.report.files import require_writable

    names = list(dict.fromkeys(name.strip() for name in options.reporters.split(",")))
    for name in names:
        if name not in _REPORTERS:
            near = nearest(name, _REPORTERS)
            advice = f"did you mean `{near}`? " if near else ""
            raise UsageError(
                f"there is no reporter `{name}` of coverage", fix=f"{advice}There are {', '.join(_REPORTERS)}"
            )
        if name in {"json", "md"}:
            require_writable(getattr(options, f"reporter_{name}_export"))
    if "github" in names and not os.environ.get("GITHUB_STEP_SUMMARY"):
        what = "there is no job summary to write to: GITHUB_STEP_SUMMARY is not set"
        raise UsageError(what, fix="outside of GitHub Actions take `md`")
    return names


def _lock(options: argparse.Namespace, suite: Suite) -> Lock | None:
    from paceline.drift.lock import read_lock

    if options.lock is None and not suite.lock.exists():
        return None
    return read_lock(options.lock or suite.lock)


def _events(options: argparse.Namespace, suite: Suite) -> Generator[Event, None, None]:
    from paceline.api import stream
    from paceline.recording import Cassettes
    from paceline.report.event_log import read_events
    from paceline.transport.cookie_file import read_cookie_jar

    if options.replay and (options.live or options.log):
        other = "--live" if options.live else "--from"
        raise UsageError(f"--replay and {other} exclude each other", fix="give one of them")
    if options.log is not None:
        return read_events(options.log)
    folder = options.cassettes or suite.cassettes
    if options.replay and folder is None:
        raise UsageError("it is not said where the cassettes are", fix="add --cassettes DIR")
    wanted = options.replay or (bool(os.environ.get("CI")) and not options.live)
    replaying = folder is not None and wanted
    environment, globals_ = variable_sets(options, suite, replaying=replaying)
    return stream(
        suite,
        environment=environment,
        globals=globals_,
        options=run_options(options),
        jar=read_cookie_jar(options.cookie_jar) if options.cookie_jar else None,
        contracts=options.contracts,
        cassettes=Cassettes(Path(folder)) if replaying and folder is not None else None,
        ca_bundle=options.ssl_extra_ca_certs,
    )


def _tell(
    options: argparse.Namespace, reporters: list[str], report: CoverageReport, missed: list[str], notes: list[str]
) -> None:
    from paceline.coverage.telling import as_json, markdown_lines, table_lines
    from paceline.report.files import report_path, writing
    from paceline.report.style import Style

    written = []
    if "json" in reporters:
        path = report_path(options.reporter_json_export, "coverage.json", time.time())
        with writing(path) as file:
            file.write(json.dumps(as_json(report, missed), indent=2, ensure_ascii=False) + "\n")
        written.append(path)
    markdown = "\n".join(markdown_lines(report, missed)) + "\n"
    if "md" in reporters:
        path = report_path(options.reporter_md_export, "coverage.md", time.time())
        with writing(path) as file:
            file.write(markdown)
        written.append(path)
    if "github" in reporters:
        _append(os.environ["GITHUB_STEP_SUMMARY"], markdown)
    if "cli" in reporters:
        style = Style.of(sys.stdout, color=colored(options.color, sys.stdout))
        lines = [*table_lines(report, style, verbose=options.verbose), *notes, *(f"report: {path}" for path in written)]
        lines += [style.red(f"{style.signs.failed} {each}") for each in missed]
        sys.stdout.writelines(f"{each}\n" for each in lines)


def _append(path: str, text: str) -> None:
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        what = f"the job summary cannot be written ({error})"
        raise FileError(what, Location(path), "check what GITHUB_STEP_SUMMARY says") from error

"""`paceline mutate`: what could an API change without anybody noticing?"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish, milliseconds, positive
from paceline.cli.reporters import colored
from paceline.cli.suites import suite_of
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import UsageError, nearest

if TYPE_CHECKING:
    from paceline.mutants.outcome import Told

_INTERRUPTED: Final = 130
_REPORTERS: Final = ("cli", "json")
_EXIT_CODES: Final = """\
operators:
  drop          a field is left out
  type          a value has another type
  null          a value is null
  off-by-one    a count of a list beside it is one more
  empty-list    a list is empty
  500           the status is 500
  stale-cookie  a cookie has another value, or is over

exit codes:
  0  done, and the score is not below --min-score
  1  a request fails as it was recorded, so that nothing can be said of it
  2  wrong options, files or cassettes
  5  the score is below --min-score
  6  nothing was changed
  130  interrupted; what was found until then is told
When several apply, the first of 130, 2, 1, 5, 6 counts.
"""


def add(commands: Any) -> None:
    """Add the command."""
    mutate = commands.add_parser(
        "mutate",
        help="look which changes of the API no check would notice",
        description="Replay a suite from its cassettes, again and again, each time with one thing changed in a "
        "recorded answer, and tell which changes neither a contract nor a script noticed. Nothing is sent.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    suite_help = "the YAML file of a suite (paceline.yaml), or collections"
    mutate.add_argument("collections", nargs="*", metavar="SUITE", help=suite_help)
    add_variables(mutate)

    what = mutate.add_argument_group("what is changed")
    what.add_argument("--operators", metavar="LIST", help="some of the operators below, with commas (all)")
    request_help = 'only answers of this request, as in "users/User Overview" (repeatable)'
    what.add_argument("--request", action="append", default=[], metavar="KEY", help=request_help)
    every_help = "only every Nth change: quicker, with nearly the same score (1)"
    what.add_argument("--every", type=positive, default=1, metavar="N", help=every_help)

    how = mutate.add_argument_group("what it is replayed with")
    how.add_argument("--cassettes", metavar="DIR", help="where they are (the suite's)")
    how.add_argument("--contracts", metavar="FILE", help="hold every answer against these contracts (the suite's)")
    how.add_argument("--timeout-script", type=milliseconds, metavar="MS", help="for a script (5000; 0: no limit)")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")

    reports = mutate.add_argument_group("what counts, and reports")
    reports.add_argument("--min-score", type=_percent, metavar="P", help="exit code 5 below so many per cent")
    reports.add_argument("--strict", action="store_true", help="for --min-score: what the service may do counts too")
    reports.add_argument("-r", "--reporters", default="cli", metavar="LIST", help="of cli,json (cli)")
    reports.add_argument("--reporter-json-export", metavar="FILE", help="where the JSON report goes")
    reports.add_argument("--color", choices=("auto", "on", "off"), default="auto", help="colours (auto)")
    reports.add_argument("--silent", action="store_true", help="nothing on the terminal")
    reports.add_argument("--verbose", action="store_true", help="every change that survived, and what may be")
    finish(mutate, _mutate)


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1
    if 0 <= value <= 100:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")


def _mutate(options: argparse.Namespace) -> int:
    from paceline.mutants.operators import OPERATORS
    from paceline.mutants.run import SCRIPT_MS, Choice, mutate

    names = _reporters(options)
    suite = suite_of(options)
    environment, globals_ = variable_sets(options, suite, replaying=True)
    operators = OPERATORS if options.operators is None else tuple(_words(options.operators))
    told: list[Told] = []
    start = time.perf_counter()
    interrupted = False
    try:
        for each in mutate(
            suite,
            Choice(operators, tuple(options.request), options.every),
            cassettes=options.cassettes,
            environment=environment,
            globals=globals_,
            contracts=options.contracts,
            timeout_script_ms=SCRIPT_MS if options.timeout_script is None else options.timeout_script,
            working_dir=options.working_dir,
        ):
            told.append(each)
            _progress(f"{len(told)} requests, last {each.request}")
    except KeyboardInterrupt:
        interrupted = True
    finally:
        _progress("")
    _report(told, time.perf_counter() - start, names, options)
    return _INTERRUPTED if interrupted else _exit_code(told, options)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _reporters(options: argparse.Namespace) -> list[str]:
    from paceline.report.files import require_writable

    names = _words(options.reporters)
    for name in names:
        if name not in _REPORTERS:
            near = nearest(name, _REPORTERS)
            advice = f"did you mean `{near}`? " if near else ""
            fix = f"{advice}There are {', '.join(_REPORTERS)}"
            raise UsageError(f"there is no reporter `{name}` of mutants", fix=fix)
    if options.reporter_json_export is not None and "json" not in names:
        names.append("json")
    if "json" in names:
        require_writable(options.reporter_json_export)
    return names


def _progress(text: str) -> None:
    """One line that is written over, where somebody may look at it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{text[:70]}")
        sys.stderr.flush()


def _report(told: list[Told], seconds: float, names: list[str], options: argparse.Namespace) -> None:
    from paceline.formats.text import json_text
    from paceline.mutants.telling import report_json, report_lines
    from paceline.report.files import report_path, writing
    from paceline.report.style import Style

    shown = "cli" in names and not options.silent
    if shown:
        style = Style.of(sys.stdout, color=colored(options.color, sys.stdout))
        for line in report_lines(told, style, seconds, verbose=options.verbose):
            sys.stdout.write(f"{line}\n")
    if "json" in names:
        path: Path = report_path(options.reporter_json_export, "json", time.time())
        with writing(path) as file:
            file.write(json_text(report_json(told, seconds), indent=2) + "\n")
        if shown:
            sys.stdout.write(f"report: {path}\n")


def _exit_code(told: list[Told], options: argparse.Namespace) -> int:
    from paceline.mutants.outcome import Unmutated
    from paceline.mutants.telling import judged_of, score_of

    if any(isinstance(each, Unmutated) and each.failed for each in told):
        return 1
    judged = judged_of(told)
    score = score_of(judged)
    reached = score.strict_percent if options.strict else score.percent
    if options.min_score is not None and reached is not None and reached < options.min_score:
        return 5
    return 0 if judged else 6

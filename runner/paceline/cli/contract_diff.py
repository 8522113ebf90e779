"""`paceline contract diff`: what differs between two locks, runs, recordings or revisions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import add_fail_on, finish
from paceline.cli.suites import suite_of, suite_or_none
from paceline.errors import UsageError

if TYPE_CHECKING:
    from paceline.evidence.differing import Differences

_EPILOG: Final = """\
A and B are each one of:
  FILE         a lock, such as contract.lock
  RUN.jsonl    an event log
  DIR          a folder of cassettes
  FILE.json    a collection, for the example responses that are saved in it
  REV          the suite's lock at this git revision, such as HEAD~3
  REV:PATH     another lock at this revision
  ENV.json     an environment, if both are: the suite is run with the two, request by request

exit codes:
  0  nothing differs at the level that fails, or graver
  2  wrong options or files
  5  something does
"""


def add(actions: Any) -> None:
    """Add the command."""
    diff = actions.add_parser(
        "diff",
        help="tell what differs between two locks, runs, recordings or revisions",
        description="Tell in what B differs from A, request by request: breaking, risky, additive.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    diff.add_argument("a", metavar="A", help="what was")
    diff.add_argument("b", metavar="B", help="what is")
    diff.add_argument("--json", action="store_true", help="as JSON")
    add_fail_on(diff)
    diff.add_argument("--lock", metavar="FILE", help="the lock that a revision means (the suite's, or contract.lock)")
    diff.set_defaults(collections=[])
    finish(diff, _diff)


def _diff(options: argparse.Namespace) -> int:
    from paceline.drift.outcome import fails
    from paceline.evidence.differing import differences_of
    from paceline.evidence.sources import read_source
    from paceline.formats.recognize import is_environment

    if options.collections:
        raise UsageError(f"{options.collections[0]} is one too many", fix="name two: A and B")
    if is_environment(options.a) and is_environment(options.b):
        code, found = _twins(options)
        if found is None:
            return code
    else:
        lock = Path(options.lock) if options.lock else suite_or_none(options).lock
        found = differences_of(read_source(options.a, lock), read_source(options.b, lock))
    sys.stdout.write(found.json() if options.json else _text(found))
    return 5 if any(fails(each.level, options.fail_on) for each in found.findings) else 0


def _twins(options: argparse.Namespace) -> tuple[int, Differences | None]:
    """What differs between two runs of the suite side by side; None, and the exit code, where nothing was answered."""
    from paceline.engine.options import RunOptions
    from paceline.evidence.differing import Differences
    from paceline.formats.private_folder import private_folder
    from paceline.formats.variables import load_environment
    from paceline.model.variables import VariableSet
    from paceline.report.telling import tell
    from paceline.watch.keeping import Places
    from paceline.watch.run import Wanted, drift

    suite = suite_of(options)
    wanted = Wanted(
        environment=load_environment(options.a),
        globals=VariableSet("", kind="globals"),
        options=RunOptions(),
        lock=suite.lock,
        places=Places(private_folder(suite.at), None, ""),
        twin=load_environment(options.b),
    )
    finished, _ = tell(drift(suite, wanted), [])
    if finished.drift is None or not finished.drift.compared:
        sys.stderr.write(f"paceline: nothing was compared: the run ended with exit code {finished.exit_code}\n")
        return finished.exit_code or 6, None
    findings = tuple(change.finding for change in finished.drift.changes)
    found = finished.drift
    return 0, Differences(options.a, options.b, found.compared, findings, (), found.unlearnt)


def _text(found: Differences) -> str:
    lines = [f"from {found.a}", f"to   {found.b}", "", *(str(each) for each in found.findings)]
    lines += [""] if found.findings else []
    for where, keys in ((found.a, found.only_a), (found.b, found.only_b)):
        if keys:
            more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
            lines.append(f"only in {where}: {', '.join(keys[:5])}{more}")
    requests = f"{found.compared} request{'' if found.compared == 1 else 's'}"
    return "\n".join([*lines, f"{requests} compared: {found.counted}", ""])

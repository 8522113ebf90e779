"""`paceline contract accept`: findings of drift are the new normal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish
from paceline.cli.suites import suite_or_none
from paceline.errors import UsageError

if TYPE_CHECKING:
    from paceline.drift.facts import Lock
    from paceline.model.suite import Suite

_EPILOG: Final = """\
POINTER is a place as the report of `paceline drift` has it, and stands for what is within it, too:
  /data/*/status                    in every answer
  'users/User Overview#/streaks'    in those of one request
  status, header:link, cookie:sid, content-type, latency, ...    what is not in the body

exit codes:
  0  accepted, or there is nothing to accept
  2  wrong options or files, or a place that no finding is about; nothing was written
"""


def add(actions: Any) -> None:
    """Add the command."""
    accept = actions.add_parser(
        "accept",
        help="take what has changed for the new normal",
        description="Write what the last `paceline drift` found into the lock: only the places change that there are "
        "findings about, so that a pull request shows what was accepted.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    accept.add_argument("collections", nargs="*", metavar="SUITE", help="the YAML file of a suite (paceline.yaml)")
    only_help = "only what is found there (repeatable)"
    accept.add_argument("--only", action="append", default=[], metavar="POINTER", help=only_help)
    accept.add_argument("--request", default="", metavar="KEY", help='only of this one, such as "users/User Overview"')
    level_help = "only breaking, risky or additive findings (repeatable)"
    levels = ("breaking", "risky", "additive")
    accept.add_argument("--level", action="append", default=[], choices=levels, metavar="LEVEL", help=level_help)
    from_help = "what came: cassettes, an event log, another lock, a git revision (the last drift run)"
    accept.add_argument("--from", dest="source", metavar="SOURCE", help=from_help)
    accept.add_argument("--lock", metavar="FILE", help="the lock to change (the suite's, or contract.lock)")
    finish(accept, _accept)


def _accept(options: argparse.Namespace) -> int:
    from paceline.drift.lock import read_lock, write_lock
    from paceline.evidence.accepting import accept_places

    suite = suite_or_none(options)
    if options.collections:
        raise UsageError(f"{options.collections[0]} is no suite", fix="name places by --only, and a source by --from")
    path = Path(options.lock) if options.lock else suite.lock
    if not path.exists():
        raise UsageError(f"there is no lock {path}", fix="learn one first: paceline contract learn")
    lock = read_lock(path)
    now, complete = _seen(options, suite, path)
    changed, accepted = accept_places(
        lock, now, only=options.only, key=options.request, levels=options.level, complete=complete
    )
    for finding in accepted:
        sys.stdout.write(f"{finding}\n")
    if not accepted:
        sys.stdout.write(f"nothing to accept: {path} stays as it is\n")
    if unknown := sorted(now.requests.keys() - lock.requests.keys()):
        sys.stdout.write(f"not in the lock, so to be learnt: {', '.join(unknown[:5])}{' …' * (len(unknown) > 5)}\n")
    if accepted:
        write_lock(path, changed)
        sys.stdout.write(f"accepted: {len(accepted)} finding{'s' * (len(accepted) != 1)}, written to {path}\n")
    return 0


def _seen(options: argparse.Namespace, suite: Suite, path: Path) -> tuple[Lock, bool]:
    """What came, and whether that is all that is known, as of another lock."""
    from datetime import UTC, datetime

    from paceline.evidence.observed import read_observed
    from paceline.evidence.sources import read_source
    from paceline.formats.private_folder import private_folder

    if options.source is not None:
        source = read_source(options.source, path)
        sys.stdout.write(f"from {source.told}\n")
        return source.seen(), source.lock is not None
    observed = read_observed(private_folder(suite.at))
    when = datetime.fromtimestamp(observed.meta.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    sys.stdout.write(f"from {observed.meta.command} of {when}\n")
    return observed.lock, False

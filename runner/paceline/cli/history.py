"""`paceline history`: earlier runs, since when, and how times went."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish, positive
from paceline.errors import FileError, Location, UsageError, nearest

if TYPE_CHECKING:
    from paceline.history.store import History

_FEW: Final = 20
_UNITS: Final = {"h": 3600, "d": 86400, "w": 7 * 86400}

_EPILOG: Final = """\
`paceline history prune` removes runs and makes the file smaller:
  paceline history prune --keep 100
  paceline history prune --older-than 90d

exit codes:
  0  all good, also where there is no history yet
  2  wrong options or files
"""

_Answer = tuple[dict[str, Any], list[str]]
"""What is found, as JSON data and in lines."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of which history.

    Attributes:
        history: None where no run has been kept yet.
        suite: by its name in the history; None: all.
    """

    options: argparse.Namespace
    path: Path
    history: History | None
    suite: str | None


def add(commands: Any) -> None:
    """Add the command."""
    history = commands.add_parser(
        "history",
        help="show earlier runs, since when a finding is there, and how times went",
        description="Show the runs that are kept beside a suite, the newest first; or what they tell. Nothing is sent.",
        usage="paceline history [prune] [SUITE] [options]",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    suite_help = "only runs of this suite, from the history beside it (all runs in this folder's)"
    history.add_argument("collections", nargs="*", metavar="SUITE", help=suite_help)
    history.add_argument("--file", metavar="FILE", help="the history (.paceline/history.sqlite3 beside the suite)")
    history.add_argument(
        "--limit", type=positive, metavar="N", help=f"at most so many runs ({_FEW}), or findings (all)"
    )
    history.add_argument("--json", action="store_true", help="for other programs")

    what = history.add_argument_group("what is shown").add_mutually_exclusive_group()
    what.add_argument("--findings", action="store_true", help="the findings that are open, and since when")
    what.add_argument("--trend", metavar="KEY", help='the times of a request, such as "users/User Overview"')

    prune = history.add_argument_group("what prune removes").add_mutually_exclusive_group()
    prune.add_argument("--keep", type=positive, metavar="N", help="all runs but the newest")
    prune.add_argument("--older-than", type=_age, metavar="AGE", help="runs from before: 90d, 12w or 36h")
    finish(history, _history)


def _age(text: str) -> int:
    """Seconds."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) < 8:
        return int(number) * _UNITS[unit]
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of days, weeks or hours, such as 90d, 12w or 36h")


def _history(options: argparse.Namespace) -> int:
    from paceline.formats.private_folder import FOLDER
    from paceline.history.place import FILE
    from paceline.history.store import History

    words = list(options.collections)
    pruning = words[:1] == ["prune"]
    suite = _suite(words[1:] if pruning else words)
    _require_sense(options, pruning)
    folder = suite.parent if suite is not None else Path()
    path = _named(options.file) if options.file is not None else folder / FOLDER / FILE
    with ExitStack() as stack:
        history = stack.enter_context(History(path)) if path.exists() else None
        asked = _Asked(options, path, history, suite.name if suite is not None else None)
        show = _prune if pruning else _findings if options.findings else _runs if options.trend is None else _trend
        document, lines = show(asked)
    if options.json:
        lines = [json.dumps(document, indent=2, ensure_ascii=False)]
    elif history is None:
        lines = [f"there is no history yet: no run has been kept in {path}"]
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return 0


def _suite(words: list[str]) -> Path | None:
    """The file of the suite that is named; it need not be in order, but there."""
    from paceline.formats.files import read_bytes
    from paceline.formats.suite import is_suite_file

    if not words:
        return None
    if len(words) > 1:
        raise UsageError(f"{words[1]} is one too many", fix='name one suite; quote a request: --trend "users/Overview"')
    if not is_suite_file(words[0]):
        fix = "name a suite, name a history with --file, or write `paceline history prune`"
        raise UsageError(f"{words[0]} is not the YAML file of a suite", fix=fix)
    read_bytes(words[0])
    return Path(words[0])


def _require_sense(options: argparse.Namespace, pruning: bool) -> None:
    """Refuse options that do not go together, before anything is removed."""
    which = options.keep is not None or options.older_than is not None
    showing = options.findings or options.trend is not None or options.limit is not None
    if pruning and not which:
        raise UsageError("it is not said what to remove", fix="add --keep N, or --older-than 90d")
    if pruning and showing:
        raise UsageError("prune shows nothing", fix="leave --findings, --trend and --limit out")
    if which and not pruning:
        raise UsageError("--keep and --older-than are for removing runs", fix="write `paceline history prune`")


def _named(file: str) -> Path:
    """The history that is named.

    Raises:
        FileError: it is not there.
    """
    from paceline.formats.files import read_bytes

    path = Path(file)
    if not path.is_file():
        read_bytes(path)  # tells what is wrong, and which name is near
        raise FileError("this is not a file", Location(file), "name the file of a history")
    return path


def _runs(asked: _Asked) -> _Answer:
    from paceline.history.as_json import runs_json
    from paceline.history.telling import run_lines

    history = asked.history
    runs = history.runs(asked.options.limit or _FEW, asked.suite) if history is not None else []
    return runs_json(asked.path, runs), [*(run_lines(runs) if runs else ()), _sum(asked, len(runs))]


def _findings(asked: _Asked) -> _Answer:
    from paceline.history.as_json import findings_json
    from paceline.history.telling import finding_lines
    from paceline.report.screen import count

    history = asked.history
    every = history.open_findings(asked.suite) if history is not None else []
    findings = every[: asked.options.limit]
    told = f"{count(len(every), 'open finding')}" if every else "no finding is open"
    shown = f"{len(findings):,} of {told}" if len(findings) < len(every) else told
    return findings_json(asked.path, findings), [*(finding_lines(findings) if findings else ()), shown]


def _trend(asked: _Asked) -> _Answer:
    from paceline.history.as_json import trend_json
    from paceline.history.telling import blocks_for, trend_lines

    history, key = asked.history, asked.options.trend
    trend = history.trend(key, suite=asked.suite, limit=asked.options.limit or _FEW) if history is not None else []
    if history is not None and not trend:
        keys = history.keys()
        near = nearest(key, keys)
        fix = f"did you mean {near!r}?" if near else 'give the collection and the name, such as "users/User Overview"'
        if key in keys:
            fix = "answers that come from a recording have no times; compare those of the service itself"
        raise UsageError(f"no run that is kept has times of {key!r}", Location(str(asked.path)), fix)
    return trend_json(asked.path, key, trend), list(trend_lines(trend, blocks_for(sys.stdout)))


def _prune(asked: _Asked) -> _Answer:
    from paceline.history.as_json import pruned_json
    from paceline.report.screen import count, size

    history, keep, age = asked.history, asked.options.keep, asked.options.older_than
    if history is None:
        return pruned_json(asked.path, 0, 0), []
    size_before = asked.path.stat().st_size
    before = None if age is None else time.time() - age
    removed, left = history.prune(keep=keep, before=before, suite=asked.suite), history.count(asked.suite)
    sizes = f"{size(asked.path.stat().st_size)}, {size(size_before)} before"
    told = f"removed {count(removed, 'run') if removed else 'no run'}, {left or 'none'} left: {asked.path} ({sizes})"
    return pruned_json(asked.path, removed, left), [told]


def _sum(asked: _Asked, shown: int) -> str:
    """How much of what there is was shown, and where it lies."""
    from paceline.report.screen import count, size

    if asked.history is None:
        return ""
    every = asked.history.count(asked.suite)
    told = f"{shown:,} of {count(every, 'run')}" if shown < every else count(every, "run") if every else "no run"
    return f"{told} in {asked.path} ({size(asked.path.stat().st_size)})"

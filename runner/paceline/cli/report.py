"""`paceline report`: reports from an event log."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from paceline.cli.options import finish
from paceline.cli.reporters import add_reporters, reporters_of
from paceline.errors import UsageError


def add(commands: Any) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report",
        help="make reports from an event log",
        description="Make any report of a run from the log that `-r jsonl` wrote, also where the run was killed.",
        epilog="The exit code is 0 when the reports are written, however the run ended.",
        allow_abbrev=False,
    )
    report.add_argument("log", metavar="RUN.jsonl", help="the event log")
    add_reporters(report.add_argument_group("reports"))
    report.set_defaults(collections=[])
    finish(report, _report)


def _report(options: argparse.Namespace) -> int:
    from paceline.report.event_log import rebuild

    if "jsonl" in options.reporters.split(","):
        raise UsageError("an event log is not made from an event log", fix="leave jsonl out")
    reporters = reporters_of(options)
    _, errors = rebuild(options.log, reporters)
    for one in reporters:
        if one.written is not None:
            sys.stdout.write(f"report: {one.written}\n")
    if errors:
        raise errors[0]
    return 0

"""Reports on the command line: which, and where they go."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO

from paceline.errors import UsageError, nearest

if TYPE_CHECKING:
    import argparse

    from paceline.report.masking import Mask
    from paceline.report.reporter import Reporter

_REPORTERS: Final = ("cli", "json", "junit", "html", "md", "jsonl", "github")


def add_reporters(reports: Any) -> None:
    """The options that choose reports."""
    reports.add_argument("-r", "--reporters", default="cli", metavar="LIST", help=f"of {','.join(_REPORTERS)} (cli)")
    for name, what in (
        ("json", "JSON report"),
        ("junit", "JUnit report"),
        ("html", "HTML report"),
        ("md", "Markdown report"),
        ("jsonl", "event log"),
    ):
        reports.add_argument(f"--reporter-{name}-export", metavar="FILE", help=f"where the {what} goes")
    reports.add_argument("--color", choices=("auto", "on", "off"), default="auto", help="colours (auto)")
    reports.add_argument("--silent", action="store_true", help="nothing on the terminal")
    reports.add_argument("--verbose", action="store_true", help="headers and bodies of every request")


def reporters_of(options: argparse.Namespace, *, brief: bool = False) -> list[Reporter]:
    """The reports that are asked for, in the order in which they are to hear of the run.

    Args:
        brief: whether the terminal shows of the run only what failed, unless `--verbose` asks for all.
    """
    from paceline.report.masking import Mask

    mask = Mask()
    names = dict.fromkeys(name.strip() for name in options.reporters.split(","))
    in_order = sorted(names, key=lambda name: name == "github")  # it has to have the last word on standard output
    return [_reporter(name, options, mask, brief=brief) for name in in_order if name != "cli" or not options.silent]


def _reporter(name: str, options: argparse.Namespace, mask: Mask, *, brief: bool) -> Reporter:
    if name == "cli":
        from paceline.report.terminal import TerminalReport

        stream, tty = sys.stdout, sys.stdout.isatty()
        color, verbose = colored(options.color, stream), options.verbose
        brief = brief and not verbose
        return TerminalReport(stream, color=color, progress=tty, verbose=verbose, mask=mask, brief=brief)
    if name == "json":
        from paceline.report.newman_json import JsonReport

        return JsonReport(options.reporter_json_export, mask)
    if name == "junit":
        from paceline.report.junit import JunitReport

        return JunitReport(options.reporter_junit_export, mask)
    if name == "html":
        from paceline.report.html.report import HtmlReport

        return HtmlReport(options.reporter_html_export, mask)
    if name == "md":
        from paceline.report.comment import MarkdownReport

        return MarkdownReport(options.reporter_md_export, mask)
    if name == "jsonl":
        from paceline.report.event_log import JsonlReport

        return JsonlReport(options.reporter_jsonl_export, mask)
    if name == "github":
        from paceline.report.github import GitHubReport

        return GitHubReport(mask, os.environ)
    near = nearest(name, _REPORTERS)
    advice = f"did you mean `{near}`? " if near else ""
    raise UsageError(f"there is no reporter `{name}`", fix=f"{advice}There are {', '.join(_REPORTERS)}")


def say_where(options: argparse.Namespace, reporters: Sequence[Reporter]) -> None:
    """Tell which files hold the reports."""
    if "cli" in options.reporters and not options.silent:
        for report in reporters:
            if report.written is not None:
                sys.stdout.write(f"report: {report.written}\n")


def colored(wish: str, stream: TextIO) -> bool:
    """Colours as asked for; else on a terminal, unless https://no-color.org is set."""
    return wish == "on" or (wish == "auto" and stream.isatty() and not os.environ.get("NO_COLOR"))

"""`paceline probe`: are requests refused without a session?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from paceline.cli.options import finish, milliseconds
from paceline.cli.reporters import add_reporters, reporters_of, say_where
from paceline.cli.suites import suite_of
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import UsageError

_EXIT_CODES: Final = """\
exit codes:
  0  every request was refused, or worked, as its contract says
  2  wrong options, configuration or files, or a variable without a value; nothing was sent
  3  a request could not be sent, or was not answered
  5  something was not refused as documented, or did not work without a session
  6  nothing was probed
  130  interrupted
When several apply, the first of 130, 2, 3, 5, 6 counts. How the suite itself fares does not.
"""


def add(commands: Any) -> None:
    """Add the command."""
    probe = commands.add_parser(
        "probe",
        help="look whether requests are refused without a session",
        description="Run a suite quietly to learn its requests. Then send those that need a session without one, and "
        "those of them that change nothing with a stale one: each must be refused as its contract documents. "
        "The others must work without.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    probe.add_argument("collections", nargs="*", metavar="SUITE", help="the YAML file of a suite (paceline.yaml)")
    add_variables(probe)

    what = probe.add_argument_group("what is expected")
    what.add_argument("--contracts", metavar="FILE", help="which requests need a session, and how they are refused")
    stale_help = "cookie or token that is over (one that the suite ended, else made up)"
    what.add_argument("--stale-session", default="", metavar="VALUE", help=stale_help)

    how = probe.add_argument_group("how requests go out")
    how.add_argument("--delay-request", type=milliseconds, default=0.0, metavar="MS", help="pause before each request")
    how.add_argument("--timeout-request", type=milliseconds, metavar="MS", help="for a request (60000; 0: no limit)")
    how.add_argument("-k", "--insecure", action="store_true", help="do not verify TLS certificates")
    how.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="PEM file of certificates to trust as well")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")

    reports = probe.add_argument_group("reports")
    add_reporters(reports)
    finish(probe, _probe)


def _probe(options: argparse.Namespace) -> int:
    from paceline.engine.options import RunOptions
    from paceline.formats.suite import SUITE_FILE, is_suite_file
    from paceline.probe.run import probe
    from paceline.report.telling import tell

    for path in options.collections:
        if not is_suite_file(path):
            raise UsageError(f"{path} is not the YAML file of a suite", fix="name a suite, which lists collections")
    if not options.collections and not Path(SUITE_FILE).exists():
        what = f"there is nothing to probe: no suite is named, and there is no {SUITE_FILE} in this folder"
        raise UsageError(what, fix="name the YAML file of a suite")
    reporters = reporters_of(options)
    suite = suite_of(options)
    environment, globals_ = variable_sets(options, suite)
    defaults = RunOptions()
    request = options.timeout_request
    events = probe(
        suite,
        environment=environment,
        globals=globals_,
        options=RunOptions(
            delay_ms=options.delay_request,
            timeout_request_ms=defaults.timeout_request_ms if request is None else request,
            insecure=options.insecure,
            working_dir=options.working_dir,
        ),
        contracts=options.contracts,
        stale_session=options.stale_session,
        ca_bundle=options.ssl_extra_ca_certs,
    )
    if sys.stdout.isatty() and "cli" in options.reporters and not options.silent:
        sys.stdout.write("the suite runs first, quietly, to show its requests\n")
        sys.stdout.flush()
    finished, errors = tell(events, reporters)
    say_where(options, reporters)
    if errors:
        raise errors[0]
    return finished.exit_code

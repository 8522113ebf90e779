"""`paceline drift`: in what do answers differ from what they have been?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from paceline.cli.options import add_fail_on, finish, positive
from paceline.cli.reporters import add_reporters, reporters_of, say_where
from paceline.cli.sending import add_sending, run_options
from paceline.cli.suites import suite_of
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import UsageError

_EXIT_CODES: Final = """\
exit codes:
  0  nothing of the level that fails was found, and the run was good
  1, 3, 4, 6  as of `paceline run`, where nothing of that level was found
  2  wrong options, configuration or files, or nothing was learnt yet; nothing was sent
  5  something was found of the level that fails, or graver
  6  nothing ran, or nothing of what ran is in the lock
  130  interrupted
"""


def add(commands: Any) -> None:
    """Add the command."""
    drift = commands.add_parser(
        "drift",
        help="find what has changed in the answers",
        description="Run a suite, or collections, and compare the answers with what was learnt of them "
        "(contract.lock): status, headers, cookies, body, lists, privileges, times. Findings are breaking, risky or "
        "additive.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    collections_help = "the YAML file of a suite (paceline.yaml), or a Postman collection"
    drift.add_argument("collections", nargs="*", metavar="SUITE", help=collections_help)
    add_variables(drift)

    what = drift.add_argument_group("what is compared")
    what.add_argument("--lock", metavar="FILE", help="what was learnt (the suite's, or contract.lock)")
    what.add_argument(
        "--from", dest="source", metavar="SOURCE", help="an event log, or a folder of cassettes: ask nobody"
    )
    what.add_argument(
        "--twin", metavar="ENV", help="run a second environment beside, and compare both; no lock is read"
    )
    what.add_argument("--repeat", type=positive, default=1, metavar="N", help="how often to ask (1); 2 tells noise")
    what.add_argument("--no-probe", action="store_true", help="do not ask without a session and with a stale one")
    stale_help = "cookie or token that is over, for the probe (one that the suite ended, else made up)"
    what.add_argument("--stale-session", default="", metavar="VALUE", help=stale_help)
    what.add_argument(
        "--folder", action="append", default=[], metavar="NAME", help="only this folder or request, and no probe"
    )
    what.add_argument("--contracts", metavar="FILE", help="hold every answer against these contracts")
    what.add_argument("--allow-mutations", action="store_true", help="let a suite change state on live hosts")
    what.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    add_fail_on(what)
    what.add_argument("--history", metavar="FILE", help="what earlier runs found (.paceline/history.sqlite3)")
    what.add_argument("--no-history", action="store_true", help="neither read nor write it")
    add_sending(drift)
    add_reporters(drift.add_argument_group("reports"))
    drift.set_defaults(bail=None)
    finish(drift, _drift)


def _drift(options: argparse.Namespace) -> int:
    from paceline.formats.private_folder import private_folder
    from paceline.formats.variables import load_environment
    from paceline.history.place import history_file, suite_name
    from paceline.report.telling import tell
    from paceline.watch.keeping import Places
    from paceline.watch.run import Wanted, drift

    source = None if options.source is None else Path(options.source)
    _require_sense(options, source)
    options.iteration_count = options.repeat
    suite = suite_of(options)
    environment, globals_ = variable_sets(options, suite, replaying=source is not None)
    history = None if options.no_history else Path(options.history or history_file(suite))
    wanted = Wanted(
        environment=environment,
        globals=globals_,
        options=run_options(options),
        lock=Path(options.lock) if options.lock else suite.lock,
        contracts=options.contracts,
        fail_on=options.fail_on,
        source=source,
        twin=load_environment(options.twin) if options.twin else None,
        probe=not options.no_probe,
        stale_session=options.stale_session,
        places=Places(private_folder(suite.at), history, suite_name(suite)),
        named=options.collections[0] if options.collections else "",
        ca_bundle=options.ssl_extra_ca_certs,
        cookie_jar=options.cookie_jar,
    )
    reporters = reporters_of(options, brief=not options.verbose)
    finished, errors = tell(drift(suite, wanted), reporters)
    say_where(options, reporters)
    if errors:
        raise errors[0]
    return finished.exit_code


def _require_sense(options: argparse.Namespace, source: Path | None) -> None:
    """Refuse options that exclude each other.

    Raises:
        UsageError: naming both.
    """
    for one, other, together in (
        ("--from", "--twin", source is not None and options.twin),
        ("--from", "--repeat", source is not None and options.repeat > 1),
        ("--twin", "--lock", options.twin and options.lock),
        ("--twin", "--repeat", options.twin and options.repeat > 1),
        ("--history", "--no-history", options.history and options.no_history),
    ):
        if together:
            raise UsageError(f"{one} and {other} exclude each other", fix="give one of them")

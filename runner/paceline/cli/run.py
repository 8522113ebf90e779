"""`paceline run`: collections, or a suite."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish, positive
from paceline.cli.reporters import add_reporters, reporters_of, say_where
from paceline.cli.sending import add_sending, run_options
from paceline.cli.suites import suite_of
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import UsageError

if TYPE_CHECKING:
    from paceline.model.suite import Suite
    from paceline.recording import Cassettes
    from paceline.transport.recording import Mode

_INTERRUPTED: Final = 130

_EXIT_CODES: Final = """\
exit codes:
  0  all good
  1  a test failed
  2  wrong options, configuration or files, or a variable without a value; nothing was sent
  3  a request could not be sent, was not answered, or does not agree with its recording
  4  a script broke, or named an unknown next request
  5  an answer broke its contract
  6  nothing ran
  130  interrupted
When several apply, the first of 130, 2, 3, 4, 5, 1, 6 counts: the one nearest to the cause.
"""

_RECORD: Final = (
    "once: record requests without a cassette, replay the others; new: also what a cassette lacks; rewrite: record "
    "everything anew; none: as --replay"
)

#: Options that decide what is sent, and which answers are looked for: what a command that repairs a cassette repeats.
_REPEATED: Final = {
    "environment": "-e",
    "globals": "-g",
    "env_var": "--env-var",
    "global_var": "--global-var",
    "iteration_count": "-n",
    "iteration_data": "-d",
    "allow_unresolved": "--allow-unresolved",
    "allow_mutations": "--allow-mutations",
    "contracts": "--contracts",
    "cassettes": "--cassettes",
    "cookie_jar": "--cookie-jar",
    "working_dir": "--working-dir",
    "insecure": "-k",
    "ssl_extra_ca_certs": "--ssl-extra-ca-certs",
    "ignore_redirects": "--ignore-redirects",
}
_DEFAULTS: Final = {"working_dir": "."}


def add(commands: Any) -> None:
    """Add the command."""
    run = commands.add_parser(
        "run",
        help="run collections, or a suite",
        description="Run one or more collections, in order, as one run with one cookie jar. Without any, run the suite "
        "of this folder: paceline.yaml.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    collections_help = (
        "a Postman collection (v2.0, v2.1, the folder of v3), or the YAML file of a suite (paceline.yaml)"
    )
    run.add_argument("collections", nargs="*", metavar="COLLECTION", help=collections_help)
    add_variables(run)

    what = run.add_argument_group("what runs")
    what.add_argument("-n", "--iteration-count", type=positive, metavar="N", help="how often (1, or once a row)")
    what.add_argument("-d", "--iteration-data", metavar="FILE", help="JSON or CSV: variables, a row for each iteration")
    what.add_argument("--folder", action="append", default=[], metavar="NAME", help="only this folder or request")
    what.add_argument("--bail", nargs="?", const="failure", metavar="WHEN", help="stop after the first failing item")
    what.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    what.add_argument("--contracts", metavar="FILE", help="hold every answer against these contracts")
    what.add_argument("--allow-mutations", action="store_true", help="let a suite change state on live hosts")
    what.add_argument("-x", "--suppress-exit-code", action="store_true", help="exit with 0 whatever failed")

    add_sending(run)

    tape = run.add_argument_group("cassettes")
    tape.add_argument("--replay", action="store_true", help="answer from cassettes, send nothing (--record none)")
    tape.add_argument("--record", choices=("once", "new", "rewrite", "none"), metavar="MODE", help=_RECORD)
    tape.add_argument("--cassettes", metavar="DIR", help="where they are (the suite's)")

    reports = run.add_argument_group("reports")
    add_reporters(reports)
    reports.add_argument("--export-environment", metavar="FILE", help="write the environment as the run left it")
    reports.add_argument("--export-globals", metavar="FILE", help="write the globals as the run left them")
    reports.add_argument("--export-cookie-jar", metavar="FILE", help="write the cookies as the run left them")
    finish(run, _run)


def _run(options: argparse.Namespace) -> int:
    from paceline.api import stream
    from paceline.formats.data import load_data
    from paceline.formats.variables import write_environment
    from paceline.report.telling import tell
    from paceline.transport.cookie_file import read_cookie_jar, write_cookie_jar
    from paceline.transport.cookies import CookieJar

    _require_writable(options)
    reporters = reporters_of(options)
    suite = suite_of(options)
    rows = load_data(options.iteration_data) if options.iteration_data else ()
    cassettes = _cassettes(options, suite)
    replaying = cassettes is not None and cassettes.replaying
    environment, globals_ = variable_sets(options, suite, replaying=replaying)
    jar = read_cookie_jar(options.cookie_jar) if options.cookie_jar else CookieJar()
    events = stream(
        suite,
        environment=environment,
        globals=globals_,
        options=replace(run_options(options), iteration_data=rows),
        jar=jar,
        contracts=options.contracts,
        cassettes=cassettes,
        ca_bundle=options.ssl_extra_ca_certs,
    )
    finished, errors = tell(events, reporters)
    for path, variables in (
        (options.export_environment, finished.environment),
        (options.export_globals, finished.globals),
    ):
        if path:
            write_environment(variables, path)
    if options.export_cookie_jar:
        write_cookie_jar(jar, options.export_cookie_jar)
    say_where(options, reporters)
    if errors:
        raise errors[0]
    return 0 if options.suppress_exit_code and finished.exit_code != _INTERRUPTED else finished.exit_code


def _cassettes(options: argparse.Namespace, suite: Suite) -> Cassettes | None:
    """Where to record or to replay; None when neither is asked for."""
    from paceline.recording import Cassettes

    if options.replay and options.record not in (None, "none"):
        raise UsageError(f"--replay and --record {options.record} exclude each other", fix="give one of them")
    mode: Mode | None = "none" if options.replay else options.record
    folder = options.cassettes or suite.cassettes
    if mode is None:
        if options.cassettes:
            raise UsageError("--cassettes alone does nothing", fix="add --replay, or --record once")
        return None
    if not folder:
        raise UsageError("it is not said where the cassettes are", fix="add --cassettes DIR")
    if mode == "none" and suite.recorded_with is not None and not options.environment:
        options = argparse.Namespace(**vars(options) | {"environment": str(suite.recorded_with)})
    return Cassettes(Path(folder), mode, repeated(options))


def _require_writable(options: argparse.Namespace) -> None:
    """Refuse an export that cannot be written, before the run rather than after it."""
    from paceline.report.files import require_writable

    for option in ("export_environment", "export_globals", "export_cookie_jar"):
        path = getattr(options, option)
        if path is not None and (not path or Path(path).is_dir()):
            raise UsageError(f"--{option.replace('_', '-')} {path!r} is not a file", fix="give the path of a file")
        if path is not None:
            require_writable(path)


def repeated(options: argparse.Namespace) -> str:
    """The command line of a run once more, save for which requests it selects and what it reports."""
    from paceline.report.secret_names import is_secret_name

    words = ["paceline", "run", *options.collections]
    for member, name in _REPEATED.items():
        value = getattr(options, member)
        if isinstance(value, list):
            for key, _, text in (pair.partition("=") for pair in value):
                words += [name, f"{key}=…" if is_secret_name(key) else f"{key}={text}"]
        elif value is True:
            words.append(name)
        elif value and value != _DEFAULTS.get(member):
            words += [name, str(value)]
    return shlex.join(words)

"""The options of the command line: what there is, how it is spelt, what it may be.

They are spelt as Newman spells them wherever Newman has them (newman, bin/newman.js).
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any, Final

from paceline import __version__
from paceline.errors import UsageError, nearest

_BAIL_WORDS: Final = frozenset(("failure", "folder", "failure,folder", "folder,failure"))

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

_PROBE_EXIT_CODES: Final = """\
exit codes:
  0  every request was refused, or worked, as its contract says
  2  wrong options, configuration or files, or a variable without a value; nothing was sent
  3  a request could not be sent, or was not answered
  5  something was not refused as documented, or did not work without a session
  6  nothing was probed
  130  interrupted
When several apply, the first of 130, 2, 3, 5, 6 counts. How the suite itself fares does not.
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
_DEFAULTS: Final = {"iteration_count": 1, "working_dir": "."}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """Say what is wrong in our own form; argparse would print its whole usage first."""
        raise UsageError(message, fix=f"see `{self.prog} --help`")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; `command` names what to do with them.

    Raises:
        UsageError: there is something that we do not know or cannot use.
    """
    options, rest = _parser().parse_known_args(_with_bail_word(arguments))
    unknown = next((each for each in rest if each.startswith("-")), None)
    if unknown is not None:
        name = unknown.partition("=")[0]
        near = nearest(name, options.known)
        raise UsageError(f"there is no option {name}", fix=f"did you mean {near}?" if near else options.help)
    options.collections += rest  # argparse takes only those that stand together
    return options


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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="paceline",
        description="Run Postman collections: requests, variables, cookies and scripts, as Postman runs them.",
        allow_abbrev=False,
    )
    parser.add_argument("-v", "--version", action="version", version=f"paceline {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_lint(commands)
    _add_contract(commands)
    _add_probe(commands)
    _add_report(commands)
    _add_graph(commands)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="run collections, or a suite",
        description="Run one or more collections, in order, as one run with one cookie jar. Without any, run the suite "
        "of this folder: paceline.yaml.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    collections_help = "a Postman collection (v2.0 or v2.1), or the YAML file of a suite (paceline.yaml)"
    run.add_argument("collections", nargs="*", metavar="COLLECTION", help=collections_help)
    _add_variables(run)

    what = run.add_argument_group("what runs")
    what.add_argument("-n", "--iteration-count", type=_positive, default=1, metavar="N", help="how often (1)")
    what.add_argument("--folder", action="append", default=[], metavar="NAME", help="only this folder or request")
    what.add_argument("--bail", nargs="?", const="failure", metavar="WHEN", help="stop after the first failing item")
    what.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    what.add_argument("--contracts", metavar="FILE", help="hold every answer against these contracts")
    what.add_argument("--allow-mutations", action="store_true", help="let a suite change state on live hosts")
    what.add_argument("-x", "--suppress-exit-code", action="store_true", help="exit with 0 whatever failed")

    how = run.add_argument_group("how requests go out")
    how.add_argument("--delay-request", type=_milliseconds, default=0.0, metavar="MS", help="pause before each item")
    how.add_argument("--timeout", type=_milliseconds, default=0.0, metavar="MS", help="for the whole run (0: no limit)")
    how.add_argument("--timeout-request", type=_milliseconds, metavar="MS", help="for a request (60000; 0: no limit)")
    how.add_argument("--timeout-script", type=_milliseconds, metavar="MS", help="for a script (30000; 0: no limit)")
    how.add_argument("--isolate-scripts", action="store_true", help="run scripts in a process of their own (slower)")
    how.add_argument("-k", "--insecure", action="store_true", help="do not verify TLS certificates")
    how.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="PEM file of certificates to trust as well")
    how.add_argument("--ignore-redirects", action="store_true", help="do not follow redirects")
    how.add_argument("--cookie-jar", metavar="FILE", help="start with the cookies of this jar")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")

    tape = run.add_argument_group("cassettes")
    tape.add_argument("--replay", action="store_true", help="answer from cassettes, send nothing (--record none)")
    tape.add_argument("--record", choices=("once", "new", "rewrite", "none"), metavar="MODE", help=_RECORD)
    tape.add_argument("--cassettes", metavar="DIR", help="where they are (the suite's)")

    reports = run.add_argument_group("reports")
    _add_reporters(reports)
    reports.add_argument("--export-environment", metavar="FILE", help="write the environment as the run left it")
    reports.add_argument("--export-globals", metavar="FILE", help="write the globals as the run left them")
    reports.add_argument("--export-cookie-jar", metavar="FILE", help="write the cookies as the run left them")
    _finish(run, "run")


def _add_lint(commands: Any) -> None:
    lint = commands.add_parser(
        "lint",
        help="look for mistakes without sending anything",
        description="Find variables without a value, scripts that do not parse, names that setNextRequest would "
        "confuse, and secrets written into a collection. Nothing is sent.",
        epilog="exit codes:\n  0  nothing found\n  1  something found\n  2  wrong options or files",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    lint.add_argument("collections", nargs="+", metavar="COLLECTION", help="a Postman collection (v2.0 or v2.1)")
    _add_variables(lint)
    _finish(lint, "lint")


def _add_contract(commands: Any) -> None:
    contract = commands.add_parser("contract", help="check an answer against its contract", allow_abbrev=False)
    actions = contract.add_subparsers(title="commands", metavar="COMMAND", required=True)
    validate = actions.add_parser(
        "validate",
        help="check one body from a file",
        description="Hold the body of an answer against the contract of its request. Nothing is sent.",
        epilog="exit codes:\n  0  the contract is kept\n  2  wrong options or files\n  5  it is not",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    validate.add_argument("request", metavar="REQUEST", help='collection and name, such as "users/User Overview"')
    validate.add_argument("--body", required=True, metavar="FILE", help="the body of the answer (-: standard input)")
    validate.add_argument("--status", type=_positive, metavar="N", help="HTTP status of the answer (that of success)")
    validate.add_argument("--content-type", metavar="TYPE", help="Content-Type of the answer (not checked)")
    validate.add_argument("--contracts", default="schemas/contracts.yaml", metavar="FILE", help="(%(default)s)")
    folder_help = "where the GraphQL queries are (collections, beside the folder of the contracts)"
    validate.add_argument("--collections", dest="collections_folder", metavar="DIR", help=folder_help)
    validate.set_defaults(collections=[])
    _finish(validate, "contract validate")


def _add_probe(commands: Any) -> None:
    probe = commands.add_parser(
        "probe",
        help="look whether requests are refused without a session",
        description="Run a suite quietly to learn its requests. Then send those that need a session without one, and "
        "those of them that change nothing with a stale one: each must be refused as its contract documents. "
        "The others must work without.",
        epilog=_PROBE_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    probe.add_argument("collections", nargs="*", metavar="SUITE", help="the YAML file of a suite (paceline.yaml)")
    _add_variables(probe)

    what = probe.add_argument_group("what is expected")
    what.add_argument("--contracts", metavar="FILE", help="which requests need a session, and how they are refused")
    stale_help = "cookie or token that is over (one that the suite ended, else made up)"
    what.add_argument("--stale-session", default="", metavar="VALUE", help=stale_help)

    how = probe.add_argument_group("how requests go out")
    how.add_argument("--delay-request", type=_milliseconds, default=0.0, metavar="MS", help="pause before each request")
    how.add_argument("--timeout-request", type=_milliseconds, metavar="MS", help="for a request (60000; 0: no limit)")
    how.add_argument("-k", "--insecure", action="store_true", help="do not verify TLS certificates")
    how.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="PEM file of certificates to trust as well")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")

    reports = probe.add_argument_group("reports")
    _add_reporters(reports)
    _finish(probe, "probe")


def _add_report(commands: Any) -> None:
    report = commands.add_parser(
        "report",
        help="make reports from an event log",
        description="Make any report of a run from the log that `-r jsonl` wrote, also where the run was killed.",
        epilog="The exit code is 0 when the reports are written, however the run ended.",
        allow_abbrev=False,
    )
    report.add_argument("log", metavar="RUN.jsonl", help="the event log")
    _add_reporters(report.add_argument_group("reports"))
    report.set_defaults(collections=[])
    _finish(report, "report")


def _add_graph(commands: Any) -> None:
    graph = commands.add_parser(
        "graph",
        help="show which requests a request needs",
        description="Show for each request of a suite, or of collections, which variables it reads and which request "
        "sets them, as seen in templates and scripts. Nothing is sent.",
        allow_abbrev=False,
    )
    collections_help = "a Postman collection, or the YAML file of a suite (paceline.yaml)"
    graph.add_argument("collections", nargs="*", metavar="COLLECTION", help=collections_help)
    graph.add_argument("--request", metavar="KEY", help='only this one and what it needs, as in "users/User Overview"')
    _finish(graph, "graph")


def _add_reporters(reports: Any) -> None:
    reports.add_argument(
        "-r", "--reporters", default="cli", metavar="LIST", help="of cli,json,junit,html,jsonl,github (cli)"
    )
    for name, what in (
        ("json", "JSON report"),
        ("junit", "JUnit report"),
        ("html", "HTML report"),
        ("jsonl", "event log"),
    ):
        reports.add_argument(f"--reporter-{name}-export", metavar="FILE", help=f"where the {what} goes")
    reports.add_argument("--color", choices=("auto", "on", "off"), default="auto", help="colours (auto)")
    reports.add_argument("--silent", action="store_true", help="nothing on the terminal")
    reports.add_argument("--verbose", action="store_true", help="headers and bodies of every request")


def _add_variables(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("variables")
    group.add_argument("-e", "--environment", metavar="FILE", help="a Postman environment")
    group.add_argument("-g", "--globals", metavar="FILE", help="Postman globals")
    for scope in ("env", "global"):
        group.add_argument(
            f"--{scope}-var",
            action="append",
            default=[],
            metavar="K=V",
            help=f"set a{' global' if scope == 'global' else 'n environment'} variable (repeatable)",
        )


def _finish(parser: argparse.ArgumentParser, command: str) -> None:
    known = [name for action in parser._actions for name in action.option_strings]  # noqa: SLF001  there is no other way
    parser.set_defaults(command=command, known=known, help=f"see `{parser.prog} --help`")


def _with_bail_word(arguments: list[str]) -> list[str]:
    """Give `--bail` its default word where a collection follows, which argparse would take for the word."""
    following = [*arguments, ""][1:]
    return [
        "--bail=failure" if argument == "--bail" and after not in _BAIL_WORDS else argument
        for argument, after in zip(arguments, following, strict=False)
    ]


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")


def _milliseconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if 0 <= value < float("inf"):
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")

"""The command line: reads options, runs, reports, answers with an exit code. All the work is done elsewhere.

Options are spelt as Newman spells them wherever Newman has them (newman, bin/newman.js). Everything that is slow to
import is imported when it is needed, so that `paceline --version` and `--help` answer at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO

from paceline import __version__
from paceline.errors import PacelineError, UsageError, nearest

if TYPE_CHECKING:
    from paceline.engine.events import Event, RunFinished
    from paceline.engine.options import RunOptions
    from paceline.model.variables import VariableSet
    from paceline.report.reporter import Reporter

_REPORTERS: Final = ("cli", "json", "junit")
_BAIL_WORDS: Final = frozenset(("failure", "folder", "failure,folder", "folder,failure"))
_BAD_INPUT: Final = 2

_EXIT_CODES: Final = """\
exit codes:
  0  all good
  1  a test failed
  2  wrong options, configuration or files, or a variable without a value; nothing was sent
  3  a request could not be sent, or was not answered
  4  a script broke, or named an unknown next request
  6  nothing ran
  130  interrupted
When several apply, the first of 130, 2, 3, 4, 1, 6 counts: the one nearest to the cause.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options = _parser().parse_args(_with_bail_word(arguments))
        code: int = options.command(options)
        sys.stdout.flush()
    except PacelineError as error:
        print(f"paceline: {error}", file=sys.stderr)
        return _BAD_INPUT
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. What is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        print("paceline: interrupted", file=sys.stderr)
        return 130
    return code


# --- Options ---


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """Say what is wrong in our own form; argparse would print its whole usage first."""
        raise UsageError(message, fix=f"see `{self.prog} --help`")


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
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="run collections",
        description="Run one or more collections, in order, as one run with one cookie jar.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    run.set_defaults(command=_run)
    run.add_argument("collections", nargs="+", metavar="COLLECTION", help="a Postman collection (v2.0 or v2.1)")
    _add_variables(run)

    what = run.add_argument_group("what runs")
    what.add_argument("-n", "--iteration-count", type=_positive, default=1, metavar="N", help="how often (1)")
    what.add_argument("--folder", action="append", default=[], metavar="NAME", help="only this folder or request")
    what.add_argument("--bail", nargs="?", const="failure", metavar="WHEN", help="stop after the first failing item")
    what.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    what.add_argument("-x", "--suppress-exit-code", action="store_true", help="exit with 0 whatever failed")

    how = run.add_argument_group("how requests go out")
    how.add_argument("--delay-request", type=_milliseconds, default=0.0, metavar="MS", help="pause before each item")
    how.add_argument("--timeout", type=_milliseconds, default=0.0, metavar="MS", help="for the whole run (0: no limit)")
    how.add_argument("--timeout-request", type=_milliseconds, metavar="MS", help="for a request (60000; 0: no limit)")
    how.add_argument("--timeout-script", type=_milliseconds, metavar="MS", help="for a script (30000; 0: no limit)")
    how.add_argument("-k", "--insecure", action="store_true", help="do not verify TLS certificates")
    how.add_argument("--ssl-extra-ca-certs", metavar="FILE", help="PEM file of certificates to trust as well")
    how.add_argument("--ignore-redirects", action="store_true", help="do not follow redirects")
    how.add_argument("--cookie-jar", metavar="FILE", help="start with the cookies of this jar")
    how.add_argument("--working-dir", default=".", metavar="DIR", help="where files to upload are looked for as well")

    reports = run.add_argument_group("reports")
    reports.add_argument("-r", "--reporters", default="cli", metavar="LIST", help="any of cli,json,junit (cli)")
    reports.add_argument("--reporter-json-export", metavar="FILE", help="where the JSON report goes")
    reports.add_argument("--reporter-junit-export", metavar="FILE", help="where the JUnit report goes")
    reports.add_argument("--export-environment", metavar="FILE", help="write the environment as the run left it")
    reports.add_argument("--export-globals", metavar="FILE", help="write the globals as the run left them")
    reports.add_argument("--export-cookie-jar", metavar="FILE", help="write the cookies as the run left them")
    reports.add_argument("--color", choices=("auto", "on", "off"), default="auto", help="colours (auto)")
    reports.add_argument("--silent", action="store_true", help="nothing on the terminal")
    reports.add_argument("--verbose", action="store_true", help="headers and bodies of every request")


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
    lint.set_defaults(command=_lint)
    lint.add_argument("collections", nargs="+", metavar="COLLECTION", help="a Postman collection (v2.0 or v2.1)")
    _add_variables(lint)


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


def _assignments(pairs: Sequence[str], option: str) -> dict[str, str]:
    """`k=v` pairs; only the first `=` splits, so a value may hold more of them."""
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {pair} is not a pair of name and value", fix=f"write {option} name=value")
        values[key] = value
    return values


# --- paceline run ---


def _run(options: argparse.Namespace) -> int:
    from paceline.api import stream
    from paceline.formats.collection import load_collection
    from paceline.formats.variables import write_environment
    from paceline.transport.cookie_file import read_cookie_jar, write_cookie_jar
    from paceline.transport.cookies import CookieJar

    reporters = _reporters(options)
    collections = [load_collection(path) for path in options.collections]
    environment, globals_ = _variable_sets(options)
    jar = read_cookie_jar(options.cookie_jar) if options.cookie_jar else CookieJar()
    events = stream(
        collections,
        environment=environment,
        globals=globals_,
        options=_run_options(options),
        jar=jar,
        ca_bundle=options.ssl_extra_ca_certs,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job still gets its reports
    finished = _drive(events, reporters)
    for path, variables in (
        (options.export_environment, finished.environment),
        (options.export_globals, finished.globals),
    ):
        if path:
            write_environment(variables, path)
    if options.export_cookie_jar:
        write_cookie_jar(jar, options.export_cookie_jar)
    return 0 if options.suppress_exit_code else finished.exit_code


def _drive(events: Iterator[Event], reporters: Sequence[Reporter]) -> RunFinished:
    """Hand every event to every report. Ctrl-C, wherever it strikes, makes the run end itself, reports and all."""
    from paceline.engine.events import RunFinished

    finished: RunFinished | None = None
    interrupted = False
    while finished is None:
        try:
            event = events.throw(KeyboardInterrupt) if interrupted else next(events)  # type: ignore[attr-defined]
            interrupted = False
            for reporter in reporters:
                reporter.handle(event)
            if isinstance(event, RunFinished):
                finished = event
        except KeyboardInterrupt:
            if interrupted:
                raise  # a second time, while the run was ending itself
            interrupted = True
    return finished


def _variable_sets(options: argparse.Namespace) -> tuple[VariableSet, VariableSet]:
    from paceline.formats.variables import load_environment, load_globals
    from paceline.model.variables import VariableSet
    from paceline.resolve.scopes import overridden

    environment = load_environment(options.environment) if options.environment else VariableSet("")
    globals_ = load_globals(options.globals) if options.globals else VariableSet("", kind="globals")
    return (
        overridden(environment, _assignments(options.env_var, "--env-var")),
        overridden(globals_, _assignments(options.global_var, "--global-var")),
    )


def _run_options(options: argparse.Namespace) -> RunOptions:
    from paceline.engine.options import RunOptions

    defaults = RunOptions()
    request, script = options.timeout_request, options.timeout_script
    return RunOptions(
        iterations=options.iteration_count,
        folders=tuple(options.folder),
        bail=options.bail is not None,
        delay_ms=options.delay_request,
        timeout_request_ms=defaults.timeout_request_ms if request is None else request,
        timeout_script_ms=defaults.timeout_script_ms if script is None else script,
        timeout_ms=options.timeout,
        insecure=options.insecure,
        ignore_redirects=options.ignore_redirects,
        allow_unresolved=options.allow_unresolved,
        working_dir=options.working_dir,
    )


def _reporters(options: argparse.Namespace) -> list[Reporter]:
    from paceline.report.junit import JunitReport
    from paceline.report.masking import Mask
    from paceline.report.newman_json import JsonReport
    from paceline.report.terminal import TerminalReport

    mask = Mask()
    reporters: list[Reporter] = []
    for name in dict.fromkeys(name.strip() for name in options.reporters.split(",")):
        if name == "cli":
            if not options.silent:
                stream = sys.stdout
                tty = stream.isatty()
                color = _colored(options.color, stream)
                reporters.append(TerminalReport(stream, color=color, progress=tty, verbose=options.verbose, mask=mask))
        elif name == "json":
            reporters.append(JsonReport(options.reporter_json_export, mask))
        elif name == "junit":
            reporters.append(JunitReport(options.reporter_junit_export, mask))
        else:
            near = nearest(name, _REPORTERS)
            advice = f"did you mean `{near}`? " if near else ""
            raise UsageError(f"there is no reporter `{name}`", fix=f"{advice}There are {', '.join(_REPORTERS)}")
    return reporters


def _colored(wish: str, stream: TextIO) -> bool:
    """Colours as asked for; else on a terminal, unless https://no-color.org is set."""
    return wish == "on" or (wish == "auto" and stream.isatty() and not os.environ.get("NO_COLOR"))


# --- paceline lint ---


def _lint(options: argparse.Namespace) -> int:
    from paceline.formats.collection import load_collection
    from paceline.lint import lint

    collections = [load_collection(path) for path in options.collections]
    environment, globals_ = _variable_sets(options)
    findings = lint(collections, environment, globals_)
    for finding in findings:
        print(finding)
    count = len(findings)
    print(
        f"{count or 'no'} finding{'' if count == 1 else 's'} in {len(collections)} collection{'' if len(collections) == 1 else 's'}"
    )
    return 1 if findings else 0

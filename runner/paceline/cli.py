"""The command line: reads options, runs, reports, answers with an exit code. All the work is done elsewhere.

Options are spelt as Newman spells them wherever Newman has them (newman, bin/newman.js). Everything that is slow to
import is imported when it is needed, so that `paceline --version` and `--help` answer at once.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from paceline import __version__
from paceline.errors import PacelineError, UsageError, nearest

if TYPE_CHECKING:
    from paceline.engine.options import RunOptions
    from paceline.model.variables import VariableSet
    from paceline.report.reporter import Reporter

_REPORTERS: Final = ("cli", "json", "junit")
_BAIL_WORDS: Final = frozenset(("failure", "folder", "failure,folder", "folder,failure"))
_BAD_INPUT: Final = 2
_INTERRUPTED: Final = 130

_EXIT_CODES: Final = """\
exit codes:
  0  all good
  1  a test failed
  2  wrong options, configuration or files, or a variable without a value; nothing was sent
  3  a request could not be sent, or was not answered
  4  a script broke, or named an unknown next request
  5  an answer broke its contract
  6  nothing ran
  130  interrupted
When several apply, the first of 130, 2, 3, 4, 5, 1, 6 counts: the one nearest to the cause.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _prepare_output()
    try:
        options = _parse(list(sys.argv[1:] if argv is None else argv))
        code: int = options.command(options)
        sys.stdout.flush()
    except PacelineError as error:
        _complain(str(error))
        return _BAD_INPUT
    except OSError as error:
        # What is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read our output has gone, as `head` does
            return 128 + signal.SIGPIPE
        _complain(f"the output cannot be written ({error})")
        return _BAD_INPUT
    except KeyboardInterrupt:
        _complain("interrupted")
        return _INTERRUPTED
    return code


def _complain(what: str) -> None:
    sys.stderr.write(f"paceline: {what}\n")


def _prepare_output() -> None:
    """Make sure that there is something to write to, and that it takes every character."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # our caller closed it, as in `paceline run … >&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as we live
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


# --- Options ---


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """Say what is wrong in our own form; argparse would print its whole usage first."""
        raise UsageError(message, fix=f"see `{self.prog} --help`")


def _parse(arguments: list[str]) -> argparse.Namespace:
    """The options.

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
    run.add_argument("collections", nargs="+", metavar="COLLECTION", help="a Postman collection (v2.0 or v2.1)")
    _add_variables(run)

    what = run.add_argument_group("what runs")
    what.add_argument("-n", "--iteration-count", type=_positive, default=1, metavar="N", help="how often (1)")
    what.add_argument("--folder", action="append", default=[], metavar="NAME", help="only this folder or request")
    what.add_argument("--bail", nargs="?", const="failure", metavar="WHEN", help="stop after the first failing item")
    what.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    what.add_argument("--contracts", metavar="FILE", help="hold every answer against these contracts")
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
    _finish(run, _run)


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
    _finish(lint, _lint)


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
    _finish(validate, _contract)


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


def _finish(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
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
    from paceline.report.telling import tell
    from paceline.transport.cookie_file import read_cookie_jar, write_cookie_jar
    from paceline.transport.cookies import CookieJar

    _require_writable(options)
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
        contracts=options.contracts,
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
    if errors:
        raise errors[0]
    return 0 if options.suppress_exit_code and finished.exit_code != _INTERRUPTED else finished.exit_code


def _require_writable(options: argparse.Namespace) -> None:
    """Refuse an export that cannot be written, before the run rather than after it."""
    from paceline.report.files import require_writable

    for option in ("export_environment", "export_globals", "export_cookie_jar"):
        path = getattr(options, option)
        if path is not None and (not path or Path(path).is_dir()):
            raise UsageError(f"--{option.replace('_', '-')} {path!r} is not a file", fix="give the path of a file")
        if path is not None:
            require_writable(path)


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
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{_counted(len(findings), 'finding')} in {_counted(len(collections), 'collection')}\n")
    return 1 if findings else 0


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


# --- paceline contract ---


def _contract(options: argparse.Namespace) -> int:
    from paceline.contract.command import validate, verdict_lines
    from paceline.formats.files import read_bytes

    if options.collections:
        raise UsageError(f"{options.collections[0]} is one too many", fix='quote the request: "users/User Overview"')
    verdict = validate(
        options.request,
        sys.stdin.buffer.read() if options.body == "-" else read_bytes(options.body),
        contracts=options.contracts,
        collections=options.collections_folder,
        status=options.status,
        content_type=options.content_type,
    )
    for line in verdict_lines(verdict):
        sys.stdout.write(f"{line}\n")
    return 0 if verdict.kept else 5

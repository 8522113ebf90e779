"""The command line: takes options, runs, reports, answers with an exit code. All the work is done elsewhere.

Everything slow to import is imported when it is needed, so that `paceline --version` and `--help` answer at once.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from paceline.cli_options import parse, repeated
from paceline.errors import PacelineError, UsageError, nearest

if TYPE_CHECKING:
    import argparse

    from paceline.engine.options import RunOptions
    from paceline.model.suite import Suite
    from paceline.model.variables import VariableSet
    from paceline.recording import Cassettes
    from paceline.report.masking import Mask
    from paceline.report.reporter import Reporter
    from paceline.transport.recording import Mode

_REPORTERS: Final = ("cli", "json", "junit", "html", "jsonl", "github")
_BAD_INPUT: Final = 2
_INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _prepare_output()
    try:
        options = parse(list(sys.argv[1:] if argv is None else argv))
        code = _COMMANDS[options.command](options)
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


# --- paceline run ---


def _run(options: argparse.Namespace) -> int:
    from paceline.api import stream
    from paceline.formats.variables import write_environment
    from paceline.report.telling import tell
    from paceline.transport.cookie_file import read_cookie_jar, write_cookie_jar
    from paceline.transport.cookies import CookieJar

    _require_writable(options)
    reporters = _reporters(options)
    suite = _suite(options)
    cassettes = _cassettes(options, suite)
    replaying = cassettes is not None and cassettes.replaying
    environment, globals_ = _variable_sets(options, suite, replaying=replaying)
    jar = read_cookie_jar(options.cookie_jar) if options.cookie_jar else CookieJar()
    events = stream(
        suite,
        environment=environment,
        globals=globals_,
        options=_run_options(options),
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
    _say_where(options, reporters)
    if errors:
        raise errors[0]
    return 0 if options.suppress_exit_code and finished.exit_code != _INTERRUPTED else finished.exit_code


def _suite(options: argparse.Namespace) -> Suite:
    """What to run: the suite that is named or lies here, or the collections that are named.

    Raises:
        UsageError: there is neither.
    """
    from paceline.formats.suite import SUITE_FILE, is_suite_file, load_suite
    from paceline.model.suite import NO_SUITE
    from paceline.suite import guarding

    named, here = options.collections, Path(SUITE_FILE)
    suites = [path for path in named if is_suite_file(path)]
    if suites and len(named) > 1:
        raise UsageError(f"{suites[0]} is a suite, and not to be run beside others", fix="name it alone")
    if suites:
        return load_suite(suites[0])
    if not named:
        if here.exists():
            return load_suite(here)
        what = f"there is nothing to run: no collection is named, and there is no {SUITE_FILE} in this folder"
        raise UsageError(what, fix="name a collection, or see `paceline run --help`")
    around = load_suite(here) if here.exists() else NO_SUITE
    return guarding(around, named)


def _cassettes(options: argparse.Namespace, suite: Suite) -> Cassettes | None:
    """Where to record or to replay; None when neither is asked for."""
    import argparse

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


def _variable_sets(
    options: argparse.Namespace, suite: Suite, *, replaying: bool = False
) -> tuple[VariableSet, VariableSet]:
    from paceline.formats.variables import load_environment, load_globals
    from paceline.model.variables import VariableSet
    from paceline.resolve.scopes import overridden
    from paceline.suite import environment_of

    environment = (
        load_environment(options.environment) if options.environment else environment_of(suite, replaying=replaying)
    )
    globals_ = load_globals(options.globals) if options.globals else VariableSet("", kind="globals")
    return (
        overridden(environment, _assignments(options.env_var, "--env-var")),
        overridden(globals_, _assignments(options.global_var, "--global-var")),
    )


def _assignments(pairs: Sequence[str], option: str) -> dict[str, str]:
    """`k=v` pairs; only the first `=` splits, so a value may hold more of them."""
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {pair} is not a pair of name and value", fix=f"write {option} name=value")
        values[key] = value
    return values


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
        isolate_scripts=options.isolate_scripts,
        allow_mutations=options.allow_mutations,
        insecure=options.insecure,
        ignore_redirects=options.ignore_redirects,
        allow_unresolved=options.allow_unresolved,
        working_dir=options.working_dir,
    )


def _reporters(options: argparse.Namespace) -> list[Reporter]:
    from paceline.report.masking import Mask

    mask = Mask()
    names = dict.fromkeys(name.strip() for name in options.reporters.split(","))
    in_order = sorted(names, key=lambda name: name == "github")  # it has to have the last word on standard output
    return [_reporter(name, options, mask) for name in in_order if name != "cli" or not options.silent]


def _reporter(name: str, options: argparse.Namespace, mask: Mask) -> Reporter:
    if name == "cli":
        from paceline.report.terminal import TerminalReport

        stream, tty = sys.stdout, sys.stdout.isatty()
        color = _colored(options.color, stream)
        return TerminalReport(stream, color=color, progress=tty, verbose=options.verbose, mask=mask)
    if name == "json":
        from paceline.report.newman_json import JsonReport

        return JsonReport(options.reporter_json_export, mask)
    if name == "junit":
        from paceline.report.junit import JunitReport

        return JunitReport(options.reporter_junit_export, mask)
    if name == "html":
        from paceline.report.html.report import HtmlReport

        return HtmlReport(options.reporter_html_export, mask)
    if name == "jsonl":
        from paceline.report.event_log import JsonlReport

        return JsonlReport(options.reporter_jsonl_export, mask)
    if name == "github":
        from paceline.report.github import GitHubReport

        return GitHubReport(mask, os.environ)
    near = nearest(name, _REPORTERS)
    advice = f"did you mean `{near}`? " if near else ""
    raise UsageError(f"there is no reporter `{name}`", fix=f"{advice}There are {', '.join(_REPORTERS)}")


def _say_where(options: argparse.Namespace, reporters: Sequence[Reporter]) -> None:
    """Tell which files hold the reports."""
    if "cli" in options.reporters and not options.silent:
        for report in reporters:
            if report.written is not None:
                sys.stdout.write(f"report: {report.written}\n")


def _colored(wish: str, stream: TextIO) -> bool:
    """Colours as asked for; else on a terminal, unless https://no-color.org is set."""
    return wish == "on" or (wish == "auto" and stream.isatty() and not os.environ.get("NO_COLOR"))


# --- paceline lint ---


def _lint(options: argparse.Namespace) -> int:
    from paceline.formats.collection import load_collection
    from paceline.lint import lint
    from paceline.model.suite import NO_SUITE

    collections = [load_collection(path) for path in options.collections]
    environment, globals_ = _variable_sets(options, NO_SUITE)
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


# --- paceline probe ---


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
    reporters = _reporters(options)
    suite = _suite(options)
    environment, globals_ = _variable_sets(options, suite)
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
    _say_where(options, reporters)
    if errors:
        raise errors[0]
    return finished.exit_code


# --- paceline report, paceline graph ---


def _report(options: argparse.Namespace) -> int:
    from paceline.report.event_log import rebuild

    if "jsonl" in options.reporters.split(","):
        raise UsageError("an event log is not made from an event log", fix="leave jsonl out")
    reporters = _reporters(options)
    _, errors = rebuild(options.log, reporters)
    _say_where(options, reporters)
    if errors:
        raise errors[0]
    return 0


def _graph(options: argparse.Namespace) -> int:
    from paceline.engine.graph import graph_lines
    from paceline.formats.collection import load_collection

    suite = _suite(options)
    collections = [load_collection(path) for path in suite.collections]
    for line in graph_lines(collections, suite, options.request):
        sys.stdout.write(f"{line}\n")
    return 0


_COMMANDS: Final = {
    "run": _run,
    "lint": _lint,
    "contract validate": _contract,
    "probe": _probe,
    "report": _report,
    "graph": _graph,
}

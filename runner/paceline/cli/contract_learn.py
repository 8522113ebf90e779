"""`paceline contract learn`: from answers to contract.lock."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paceline.cli.options import finish, positive
from paceline.cli.sending import add_sending, run_options
from paceline.cli.suites import suite_of, suite_or_none
from paceline.cli.variables import add_variables, variable_sets
from paceline.errors import UsageError

if TYPE_CHECKING:
    from paceline.drift.facts import Lock, Observation
    from paceline.engine.events import Event
    from paceline.model.suite import Suite

_EPILOG: Final = """\
sources:
  DIR          a folder of cassettes
  RUN.jsonl    an event log, as `paceline run -r jsonl` writes it
  FILE.json    a collection, for the example responses that are saved in it
  SUITE.yaml   the cassettes of this suite, and its lock (without a source: those of paceline.yaml)
with --live the collections or the suite that are named, or else paceline.yaml, are run instead

exit codes:
  0  learnt, or nothing new
  2  wrong options, configuration or files, or a variable without a value
  3  with --live: nothing was answered
  130  interrupted; nothing was written
"""
_OF_EMULATOR: Final = "At first learnt from an emulator: what we believe of the service, not what it was seen to do."
_NOT_ANSWERED: Final = 3
_INTERRUPTED: Final = 130

#: Options that only a run has a use for, with what they are when they are not given.
_OF_RUNS: Final[dict[str, Any]] = {
    "environment": None,
    "globals": None,
    "env_var": [],
    "global_var": [],
    "repeat": 1,
    "no_probe": False,
    "folder": [],
    "allow_mutations": False,
    "allow_unresolved": False,
}


def add(actions: Any) -> None:
    """Add the command."""
    learn = actions.add_parser(
        "learn",
        help="learn what answers look like",
        description="Learn from answers what they look like, and write it into a lock (contract.lock), which `paceline "
        "drift` compares answers with. What is known already stays: more evidence only widens.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    learn.add_argument("collections", nargs="*", metavar="SOURCE", help="where the answers are (the suite's cassettes)")
    what = learn.add_argument_group("what is written")
    what.add_argument("--lock", metavar="FILE", help="what was learnt (the suite's, or contract.lock)")
    what.add_argument("--emit-schema", metavar="DIR", help="also write JSON Schemas, one for each request and status")
    what.add_argument("--force", action="store_true", help="overwrite schemas that somebody edited")
    live = learn.add_argument_group("learning from a run")
    live.add_argument("--live", action="store_true", help="run the suite and learn from its answers")
    repeat_help = "run it so often, and learn what differs from call to call (1)"
    live.add_argument("--repeat", type=positive, default=1, metavar="N", help=repeat_help)
    live.add_argument("--no-probe", action="store_true", help="do not ask without a session and with a stale one")
    live.add_argument("--folder", action="append", default=[], metavar="NAME", help="only this folder or request")
    live.add_argument("--allow-mutations", action="store_true", help="let a suite change state on live hosts")
    live.add_argument("--allow-unresolved", action="store_true", help="send {{unknown}} as it stands, as Newman does")
    add_variables(learn)
    add_sending(learn)
    learn.set_defaults(bail=None, contracts=None)
    finish(learn, _learn)


def _learn(options: argparse.Namespace) -> int:
    from paceline.drift.learning import asked_again, learn, learn_noise

    _require_sense(options)
    suite = suite_of(options) if options.live else suite_or_none(options)
    lock = Path(options.lock) if options.lock else suite.lock
    before = _known(lock)
    repeated: list[list[Observation]] = []
    note = ""
    if options.live:
        code, observations = _answers_of_run(options, suite)
        if code:
            return code
        repeated = asked_again(observations) if options.repeat > 1 else []
    else:
        observations, emulator = _answers_of_sources(options, suite, lock)
        note = _OF_EMULATOR if emulator else ""
    after = learn_noise(learn(before, observations), repeated)
    _write(options, before, after, lock, note)
    return 0


def _require_sense(options: argparse.Namespace) -> None:
    """Refuse options that would do nothing.

    Raises:
        UsageError: naming the option.
    """
    idle = [name for name, usual in _OF_RUNS.items() if getattr(options, name) != usual]
    if idle and not options.live:
        raise UsageError(f"--{idle[0].replace('_', '-')} is for runs", fix="add --live, or leave it out")
    if options.force and not options.emit_schema:
        raise UsageError("--force is for schemas", fix="add --emit-schema DIR, or leave it out")


def _known(path: Path) -> Lock:
    from paceline.drift.facts import Lock
    from paceline.drift.lock import read_lock

    return read_lock(path) if path.exists() else Lock()


# --- From where ---


def _answers_of_sources(options: argparse.Namespace, suite: Suite, lock: Path) -> tuple[list[Observation], bool]:
    """The answers, and whether some are an emulator's."""
    from paceline.evidence.sources import answers_only, read_source

    names = options.collections or ([str(suite.cassettes)] if suite.cassettes else [])
    if not names:
        what = "there is nothing to learn from: no source is named, and no suite with cassettes is here"
        raise UsageError(what, fix="name cassettes, an event log or a collection; or add --live to run the suite")
    found: list[Observation] = []
    sources = [read_source(name, lock) for name in names]
    for source in sources:
        found += answers_only(source)
        _say([f"from {source.told}", *(f"  {note}" for note in source.notes)])
    return found, any(source.emulator for source in sources)


def _answers_of_run(options: argparse.Namespace, suite: Suite) -> tuple[int, list[Observation]]:
    """The answers of a run, and an exit code where nothing can be learnt from them."""
    from paceline.api import stream
    from paceline.contract.checker import load_checker
    from paceline.engine.events import ItemFinished
    from paceline.evidence.results import Witness
    from paceline.evidence.sources import failed_note
    from paceline.report.telling import tell
    from paceline.transport.cookie_file import read_cookie_jar
    from paceline.watch.doors import probed, refusable

    options.iteration_count = options.repeat
    environment, globals_ = variable_sets(options, suite)
    witness = Witness()
    heard: list[Event] = []
    events = stream(
        suite,
        environment=environment,
        globals=globals_,
        options=run_options(options),
        jar=read_cookie_jar(options.cookie_jar) if options.cookie_jar else None,
        ca_bundle=options.ssl_extra_ca_certs,
    )
    finished, errors = tell(_kept(events, heard), [witness])
    if errors:
        raise errors[0]
    if finished.exit_code == _INTERRUPTED:
        _say(["interrupted: nothing was learnt"])
        return _INTERRUPTED, []
    if suite.contracts is not None and not options.no_probe and not options.folder:
        checker = load_checker(suite.contracts)
        doors = probed(heard, suite, checker, run_options(options), ca_bundle=options.ssl_extra_ca_certs)
        for each in refusable(doors, checker):
            witness.handle(ItemFinished(each))
    observations = witness.observations()
    problems = [] if finished.problem is None else [f"  {finished.problem.message}"]
    failed = {f"{result.collection.stem}/{result.item.name}" for result, _ in finished.failures if result.trip}
    unanswered = [result for result, _ in finished.failures if result.trip is None]
    if unanswered:
        problems.append(f"  not answered: {', '.join(sorted({each.item.name for each in unanswered})[:5])}")
    _say([f"from a run with {len(observations)} answers", *problems, *(f"  {note}" for note in failed_note(failed))])
    return (0 if observations else _NOT_ANSWERED), observations


def _kept(events: Generator[Event, None, None], into: list[Event]) -> Generator[Event, None, None]:
    """The events of a run, which are all in the list when it is over."""
    from paceline.engine.relay import relayed

    finished = yield from relayed(events, into.append)
    into.append(finished)
    yield finished


# --- What becomes of it ---


def _write(options: argparse.Namespace, before: Lock, after: Lock, path: Path, note: str) -> None:
    from paceline.drift.lock import write_lock
    from paceline.evidence.learnt import learnt_lines

    _say(learnt_lines(before, after))
    if after == before and path.exists():
        _say([f"nothing new: {path} stays as it is"])
    else:
        write_lock(path, after, note)
        count = len(after.requests)
        _say([f"written: {path}, {count} request{'' if count == 1 else 's'}"])
    if options.emit_schema:
        _write_schemas(after, Path(options.emit_schema), force=options.force)


def _write_schemas(lock: Lock, folder: Path, *, force: bool) -> None:
    from paceline.evidence.schema_files import write_schemas

    done = write_schemas(lock, folder, force=force)
    _say([f"schemas in {folder}: {len(done.written)} written, {len(done.same)} as they were"])
    if done.kept:
        _say([f"  kept, since they were edited (--force overwrites): {', '.join(map(str, done.kept))}"])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")

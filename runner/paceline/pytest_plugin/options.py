"""What the command line, the settings of the project and a suite file say together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from paceline.errors import UsageError
from paceline.formats.suite import SUITE_FILE, load_suite
from paceline.model.suite import Suite
from paceline.preparing import Wishes
from paceline.recording import Cassettes
from paceline.script.v8 import Sandbox
from paceline.transport.recording import Mode

#: One V8 for all files of a session: it keeps nothing between two scripts.
SANDBOX: Final = pytest.StashKey[Sandbox]()

#: Why requests of a suite's setup failed: what was tried for one file is not tried again for the next.
BROKEN: Final = pytest.StashKey[dict[object, str]]()

_MODES: Final = ("once", "new", "rewrite", "none")


@dataclass(frozen=True, slots=True)
class Settings:
    """How collections are run.

    Attributes:
        suite: its collections are all that may be needed; without a suite file the one that is collected.
        logs: event logs of runs, from which it is learnt who needs whom.
    """

    suite: Suite
    wishes: Wishes
    logs: tuple[Path, ...] = ()


def add_options(parser: pytest.Parser) -> None:
    """Declare options and settings."""
    group = parser.getgroup("paceline", "Postman collections")

    def add(name: str, **more: Any) -> None:
        long = f"--paceline-{name}"
        try:
            group.addoption(f"--{name}", long, dest=long, **more)
        except ValueError:  # another plugin has it
            group.addoption(long, dest=long, **more)

    add("suite", metavar="FILE", help="suite file (paceline.yaml of the project)")
    add("environment", metavar="FILE", help="Postman environment")
    add("iteration-data", metavar="FILE", help="JSON or CSV, each row of which gives a test for each request")
    add("env-var", action="append", default=[], metavar="K=V", help="set an environment variable (repeatable)")
    add("contracts", metavar="FILE", help="contracts that every answer is held against (those of the suite)")
    add("no-contracts", action="store_true", help="hold no answer against a contract")
    add("replay", action="store_true", help="answer from cassettes and send nothing; where CI is set, the default")
    add("live", action="store_true", help="send requests, where a setting or CI would have them replayed")
    add("record", choices=_MODES, help="record cassettes: once, new, rewrite; none: as --replay")
    add("cassettes", metavar="DIR", help="where cassettes are (those of the suite)")
    add("learn-from", action="append", default=[], metavar="RUN.jsonl", help="event log that tells who needs whom")
    add("allow-unresolved", action="store_true", help="send variables without a value as they stand")
    add("allow-mutations", action="store_true", help="let a suite change state on live hosts")
    parser.addini("paceline_suite", "suite file of the project", default=SUITE_FILE)
    parser.addini("paceline_environment", "Postman environment", default="")
    parser.addini("paceline_iteration_data", "JSON or CSV with a row of variables for each iteration", default="")
    parser.addini("paceline_contracts", "contracts that every answer is held against", default="")
    parser.addini("paceline_cassettes", "where cassettes are", default="")
    parser.addini("paceline_learn_from", "event logs that tell who needs whom", type="paths", default=[])
    parser.addini("paceline_replay", "whether requests are answered from cassettes", type="bool", default=False)


def settings_of_project(config: pytest.Config) -> Settings:
    """The settings of the project's suite.

    Raises:
        UsageError: it has none, or the options contradict each other.
    """
    suite = suite_of_project(config)
    if suite is None:
        raise UsageError(f"there is no {SUITE_FILE} in {config.rootpath}", fix="name a suite with --suite FILE")
    return _settings(config, suite)


def settings_for_suite(config: pytest.Config, path: Path) -> Settings:
    """The settings of a suite file that was named."""
    return _settings(config, load_suite(_shown(config, path)))


def settings_for(config: pytest.Config, path: Path) -> Settings:
    """The settings of a collection: those of the project's suite, when that lists it, else its own."""
    suite = suite_of_project(config)
    if suite is None or path.resolve() not in {Path(listed).resolve() for listed in suite.collections}:
        suite = Suite(collections=(_shown(config, path),))
    return _settings(config, suite)


def suite_of_project(config: pytest.Config) -> Suite | None:
    """The suite that is named, or that lies in the project; None when there is none."""
    given = config.getoption("--paceline-suite")
    path = Path(given) if given else config.rootpath / str(config.getini("paceline_suite"))
    return load_suite(_shown(config, path)) if given or path.exists() else None


def _settings(config: pytest.Config, suite: Suite) -> Settings:
    from paceline.formats.data import load_data
    from paceline.formats.variables import load_environment
    from paceline.model.variables import VariableSet
    from paceline.resolve.scopes import overridden
    from paceline.suite import environment_of

    cassettes = _cassettes(config, suite)
    data = _path(config, "iteration-data")
    environment_path = _path(config, "environment")
    replaying = cassettes is not None and cassettes.replaying
    environment: VariableSet = (
        load_environment(environment_path) if environment_path else environment_of(suite, replaying=replaying)
    )
    from paceline.engine.options import RunOptions

    return Settings(
        suite if not config.getoption("--paceline-no-contracts") else _without_contracts(suite),
        Wishes(
            environment=overridden(environment, _assignments(config.getoption("--paceline-env-var"))),
            options=RunOptions(
                allow_mutations=config.getoption("--paceline-allow-mutations"),
                iteration_data=() if data is None else load_data(data),
                allow_unresolved=config.getoption("--paceline-allow-unresolved"),
            ),
            contracts=None if config.getoption("--paceline-no-contracts") else _path(config, "contracts"),
            cassettes=cassettes,
            sandbox=config.stash.setdefault(SANDBOX, Sandbox()),
        ),
        tuple(
            Path(path) for path in (*config.getini("paceline_learn_from"), *config.getoption("--paceline-learn-from"))
        ),
    )


def _without_contracts(suite: Suite) -> Suite:
    from dataclasses import replace

    return replace(suite, contracts=None)


def _cassettes(config: pytest.Config, suite: Suite) -> Cassettes | None:
    """Where requests are recorded or replayed; None where they are just sent."""
    mode: Mode | None = config.getoption("--paceline-record")
    replay, live = config.getoption("--paceline-replay"), config.getoption("--paceline-live")
    if live and (replay or mode == "none"):
        raise UsageError("--live and --replay exclude each other", fix="leave one of them out")
    if replay and mode not in (None, "none"):
        raise UsageError(f"--replay and --record {mode} exclude each other", fix="leave one of them out")
    folder = _path(config, "cassettes") or suite.cassettes
    asked = replay or bool(config.getini("paceline_replay"))
    if mode is None and not live and (asked or (folder is not None and _in_ci())):
        mode = "none"
    if mode is None:
        return None
    if folder is None:
        raise UsageError("it is not said where the cassettes are", fix="add --cassettes DIR")
    return Cassettes(_shown(config, Path(folder)), mode)


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"true", "1", "yes"}


def _path(config: pytest.Config, name: str) -> Path | None:
    """A path of the command line, which counts from here, or of the settings, which count from the project."""
    given = config.getoption(f"--paceline-{name}")
    if given:
        return Path(given)
    written = str(config.getini(f"paceline_{name.replace('-', '_')}"))
    return _shown(config, config.rootpath / written) if written else None


def _shown(config: pytest.Config, path: Path) -> Path:
    """The path as messages show it: from where pytest was started, when it lies below."""
    try:
        return path.relative_to(config.invocation_params.dir)
    except ValueError:
        return path


def _assignments(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--env-var {pair} is not a pair of name and value", fix="write it as name=value")
        values[key] = value
    return values

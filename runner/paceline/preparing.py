"""Everything that a run needs, put together: variables, tokens, transport or cassettes, contracts, sandbox."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paceline.engine.options import RunOptions
from paceline.engine.selection import has_scripts, select
from paceline.engine.session import Means
from paceline.model.collection import Collection
from paceline.model.suite import Suite
from paceline.model.variables import VariableSet
from paceline.recording import Cassettes, Tape
from paceline.resolve.scopes import overridden
from paceline.script.process import SandboxProcess, Turns
from paceline.script.v8 import Sandbox
from paceline.suite import environment_of, require_credentials, require_fresh_tokens, with_tokens
from paceline.transport.cookies import CookieJar

if TYPE_CHECKING:
    from paceline.contract.checker import ContractChecker
    from paceline.transport.base import Transport


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever starts a run wants of it; None where the suite is to decide.

    Attributes:
        sandbox: where scripts run; it is left open. None makes one, and closes it.
    """

    environment: VariableSet | None = None
    globals: VariableSet = field(default_factory=lambda: VariableSet("", kind="globals"))
    options: RunOptions = field(default_factory=RunOptions)
    jar: CookieJar | None = None
    contracts: str | Path | None = None
    cassettes: Cassettes | None = None
    ca_bundle: str | None = None
    sandbox: Turns | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that `paceline.engine.run.run` takes, and the cassettes, which have to hear what happens."""

    collections: Sequence[Collection]
    environment: VariableSet
    globals: VariableSet
    options: RunOptions
    means: Means
    suite: Suite
    tape: Tape | None = None


@contextmanager
def prepared(suite: Suite, collections: Sequence[Collection], wishes: Wishes) -> Iterator[Prepared]:
    """Put together what a run needs, and give back sockets and sandbox at the end.

    Raises:
        PacelineError: a file, an option or a variable is wrong.
    """
    options, cassettes = wishes.options, wishes.cassettes
    jar = CookieJar() if wishes.jar is None else wishes.jar
    replaying = cassettes is not None and cassettes.replaying
    with ExitStack() as stack:
        sandbox = wishes.sandbox
        if sandbox is None:
            sandbox = SandboxProcess() if options.isolate_scripts else Sandbox()
            stack.callback(sandbox.close)
        if not options.folders and any(map(has_scripts, collections)):
            sandbox.start()  # before all else that takes time, since it boots in the background
        environment = environment_of(suite, replaying=replaying) if wishes.environment is None else wishes.environment
        if not replaying:  # what was recorded needs no token
            environment = with_tokens(environment, suite, os.environ)
            require_fresh_tokens(suite, environment, os.environ, time.time())
            require_credentials(suite, environment, collections)

        def live() -> Transport:
            from paceline.transport.live import LiveTransport

            return LiveTransport(jar, ca_bundle=wishes.ca_bundle)

        if replaying:
            options = replace(options, allow_mutations=True)  # nothing is sent to anybody
        rows = (overridden(VariableSet("", kind="environment"), row) for row in options.iteration_data)
        sets = (environment, wishes.globals, *rows)
        tape = None if cassettes is None else Tape(cassettes, live, jar, sets, collections, suite, options)
        transport = live() if tape is None else tape.transport
        stack.callback(transport.close)
        checker = _checker(suite, collections, wishes.contracts, options.folders)
        means = Means(transport, jar, sandbox, checker)
        yield Prepared(collections, environment, wishes.globals, options, means, suite, tape)


def _checker(
    suite: Suite, collections: Sequence[Collection], given: str | Path | None, folders: Sequence[str]
) -> ContractChecker | None:
    """What answers are held against; each contract of a suite's collections has to mean one of its requests."""
    path = given or suite.contracts
    if path is None:
        return None
    from paceline.contract.checker import load_checker  # where it is needed, since it takes time

    checker = load_checker(path)
    if given is None:
        for collection in collections:
            checker.book.agree(collection.stem, (item.name for _, item in collection.items()))
    checker.read(
        (collection.stem, step.item.name) for collection in collections for step in select(collection, folders)
    )
    return checker

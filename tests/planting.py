"""Planting changes in the emulator of the Peloton API, and seeing what `paceline drift` finds of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from paceline.cli import main as command
from paceline.drift.finding import Finding
from paceline.engine.events import Event, RunFinished
from paceline.engine.options import RunOptions
from paceline.formats.suite import load_suite
from paceline.formats.variables import load_environment
from paceline.model.variables import VariableSet
from paceline.resolve.scopes import overridden
from paceline.watch.keeping import Places
from paceline.watch.run import Wanted, drift
from tests.emulator import EXPIRED_TOKEN, VALID_TOKEN, serve
from tests.emulator.faults import Fault
from tests.emulator.state import AuthMode

ROOT = Path(__file__).parents[1]
SUITE = load_suite(ROOT / "paceline.yaml")
ENVIRONMENT = ROOT / "environments" / "emulator.postman_environment.json"
EMULATOR = load_environment(ENVIRONMENT)
MODES: tuple[AuthMode, ...] = ("session", "bearer")

#: Faults that only a bearer token shows, and those that only many answers show.
BEARER = {"expired-token-accepted"}
REPEATED = {"reviews-slow": 5}
SHOWN_ELSEWHERE = {"ended-session-accepted", "expired-token-accepted"}


class Bench:
    """Locks learnt from unchanged emulators, one for each way to log in."""

    def __init__(self, folder: Path, modes: Sequence[AuthMode] = MODES) -> None:
        self._folder = folder
        self._locks: dict[AuthMode, Path] = {auth: self._learnt(auth) for auth in modes}

    def _learnt(self, auth: AuthMode) -> Path:
        path = self._folder / f"{auth}.lock"
        suite = str(ROOT / "paceline.yaml")
        with serve(auth=auth) as url, redirect_stdout(sys.stderr):
            environment = ["-e", str(ENVIRONMENT), *(f"--env-var={pair}" for pair in values(url, auth))]
            code = command(["contract", "learn", suite, "--live", "--repeat", "5", "--lock", str(path), *environment])
        if code:
            raise SystemExit(f"nothing could be learnt: exit code {code}")
        return path

    def _run(self, url: str, auth: AuthMode, lock: Path, repeat: int) -> Iterator[Event]:
        wanted = Wanted(
            environment=overridden(EMULATOR, dict(pair.split("=", 1) for pair in values(url, auth))),
            globals=VariableSet("", kind="globals"),
            options=RunOptions(iterations=repeat),
            lock=lock,
            places=Places(self._folder / auth, self._folder / f"{auth}.sqlite3", auth),
            stale_session=EXPIRED_TOKEN if auth == "bearer" else "",
        )
        return drift(SUITE, wanted)

    def compared(self, auth: AuthMode, faults: Sequence[str], repeat: int = 1) -> tuple[list[Finding], int]:
        """The findings about an emulator with these changes, and the exit code."""
        with serve(auth=auth, drift=faults) as url:
            *_, end = self._run(url, auth, self._locks[auth], repeat)
        assert isinstance(end, RunFinished)
        assert end.drift is not None
        return [change.finding for change in end.drift.changes], end.exit_code


def values(url: str, auth: AuthMode) -> list[str]:
    """What the environment lacks, as `name=value`."""
    token = [f"access_token={VALID_TOKEN}"] if auth == "bearer" else []
    return [f"base_url={url}", f"graphql_url={url}/graphql", *token]


def is_there(finding: Finding, fault: Fault) -> bool:
    """Whether a finding is about a fault: of one of its requests, asked in whatever way, and at its place.

    A session that counts for too long shows at all requests. A walk that goes wrong shows beside the place at fault.
    """
    asked = re.sub(r" \((?:no|stale) session\)$", "", finding.key)
    if asked not in fault.requests and fault.name not in SHOWN_ELSEWHERE:
        return False
    found, planted = _steps(finding.pointer), _steps(fault.where)
    if fault.kind == "paging":
        return found[: len(planted)] == planted or found[:-1] == planted[:-1]
    return len(found) == len(planted) and all(
        "*" in pair or pair[0] == pair[1] for pair in zip(found, planted, strict=True)
    )


def _steps(pointer: str) -> list[str]:
    pointer = pointer.replace("header:content-type", "content-type")
    return re.sub(r"/\d+(?=/|$)", "/*", pointer).split("/")

"""Plant each change that the emulator knows, and see whether `paceline drift` finds it, and nothing else.

A lock is learnt from a few runs against an unchanged emulator. Then the suite is compared with it: against unchanged
emulators, to see false findings, and against emulators with one change each. What comes is a table in Markdown.

    python -m benchmarks.drift [--unchanged 50] [--only NAME ...] [--write docs/drift.md]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from tests.emulator import EXPIRED_TOKEN, VALID_TOKEN, serve
from tests.emulator.faults import FAULTS, Fault
from tests.emulator.state import AuthMode

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

ROOT = Path(__file__).parents[1]
SUITE = load_suite(ROOT / "paceline.yaml")
ENVIRONMENT = ROOT / "environments" / "emulator.postman_environment.json"
EMULATOR = load_environment(ENVIRONMENT)
MODES: tuple[AuthMode, ...] = ("session", "bearer")
BEGIN, END = "<!-- the table of python -m benchmarks.drift -->", "<!-- the end of the table -->"

#: Faults that only a bearer token shows, and those that only many answers show.
BEARER = {"expired-token-accepted"}
REPEATED = {"reviews-slow": 5}
SHOWN_ELSEWHERE = {"ended-session-accepted", "expired-token-accepted"}


@dataclass(frozen=True)
class Outcome:
    """What came of one planted change.

    Attributes:
        found: the finding at its place; None when there is none.
        others: findings elsewhere.
    """

    fault: Fault
    found: Finding | None
    others: tuple[Finding, ...]
    exit_code: int

    @property
    def right(self) -> bool:
        """Whether it was found as what it is."""
        return self.found is not None and self.found.level == self.fault.level


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all was found, and nothing else."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--unchanged", type=int, default=50, metavar="N", help="runs against unchanged emulators (50)")
    parser.add_argument("--only", nargs="+", default=list(FAULTS), metavar="NAME", help="these changes only")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this document")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        false = bench.unchanged(options.unchanged)
        outcomes = [bench.planted(FAULTS[name]) for name in options.only]
    text = "\n".join(table(outcomes, false, options.unchanged))
    print(text)
    if options.write:
        document = options.write.read_text(encoding="utf-8")
        pattern = re.compile(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", re.DOTALL)
        options.write.write_text(pattern.sub(lambda _: f"\n{text}\n\n", document), encoding="utf-8")
    return 0 if all(outcome.right for outcome in outcomes) and not false else 1


class Bench:
    """Locks learnt from unchanged emulators, one for each way to log in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[AuthMode, Path] = {auth: self._learnt(auth) for auth in MODES}

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

    def _compared(self, auth: AuthMode, faults: Sequence[str], repeat: int = 1) -> tuple[list[Finding], int]:
        with serve(auth=auth, drift=faults) as url:
            *_, end = self._run(url, auth, self._locks[auth], repeat)
        assert isinstance(end, RunFinished)
        assert end.drift is not None
        return [change.finding for change in end.drift.changes], end.exit_code

    def unchanged(self, times: int) -> list[Finding]:
        """All findings where there is nothing to find."""
        found = []
        for number in range(times):
            findings, code = self._compared("session", ())
            found += findings
            progress(f"unchanged {number + 1}: {len(findings)} findings, exit code {code}")
        return found

    def planted(self, fault: Fault) -> Outcome:
        """What is found of one change."""
        auth: AuthMode = "bearer" if fault.name in BEARER else "session"
        findings, code = self._compared(auth, (fault.name,), REPEATED.get(fault.name, 1))
        own = [each for each in findings if is_there(each, fault)]
        found = next((each for each in own if each.level == fault.level), next(iter(own), None))
        others = tuple(each for each in findings if each not in own)
        outcome = Outcome(fault, found, others, code)
        progress(
            f"{'found' if outcome.right else 'NOT FOUND'} {fault.name}, and {len(others)} others, exit code {code}"
        )
        if not outcome.right:
            progress("\n".join(map(str, findings)))
        return outcome


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


def table(outcomes: Iterable[Outcome], false: Sequence[Finding], unchanged: int) -> Iterator[str]:
    """The outcome in Markdown."""
    listed = list(outcomes)
    right = sum(each.right for each in listed)
    yield f"{right} of {len(listed)} planted changes were found with the right level at the right place;"
    yield f"{len(false)} false findings in {unchanged} runs against an unchanged emulator."
    yield ""
    yield "| planted change | level | where | found as | others | exit code |"
    yield "|---|---|---|---|---|---|"
    for each in listed:
        found = "**not found**" if each.found is None else f"{each.found.kind}, {each.found.level}"
        place = f"{each.fault.requests[0]} `{each.fault.where}`"
        yield f"| {each.fault.what} | {each.fault.level} | {place} | {found} | {len(each.others)} | {each.exit_code} |"


def progress(text: str) -> None:
    """Tell how it goes, beside the table."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())

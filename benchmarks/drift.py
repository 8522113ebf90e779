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
from dataclasses import dataclass
from pathlib import Path

from tests.emulator.faults import FAULTS, Fault
from tests.emulator.state import AuthMode
from tests.planting import BEARER, REPEATED, Bench, is_there

from paceline.drift.finding import Finding

BEGIN, END = "<!-- the table of python -m benchmarks.drift -->", "<!-- the end of the table -->"


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
        false = unchanged(bench, options.unchanged)
        outcomes = [planted(bench, FAULTS[name]) for name in options.only]
    text = "\n".join(table(outcomes, false, options.unchanged))
    print(text)
    if options.write:
        document = options.write.read_text(encoding="utf-8")
        pattern = re.compile(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", re.DOTALL)
        options.write.write_text(pattern.sub(lambda _: f"\n{text}\n\n", document), encoding="utf-8")
    return 0 if all(outcome.right for outcome in outcomes) and not false else 1


def unchanged(bench: Bench, times: int) -> list[Finding]:
    """All findings where there is nothing to find."""
    found = []
    for number in range(times):
        findings, code = bench.compared("session", ())
        found += findings
        progress(f"unchanged {number + 1}: {len(findings)} findings, exit code {code}")
    return found


def planted(bench: Bench, fault: Fault) -> Outcome:
    """What is found of one change."""
    auth: AuthMode = "bearer" if fault.name in BEARER else "session"
    findings, code = bench.compared(auth, (fault.name,), REPEATED.get(fault.name, 1))
    own = [each for each in findings if is_there(each, fault)]
    found = next((each for each in own if each.level == fault.level), next(iter(own), None))
    others = tuple(each for each in findings if each not in own)
    outcome = Outcome(fault, found, others, code)
    progress(f"{'found' if outcome.right else 'NOT FOUND'} {fault.name}, and {len(others)} others, exit code {code}")
    if not outcome.right:
        progress("\n".join(map(str, findings)))
    return outcome


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

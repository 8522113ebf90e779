"""Changes planted in the emulator of the Peloton API: `paceline drift` finds each, as what it is and where it is.

Many are planted at once, each in a request of its own; what touches the session is planted alone. The table of all of
them, one by one, is in docs/drift.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from tests.emulator.faults import FAULTS, Fault
from tests.planting import BEARER, REPEATED, SHOWN_ELSEWHERE, Bench, is_there

#: These change what other requests do or are allowed to do, or need many answers.
ALONE = {
    "workout-status-removed", "page-instead-of-json",  # no variable for later requests
    "cookie-renamed", "cookie-missing", "cookie-path-lost", "cookie-secure", "me-email-removed",
    *BEARER, *REPEATED, *SHOWN_ELSEWHERE,
}  # fmt: skip


def rounds(faults: Iterable[Fault]) -> list[list[Fault]]:
    """The faults in as few groups as possible, in each of which no two touch the same request."""
    found: list[list[Fault]] = []
    for fault in faults:
        if fault.name in ALONE:
            continue
        fitting = next(
            (each for each in found if not {*fault.requests} & {key for one in each for key in one.requests}), None
        )
        if fitting is None:
            found.append([fault])
        else:
            fitting.append(fault)
    return found


ROUNDS = rounds(FAULTS.values())


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A lock that was learnt from an unchanged emulator."""
    return Bench(tmp_path_factory.mktemp("bench"), modes=("session",))


def test_many_changes_are_planted() -> None:
    """Of all kinds and levels."""
    planted = [fault for each in ROUNDS for fault in each]
    assert len(planted) > 60
    assert {fault.level for fault in planted} == {"breaking", "risky", "additive"}


@pytest.mark.parametrize("planted", ROUNDS, ids=lambda planted: f"{len(planted)} at once")
def test_every_change_is_found(bench: Bench, planted: Sequence[Fault]) -> None:
    """With its level, at its place."""
    findings, code = bench.compared("session", [fault.name for fault in planted])

    levels = {fault.name: {each.level for each in findings if is_there(each, fault)} for fault in planted}
    assert {name: FAULTS[name].level in found for name, found in levels.items()} == dict.fromkeys(levels, True)
    assert code == 5


def test_an_unchanged_service_has_no_findings(bench: Bench) -> None:
    """Three times in a row."""
    assert [bench.compared("session", ()) for _ in range(3)] == [([], 0)] * 3

"""What is kept of a run, and what many of them tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paceline.drift.finding import Finding


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one answer took.

    Attributes:
        key: of the request: stem of its collection, a slash, its name.
    """

    key: str
    status: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it is kept.

    Attributes:
        id: given by the store; None for a record that was not added yet.
        started: unix seconds.
        suite: what was run, such as the name of the suite's file. Only runs of the same suite and host form a row.
        environment: name of the environment.
        host: where the requests went, as scheme, name and port. Anything else of an address is not kept.
        requests, failed: how many items ran, and how many of them failed.
        findings: without `message` and `sample`, and with `old` and `new` where they tell of shapes only; see
            `paceline.history.cleaning`.
        timings: in the order in which the answers came.
        compared: by key of the request the statuses whose answers were compared with something known. Of all others
            the run does not tell whether they drifted.
        fields: by key of the request the pointers of the fields that bodies had, with `*` for items of lists and
            entries of maps. They are kept by request and not by run, so a record that is read has none: see
            `History.known_fields`.
    """

    id: int | None
    started: float
    suite: str
    environment: str
    host: str
    exit_code: int
    requests: int = 0
    failed: int = 0
    findings: tuple[Finding, ...] = ()
    timings: tuple[Timing, ...] = ()
    compared: Mapping[str, frozenset[int]] = field(default_factory=dict)
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """For how long a finding has been made.

    Attributes:
        since: unix seconds of the first run of the unbroken row of runs that had it; None where the last one did not.
        runs: how long that row is.
    """

    since: float | None = None
    runs: int = 0


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding of the newest run that compared its request.

    Attributes:
        since: unix seconds of the first run of its row; `last`: of that newest one.
        runs: how long the row is.
    """

    finding: Finding
    suite: str
    environment: str
    host: str
    since: float
    last: float
    runs: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of one request in one run.

    Attributes:
        started: of the run, in unix seconds.
        times: milliseconds, in the order in which the answers came; at least one.
    """

    started: float
    suite: str
    environment: str
    host: str
    status: int
    times: tuple[float, ...]

"""The history: runs go in, and what many of them tell comes out.

It is a plain SQLite file with a rollback journal. A write-ahead log would let readers go on while somebody writes, but
needs shared memory, which network file systems do not have (https://www.sqlite.org/wal.html), and may leave two more
files without which the first, put into a cache by itself, lacks its newest runs. A write takes milliseconds, for which
others can wait.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import groupby
from math import inf
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from paceline.drift.finding import Finding, in_order
from paceline.errors import FileError
from paceline.formats.private_folder import make_private
from paceline.history import queries
from paceline.history.cleaning import cleaned, cleaned_finding, cleaned_host, cleaned_key
from paceline.history.failures import told
from paceline.history.records import OpenFinding, Pace, Past, RunRecord, Timing
from paceline.history.schema import upgrade
from paceline.history.transaction import transaction

_WAIT_S: Final = 30.0


class History:
    """An open history. Close it, or use it in a `with` statement; in one thread only.

    Several processes may have the same file open: each writes a run as a whole, one after the other. A process that
    dies while it writes leaves no trace of that run.

    Args:
        path: the file; it is made if need be, for its owner alone to read, and its folder with it.
        wait_s: how long to wait for others that write.

    Raises:
        FileError: the file cannot be read or written. So may every method.
        FormatError: it is no history, or of a newer version, or damaged; it is left as it is. So may every method.
    """

    def __init__(self, path: str | Path, *, wait_s: float = _WAIT_S) -> None:
        self.path = Path(path)
        with told(self.path):
            if not self.path.exists():
                make_private(self.path.parent)
                # SQLite gives its journal the rights of the file.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(self.path, timeout=wait_s, isolation_level=None)
            try:
                self._connection.execute("PRAGMA foreign_keys = ON")
                upgrade(self._connection, self.path)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # --- Writing ---

    def add(self, record: RunRecord) -> int:
        """Keep a run, in full or not at all.

        Of its findings and fields what may hold a value is left out, see `paceline.history.cleaning`.

        Returns:
            The id of the run.
        """
        kept = cleaned(record)
        row = (kept.started, kept.suite, kept.environment, kept.host, kept.exit_code, kept.requests, kept.failed)
        with self._writing() as database:
            database.executemany(queries.ADD_REQUEST, ((key,) for key in sorted(_keys(kept))))
            ids: dict[str, int] = dict(database.execute("SELECT key, id FROM request"))
            run = database.execute(queries.ADD_RUN, row).lastrowid
            assert run is not None, "a row that was put in has a number"
            timings = ((run, ids[each.key], n, each.status, each.elapsed_ms) for n, each in enumerate(kept.timings))
            database.executemany(queries.ADD_TIMING, timings)
            compared = ((run, ids[key], status) for key, statuses in kept.compared.items() for status in statuses)
            database.executemany(queries.ADD_COMPARED, compared)
            findings = (
                (
                    run,
                    ids[each.key],
                    n,
                    each.status,
                    each.level,
                    each.kind,
                    each.pointer,
                    each.old,
                    each.new,
                    each.known,
                )
                for n, each in enumerate(kept.findings)
            )
            database.executemany(queries.ADD_FINDING, findings)
            fields = ((ids[key], pointer, kept.started) for key, places in kept.fields.items() for pointer in places)
            database.executemany(queries.ADD_FIELD, fields)
        return run

    def prune(self, *, keep: int | None = None, before: float | None = None, suite: str | None = None) -> int:
        """Forget old runs, and give their room back to the disk.

        Args:
            keep: how many of the newest stay; or
            before: unix seconds: those that started earlier go.
            suite: only runs of this one count, and go.

        Returns:
            How many went.
        """
        assert (keep is None) != (before is None), "one of the two says what goes"
        with self._writing() as database:
            if before is not None:
                removed = database.execute(queries.REMOVE_BEFORE, {"suite": suite, "before": before}).rowcount
            else:
                removed = database.execute(queries.REMOVE_ALL_BUT, {"suite": suite, "keep": max(keep or 0, 0)}).rowcount
            database.execute(queries.REMOVE_FIELDS)
            database.execute(queries.REMOVE_REQUESTS)
        with self._reading() as database:
            unused = database.execute("PRAGMA freelist_count").fetchone()[0]
        if unused:
            self._shrink()
        return removed

    def _shrink(self) -> None:
        try:
            with told(self.path):
                self._connection.execute("VACUUM")  # by which what was removed is overwritten, too
        except FileError as error:
            what = f"the runs are removed, but the file could not be made smaller: {error.what}"
            raise FileError(what, error.where, "see to that, and prune once more") from error

    # --- Reading ---

    def runs(self, limit: int | None = None, suite: str | None = None) -> list[RunRecord]:
        """Runs, the newest first."""
        with self._reading() as database:
            rows = database.execute(queries.RUNS, {"suite": suite, "limit": -1 if limit is None else limit}).fetchall()
            return [
                replace(
                    RunRecord(*row),
                    findings=tuple(Finding(*each) for each in database.execute(queries.FINDINGS, row[:1])),
                    timings=tuple(Timing(*each) for each in database.execute(queries.TIMINGS, row[:1])),
                    compared={
                        key: frozenset(status for _, status in group)
                        for key, group in groupby(database.execute(queries.COMPARED, row[:1]), itemgetter(0))
                    },
                )
                for row in rows
            ]

    def count(self, suite: str | None = None) -> int:
        """How many runs there are."""
        with self._reading() as database:
            return int(database.execute(queries.COUNT, {"suite": suite}).fetchone()[0])

    def series(self, finding: Finding, *, suite: str, host: str, before: RunRecord | None = None) -> Past:
        """For how long a finding has been made without a break.

        Runs that did not compare answers of its status to its request neither belong to the row nor break it. Its
        level and its words may differ from run to run.

        Args:
            before: only runs before this one, which was read from here, are looked at.
        """
        kept = cleaned_finding(finding)
        place = {"suite": suite, "host": cleaned_host(host), "key": kept.key, "status": kept.status}
        what = {"kind": kept.kind, "pointer": kept.pointer}
        until = {"started": inf if before is None else before.started, "run": 0 if before is None else before.id}
        since, runs = None, 0
        with self._reading() as database, closing(database.execute(queries.ROW_OF_RUNS, place | what | until)) as rows:
            for started, had in rows:
                if not had:
                    break
                since, runs = started, runs + 1
        return Past(since, runs)

    def open_findings(self, suite: str | None = None, host: str | None = None) -> list[OpenFinding]:
        """The findings of the newest run that compared a request, for each suite and host; the gravest first."""
        with self._reading() as database:
            rows = database.execute(queries.OPEN, {"suite": suite, "host": host and cleaned_host(host)}).fetchall()
        found: dict[Finding, list[OpenFinding]] = {}
        for run, last, of_suite, environment, of_host, *columns in rows:
            finding = Finding(*columns)
            before = RunRecord(run, last, of_suite, environment, of_host, 0)
            past = self.series(finding, suite=of_suite, host=of_host, before=before)
            since = last if past.since is None else past.since
            each = OpenFinding(finding, of_suite, environment, of_host, since, last, past.runs + 1)
            found.setdefault(finding, []).append(each)
        return [each for finding in in_order(found) for each in found[finding]]

    def fields(self) -> dict[str, frozenset[str]]:
        """The fields that bodies had in earlier runs, as pointers, by key of the request."""
        return self._fields(None)

    def known_fields(self, key: str) -> frozenset[str]:
        """The same for one request."""
        return self._fields(cleaned_key(key)).get(cleaned_key(key), frozenset())

    def _fields(self, key: str | None) -> dict[str, frozenset[str]]:
        with self._reading() as database:
            rows = database.execute(queries.FIELDS, {"key": key}).fetchall()
        return {each: frozenset(pointer for _, pointer in group) for each, group in groupby(rows, itemgetter(0))}

    def recent_times(self, host: str, key: str, status: int, limit: int) -> list[float]:
        """Times of answers of one status to a request, in milliseconds: at most so many, the newest run's first."""
        asked = {"host": cleaned_host(host), "key": cleaned_key(key), "status": status, "limit": limit}
        with self._reading() as database:
            return [elapsed_ms for (elapsed_ms,) in database.execute(queries.RECENT_TIMES, asked)]

    def trend(
        self, key: str, *, suite: str | None = None, host: str | None = None, limit: int | None = None
    ) -> list[Pace]:
        """The times of a request run by run, the oldest first; answers of different statuses are told apart.

        Args:
            limit: how many runs to tell of, the newest that had the request.
        """
        wanted = {"suite": suite, "host": host and cleaned_host(host), "limit": -1 if limit is None else limit}
        with self._reading() as database:
            rows = database.execute(queries.TREND, {"key": cleaned_key(key), **wanted}).fetchall()
        groups = groupby(rows, itemgetter(slice(0, -1)))  # all but the time
        return [
            Pace(started, of_suite, environment, of_host, status, tuple(each[-1] for each in group))
            for (_, started, of_suite, environment, of_host, status), group in groups
        ]

    def keys(self) -> list[str]:
        """The requests that some run tells of, sorted."""
        with self._reading() as database:
            return [key for (key,) in database.execute(queries.KEYS)]

    # --- Transactions ---

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with told(self.path), transaction(self._connection, "BEGIN"):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with told(self.path), transaction(self._connection, "BEGIN IMMEDIATE"):
            yield self._connection


def _keys(record: RunRecord) -> set[str]:
    told_of = (*(each.key for each in record.timings), *(each.key for each in record.findings))
    return {*record.compared, *record.fields, *told_of}

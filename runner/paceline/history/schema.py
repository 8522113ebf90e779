"""The tables of a history, and how those of older versions become those of today."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from paceline.errors import FormatError, Location
from paceline.history.failures import not_ours
from paceline.history.transaction import transaction

#: Marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id): `pace` in ASCII.
APPLICATION_ID: Final = 0x70616365

Step = Sequence[str]

#: What leads from each version to the next; a step that was released is never changed. `PRAGMA user_version` of a file
#: tells how many of them it has been through.
#:
#: Everything begins with the run, so that a run is written, read and removed at one place of each table. Names of
#: requests are long and come again in every run, so they are kept once.
STEPS: Final[tuple[Step, ...]] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        "CREATE TABLE request (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE)",
        """CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            started REAL NOT NULL,
            suite TEXT NOT NULL,
            environment TEXT NOT NULL,
            host TEXT NOT NULL,
            exit_code INTEGER NOT NULL,
            requests INTEGER NOT NULL,
            failed INTEGER NOT NULL
        )""",
        "CREATE INDEX run_by_time ON run (started, id)",
        """CREATE TABLE timing (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            request INTEGER NOT NULL,
            nth INTEGER NOT NULL,
            status INTEGER NOT NULL,
            elapsed_ms REAL NOT NULL,
            PRIMARY KEY (run, request, nth)
        ) WITHOUT ROWID""",
        """CREATE TABLE compared (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            request INTEGER NOT NULL,
            status INTEGER NOT NULL,
            PRIMARY KEY (run, request, status)
        ) WITHOUT ROWID""",
        """CREATE TABLE finding (
            run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
            request INTEGER NOT NULL,
            nth INTEGER NOT NULL,
            status INTEGER NOT NULL,
            level TEXT NOT NULL,
            kind TEXT NOT NULL,
            pointer TEXT NOT NULL,
            old TEXT NOT NULL,
            new TEXT NOT NULL,
            known TEXT NOT NULL,
            PRIMARY KEY (run, request, nth)
        ) WITHOUT ROWID""",
        """CREATE TABLE field (
            request INTEGER NOT NULL,
            pointer TEXT NOT NULL,
            last_seen REAL NOT NULL,
            PRIMARY KEY (request, pointer)
        ) WITHOUT ROWID""",
    ),
)


def upgrade(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = STEPS) -> None:
    """Make the tables, or bring those of an older version up to date; all of it or nothing.

    Raises:
        FormatError: the file is something else, or of a newer version. It is left as it is.
    """
    with transaction(connection, "BEGIN"):  # mostly there is nothing to write, and nobody has to wait
        if _version(connection, path, len(steps)) == len(steps):
            return
    with transaction(connection, "BEGIN IMMEDIATE"):
        for step in steps[_version(connection, path, len(steps)) :]:  # none, if another process was faster
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _version(connection: sqlite3.Connection, path: Path, known: int) -> int:
    """How many steps a file has been through. All that is asked must be of one moment, so in a transaction."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (version or application or tables):
        raise not_ours(path, "it is a database of something else")
    if version > known:
        what = f"a newer paceline has written this history: it is of version {version}, and this one knows {known}"
        raise FormatError(what, Location(str(path)), "update paceline, or name another file")
    return version

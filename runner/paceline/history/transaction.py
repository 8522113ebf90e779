"""Statements of SQLite that belong together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal


@contextmanager
def transaction(connection: sqlite3.Connection, begin: Literal["BEGIN", "BEGIN IMMEDIATE"]) -> Iterator[None]:
    """What is read within is of one moment; what is written within is kept as a whole, or not at all.

    Who may write begins `IMMEDIATE`: of two who first read and then both want to write, one would have to fail at once
    (https://www.sqlite.org/lang_transaction.html).
    """
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself ends it where a disk fails
            connection.execute("ROLLBACK")
        raise

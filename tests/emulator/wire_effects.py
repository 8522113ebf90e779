"""Planted changes around a body or to all of it: status, headers, cookies, columns of CSV; and those made elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from tests.emulator.effect import Answer, Effect, Kind, Level, dumped, if_success


def succeeds_with(status: int) -> Effect:
    """Another success. The body stays."""

    def change(answer: Answer, _where: str) -> None:
        answer.status = status

    return Effect("status", "risky", if_success(change))


def fails(with_status: int, body: str, content_type: str, level: Level) -> Effect:
    """Success is over."""

    def change(answer: Answer, _where: str) -> None:
        answer.status, answer.body = with_status, body.encode()
        _set_header(answer, "content-type", content_type)

    return Effect("status", level, if_success(change))


def refuses_with(old: int, new: int) -> Effect:
    """Another status of a refusal; a body that repeats it does so."""

    def change(answer: Answer, _where: str) -> None:
        if answer.status == old:
            answer.status = new
            body = json.loads(answer.body)
            if "status" in body:
                answer.body = dumped(body | {"status": new})

    return Effect("status", "risky", change)


def _set_header(answer: Answer, name: str, value: str) -> None:
    answer.headers = [(each, value if each == name else old) for each, old in answer.headers]


def content_type(value: str, level: Level = "risky") -> Effect:
    def change(answer: Answer, _where: str) -> None:
        _set_header(answer, "content-type", value)

    return Effect("content type", level, if_success(change))


def page_instead(html: str) -> Effect:
    """A success with a page for people."""

    def change(answer: Answer, _where: str) -> None:
        answer.body = html.encode()
        _set_header(answer, "content-type", "text/html; charset=utf-8")

    return Effect("body", "breaking", if_success(change))


def _header_of(where: str) -> str:
    return where.removeprefix("header:").lower()


def _remove_header(answer: Answer, where: str) -> None:
    answer.headers = [pair for pair in answer.headers if pair[0] != _header_of(where)]


HEADER_REMOVED = Effect("header", "risky", _remove_header)


def header_added(value: str, level: Level = "additive") -> Effect:
    return Effect("new header", level, lambda answer, where: answer.headers.append((_header_of(where), value)))


def slower(milliseconds: int) -> Effect:
    def change(answer: Answer, _where: str) -> None:
        answer.delay += milliseconds / 1000

    return Effect("latency", "risky", change)


def _cut_off(answer: Answer, _where: str) -> None:
    answer.body = answer.body[:-1]


CUT_OFF = Effect("body", "breaking", if_success(_cut_off))


# --- Cookies ----------------------------------------------------------------------------------------------------------


def _cookies(edit: Callable[[str], str], level: Level) -> Effect:
    """Edits the Set-Cookie headers."""

    def change(answer: Answer, _where: str) -> None:
        answer.headers = [(name, edit(value) if name == "set-cookie" else value) for name, value in answer.headers]

    return Effect("cookie", level, change)


def cookie_renamed(old: str, new: str) -> Effect:
    return _cookies(lambda value: value.replace(old, new, 1), "breaking")


def cookie_attribute(old: str, new: str, level: Level) -> Effect:
    """An attribute replaced by another, or by nothing."""
    return _cookies(lambda value: value.replace(f"; {old}", f"; {new}" if new else ""), level)


def cookie_added(value: str) -> Effect:
    """One more, which nobody needs to send back."""

    def change(answer: Answer, where: str) -> None:
        answer.headers.append(("set-cookie", f"{where.removeprefix('cookie:')}={value}; Path=/; HttpOnly"))

    return Effect("new cookie", "additive", change)


def _remove_cookies(answer: Answer, _where: str) -> None:
    answer.headers = [pair for pair in answer.headers if pair[0] != "set-cookie"]


NO_COOKIE = Effect("cookie", "breaking", _remove_cookies)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _columns(edit: Callable[[list[list[str]], int], None], kind: Kind, level: Level) -> Effect:
    """Edits the rows of a CSV body, the header first; `edit` is given the index of the column that `where` names."""

    def change(answer: Answer, where: str) -> None:
        rows = _rows(answer)
        column = where.rpartition("/")[2]
        if column in rows[0]:
            edit(rows, rows[0].index(column))
            _write_rows(answer, rows)

    return Effect(kind, level, if_success(change))


def _rows(answer: Answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))


def _write_rows(answer: Answer, rows: list[list[str]], delimiter: str = ",") -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    answer.body = text.getvalue().encode()


def column_renamed(new: str) -> Effect:
    def edit(rows: list[list[str]], index: int) -> None:
        rows[0][index] = new

    return _columns(edit, "removed", "breaking")


def column_added(value: str) -> Effect:
    """At the end."""

    def change(answer: Answer, where: str) -> None:
        header, *rows = _rows(answer)
        _write_rows(answer, [[*header, where.rpartition("/")[2]], *([*row, value] for row in rows)])

    return Effect("new field", "additive", if_success(change))


def _to_front(rows: list[list[str]], index: int) -> None:
    for row in rows:
        row.insert(0, row.pop(index))


def _drop(rows: list[list[str]], index: int) -> None:
    for row in rows:
        del row[index]


COLUMN_TO_FRONT = _columns(_to_front, "order", "breaking")
COLUMN_REMOVED = _columns(_drop, "removed", "breaking")
SEMICOLONS = Effect("body", "breaking", if_success(lambda answer, _where: _write_rows(answer, _rows(answer), ";")))


# --- Made by the module that decides about it -------------------------------------------------------------------------

PAGES_LOOP = Effect("paging", "breaking", hook="pages loop")
PAGES_OVERLAP = Effect("paging", "breaking", hook="pages overlap")
LOW_CAP = Effect("paging", "risky", hook="low cap")
OPEN_TO_ALL = Effect("privilege", "breaking", hook="open to all")
CLOSED = Effect("privilege", "breaking", hook="closed")
ENDED_SESSION_COUNTS = Effect("privilege", "breaking", hook="ended session")
EXPIRED_TOKEN_COUNTS = Effect("privilege", "breaking", hook="expired token")
NEEDS_PLATFORM = Effect("status", "breaking", hook="needs platform")

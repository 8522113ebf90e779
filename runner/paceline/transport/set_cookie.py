"""Set-Cookie headers taken apart (RFC 6265, section 5.2), as lenient as Newman: tough-cookie in its loose mode."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x1f]")
_END_OF_PAIR = re.compile(r"[\n\r\0]")
_SECONDS = re.compile(r"-?[0-9]+")
_DATE_DELIMITERS = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"[0-9]{1,2}(?![0-9])")
_YEAR = re.compile(r"[0-9]{2,4}(?![0-9])")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MAX_AGE = 1 << 40  # seconds; beyond it a date has no name any more


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A header's pair and attributes; an attribute that is missing or cannot be read is None.

    Attributes:
        expires: unix seconds.
        max_age: seconds.
        domain: lower case, without a leading dot.
    """

    name: str
    value: str
    expires: float | None = None
    max_age: int | None = None
    domain: str | None = None
    path: str | None = None
    secure: bool = False
    http_only: bool = False
    same_site: str | None = None
    extensions: tuple[str, ...] = ()


def parse_set_cookie(header: str) -> SetCookie | None:
    """Read a header value; None when no cookie is in it.

    A header without `=` is a cookie without a name, as in Newman; RFC 6265 would ignore it. Quotes are part of the
    value. The last attribute of a kind counts.

    >>> parse_set_cookie('id="7"; Path=/api; Secure').value
    '"7"'
    """
    name, value, attributes = _parts(header)
    # Newman would keep a cookie that is all empty and send "Cookie: " for it.
    if not (name or value) or _CONTROL.search(name) or _CONTROL.search(value):
        return None
    read: dict[str, object] = {}
    extensions = []
    for attribute in attributes.split(";"):
        key, _, text = (part.strip() for part in attribute.partition("="))
        match key.lower():
            case "expires" if (seconds := parse_date(text)) is not None:
                read["expires"] = seconds
            case "max-age" if _SECONDS.fullmatch(text):
                read["max_age"] = max(min(int(text[:20]), _MAX_AGE), 0)
            case "domain" if domain := text.removeprefix(".").lower():
                read["domain"] = domain
            case "path":
                read["path"] = text if text.startswith("/") else None
            case "secure":
                read["secure"] = True
            case "httponly":
                read["http_only"] = True
            case "samesite":
                read["same_site"] = text.lower() if text.lower() in ("strict", "lax", "none") else None
            case "" | "expires" | "max-age" | "domain":
                pass
            case _:
                extensions.append(attribute.strip())
    return SetCookie(name, value, extensions=tuple(extensions), **read)  # type: ignore[arg-type]


def why_unreadable(header: str) -> tuple[str, str]:
    r"""Name and reason of a header that `parse_set_cookie` finds no cookie in.

    >>> why_unreadable("id=7\t8; Path=/")
    ('id', 'a control character is in its name or value')
    """
    name, value, _ = _parts(header)
    return name, "a control character is in its name or value" if name or value else "it is empty"


def _parts(header: str) -> tuple[str, str, str]:
    """Name, value and, unsplit, the attributes."""
    pair, _, attributes = header.strip().partition(";")
    pair = _END_OF_PAIR.split(pair, maxsplit=1)[0].removeprefix("=")
    name, equals, value = pair.partition("=")
    if not equals or not name:
        name, value = "", pair
    return name.strip(), value.strip(), attributes


def parse_date(text: str) -> float | None:
    """Unix seconds of a cookie date (RFC 6265, section 5.1.1), in whatever order and format; None when it is none.

    A day that its month does not have runs over into the next, as in Newman.

    >>> parse_date("Wed, 09-Jun-21 10:18:14 GMT")
    1623233894.0
    """
    time = day = month = year = None
    for token in _DATE_DELIMITERS.split(text):
        if time is None and (clock := _TIME.match(token)):
            time = [int(number) for number in clock.groups()]
        elif day is None and (number := _DAY.match(token)):
            day = int(number[0])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (number := _YEAR.match(token)):
            year = int(number[0])
    if time is None or day is None or month is None or year is None:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    hour, minute, second = time
    if not (1 <= day <= 31 and year >= 1601 and hour <= 23 and minute <= 59 and second <= 59):
        return None
    return float(calendar.timegm((year, month, day, hour, minute, second)))

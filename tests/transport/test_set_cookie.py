"""Set-Cookie headers, read as leniently as Newman reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paceline.transport.set_cookie import SetCookie, parse_date, parse_set_cookie


def at(*moment: int) -> float:
    year, month, day, hour, minute, second = moment
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        pytest.param("a=1", SetCookie("a", "1"), id="a pair"),
        pytest.param("  a = 1 ; ", SetCookie("a", "1"), id="blanks around"),
        pytest.param("a=b=c", SetCookie("a", "b=c"), id="only the first = splits"),
        pytest.param("a=", SetCookie("a", ""), id="an empty value"),
        pytest.param('a="1; Secure"', SetCookie("a", '"1', extensions=('Secure"',)), id="quotes protect nothing"),
        pytest.param('a="1"', SetCookie("a", '"1"'), id="quotes stay"),
        pytest.param("a", SetCookie("", "a"), id="no = makes a nameless cookie, as in Newman"),
        pytest.param("=a", SetCookie("", "a"), id="an empty name"),
        pytest.param("=a=b", SetCookie("a", "b"), id="a leading = is dropped, as in Newman"),
        pytest.param("a=1\r\nX: y; Secure", SetCookie("a", "1", secure=True), id="a line break ends the pair"),
        pytest.param("a=1; SECURE; httponly", SetCookie("a", "1", secure=True, http_only=True), id="any case"),
        pytest.param("a=1; Secure=no", SetCookie("a", "1", secure=True), id="a flag with a value"),
        pytest.param("a=1; Path=/x; Path=/y", SetCookie("a", "1", path="/y"), id="the last path counts"),
        pytest.param("a=1; Path=/x; Path=y", SetCookie("a", "1"), id="a path that is none unsets it"),
        pytest.param("a=1; Domain=.A.Test", SetCookie("a", "1", domain="a.test"), id="a domain loses dot and case"),
        pytest.param("a=1; Domain=a.test; Domain=", SetCookie("a", "1", domain="a.test"), id="an empty one is nothing"),
        pytest.param("a=1; Domain=.", SetCookie("a", "1"), id="a domain that is a dot"),
        pytest.param("a=1; Max-Age=60", SetCookie("a", "1", max_age=60), id="an age"),
        pytest.param("a=1; Max-Age=-1", SetCookie("a", "1", max_age=0), id="an age that is over"),
        pytest.param("a=1; Max-Age=1.5", SetCookie("a", "1"), id="an age that is no whole number"),
        pytest.param("a=1; Max-Age=+5", SetCookie("a", "1"), id="a sign that RFC 6265 does not know"),
        pytest.param("a=1; SameSite=LAX", SetCookie("a", "1", same_site="lax"), id="same site"),
        pytest.param("a=1; SameSite=maybe", SetCookie("a", "1"), id="no known same site"),
        pytest.param(
            "a=1; Priority=High; Partitioned",
            SetCookie("a", "1", extensions=("Priority=High", "Partitioned")),
            id="other attributes are kept",
        ),
        pytest.param(
            "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Expires=never",
            SetCookie("a", "1", expires=at(1994, 11, 6, 8, 49, 37)),
            id="a date that is none is passed over",
        ),
    ],
)
def test_parse(header: str, cookie: SetCookie) -> None:
    """Name, value and attributes."""
    assert cookie == parse_set_cookie(header)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="nothing"),
        pytest.param("; Secure", id="attributes only"),
        pytest.param("=", id="nothing on both sides"),
        pytest.param("a=1\x01", id="a control character in the value"),
        pytest.param("a\x01=1", id="a control character in the name"),
    ],
)
def test_no_cookie(header: str) -> None:
    """What holds no cookie gives none."""
    assert parse_set_cookie(header) is None


def test_an_age_beyond_all_calendars_is_cut() -> None:
    """A server's idea of for ever must not break the arithmetic."""
    cookie = parse_set_cookie(f"a=1; Max-Age={'9' * 400}")

    assert cookie is not None
    assert cookie.max_age is not None
    assert cookie.max_age > 10**11


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("Sun, 06 Nov 1994 08:49:37 GMT", (1994, 11, 6, 8, 49, 37), id="HTTP"),
        pytest.param("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37), id="RFC 850"),
        pytest.param("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37), id="asctime"),
        pytest.param("1994 8:9:7 6 november", (1994, 11, 6, 8, 9, 7), id="any order, short numbers, long month"),
        pytest.param("06 Nov 69 00:00:00", (2069, 11, 6, 0, 0, 0), id="69 is to come"),
        pytest.param("06 Nov 70 00:00:00", (1970, 11, 6, 0, 0, 0), id="70 is past"),
        pytest.param("31 Feb 2025 00:00:00", (2025, 3, 3, 0, 0, 0), id="a day too many runs over, as in Newman"),
        pytest.param("06 Nov 1994 08:49:37.123Z", (1994, 11, 6, 8, 49, 37), id="what follows a second is dropped"),
        pytest.param("6th Nov 1994 08:49:37", (1994, 11, 6, 8, 49, 37), id="what follows a day is dropped"),
    ],
)
def test_date(text: str, moment: tuple[int, ...]) -> None:
    """Dates of any form that servers write (RFC 6265, section 5.1.1), always in UTC."""
    assert at(*moment) == parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("06 Nov 1994", id="no time"),
        pytest.param("Nov 1994 08:49:37", id="no day"),
        pytest.param("06 1994 08:49:37", id="no month"),
        pytest.param("06 Nov 08:49:37", id="no year"),
        pytest.param("06 Nov 1994 24:00:00", id="an hour too many"),
        pytest.param("06 Nov 1994 23:60:00", id="a minute too many"),
        pytest.param("06 Nov 1994 23:59:60", id="a leap second"),
        pytest.param("32 Nov 1994 08:49:37", id="no such day in any month"),
        pytest.param("0 Nov 1994 08:49:37", id="day zero"),
        pytest.param("06 Nov 1600 08:49:37", id="before the calendar"),
        pytest.param("06 Nov 19945 08:49:37", id="a year of five digits"),
        pytest.param("06 Nov 1994 8:49", id="no seconds"),
    ],
)
def test_no_date(text: str) -> None:
    """What is no date gives none, so that the attribute counts for nothing."""
    assert parse_date(text) is None

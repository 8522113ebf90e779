"""The lives of cookies in the HTML report."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

from tests.report.building import STARTED, Run, entry, shop, trip
from tests.report.opening import Opened, html_report

from paceline.model.exchange import Cookie, HttpRequest, RefusedCookie, Trip

SHOP = shop(entry("A"), entry("B"), entry("C"), entry("D"))


def visit(
    run: Run, name: str, url: str, *set_cookies: str, sent: str | None = None, jar: tuple[Cookie, ...] = ()
) -> None:
    request = HttpRequest("GET", url, () if sent is None else (("Cookie", sent),))
    answer = trip(request=request, headers=tuple(("Set-Cookie", value) for value in set_cookies), cookies=jar)
    run.add(name, trip=answer)


def lives(report: Opened) -> dict[str, list[object]]:
    """Fates by name, each without its reason, then the items that sent it."""
    lines = report.index["cookies"]
    return {line["name"]: [[(fate, item) for fate, item, _ in line["fates"]], line["sent"]] for line in lines}


def test_the_life_of_a_cookie(tmp_path: Path) -> None:
    """It is set, sent, set again and deleted; the list tells by which items."""
    run = Run([SHOP])
    visit(run, "A", "http://shop.test/login", "sid=1; Path=/; HttpOnly")
    visit(run, "B", "http://shop.test/orders", "sid=2; Path=/", sent="sid=1")
    visit(run, "C", "http://shop.test/logout", "sid=; Path=/; Max-Age=0", sent="sid=2")
    report = html_report(run.events(), tmp_path)

    assert {"sid": [[("set", 0), ("changed", 1), ("deleted", 2)], [1, 2]]} == lives(report)
    assert {"domain": "shop.test", "path": "/", "attributes": "Path=/"}.items() <= report.index["cookies"][0].items()
    assert [{"line": 0, "what": "set", "attributes": "Path=/; HttpOnly"}] == report.details[0]["cookies"]["received"]
    assert [{"line": 0}] == report.details[1]["cookies"]["sent"]


def test_a_cookie_that_nobody_set(tmp_path: Path) -> None:
    """One from a cookie file, a script or a header of the request's own is said to have been there."""
    run = Run([SHOP])
    visit(run, "A", "http://shop.test/", sent="own=1")
    visit(run, "B", "http://shop.test/", jar=(Cookie("kept", "1", "shop.test"),))
    visit(run, "C", "http://shop.test/", sent="kept=1")

    assert {"own": [[("found", 0)], [0]], "kept": [[("found", 1)], [2]]} == lives(html_report(run.events(), tmp_path))


def test_a_cookie_that_expires(tmp_path: Path) -> None:
    """Its line ends before the first request that came too late for it."""
    run = Run([SHOP])
    visit(run, "A", "http://shop.test/", f"brief=1; Path=/; Expires={formatdate(STARTED + 5, usegmt=True)}")
    visit(run, "B", "http://shop.test/")
    visit(run, "C", "http://shop.test/")
    run.results[2] = replace(run.results[2], started=STARTED + 60)

    assert {"brief": [[("set", 0), ("expired", 2)], []]} == lives(html_report(run.events(), tmp_path))


def test_why_a_cookie_was_kept_back(tmp_path: Path) -> None:
    """Each cookie of the jar that a request did not send tells why."""
    run = Run([SHOP])
    visit(run, "A", "https://shop.test/a", "host=1; Path=/", "path=1; Path=/admin", "safe=1; Path=/; Secure")
    visit(run, "B", "http://other.test/a")
    visit(run, "C", "http://shop.test/a", sent="host=1")
    visit(run, "D", "https://shop.test/admin")
    report = html_report(run.events(), tmp_path)
    why = [[entry["why"] for entry in detail["cookies"]["kept"]] for detail in report.details[1:]]

    assert ["it goes to only shop.test, and this is other.test"] * 3 == why[0]
    assert ["it goes to /admin, and this is /a", "it goes by https only"] == why[1]
    assert ["the request said not to send cookies, or had a Cookie header of its own"] * 3 == why[2]


def test_values_of_cookies_are_never_told(tmp_path: Path) -> None:
    """A line has names, places and attributes; values are masked wherever they turn up."""
    run = Run([SHOP])
    visit(run, "A", "http://shop.test/", "sid=canary-cookie-1; Path=/")
    visit(run, "B", "http://shop.test/canary-cookie-1", sent="sid=canary-cookie-1")

    assert "canary" not in html_report(run.events(), tmp_path).unpacked


def test_why_a_cookie_was_refused(tmp_path: Path) -> None:
    """The run's jar tells why it did not keep a cookie; where nobody told, the rules are gone through again."""
    run = Run([SHOP])
    visit(run, "A", "http://shop.test/", "far=1; Domain=other.test")
    visit(run, "B", "http://shop.test/", "off=1; Path=/")
    hop = run.results[1].trip.hops[0] if run.results[1].trip else None
    assert hop is not None
    told = replace(hop, refused_cookies=(RefusedCookie("off", "the request keeps no cookies"),))
    run.results[1] = replace(run.results[1], trip=Trip((told,)))
    report = html_report(run.events(), tmp_path)

    assert {"far": [[("refused", 0)], []], "off": [[("refused", 1)], []]} == lives(report)
    assert "neither the host shop.test nor a domain above it" in report.details[0]["cookies"]["received"][0]["why"]
    assert "the request keeps no cookies" == report.details[1]["cookies"]["received"][0]["why"]

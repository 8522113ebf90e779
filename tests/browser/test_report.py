"""The HTML report in a browser: what a reader sees and does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from tests.browser.conftest import Opened
from tests.browser.runs import long, varied

Open = Callable[..., Opened]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_it_opens(open_report: Open) -> None:
    """Verdict, timeline and list are there, and the first failing request is open beside the list."""
    report = open_report(varied().events())

    assert "5 failures in 4 of 6 requests" == report.page.get_by_role("heading", level=1).inner_text()
    assert ["Login", "List orders", "Create order", "Pay", "Down", "Skipped", "Export"] == report.rows()
    assert "List orders" == report.page.locator("#detail-title").inner_text()
    assert report.page.locator("#timeline-canvas").is_visible()


def test_what_failed_stands_above_the_list(open_report: Open) -> None:
    """Each failing request has a card; its link opens the request."""
    report = open_report(varied().events())
    cards = report.page.locator("details.card")

    assert ["List orders", "Pay", "Down", "Export"] == cards.locator(".card-name").all_inner_texts()
    assert "RequestError: the server refused the connection" in cards.nth(2).inner_text()
    cards.nth(1).get_by_role("link", name="Open the request").click()
    report.page.locator("#detail-title", has_text="Pay").wait_for()


def test_filters_and_search(open_report: Open) -> None:
    """The list shows what fits outcome, folder and every word that is searched for, in the order that is asked for."""
    report = open_report(varied().events())
    page = report.page
    page.get_by_role("button", name="Failed").click()
    assert ["List orders", "Pay", "Down", "Export"] == report.rows()
    page.locator("#group").select_option("Shop › Orders")
    assert ["List orders", "Pay"] == report.rows()
    page.get_by_role("button", name="All").click()
    page.locator("#order").select_option("failed")
    assert ["List orders", "Pay", "Create order"] == report.rows()
    page.get_by_role("searchbox").fill("broken pay")
    assert [] == report.rows()
    page.get_by_role("searchbox").fill("SHOP.test/PAY 500")
    assert ["Pay"] == report.rows()
    assert "1 of 7 requests" == page.get_by_role("status").inner_text()


def test_the_place_of_a_breach_is_marked_in_the_body(open_report: Open) -> None:
    """The line of the pointer is marked, and below it stands what was expected; what is missing shows where it belongs.

    The body is set out, not parsed: a number too long for JavaScript keeps its digits.
    """
    report = open_report(varied().events())
    report.open("List orders")
    page = report.page

    assert '"total": "20"' == page.locator("#tab-panel .line.marked").first.inner_text().strip()
    assert '"page": {' == page.locator("#tab-panel .line.marked").nth(1).inner_text().strip()
    notes = page.locator("#tab-panel .breach-note").all_inner_texts()
    assert ["/orders/1/total", "/page/total"] == [note.split()[1] for note in notes]
    assert "a number" in notes[0]
    assert '"big": 12345678901234567' in page.locator("#tab-panel .code").inner_text()
    page.get_by_role("button", name="Raw").click()
    assert '{"orders": [{"id": 1, "total": 20}' in page.locator("#tab-panel .code").inner_text()


def test_a_row_of_csv_is_marked(open_report: Open) -> None:
    """In CSV the pointer is a row, which may be several lines long, and a column."""
    report = open_report(varied().events())
    report.open("Export")

    assert "2,ok" == report.page.locator("#tab-panel .line.marked").inner_text()


def test_parts_of_a_request(open_report: Open) -> None:
    """Redirects, checks, variables with their origin, cookies, console, requests of scripts."""
    report = open_report(varied().events())
    report.open("Login")
    assert ["1. GET → 302", "2. GET → 200"] == report.page.locator("#tab-panel .hops button").all_inner_texts()
    assert "logged in" in report.tab("Checks")
    assert "HttpOnly" in report.tab("Cookies")
    report.open("List orders")
    variables = report.tab("Variables")
    assert "environment, set by Login" in variables
    assert "globals, from the start" in variables
    assert "set by Login" in report.tab("Cookies")
    report.open("Create order")
    assert '"item": 3' in report.tab("Request")
    assert "taken away" in report.tab("Variables")
    assert 'created {"id":8}' in report.tab("Console").replace(": ", ":")
    assert "http://shop.test/stock" in report.tab("Script requests")


def test_rows_stay_when_the_list_is_drawn_anew(open_report: Open) -> None:
    """As at every scroll: a row that was taken out while it is pressed would miss its click."""
    page = open_report(varied().events()).page
    page.evaluate("for (const row of document.querySelectorAll('#list [role=option]')) row.sameAsBefore = true")
    page.evaluate("dispatchEvent(new Event('scroll'))")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    kept = "[...document.querySelectorAll('#list [role=option]')].map((row) => row.sameAsBefore === true)"
    assert set(page.evaluate(kept)) == {True}


def test_links_between_requests(open_report: Open) -> None:
    """The origin of a variable is a link to the request that set it, and Back leads back."""
    report = open_report(varied().events())
    report.open("List orders")
    report.tab("Variables")
    report.page.locator("#tab-panel").get_by_role("link", name="Login").click()
    report.page.locator("#detail-title", has_text="Login").wait_for()
    report.page.go_back()
    report.page.locator("#detail-title", has_text="List orders").wait_for()


def test_lines_of_cookies(open_report: Open) -> None:
    """Each cookie of the run has a line that tells its life."""
    story = open_report(varied().events()).page.locator(".cookie-line").all_inner_texts()

    assert 1 == len(story)
    assert "set by Login · sent with 2 requests, first Login" in story[0]


def test_the_visualizer_is_shown_in_a_closed_frame(open_report: Open) -> None:
    """Its markup and style are shown; the frame may do nothing."""
    report = open_report(varied().events())
    report.open("Create order")
    report.tab("Visualizer")
    frame = report.page.locator("iframe")
    title = report.page.frame_locator("iframe").locator("h1")

    assert "" == frame.get_attribute("sandbox")
    assert "A picture" == title.inner_text()
    assert "rgb(0, 128, 0)" == title.evaluate("each => getComputedStyle(each).color")


def test_copy_as_curl(open_report: Open) -> None:
    """The command is in the clipboard."""
    report = open_report(varied().events(), permissions=["clipboard-read", "clipboard-write"])
    report.open("Create order")
    report.page.keyboard.press("c")
    report.page.get_by_role("button", name="Copied").wait_for()
    command = report.page.evaluate("navigator.clipboard.readText()")

    assert command.startswith("curl http://shop.test/orders")
    assert """--data-raw '{"item": 3}'""" in command


def test_the_keyboard_is_enough(open_report: Open) -> None:
    """Search, walk, jump to failures, go in and out again, all without a mouse."""
    report = open_report(varied().events())
    page = report.page
    title = page.locator("#detail-title")
    page.keyboard.press("/")
    page.keyboard.type("order")
    assert ["List orders", "Create order", "Pay", "Skipped"] == report.rows()
    page.keyboard.press("Enter")
    title.filter(has_text="List orders").wait_for()
    page.keyboard.press("j")
    title.filter(has_text="Create order").wait_for()
    page.keyboard.press("n")
    title.filter(has_text="Pay").wait_for()
    page.keyboard.press("k")
    title.filter(has_text="Create order").wait_for()
    page.keyboard.press("Enter")
    assert "detail" == page.evaluate("document.activeElement.id")
    page.keyboard.press("Escape")
    assert "list" == page.evaluate("document.activeElement.id")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").is_hidden()
    page.locator("#timeline-strip").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    title.filter(has_text="Export").wait_for()


def test_light_and_dark(open_report: Open) -> None:
    """The page follows the system, until its reader decides."""
    report = open_report(varied().events(), color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = report.page.evaluate(background)
    report.page.keyboard.press("t")
    light = report.page.evaluate(background)
    report.page.keyboard.press("t")

    assert light != dark
    assert dark == report.page.evaluate(background)


def test_on_a_phone(open_report: Open) -> None:
    """Nothing is wider than the screen; a request opens over the list, and Back closes it."""
    report = open_report(varied().events(), **PHONE)
    page = report.page
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    assert 1 == len(set(page.evaluate(widths)))
    assert page.locator("#detail").is_hidden()
    report.open("List orders")
    for tab in ("Request", "Checks", "Variables", "Cookies", "Response"):
        report.tab(tab)
        detail = page.locator("#detail")
        assert detail.evaluate("each => each.scrollWidth <= innerWidth"), tab
    page.go_back()
    page.locator("#detail").wait_for(state="hidden")


def test_on_paper(open_report: Open) -> None:
    """Print shows the summary and every failure in full, dark on light, and not what only a screen can do."""
    report = open_report(varied().events(), color_scheme="dark")
    page = report.page
    page.locator("details.card").nth(3).evaluate("each => { each.open = false; }")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.locator("h1").is_visible()
    assert page.locator("#requests").is_hidden()
    assert [True] * 4 == [card.is_visible() for card in page.locator("details.card .failures").all()]
    assert page.locator(".curl").first.is_visible()
    assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_without_javascript(open_report: Open) -> None:
    """Verdict and failures are readable, and the page says what is missing."""
    report = open_report(varied().events(), ready="h1", java_script_enabled=False)

    assert "the server refused the connection" in report.page.locator("#failures").inner_text()
    assert report.page.get_by_text("Without JavaScript").is_visible()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"color_scheme": "light"}, id="light, at a desk"),
        pytest.param({"color_scheme": "dark", **PHONE}, id="dark, on a phone"),
    ],
)
def test_it_is_accessible(settings: dict[str, Any], open_report: Open) -> None:
    """The checks of axe find nothing serious, neither in the whole page nor in any part of a request."""
    report = open_report(varied().events(), **settings)
    report.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = _serious(report, "document")
    for name, tabs in SEEN.items():
        report.open(name)
        for tab in tabs:
            report.tab(tab)
            found += _serious(report, "'#detail'")
        if "viewport" in settings:
            report.page.get_by_role("button", name="Back to the list").click()

    assert [] == found


SEEN = {
    "List orders": ("Response", "Checks", "Variables", "Cookies"),
    "Create order": ("Request", "Console", "Script requests", "Visualizer"),
}


def _serious(report: Opened, context: str) -> list[tuple[str, str]]:
    """What axe calls serious or critical, with the elements at fault."""
    violations = report.page.evaluate(f"axe.run({context}, {{resultTypes: ['violations']}})")["violations"]
    return [
        (violation["id"], node["html"])
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def test_a_long_run(open_report: Open) -> None:
    """Of ten thousand rows only those near the window are in the document; the last one is a key away."""
    report = open_report(long(10_000).events())
    page = report.page
    assert len(report.rows()) < 60
    assert "10,000 requests" == page.get_by_role("status").inner_text()
    page.locator("#list").focus()
    page.keyboard.press("End")
    page.locator("#detail .url", has_text="orders/9999").first.wait_for()
    assert len(report.rows()) < 60
    assert page.locator("#row-9999").is_visible()
    assert "10000" == page.locator("#row-9999").get_attribute("aria-posinset")
    page.get_by_role("searchbox").fill("orders/4711")
    assert 1 == len(report.rows())

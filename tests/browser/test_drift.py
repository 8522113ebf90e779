"""The drift page of the HTML report in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from tests.browser.conftest import Opened
from tests.browser.runs import PAYLOADS, varied
from tests.browser.test_hostile import WATCH
from tests.report.drifting import EACH_LEVEL, KIND, NOTE, TOTAL, change, drift

from paceline.drift.outcome import Drift, Reader
from paceline.engine.events import Event
from paceline.errors import Location

Open = Callable[..., Opened]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

LONG = replace(
    TOTAL,
    old_lines=tuple(f"/order/lines/*/a_long_name_{at}: required 25/25; string 25, open" for at in range(60)),
    new_lines=tuple(f"/order/lines/*/a_long_name_{at}: always 4/4; string 4, hex32 4" for at in range(0, 60, 2)),
)


def drifted(found: Drift) -> list[Event]:
    """A run with something of everything, whose collection is a file, so that requests have the keys of findings."""
    run = varied()
    shop = replace(run.collections[0], at=Location("collections/shop.json"))
    run.collections = [shop]
    run.results[:] = [replace(result, collection=shop) for result in run.results]
    return run.events(drift=found)


def test_both_shapes_stand_side_by_side(open_report: Open) -> None:
    """A place has one row; what is gone is marked on the left, by a sign and not by colour alone."""
    page = open_report(drifted(drift(*EACH_LEVEL))).page
    rows = page.locator("#drift .change").first.locator(".sides tbody tr")
    boxes = [rows.first.locator("td").nth(at).bounding_box() for at in (0, 1)]

    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["y"], True) == (boxes[1]["y"], boxes[0]["x"] < boxes[1]["x"])
    assert ["side-same", "side-removed"] == [row.get_attribute("class") for row in rows.all()]
    sign = "each => getComputedStyle(each, '::before').content"
    assert '"−"' == rows.nth(1).locator("td").first.evaluate(sign)


def test_levels(open_report: Open) -> None:
    """A press on a level leaves its changes alone; the first failing ones are open."""
    page = open_report(drifted(drift(*EACH_LEVEL))).page
    changes = page.locator("#drift .change")
    shown = "all => all.filter((each) => each.checkVisibility()).map((each) => each.dataset.level)"

    assert [True, False, False] == changes.evaluate_all("all => all.map((each) => each.open)")
    page.get_by_role("button", name="Risky 1").focus()
    page.keyboard.press("Enter")
    assert ["risky"] == changes.evaluate_all(shown)
    assert "true" == page.get_by_role("button", name="Risky 1").get_attribute("aria-pressed")
    page.get_by_role("button", name="All 3").click()
    assert ["breaking", "risky", "additive"] == changes.evaluate_all(shown)
    changes.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    assert "BIKE, RUN" in changes.nth(1).inner_text()


def test_links_to_requests(open_report: Open) -> None:
    """To the request whose answer changed, and to those that read the field."""
    page = open_report(drifted(drift(*EACH_LEVEL))).page
    first = page.locator("#drift .change").first
    first.get_by_role("link", name="request shop/Pay via {{order_total}}").click()
    page.locator("#detail-title", has_text="Pay").wait_for()
    first.get_by_role("link", name="Open the request").click()
    page.locator("#detail-title", has_text="List orders").wait_for()


def test_copying_the_command(open_report: Open) -> None:
    """The command that accepts a change is in the clipboard."""
    page = open_report(drifted(drift(*EACH_LEVEL)), permissions=["clipboard-read", "clipboard-write"]).page
    button = page.get_by_role("button", name="Copy the command that accepts /order/total")
    button.click()
    page.locator("#drift button", has_text="Copied").wait_for()

    assert "paceline contract accept --only /order/total" == page.evaluate("navigator.clipboard.readText()")


def test_a_run_that_did_not_drift(open_report: Open) -> None:
    """One sentence says so."""
    page = open_report(drifted(drift())).page

    told = page.locator("#drift").inner_text().split("\n")
    assert ["Drift", "no findings against contract.lock, 64 requests compared"] == [each for each in told if each]


def test_on_a_phone(open_report: Open) -> None:
    """Nothing is wider than the screen; of a line that changed the old one stands above the new one."""
    page = open_report(drifted(drift(LONG, KIND, NOTE)), **PHONE).page
    changed = page.locator("#drift .side-changed").first.locator("td")
    boxes = [changed.nth(at).bounding_box() for at in (0, 1)]

    assert 1 == len(set(page.evaluate("[document.documentElement.scrollWidth, innerWidth]")))
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["x"], True) == (boxes[1]["x"], boxes[0]["y"] < boxes[1]["y"])


def test_on_paper(open_report: Open) -> None:
    """All changes are printed, open and in full; what only a screen can do is not."""
    page = open_report(drifted(drift(LONG, KIND, NOTE))).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    frame = page.locator("#drift .sides-frame").first

    assert [True] * 3 == [each.is_visible() for each in page.locator("#drift .card-body").all()]
    assert frame.evaluate("each => each.scrollHeight === each.clientHeight")
    assert page.locator("#drift-levels").is_hidden()
    assert page.locator("#drift .accept button").first.is_hidden()


def test_without_javascript(open_report: Open) -> None:
    """All of it is there, but for what a script would have to do."""
    page = open_report(drifted(drift(*EACH_LEVEL)), ready="h1", java_script_enabled=False).page

    assert "paceline contract accept --only /order/total" in page.locator("#drift").inner_text()
    assert page.locator("#drift-levels").is_hidden()
    assert page.locator("#drift .accept button").is_hidden()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"color_scheme": "light"}, id="light, at a desk"),
        pytest.param({"color_scheme": "dark"}, id="dark, at a desk"),
        pytest.param({"color_scheme": "dark", **PHONE}, id="dark, on a phone"),
    ],
)
def test_it_is_accessible(settings: dict[str, Any], open_report: Open) -> None:
    """The checks of axe find nothing in the section, with every change open."""
    page = open_report(drifted(drift(LONG, KIND, NOTE, unlearnt=("shop/A",))), **settings).page
    page.locator("#drift .change").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run('#drift', {resultTypes: ['violations']})")["violations"]

    assert [] == [(violation["id"], node["html"]) for violation in violations for node in violation["nodes"]]


def test_payloads_stay_text(open_report: Open) -> None:
    """Whatever stands in a change, nothing runs and nothing is loaded."""
    evil = [
        change(
            pointer=text,
            key=text,
            old=text,
            new=text,
            message=text,
            sample=text,
            accepted_by=text,
            readers=(Reader("request", text, Location(text, text), text),),
            old_lines=(text,),
            new_lines=(f"{text}!",),
        )
        for text in PAYLOADS
    ]
    page = open_report(drifted(Drift(PAYLOADS[0], 1, PAYLOADS, "breaking", tuple(evil)))).page
    page.evaluate(WATCH)
    page.locator("#drift .change").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    found = "#drift :is(img, script, form, base, link, meta, iframe, svg, [onerror], [onfocus], a[href*=':'])"

    assert 0 == page.locator(found).count()
    assert [] == page.evaluate("window.evil")
    assert PAYLOADS[0] in page.locator("#drift .change-place").first.inner_text()

"""A report of a run that means harm, in a real browser: nothing runs, nothing is loaded, all of it is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.browser.conftest import Opened, without_browser
from tests.browser.runs import PAYLOADS, hostile

Open = Callable[..., Opened]

WATCH = """
window.evil = [];
window.alert = (text) => window.evil.push(text);
addEventListener("securitypolicyviolation", (event) => window.evil.push(event.violatedDirective));
"""

#: Goes through all parts of the open request; their names, and how many elements there are that must not be.
LOOK = """() => [...document.querySelectorAll('[role=tab]')].map((tab) => {
    tab.click();
    document.querySelectorAll('#tab-panel details').forEach((each) => {
        each.open = true;
        each.dispatchEvent(new Event('toggle'));
    });
    const found = '#detail :is(img, script, form, base, link, meta, object, [onerror], a[href*=":"])';
    const evil = document.querySelectorAll(found);
    return [tab.textContent.split(' ')[0], evil.length];
})"""


def test_nothing_runs_and_nothing_is_loaded(open_report: Open) -> None:
    """Payloads stay text, in names, addresses, headers, bodies, errors, contracts, cookies, variables, visualizers.

    The fixture besides looks for dialogs, errors, requests and words on the console.
    """
    report = open_report(hostile().events())
    page = report.page
    page.evaluate(WATCH)
    for number, payload in enumerate(PAYLOADS):
        page.evaluate("(number) => { location.hash = `item-${number}`; }", number)
        page.locator(f"#detail[data-number='{number}']").wait_for()
        seen = dict(page.evaluate(LOOK))
        assert PARTS <= set(seen)
        assert {0} == set(seen.values())
        assert f"{number}: {payload}" == page.locator("#detail-title").text_content()

    assert [] == page.evaluate("window.evil")
    assert page.url.startswith("file:")
    assert [0] == [frame.evaluate("document.scripts.length") for frame in page.frames[1:]]


PARTS = {"Response", "Request", "Checks", "Variables", "Cookies", "Console", "Script", "Pages", "Visualizer"}


@pytest.mark.parametrize("place", ["search", "hash"])
def test_what_the_reader_types_is_text_as_well(place: str, open_report: Open) -> None:
    """Searching for a payload, or a link with one in it, runs nothing."""
    report = open_report(hostile().events())
    page = report.page
    page.evaluate(WATCH)
    for payload in PAYLOADS:
        if place == "search":
            page.get_by_role("searchbox").fill(payload)
        else:
            page.evaluate("(payload) => { location.hash = payload; }", payload)

    assert page.evaluate("window.evil") == []


def test_the_policy_would_hold_alone(open_report: Open) -> None:
    """Were a payload to become markup after all, the browser itself would refuse to run it."""
    report = open_report(hostile().events())
    refused = report.page.evaluate(
        """() => new Promise((resolve) => {
            const refused = [];
            addEventListener("securitypolicyviolation", (event) => {
                refused.push(event.effectiveDirective);
                if (refused.length === 3) resolve(refused.sort());
            });
            const hole = document.createElement("div");
            document.body.append(hole);
            hole.innerHTML = "<img src=x onerror='window.ran = 1'><p style='color:red'></p>";
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            hole.append(script);
        })"""
    )
    report.trouble.clear()

    assert refused.count("script-src-elem") == 1
    assert report.page.evaluate("window.ran") is None


def test_a_missing_browser_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser these tests are skipped, with the reason; in CI, where nobody reads that, they fail."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        without_browser("there is no Chromium here")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        without_browser("there is no Chromium here")

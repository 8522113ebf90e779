"""Drift in the HTML report."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.report.building import BROKEN, Run, checks, entry, shop, trip
from tests.report.drifting import KIND, NOTE, TOTAL, WHOLE, compared, drift
from tests.report.opening import html_report

from paceline.errors import Location
from paceline.model.outcome import Assertion
from paceline.report.drift_sides import side_by_side

TAGS = re.compile(r"<[^>]*>")


def section(page: str) -> str:
    """What the report says of drift."""
    return page.partition('<section id="drift"')[2].partition("</section>")[0]


def test_the_section_of_the_html_report(tmp_path: Path) -> None:
    """Plain HTML: each change with both shapes, its readers, links to requests of the run, and the command."""
    run = Run([shop(entry(), entry("Pay"))])
    run.collections = [replace(run.collections[0], at=Location("collections/shop.json"))]
    run.add(trip=trip(status=404))
    run.add(trip=trip())
    run.add("Pay", trip=trip())
    text = section(html_report(run.events(drift=WHOLE), tmp_path).text)
    first = text.partition("</details>")[0]
    shown = re.sub(r"\s+", " ", html.unescape(TAGS.sub(" ", first)))

    assert "breaking /order/total removed shop/List orders (200)" in shown
    assert "in 0 of 4 answers; in 25 of 25 before since 2026-11-20, 4 runs" in shown
    assert '<a href="#item-0">script of shop/List orders</a>' in first
    assert '<a href="#item-2">request shop/Pay via {{order_total}}</a>' in first
    assert '<a class="button" href="#item-1">Open the request</a>' in first  # the one that was answered by 200
    assert 'data-copy="paceline contract accept --only /order/total"' in first
    assert ["side-same", "side-removed"] == re.findall(r'<tr class="([\w-]+)">', first)
    assert "nobody who is known" in text


def test_the_headline_of_the_html_report(tmp_path: Path) -> None:
    """Drift that fails is the news, and the numbers tell of any."""
    text = html_report(compared(WHOLE), tmp_path).text

    assert ">Answers drifted: 1 breaking in 2 requests</h1>" in text
    assert "exit code 5: answers drifted" in text
    assert re.search(r'tone-bad">\s*<dt>Drift</dt>\s*<dd><b class="tile-value">3 changes</b>', text)
    assert ">2 requests ran, and nothing failed</h1>" in html_report(compared(drift(NOTE)), tmp_path).text
    failed = compared(WHOLE, tests=(checks(Assertion("bad", problem=BROKEN)),))
    assert ">1 failure in 1 of 2 requests, and 1 breaking in the answers</h1>" in html_report(failed, tmp_path).text


def test_many_changes_and_long_shapes(tmp_path: Path) -> None:
    """What would make the page heavy is left out and counted."""
    long = replace(TOTAL, old_lines=tuple(f"/{at}: number 1" for at in range(1000)), new_lines=())
    text = html_report(compared(drift(long, *[KIND] * 600)), tmp_path).text

    assert 500 == text.count('<details class="change ')
    assert 200 == text.count('<tr class="side-')
    assert "101 more changes are in the JSON report." in text
    assert "800 more lines are in the lock." in text


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        pytest.param(("/a: string 3",), ("/a: string 9",), ["same"], id="another count is no change"),
        pytest.param(("/a: required 9/9; null 1",), ("/a: always 2/2; null 2",), ["same"], id="nor is its word"),
        pytest.param(("/a: optional 1/9; null 1",), ("/a: always 2/2; null 2",), ["changed"], id="but presence is"),
        pytest.param(("/a: number 3, 1..5",), ("/a: number 3, 1..9000",), ["changed"], id="and so is a range"),
        pytest.param(("/a: x", "/b: x"), ("/b: x", "/c: x"), ["removed", "same", "added"], id="places stand in order"),
        pytest.param((), ("/a: x",), ["added"], id="all is new"),
        pytest.param((), (), [], id="nothing is of a body"),
    ],
)
def test_side_by_side(old: tuple[str, ...], new: tuple[str, ...], rows: list[str]) -> None:
    """Lines of the same place stand in one row; what differs in counts alone is the same."""
    assert rows == [row.kind for row in side_by_side(old, new)]

"""The HTML report: what is in the file. What a browser makes of it is in tests/browser."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.report.building import BROKEN, Run, checks, entry, folder, shop, tell, trip
from tests.report.opening import html_report, opened

from paceline.errors import FileError, Location, RequestError
from paceline.model.contract import Breach, ContractVerdict, UnknownField
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import (
    Assertion,
    ConsoleMessage,
    Problem,
    ScriptCall,
    VariableRead,
    VariableWrite,
)
from paceline.model.variables import Variable, VariableSet
from paceline.report.html.bodies import LONGEST_TEXT
from paceline.report.html.report import HtmlReport
from paceline.report.masking import Mask

FAILED = checks(Assertion("there are orders", 0, problem=BROKEN))
PASSED = checks(Assertion("there are orders"))
BREACH = Breach("schema", "shop/List orders", "/id", "a string", "17", Location("schemas/order.json", "/properties/id"))


def test_the_summary_comes_first(tmp_path: Path) -> None:
    """Verdict, numbers and what failed are plain HTML at the top, readable without a script."""
    run = Run([shop(folder("Orders", entry("List orders"), entry("Pay")))])
    run.add("List orders", trip=trip(), tests=(PASSED,))
    run.add("Pay", trip=trip(status=500, reason="Broken"), tests=(FAILED,))
    text = html_report(run.events(), tmp_path).text
    top = text[: text.index('id="index"')]

    assert '<h1 id="verdict">1 failure in 1 of 2 requests</h1>' in top
    assert "exit code 1: a check did not hold" in top
    assert "AssertionError: expected 1 to equal 2" in top
    assert "500 Broken" in top
    assert "Shop › Orders" in top


@pytest.mark.parametrize(
    ("outcome", "interrupted", "expected"),
    [
        pytest.param({"trip": trip()}, False, "1 request ran, and nothing failed", id="all good"),
        pytest.param({"trip": trip()}, True, "Interrupted after 1 request", id="interrupted"),
        pytest.param({"skipped": "by a script"}, False, "Nothing ran", id="nothing ran"),
    ],
)
def test_the_headline(outcome: dict[str, Any], interrupted: bool, expected: str, tmp_path: Path) -> None:
    """The headline says how the run ended."""
    run = Run([shop(entry())])
    run.add(**outcome)

    assert f">{expected}</h1>" in html_report(run.events(interrupted=interrupted), tmp_path).text


def test_a_row_for_each_execution(tmp_path: Path) -> None:
    """The list has a row for each execution in the order of the run, each with details of its own."""
    run = Run([shop(entry("List orders"), entry("Pay"))], iterations=2)
    for iteration in range(2):
        run.add("List orders", iteration, trip=trip(), tests=(FAILED,) if iteration else ())
        run.add("Pay", iteration, skipped="by a script")
    report = html_report(run.events(), tmp_path)

    assert ["List orders", "Pay", "List orders", "Pay"] == [row[0] for row in report.index["rows"]]
    assert [0, 2, 1, 2] == [row[5] for row in report.index["rows"]]
    assert "there are orders: AssertionError: expected 1 to equal 2" == report.index["rows"][2][13]
    assert "by a script" == report.details[1]["skipped"]
    assert [0] == report.index["blocks"]


def test_what_was_sent_and_received(tmp_path: Path) -> None:
    """Each hop has method, address, headers, bodies and sizes; the request also as a command for curl."""
    sent = HttpRequest("POST", "http://shop.test/orders", (("Content-Type", "text/plain"),), b"two")
    moved = HttpResponse(303, "See Other", (("Location", "/orders/7"),), b"", sent.url, elapsed_ms=3)
    got = HttpResponse(200, "OK", (("Content-Type", "application/json"),), b'{"id": 7}', elapsed_ms=8.25, wire_bytes=5)
    run = Run([shop(entry())])
    run.add(trip=Trip((Exchange(sent, moved), Exchange(HttpRequest("GET", "http://shop.test/orders/7"), got))))
    shown = html_report(run.events(), tmp_path).details[0]["trip"]
    first, last = shown["hops"]

    assert ["POST", "http://shop.test/orders"] == [first["request"]["method"], first["request"]["url"]]
    assert {"size": 3, "type": "text/plain", "text": "two"} == first["request"]["body"]
    assert [303, "See Other"] == [first["response"]["status"], first["response"]["reason"]]
    assert [8.25, 9, 5] == [last["response"]["ms"], last["response"]["size"], last["response"]["wire"]]
    assert '{"id": 7}' == last["response"]["body"]["text"]
    assert shown["curl"].startswith("curl http://shop.test/orders --location")


def test_a_request_without_a_response(tmp_path: Path) -> None:
    """One that was not answered shows what was sent, and why it failed with what to do."""
    error = RequestError("the server refused the connection", fix="start it", code="ECONNREFUSED")
    run = Run([shop(entry())])
    run.add(outgoing=HttpRequest("GET", "http://shop.test/orders"), error=error)
    detail = html_report(run.events(), tmp_path).details[0]

    assert ["request"] == list(detail["trip"]["hops"][0])
    assert "RequestError: the server refused the connection" == detail["failures"][0]["message"]
    assert "start it" == detail["failures"][0]["fix"]


def test_a_breach_of_the_contract(tmp_path: Path) -> None:
    """A breach tells the place in the body, what was expected, what came and which rule says so."""
    verdict = ContractVerdict("shop/List orders", (BREACH,), (UnknownField("/new"),), ("status", "schema"))
    run = Run([shop(entry())])
    run.add(trip=trip(), contract=verdict)
    report = html_report(run.events(), tmp_path)
    breach = {"pointer": "/id", "expected": "a string", "got": "17", "at": "schemas/order.json#/properties/id"}

    assert breach.items() <= report.details[0]["contract"]["breaches"][0].items()
    assert breach.items() <= report.details[0]["failures"][0].items()
    assert ["status", "schema"] == report.details[0]["contract"]["checked"]
    assert ["/new"] == report.details[0]["contract"]["unknown"]
    assert "Contract: schema <code>/id</code>" in report.text


def test_the_script_lines_that_failed(tmp_path: Path) -> None:
    """A failed check shows the lines of the script on its stack."""
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(FAILED,))

    assert [[2, "check()"]] == html_report(run.events(), tmp_path).details[0]["failures"][0]["frames"]


def test_where_a_variable_comes_from(tmp_path: Path) -> None:
    """A variable that is read tells which request set it, and one that is set, which requests use it."""
    run = Run([shop(entry("Create"), entry("Show"))])
    setter = run.add("Create", trip=trip(), writes=(VariableWrite("order", "environment", 7),))
    reads = (VariableRead("order", "environment", 7, setter.cursor.ref), VariableRead("host", "globals", "a.test"))
    run.add("Show", trip=trip(), reads=reads)
    report = html_report(run.events(), tmp_path)
    order, host = report.details[1]["reads"]

    assert {"name": "order", "scope": "environment", "value": 7, "by": 0} == order
    assert {"name": "host", "scope": "globals", "value": "a.test"} == host
    assert [{"name": "order", "scope": "environment", "value": 7}] == report.details[0]["writes"]
    assert [["order", 0, [1]]] == report.index["variables"]


def test_console_and_script_requests(tmp_path: Path) -> None:
    """What scripts wrote and sent stands with the item."""
    call = ScriptCall(HttpRequest("GET", "http://shop.test/token"), problem=Problem("RequestError", "no answer"))
    run = Run([shop(entry())])
    run.add(trip=trip(), calls=(call,), console=(ConsoleMessage("warn", ("low on", {"stock": 1})),))
    detail = html_report(run.events(), tmp_path).details[0]

    assert [{"level": "warn", "text": 'low on {"stock": 1}'}] == detail["console"]
    assert "RequestError: no answer" == detail["calls"][0]["problem"]
    assert "http://shop.test/token" == detail["calls"][0]["hops"][0]["request"]["url"]


@pytest.mark.parametrize(
    ("body", "type", "expected"),
    [
        pytest.param(b"a" * (LONGEST_TEXT + 1), "text/plain", {"cut": True}, id="too long"),
        pytest.param(b"\0\1\2", "application/octet-stream", {"binary": True}, id="binary"),
        pytest.param(b"\x89PNG\0", "image/png", {"image": "data:image/png;base64,iVBORwA="}, id="a picture"),
        pytest.param(b"<svg/>", "image/svg+xml", {"text": "<svg/>"}, id="a picture that may hold scripts"),
    ],
)
def test_bodies_that_are_not_shown_whole(body: bytes, type: str, expected: dict[str, Any], tmp_path: Path) -> None:
    """Long texts are cut, with a remark; pictures are pictures; of all else there is only the size."""
    run = Run([shop(entry())])
    run.add(trip=trip(body, headers=(("Content-Type", type),)))
    shown = html_report(run.events(), tmp_path).details[0]["trip"]["hops"][0]["response"]["body"]

    assert expected.items() <= shown.items()
    assert len(body) == shown["size"]
    assert len(shown.get("text", "")) <= LONGEST_TEXT


def test_a_cut_body_ends_between_characters(tmp_path: Path) -> None:
    """A text of many megabytes is still a text, though it is cut where a character of UTF-8 is under way."""
    run = Run([shop(entry())])
    run.add(trip=trip("a€".encode() * 2_000_000))
    shown = html_report(run.events(), tmp_path).details[0]["trip"]["hops"][0]["response"]["body"]

    assert ("a€" * LONGEST_TEXT)[:LONGEST_TEXT] == shown["text"]


def test_secrets_are_masked_also_when_they_become_known_late(tmp_path: Path) -> None:
    """A secret that only the last request brings is hidden in all that came before it, compressed data included."""
    secret = "zanzibar-4711"
    said: dict[str, Any] = {
        "trip": trip(f'{{"echo": "{secret}"}}'.encode()),
        "console": (ConsoleMessage("log", (secret,)),),
    }
    run = Run([shop(entry("Early"), entry("Login"))])
    early = run.add("Early", **said, reads=(VariableRead("echo", "environment", secret),))
    run.add("Login", trip=trip(f'{{"access_token": "{secret}"}}'.encode()), tests=(FAILED,))
    run.results[0] = replace(early, tests=(checks(Assertion(f"says {secret}", problem=BROKEN)),))
    report = html_report(run.events(), tmp_path)

    assert "********" in report.details[0]["console"][0]["text"]
    assert secret not in report.unpacked


def test_a_variable_declared_secret_is_masked_however_short(tmp_path: Path) -> None:
    """What a file declares secret never shows, not even a value too short to be looked for elsewhere."""
    run = Run([shop(entry())], environment=VariableSet("local", (Variable("pin", "7", "secret"),)))
    run.add(trip=trip(), reads=(VariableRead("pin", "environment", "7"),))

    assert "********" == html_report(run.events(), tmp_path).details[0]["reads"][0]["value"]


HOSTILE = "</script><script>alert(1)</script><!-- {{7*7}} <img src=x onerror=alert(1)>"


def test_hostile_text_is_data(tmp_path: Path) -> None:
    """What looks like markup or like a template is text at the top of the page, and out of reach below it."""
    run = Run([shop(entry(HOSTILE), name=HOSTILE)])
    run.add(trip=trip(HOSTILE.encode(), reason=HOSTILE), tests=(checks(Assertion(HOSTILE, problem=BROKEN)),))
    report = html_report(run.events(), tmp_path)

    assert "<script>alert" not in report.text
    assert "<img" not in report.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- {{7*7}}" in report.text
    assert HOSTILE == report.details[0]["trip"]["hops"][0]["response"]["body"]["text"]


def test_the_policy_admits_the_page_itself_and_nothing_else(tmp_path: Path) -> None:
    """The policy names style and script by their hashes, and no place that anything could be loaded from."""
    run = Run([shop(entry())])
    run.add(trip=trip())
    text = html_report(run.events(), tmp_path).text
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].replace("&#39;", "'").split("; "))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)
    assert style is not None
    assert script is not None

    assert "'none'" == rules["default-src"]
    assert _hash(script[1]) == rules["script-src"]
    assert _hash(style[1]) == rules["style-src"].split()[0]
    assert "data:" == rules["img-src"]
    assert not re.search(r"unsafe|https?:|\*", policy[1])
    assert not re.search(r"\son\w+=|javascript:|src=|href=\"http", text)


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


def test_many_items_lie_in_several_blocks(tmp_path: Path) -> None:
    """Details are compressed in blocks of about the same size; the list tells where each begins."""
    run = Run([shop(entry())])
    body = b64encode(bytes(range(256)) * 200)
    for _ in range(20):
        run.add(trip=trip(body))
    report = html_report(run.events(), tmp_path)
    firsts = report.index["blocks"]

    assert len(firsts) > 1
    assert sorted(set(firsts)) == firsts
    assert 20 == len(report.details)
    assert b64decode(report.details[19]["trip"]["hops"][0]["response"]["body"]["text"])[:3] == b"\0\1\2"


def test_a_run_that_ended_before_its_first_item(tmp_path: Path) -> None:
    """A run without any item still gives a report."""
    report = html_report(Run([shop(entry())]).events(problem=Problem("Timeout", "out of time")), tmp_path)

    assert [] == report.index["rows"]
    assert "out of time" in report.text


def test_data_nested_without_end(tmp_path: Path) -> None:
    """A script that nests data thousands of levels deep does not cost the report."""
    deep: object = "bottom"
    for _ in range(5000):
        deep = [deep]
    run = Run([shop(entry())])
    run.add(trip=trip(), console=(ConsoleMessage("log", (deep,)),))

    assert "too deep" in html_report(run.events(), tmp_path).details[0]["console"][0]["text"]


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    """It is refused before the run."""
    (tmp_path / "file").touch()

    with pytest.raises(FileError):
        HtmlReport(tmp_path / "file" / "report.html", Mask())


def test_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report goes beside the others, named after the time of the run."""
    monkeypatch.chdir(tmp_path)
    run = Run([shop(entry())])
    run.add(trip=trip())
    tell(run.events(), HtmlReport(None, Mask()))

    assert 1 == len(opened(tmp_path / "paceline" / "paceline-run-2023-11-14-22-13-20-250.html").details)

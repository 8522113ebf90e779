"""The JUnit report."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.report.building import BROKEN, Run, checks, entry, folder, shop, tell, trip
from tests.report.junit_schema import check_schema

from paceline.errors import ContractError, RequestError
from paceline.model.exchange import HttpRequest
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask

REFUSED = RequestError("GET http://a.test/: refused", fix="start it", code="ECONNREFUSED")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.xml"


def report(run: Run, path: Path, **ended: Any) -> ET.Element:
    tell(run.events(**ended), JunitReport(path, Mask()))
    root = ET.fromstring(path.read_bytes())
    check_schema(root)
    return root


def cases(root: ET.Element) -> list[tuple[str, str]]:
    """Names of all test cases, each with the element in it."""
    return [(case.attrib["name"], next((child.tag for child in case), "")) for case in root.iter("testcase")]


def test_one_case_for_each_check(path: Path) -> None:
    """Passed, failed and skipped ones, in the suite of their item."""
    run = Run([shop(folder("Orders", entry()))])
    run.add(
        trip=trip(),
        tests=(checks(Assertion("ok"), Assertion("bad", 1, problem=BROKEN), Assertion("later", 2, skipped=True)),),
    )
    root = report(run, path)

    assert ["Shop / Orders / List orders"] == [suite.attrib["name"] for suite in root]
    assert [("ok", ""), ("bad", "failure"), ("later", "skipped")] == cases(root)
    assert {"Shop.Orders.List orders"} == {case.attrib["classname"] for case in root.iter("testcase")}


def test_a_later_pass_does_not_erase_a_failure(path: Path) -> None:
    """Every iteration has suites of its own, told apart by name and class name."""
    run = Run([shop(entry())], iterations=3)
    for iteration, problem in enumerate((None, BROKEN, None)):
        run.add(iteration=iteration, trip=trip(), tests=(checks(Assertion("same", problem=problem)),))
    root = report(run, path)

    assert [f"Shop / List orders (iteration {number} of 3)" for number in (1, 2, 3)] == [s.attrib["name"] for s in root]
    assert [("same", ""), ("same", "failure"), ("same", "")] == cases(root)
    assert 3 == len({case.attrib["classname"] for case in root.iter("testcase")})


def test_checks_of_one_name(path: Path) -> None:
    """They are numbered, since servers would keep one of them."""
    run = Run([shop(entry())])
    run.add(
        trip=trip(), tests=(checks(Assertion("same"), Assertion("same", 1, problem=BROKEN)), checks(Assertion("same")))
    )

    assert [("same", ""), ("same (2)", "failure"), ("same (3)", "")] == cases(report(run, path))


def test_an_item_that_runs_twice(path: Path) -> None:
    """`setNextRequest` may lead back; the cases of the second time have numbers."""
    run = Run([shop(entry())])
    for _ in range(2):
        run.add(trip=trip(), tests=(checks(Assertion("same")),))

    assert [("same", ""), ("same (2)", "")] == cases(report(run, path))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param({"trip": trip()}, [("List orders", "")], id="nothing checked"),
        pytest.param({"skipped": "a script said so"}, [("List orders", "skipped")], id="skipped"),
        pytest.param(
            {"outgoing": HttpRequest("GET", "/"), "error": REFUSED}, [("request", "error")], id="not answered"
        ),
        pytest.param(
            {"trip": trip(), "prerequests": (checks(problem=BROKEN),), "tests": (checks(problem=replace(BROKEN)),)},
            [("prerequest-script", "error"), ("test-script", "error")],
            id="broken scripts",
        ),
        pytest.param(
            {"outgoing": HttpRequest("GET", "/"), "error": ContractError("breaks the contract")},
            [("contract", "failure")],
            id="a broken contract",
        ),
        pytest.param(
            {"trip": trip(), "flow_problem": Problem("UnknownRequestError", "no such request")},
            [("setNextRequest", "error")],
            id="an unknown next request",
        ),
        pytest.param(
            {"skipped": "x", "prerequests": (checks(Assertion("ok")),)},
            [("ok", ""), ("List orders", "skipped")],
            id="checked, then skipped",
        ),
    ],
)
def test_items_without_checks(path: Path, outcome: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """They are seen: one case for what went wrong, or one for the item."""
    run = Run([shop(entry())])
    run.add(**outcome)

    assert expected == cases(report(run, path))


def test_what_a_failure_tells(path: Path) -> None:
    """Message and type for the overview; in the text the request, the response and the command to try again."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"token": "x"}'), tests=(checks(Assertion("bad", problem=BROKEN)),))
    failure = next(report(run, path).iter("failure"))

    assert {"type": "AssertionError", "message": "expected 1 to equal 2"} == failure.attrib
    assert (
        "bad\n"
        "AssertionError: expected 1 to equal 2\n"
        "   2 │ check()\n"
        "GET http://shop.test/orders  200 OK  13 ms  14 B\n"
        '│ {"token": "********"}\n'
        "curl http://shop.test/orders -A ''"
    ) == failure.text


def test_what_an_error_tells(path: Path) -> None:
    """The advice too."""
    run = Run([shop(entry())])
    run.add(outgoing=HttpRequest("GET", "http://a.test/"), error=REFUSED)
    error = next(report(run, path).iter("error"))

    assert {"type": "RequestError", "message": "GET http://a.test/: refused"} == error.attrib
    assert "fix: start it\n" in (error.text or "")


def test_output(path: Path) -> None:
    """What was sent, by scripts too, and what they wrote."""
    run = Run([shop(entry())])
    calls = (ScriptCall(HttpRequest("GET", "/"), trip(b"")), ScriptCall(HttpRequest("GET", "/x"), problem=BROKEN))
    run.add(trip=trip(), calls=calls, console=(ConsoleMessage("warn", ("a\nb", 1)),))
    output = next(report(run, path).iter("system-out"))

    assert [
        "GET http://shop.test/orders  200 OK  13 ms  10 B",
        "script GET http://shop.test/orders  200 OK  13 ms  0 B",
        "script GET /x  no response",
        "warn: a",
        "warn: b 1",
    ] == (output.text or "").splitlines()


def test_times_add_up(path: Path) -> None:
    """The time of an item is shared out among its checks."""
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(checks(Assertion("a"), Assertion("b")),))
    suite = report(run, path)[0]

    assert "0.020" == suite.attrib["time"]
    assert ["0.010", "0.010"] == [case.attrib["time"] for case in suite.iter("testcase")]
    assert "2023-11-14T22:13:20" == suite.attrib["timestamp"]


def test_any_text_makes_valid_xml(path: Path) -> None:
    """Characters that XML cannot hold are spelt out, those that mean something in it are escaped."""
    evil = "\x00\x1b<&\"'>]]>\ufffe\ud800\n\t✓"
    run = Run([shop(folder(evil, entry(evil)), name=evil)])
    run.add(
        trip=trip(evil.encode("utf-8", "surrogatepass"), reason=evil),
        tests=(checks(Assertion(evil, problem=Problem(evil, evil, evil, evil))),),
        console=(ConsoleMessage("log", (evil,)),),
    )
    root = report(run, path)

    assert "\\x00\\x1b<&\"'>]]>\\ufffe\\ud800\\n\\t✓" == root.attrib["name"]
    assert "\\x1b<&" in (next(root.iter("system-out")).text or "")


def test_an_interrupted_run(path: Path) -> None:
    """What ran is reported, and what is wrong with the run is an error, so that nobody takes it for a whole one."""
    run = Run([shop(entry())])
    run.add(trip=trip())
    root = report(run, path, interrupted=True, problem=Problem("Interrupted", "the run was interrupted"))

    assert [("List orders", ""), ("the run as a whole", "error")] == cases(root)
    assert "the run was interrupted" == next(root.iter("error")).attrib["message"]


def test_a_run_of_nothing(path: Path) -> None:
    """An empty report is a valid one."""
    assert [] == cases(report(Run([shop()]), path))

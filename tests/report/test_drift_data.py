"""Drift for programs: in the JSON report, in JUnit, and in the event log."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.report.building import tell, terminal
from tests.report.drifting import LOCK, TOTAL, WHOLE, compared, drift
from tests.report.junit_schema import check_schema

from paceline.drift.outcome import Drift
from paceline.engine.events import RunFinished
from paceline.errors import FormatError
from paceline.report.event_log import JsonlReport, read_events
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport


def junit(found: Drift | None, folder: Path) -> ET.Element:
    tell(compared(found), JunitReport(folder / "run.xml", Mask()))
    root = ET.fromstring((folder / "run.xml").read_bytes())
    check_schema(root)
    return root


def newman(found: Drift | None, folder: Path) -> dict[str, object]:
    tell(compared(found), JsonReport(folder / "run.json", Mask()))
    data: dict[str, object] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return data


def test_the_member_of_the_json_report(tmp_path: Path) -> None:
    """Beside `run`, everything that is known, for programs."""
    told = newman(WHOLE, tmp_path)["drift"]
    assert isinstance(told, dict)
    first, second, third = told.pop("changes")

    assert {
        "against": LOCK,
        "compared": 64,
        "unlearnt": ["shop/A", "shop/B", "shop/C", "shop/D"],
        "failOn": "breaking",
        "failed": True,
        "counts": {"breaking": 1, "risky": 1, "additive": 1},
    } == told
    assert FIRST == first
    assert (None, 1, [], "") == tuple(second[name] for name in ("since", "runs", "readers", "acceptedBy"))
    assert ("never seen", False) == (third["known"], third["failed"])


FIRST = {
    "level": "breaking",
    "failed": True,
    "kind": "removed",
    "request": "shop/List orders",
    "status": 200,
    "pointer": "/order/total",
    "old": "number",
    "new": "no such field",
    "sample": "",
    "message": "in 0 of 4 answers; in 25 of 25 before",
    "known": "",
    "since": 1_795_132_800_000,
    "runs": 4,
    "readers": [
        {
            "kind": "script",
            "name": "shop/List orders",
            "file": "collections/shop.json",
            "pointer": "/item/0/event/0/script",
            "variable": "",
        },
        {
            "kind": "contract",
            "name": "orders.json",
            "file": "schemas/orders.json",
            "pointer": "/properties/order/properties/total",
            "variable": "",
        },
        {
            "kind": "request",
            "name": "shop/Pay",
            "file": "collections/shop.json",
            "pointer": "/item/2",
            "variable": "order_total",
        },
    ],
    "acceptedBy": "paceline contract accept --only /order/total",
    "oldLines": ["/order: required 25/25; object 25", "/order/id: required 25/25; number 25, 1..50"],
    "newLines": ["/order: always 4/4; object 4"],
}


def test_the_suite_of_the_junit_report(tmp_path: Path) -> None:
    """A test case for each change: a failure where it fails, else one that servers show as skipped."""
    suite = junit(WHOLE, tmp_path).findall("testsuite")[-1]
    cases = [(case.get("name"), *((child.tag, child.get("message")) for child in case)) for case in suite]

    counts = {"name": "drift", "tests": "3", "failures": "1", "errors": "0", "skipped": "2"}
    assert counts.items() <= suite.attrib.items()
    assert [
        ("shop/List orders (200) /order/total: removed", ("failure", "breaking: was number, now no such field")),
        (
            "shop/List orders (200) /order/kind: other values",
            ("skipped", 'risky: was BIKE, RUN, now ROW, such as "AAA"'),
        ),
        (
            "shop/List orders (200) /order/note: new field, never seen before",
            ("skipped", "additive: was no such field, now string"),
        ),
    ] == cases[:3]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "breaking removed" == failure.get("type")
    assert "  accept   paceline contract accept --only /order/total" in (failure.text or "")
    assert "nothing is learnt yet of 4 requests" in (suite.findtext("system-out") or "")


def test_a_suite_without_changes(tmp_path: Path) -> None:
    """One test case that passes, so that it is seen that somebody compared."""
    root = junit(drift(), tmp_path)
    suite = root.findall("testsuite")[-1]

    assert ["no drift against contract.lock"] == [case.get("name") for case in suite.findall("testcase")]
    assert ("0", "0") == (root.get("failures"), root.get("skipped"))


def test_the_event_log_tells_drift(tmp_path: Path) -> None:
    """Read again, the last event is the same, so that every report can be made from the log."""
    events = compared(WHOLE)
    tell(events, JsonlReport(tmp_path / "run.jsonl", Mask()))
    *_, last = read_events(tmp_path / "run.jsonl")

    assert isinstance(last, RunFinished)
    assert WHOLE == last.drift
    assert terminal(events) == terminal(read_events(tmp_path / "run.jsonl"))


def test_a_log_of_a_run_that_was_not_compared(tmp_path: Path) -> None:
    """It has no word of drift, as before."""
    tell(compared(None), JsonlReport(tmp_path / "run.jsonl", Mask()))

    assert "drift" not in (tmp_path / "run.jsonl").read_text()


@pytest.mark.parametrize("member", ["level", "fail_on"])
def test_a_log_with_a_level_that_there_is_not(member: str, tmp_path: Path) -> None:
    """It is damaged: findings are put in order by their levels."""
    path = tmp_path / "run.jsonl"
    tell(compared(drift(TOTAL)), JsonlReport(path, Mask()))
    path.write_text(path.read_text().replace(f'"{member}":"breaking"', f'"{member}":"terrible"'))

    with pytest.raises(FormatError, match="is damaged"):
        list(read_events(path))

"""What may be kept of a run: names and shapes, but no value that a service answered and nothing that opens a door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.drift.observing import found, learnt
from tests.history.keeping import GONE, KEY, NEWS, run

from paceline.drift.finding import Finding, FindingKind
from paceline.history.cleaning import cleaned, cleaned_finding, cleaned_host, cleaned_pointer
from paceline.history.records import Timing
from paceline.history.store import History

CANARY = "Kx7-canary-91"


def test_no_value_gets_into_the_file(tmp_path: Path) -> None:
    """Whatever a finding says, and wherever it says it."""
    path = tmp_path / "history.sqlite3"
    findings = [
        Finding(
            level="breaking",
            kind=kind,
            key=KEY,
            status=200,
            pointer=f"/by_mail/{CANARY}@example.org/name",
            old=f"one of {CANARY}",
            new=f'"{CANARY}"',
            message=f"got {CANARY}",
            sample=CANARY,
        )
        for kind in ("enum", "body", "type", "graphql", "paging", "cookie", "privilege")
    ]
    with History(path) as history:
        history.add(
            run(
                10,
                *findings,
                host=f"https://ann:{CANARY}@api.example.org/{CANARY}?token={CANARY}",
                fields={KEY: frozenset({f"/by_mail/{CANARY}@example.org"})},
            )
        )
        kept = history.runs()[0]

    assert CANARY.encode() not in path.read_bytes()
    assert {(each.pointer, each.old, each.new) for each in kept.findings} == {("/by_mail/*/name", "", "")}
    assert kept.host == "https://api.example.org"


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        pytest.param("type", "array of string (uuid) or null", True, id="a shape"),
        pytest.param("removed", "no such field", True, id="an absence"),
        pytest.param("rare", "often absent", True, id="a rare field"),
        pytest.param("form", "another form", True, id="a form"),
        pytest.param("form", "date, epoch-seconds", True, id="several forms"),
        pytest.param("empty", "an empty array", True, id="an empty list"),
        pytest.param("body", "json, html", True, id="kinds of bodies"),
        pytest.param("range", "0..1e+06", True, id="a rounded range"),
        pytest.param("latency", "1200 ms", True, id="a time"),
        pytest.param("status", "200, 404", True, id="statuses"),
        pytest.param("body", "73", False, id="a number that may be a value"),
        pytest.param("body", '"red"', False, id="a value that a broken rule got"),
        pytest.param("enum", "text, html", False, id="values of an enum, though they look like words for shapes"),
        pytest.param("cookie", "path=/ann", False, id="an attribute of a cookie"),
        pytest.param("content type", "application/json", False, id="a media type"),
        pytest.param("graphql", "errors NOT_FOR_ANN", False, id="codes of errors"),
    ],
)
def test_which_words_of_a_finding_are_kept(kind: FindingKind, text: str, kept: bool) -> None:
    """Those that describe a shape. The place, the kind and the level are always kept."""
    finding = cleaned_finding(replace(GONE, kind=kind, old=text, new=text, message="in 3 of 4", sample='"aaa"'))

    assert (finding.old, finding.new) == ((text, text) if kept else ("", ""))
    assert (finding.message, finding.sample) == ("", "")
    assert (finding.level, finding.kind, finding.pointer) == ("breaking", kind, "/total")


def test_the_words_of_the_comparison_are_kept() -> None:
    """Those that it really has for what is no value."""
    before = [{"id": n, "at": "2024-02-29", "of": {"a": n}, "row": [n], "gone": n, "size": n} for n in range(1, 30)]
    after = [{"id": "n", "at": f"no {n}", "of": None, "row": [], "new": [1.5], "size": 1e9} for n in range(1, 30)]
    findings = found(learnt(*before), *after)

    assert {each.kind for each in findings} == {"type", "form", "null", "removed", "new field", "range", "empty"}
    assert [(each.old, each.new) for each in map(cleaned_finding, findings)] == [
        (each.old, each.new) for each in findings
    ]


@pytest.mark.parametrize(
    ("pointer", "kept"),
    [
        pytest.param("/rows/*/id", "/rows/*/id", id="as findings have it"),
        pytest.param("/rides/{key}/tags", "/rides/*/tags", id="as a lock has it"),
        pytest.param("/rides/3f2b8c1d9e4a4f6b8c1d9e4a4f6b8c1d", "/rides/*", id="an id"),
        pytest.param("/rows/17/id", "/rows/*/id", id="a number in a list"),
        pytest.param("/days/2024-02-29", "/days/*", id="a date"),
        pytest.param("/a~1b/~2*", "/a~1b/~2*", id="fields with names that need care"),
        pytest.param("/links/https:~1~1example.org~1ann", "/links/*", id="an address"),
        pytest.param("header:x-next", "header:x-next", id="what is not in the body"),
        pytest.param("", "", id="the body itself"),
    ],
)
def test_names_that_are_ids_are_not_kept(pointer: str, kept: str) -> None:
    """A name that stands for something, such as a user, becomes `*`."""
    assert cleaned_pointer(pointer) == kept
    assert cleaned(run(1, fields={KEY: frozenset({pointer})})).fields == {KEY: {kept}}


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("https://api.example.org", "https://api.example.org"),
        ("https://u:p@api.example.org:8443/v1/users?key=1#x", "https://api.example.org:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://key@api.example.org?x=@y", "https://api.example.org"),
        ("ann:pw@api.example.org/v1", "api.example.org"),
        ("cassettes", "cassettes"),
        ("", ""),
    ],
)
def test_of_an_address_only_the_host_is_kept(host: str, kept: str) -> None:
    """Users, passwords, paths and parameters are not."""
    assert cleaned_host(host) == kept


def test_what_cannot_be_stored_is_made_so_that_it_can(tmp_path: Path) -> None:
    """Half of a surrogate pair is spelt, a text without end is cut, and a time that is no number is left out."""
    timings = (Timing(KEY, 200, float("nan")), Timing(KEY, 200, float("inf")), Timing("a\ud800/\0", 200, 3.0))
    with History(tmp_path / "history.sqlite3") as history:
        history.add(run(float("nan"), replace(NEWS, pointer="/x" * 9000), timings=timings, suite="\udcff"))
        kept = history.runs()[0]

    assert (kept.started, kept.suite, kept.timings) == (0, "\\udcff", (Timing("a\\ud800/\0", 200, 3.0),))
    assert len(kept.findings[0].pointer) == 1000

"""The report for GitHub Actions: annotations and the summary of the job."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.building import item, written
from tests.report.building import BROKEN, Run, checks, entry, folder, shop, tell, trip
from tests.report.jobs import EVIL, HOSTILE, OURS, Job, outside_of_fences

from paceline.errors import FileError, Location, RequestError
from paceline.formats.collection import load_collection
from paceline.formats.variables import parse_variable_set
from paceline.model.contract import Breach, ContractVerdict
from paceline.model.exchange import HttpRequest
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptRun
from paceline.report.event_log import JsonlReport, read_events
from paceline.report.github import SUMMARY_LIMIT, GitHubReport
from paceline.report.json_lines import line_of
from paceline.report.masking import Mask

REFUSED = RequestError("GET http://a.test/: refused", fix="start it", code="ECONNREFUSED")


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Job:
    return Job(tmp_path, capsys)


# --- Annotations ---


def test_every_failure_is_an_annotation(job: Job) -> None:
    """With the path of the item, what failed, why, and how to fix it."""
    run = Run([shop(folder("Orders", entry()))])
    run.add(trip=trip(), tests=(checks(Assertion("a: 100%, b", problem=BROKEN), problem=Problem("TypeError", "no")),))
    run.add(error=REFUSED, outgoing=HttpRequest("GET", "http://a.test/"))
    runner = job.report(run.events())

    assert [
        ("Shop › Orders › List orders: a: 100%, b", "AssertionError: expected 1 to equal 2"),
        ("Shop › Orders › List orders: test-script", "TypeError: no"),
        ("Shop › Orders › List orders: request", "RequestError: GET http://a.test/: refused\nfix: start it"),
    ] == [(properties["title"], message) for properties, message in runner.errors]


def test_where_a_failure_is_shown(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the line of the collection's file: of the script, of the request, or of the item."""
    monkeypatch.chdir(job.folder)
    (job.folder / "api").mkdir()
    broken = "pm.test('fails',\n  () => pm.expect(1).to.equal(2));\nlet a;"
    written(job.folder / "api" / "shop.json", item("one", "http://a.test/", test=broken), name="Shop")
    path = job.folder / "api" / "shop.json"
    path.write_text(path.read_text().replace(", ", ",\n"))
    text = path.read_text().splitlines()
    collection = load_collection("api/shop.json")
    (_, one), *_ = collection.items()
    run = Run([collection])
    problem = replace(BROKEN, stack="at Object.<anonymous> (line 2:24)")
    failed = ScriptRun(one.scripts[0], (Assertion("fails", problem=problem),))
    run.add(
        trip=trip(),
        tests=(failed, replace(failed, assertions=(Assertion("again", problem=replace(BROKEN, stack="")),))),
    )
    place = one.at.child("request", "url")
    run.add(error=RequestError("no address", place))
    run.add(trip=trip(), contract=ContractVerdict("k", (Breach("status", "k", "", "200", "500", Location("c.yaml")),)))
    shown = [properties for properties, _ in job.report(run.events()).errors]

    assert ["api/shop.json"] * 4 == [properties["file"] for properties in shown]
    assert [
        '"  () => pm.expect(1).to.equal(2));"',
        '"exec": ["pm.test(\'fails\',"',
        '"url": "http://a.test/"',
        '"item": [{"name": "one"',
    ] == [text[int(properties["line"]) - 1].strip(" ,[{}") for properties in shown]


POINTERS = {
    "": 1,
    "/a": 2,
    "/b/0": 4,
    "/b/1/c~1d": 5,
    "/b/1/e~0f": 6,
    "/b/7": 3,
    "/b/1/gone": 5,
    "/a/b": 2,
    "/gone": 1,
}
JSON = """{
  "a": "]}, \\"b\\": ",
  "b": [
    {"c/d": [1, {}]},
    {"c/d": null,
     "e~f": 2}
  ]
}"""


@pytest.mark.parametrize("pointer", POINTERS)
def test_the_line_of_a_pointer(pointer: str) -> None:
    """It is where the value begins; that of what is around it when it is not there."""
    assert POINTERS[pointer] == line_of(JSON, pointer)


@pytest.mark.parametrize("text", ["", "{", '{"a"', '{"a" 1}', "no", "[" * 100_000, '[1, 2, {"x": ]'])
def test_a_file_that_is_no_json_any_more(text: str) -> None:
    """It may have been changed since; then the place is told roughly."""
    assert 1 == line_of(text, "/a/0/b")


def test_a_collection_that_is_no_file(job: Job) -> None:
    """Its failures are annotations of the run."""
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN)),))

    assert [{"title"}] == [set(properties) for properties, _ in job.report(run.events()).errors]


def test_why_a_run_ended_early(job: Job) -> None:
    """It is an annotation too, and stands in the summary."""
    problem = Problem("Timeout", "the run took longer than 5 ms", fix="raise --timeout")
    runner = job.report(Run([shop(entry())]).events(problem=problem))

    assert [({"title": "paceline"}, "Timeout: the run took longer than 5 ms\nfix: raise --timeout")] == runner.errors
    assert "the run took longer than 5 ms" in html.unescape(job.summary)


# --- What is hostile ---


def test_nobody_else_gives_commands(job: Job) -> None:
    """Neither names nor messages nor what a script wrote to its console are taken for a command."""
    run = Run([shop(folder(HOSTILE, entry(HOSTILE)), name=HOSTILE)])
    run.add(
        trip=trip(HOSTILE.encode(), reason=HOSTILE),
        tests=(checks(Assertion(HOSTILE, problem=Problem(HOSTILE, HOSTILE, fix=HOSTILE))),),
        console=(ConsoleMessage("log", (HOSTILE,)),),
    )
    runner = job.report(run.events(problem=Problem(HOSTILE, HOSTILE)), terminal=True)

    assert ["error", "error"] == [name for name, _, _ in runner.commands]
    assert "" == runner.resume
    assert 1 == job.output.count("\n::error title=Shop") + job.output.count("\n::error title=x")
    assert "##[error]f" in job.output  # the terminal report shows it; the runner does not heed it


def test_the_word_that_ends_the_silence_is_new_each_time(job: Job) -> None:
    """Who could guess it could command the runner."""
    words = set()
    for _ in range(3):
        job.report(Run([shop(entry())]).events())
        words.add(re.findall(r"^::stop-commands::(\w{20,})$", job.output, re.MULTILINE)[0])

    assert 3 == len(words)


def test_no_markup_comes_from_outside(job: Job) -> None:
    """Names, reasons and bodies are shown as they are, wherever they stand."""
    run = Run([shop(folder(EVIL, entry(EVIL, url="http://evil.test/<b>|`")), name=EVIL)])
    run.add(trip=trip(f"```\n{EVIL}\n````".encode()), tests=(checks(Assertion(EVIL, problem=Problem(EVIL, EVIL))),))
    run.add(skipped=EVIL)
    job.report(run.events(problem=Problem("X", EVIL)))
    outside = OURS.sub("", outside_of_fences(job.summary))

    assert not re.search(r"[<>*`\[\]@]|www\.|evil\.test|^#+ Passed", outside, re.MULTILINE)
    assert EVIL.split("\n", maxsplit=1)[0] in html.unescape(outside).replace("\u200b", "")
    assert not re.search(r"@all|#1", html.unescape(outside))  # GitHub would tell everybody, and link
    for row in re.findall(r"^\|.*\|$", outside, re.MULTILINE):
        assert row.count("|") in {4, 5}


def test_secrets(job: Job) -> None:
    """They are hidden in annotations and summary, also those that come to light at the end."""
    environment = parse_variable_set([{"key": "pin", "value": "canary-1", "type": "secret"}])
    left = parse_variable_set([{"key": "session_token", "value": "canary-2"}])
    both = "canary-1 and canary-2"
    run = Run([shop(folder(both, entry(both, url=f"http://a.test/{both}")), name=both)], environment=environment)
    run.add(trip=trip(both.encode()), tests=(checks(Assertion(both, problem=Problem("Error", both, fix=both))),))
    run.add(skipped=both)
    job.report(run.events(environment=left))

    assert "canary" not in job.output + job.summary
    assert "********" in job.output


# --- The summary ---

GREEN = """\
## ✅ Shop

✓ PASSED 1 assertion held, exit code 0: all good

| | executed | failed |
|---|--:|--:|
| requests | 1 | 0 |
| pre-request scripts | 0 | 0 |
| test scripts | 1 | 0 |
| assertions | 1 | 0 |

1.5 s in all · 10 B received · response time 13 ms

<details><summary>Slowest requests</summary>

| request | sent | status | time |
|---|---|--:|--:|
| Shop › Orders › List orders | GET http://shop.test/orders | 200 | 13 ms |

</details>
"""


def readable(markdown: str) -> str:
    """Markdown as it is read: without escapes, and blanks in a row as one."""
    return re.sub(r"(?<=\S) +", " ", html.unescape(markdown)).replace("|  |", "| |")


def test_a_green_run(job: Job) -> None:
    """The verdict, the counts, the slowest requests."""
    run = Run([shop(folder("Orders", entry()))])
    run.add(trip=trip(), tests=(checks(Assertion("ok")),))
    runner = job.report(run.events())

    assert GREEN == readable(job.summary)
    assert [] == runner.commands


def test_failures_are_to_be_opened(job: Job) -> None:
    """One for each execution: what was sent and received, each failure with its reason, the command to try again."""
    verdict = ContractVerdict("k", (Breach("schema", "k", "/id", "a text", "17", Location("order.json")),))
    run = Run([shop(entry())], iterations=2)
    for iteration in range(2):
        run.add(iteration=iteration, trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN)),), contract=verdict)
    job.report(run.events())

    assert 2 == job.summary.count("❌ <b>Shop › List orders</b>: contract (and 1 more)")
    block = html.unescape(job.summary).split("```")[1]
    for told in (
        "GET http://shop.test/orders",
        "200 OK",
        "expected 1 to equal 2",
        '{"id": 17}',
        "curl",
        "expected: a text",
    ):
        assert told in block
    assert readable(job.summary).startswith(
        "## ❌ Shop\n\n✗ FAILED 4 failures, exit code 5: a response broke its contract"
    )


def test_skipped_requests(job: Job) -> None:
    """Each with its reason; of very many only some."""
    run = Run([shop(entry("one"), entry("two"))])
    run.add("one", skipped="not today")
    for _ in range(150):
        run.add("two", skipped="neither")
    job.report(run.events())

    assert "Skipped: 151 requests" in job.summary
    assert "- Shop › one: not today\n" in job.summary
    assert "- and 51 more\n" in job.summary


def test_the_slowest_requests(job: Job) -> None:
    """Ten of them, the slowest first."""
    run = Run([shop(entry())])
    for milliseconds in range(1, 31):
        answered = trip()
        hop = answered.hops[0]
        run.add(trip=replace(answered, hops=(replace(hop, response=replace(hop.response, elapsed_ms=milliseconds)),)))
    job.report(run.events())

    assert [f"{number} ms" for number in range(30, 20, -1)] == re.findall(r"\| 200 \| (\d+ ms) \|", job.summary)


def test_a_summary_has_a_limit(job: Job) -> None:
    """What GitHub would refuse as a whole is not written: failures are left out, and counted."""
    (job.folder / "summary.md").write_text("before\n")
    run = Run([shop(entry())])
    for _ in range(2000):
        run.add(trip=trip(b"x" * 1000), tests=(checks(Assertion("bad", problem=BROKEN)),))
    job.report(run.events())
    left = re.findall(r"There is no room for ([\d,]+) more requests that failed", job.summary)

    assert job.summary.startswith("before\n## ❌ Shop")
    assert SUMMARY_LIMIT - 3000 < (job.folder / "summary.md").stat().st_size <= SUMMARY_LIMIT
    assert 2000 == job.summary.count("❌ <b>") + int(left[0].replace(",", ""))
    assert "Slowest requests" in job.summary


def test_a_summary_that_is_full(job: Job) -> None:
    """It is left as it is, and a warning says so."""
    (job.folder / "summary.md").write_bytes(b"x" * (SUMMARY_LIMIT - 10))
    runner = job.report(Run([shop(entry())]).events())

    assert [("warning", {"title": "paceline"}, "there is no room left in the job summary")] == runner.commands
    assert SUMMARY_LIMIT - 10 == (job.folder / "summary.md").stat().st_size


def test_a_summary_that_cannot_be_written(job: Job) -> None:
    """It is an error; the annotations are there."""
    job.more = {"GITHUB_STEP_SUMMARY": str(job.folder / "gone" / "summary.md")}
    run = Run([shop(entry())])
    run.add(error=REFUSED)

    with pytest.raises(FileError, match="the job summary cannot be written"):
        job.report(run.events())
    assert "::error " in job.capture.readouterr().out


def test_without_a_summary_file(job: Job) -> None:
    """Other servers know the annotations alone."""
    job.more = {"GITHUB_STEP_SUMMARY": ""}
    run = Run([shop(entry())])
    run.add(error=REFUSED)

    assert 1 == len(job.report(run.events()).errors)
    assert "" == job.summary


def test_elsewhere(job: Job) -> None:
    """On a desk it says that it writes nothing, and writes nothing, whatever the environment says."""
    run = Run([shop(entry())])
    run.add(error=REFUSED)
    tell(run.events(), GitHubReport(Mask(), {"GITHUB_STEP_SUMMARY": str(job.folder / "summary.md")}))
    output = job.capture.readouterr()

    assert ("", "") == (output.out, job.summary)
    assert "paceline: this is not GitHub Actions, so `-r github` writes nothing\n" == output.err


def test_from_the_log(job: Job) -> None:
    """Summary and annotations are the same when they are made from the log of the run."""
    run = Run([shop(folder("Orders", entry("one")), entry("two"))])
    run.add("one", trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN)),))
    run.add("two", error=REFUSED, outgoing=HttpRequest("GET", "http://a.test/"))
    events = run.events()
    live = job.report(events)
    summary = job.summary
    (job.folder / "summary.md").unlink()
    tell(events, JsonlReport(job.folder / "run.jsonl", Mask()))

    assert live.commands == job.report(read_events(job.folder / "run.jsonl")).commands
    assert summary == job.summary

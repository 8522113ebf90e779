"""The event log: a run on disk, from which every report is made again."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.building import folder as folder_of
from tests.building import item, parsed, written
from tests.emulator import serve
from tests.report.building import BROKEN, NO_ENVIRONMENT, Run, checks, entry, folder, shop, tell, trip
from tests.report.secret_forms import FORMS
from tests.report.test_canary import SECRETS, Service
from tests.report.test_canary import collection as canary_collection
from tests.servers import Request, Server, answering, response, serving
from tests.test_collections import FILES, ROOT, settings_for

from paceline import stream
from paceline.engine.events import (
    ConsoleLogged,
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    RunFinished,
    RunStarted,
)
from paceline.engine.options import RunOptions
from paceline.errors import (
    ContractError,
    FileError,
    FormatError,
    Location,
    PacelineError,
    RequestError,
    SandboxError,
    UnresolvedVariableError,
)
from paceline.formats.variables import parse_variable_set
from paceline.model.collection import Collection, Folder, Item
from paceline.model.contract import Breach, ContractVerdict, UnknownField
from paceline.model.exchange import Cookie, HttpRequest
from paceline.model.outcome import (
    Assertion,
    ConsoleMessage,
    ItemResult,
    Problem,
    ScriptCall,
    ScriptRun,
    VariableRead,
    VariableWrite,
)
from paceline.model.variables import VariableSet
from paceline.report.event_json import EventReader, EventWriter
from paceline.report.event_log import JsonlReport, read_events, rebuild
from paceline.report.html.report import HtmlReport
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport
from paceline.report.terminal import TerminalReport
from paceline.transport.cassette_errors import RecordingMismatchError

Reports = dict[str, str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def log(events: Iterable[Event], path: Path, mask: Mask | None = None) -> list[dict[str, Any]]:
    """Write the log and return its lines."""
    tell(events, JsonlReport(path, mask or Mask()))
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def reports(events: Iterable[Event], folder: Path, mask: Mask) -> Reports:
    """What each report makes of a run."""
    brief, verbose = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.token_urlsafe", lambda length: "x" * length)  # in the page, and else new each time
        tell(
            events,
            TerminalReport(brief, color=True, progress=True, verbose=False, mask=mask),
            TerminalReport(verbose, color=False, progress=False, verbose=True, mask=mask),
            JsonReport(folder / "report.json", mask),
            JunitReport(folder / "report.xml", mask),
            HtmlReport(folder / "report.html", mask),
        )
    files = {name: (folder / f"report.{name}").read_text("utf-8") for name in ("json", "xml", "html")}
    return {"terminal": brief.getvalue(), "verbose": verbose.getvalue(), **files}


def check_same_reports(events: Sequence[Event], folder: Path) -> None:
    """The log gives the reports that the run gave, byte for byte, where the mask knew the same."""
    mask = Mask()
    for event in events:
        mask.observe(event)
    log(events, folder / "run.jsonl", mask)
    live = reports(events, folder, mask)
    again = reports(read_events(folder / "run.jsonl"), folder, Mask())

    for name, text in live.items():
        assert text == again[name]


# --- The same reports ---


@pytest.fixture(scope="module")
def rides() -> list[Event]:
    """A run of the Peloton collections, under contract."""
    with serve() as url:
        contracts = ROOT / "schemas" / "contracts.yaml"
        return list(stream([*FILES.values()], environment=settings_for(url, "session"), contracts=contracts))


def test_a_real_run(rides: list[Event], tmp_path: Path) -> None:
    """Sixty requests with logins, cookies, scripts and contracts: each report is the same from the log."""
    assert sum(isinstance(event, ItemFinished) for event in rides) > 60

    check_same_reports(rides, tmp_path)


ODD = "\ud83d | \u2028 | \x00\x1b[31m | \U0001f6b2 | </script> | \\ud83d"
BINARY = bytes(range(256))
SAY_ALL = """
console.log('plain', {nested: [1, null, {deep: true}]}, NaN, undefined, %s);
console.error(new Error('told'));
pm.test('holds', () => {}); pm.test.skip('later'); pm.test('fails', () => pm.expect(1).to.equal(2));
pm.environment.set('seen', {list: [1]}); pm.visualizer.set('<b>{{a}}</b>', {a: 1});
pm.sendRequest('%s/call', () => {}); pm.sendRequest('http://127.0.0.1:1/', () => {});
"""


def going_wrong(url: str) -> Collection:
    """Everything that can happen to an item, and most of what can go wrong."""
    say_all = SAY_ALL % (json.dumps(ODD), url)
    return parsed(
        item("all at once", f"{url}/moved", test=say_all, header=[{"key": "X-Plain", "value": "{{plain}}"}]),
        folder_of(
            "inner",
            item("binary", f"{url}/binary", method="POST", body={"mode": "raw", "raw": '{"a": "{{plain}}"}'}),
            item("breaks", f"{url}/", test="pm.test('one', () => {});\nthrow new Error('broke')"),
            folder_of("deeper", item("skips", f"{url}/", prerequest="pm.execution.skipRequest()")),
            prerequest="console.info('before')",
        ),
        item("down", "http://127.0.0.1:1/", test="pm.test('never', () => {})"),
        item("astray", f"{url}/", test="pm.execution.setNextRequest('nobody')"),
        name=f"Odd {ODD}",
        variable={"plain": "value"},
    )


ANSWERS = {
    "/moved": response(302, [("Location", "/"), ("Set-Cookie", "theme=dark")]),
    "/binary": response(200, [("Content-Type", "application/octet-stream")], BINARY),
}


def answer(request: Request) -> bytes:
    return ANSWERS.get(request.target, response(200, [("Content-Type", "application/json")], b'{"token": "t-0815"}'))


@pytest.fixture(scope="module")
def trouble() -> list[Event]:
    with serving(answering(answer)) as server:
        return list(stream(going_wrong(server.url), options=RunOptions(iterations=2)))


def test_a_run_in_which_everything_goes_wrong(trouble: list[Event], tmp_path: Path) -> None:
    """Failed checks, broken scripts, refused connections, binary bodies, odd texts: all is told as it was."""
    kinds = {failure.kind for event in trouble if isinstance(event, RunFinished) for _, failure in event.failures}
    assert {"assertion", "script", "request"} == kinds

    check_same_reports(trouble, tmp_path)


@pytest.mark.parametrize("name", ["trouble", "rides"])
def test_the_events_are_the_same(name: str, path: Path, request: pytest.FixtureRequest) -> None:
    """Every event comes back in its place, the finer ones too, and items are those of the collections."""
    events: list[Event] = request.getfixturevalue(name)
    log(events, path)
    again = list(read_events(path))

    assert list(map(type, events)) == list(map(type, again))
    started = again[0]
    assert isinstance(started, RunStarted)
    known = {id(each) for collection in started.collections for _, each in collection.items()}
    for one, other in zip(events, again, strict=True):
        if isinstance(one, ItemStarted) and isinstance(other, ItemStarted):
            assert (one.cursor, one.item.id, len(one.folders)) == (other.cursor, other.item.id, len(other.folders))
            assert id(other.item) in known


CONTRACT = Location("schemas/order.json", "/properties/total")
VERDICT = ContractVerdict(
    "shop/List orders",
    (Breach("schema", "shop/List orders", "/total", "a number", "'ten'", CONTRACT, page=2),),
    (UnknownField("/items/*/new"),),
    ("status", "schema"),
    omitted=3,
)
ERRORS = [
    RequestError("GET http://shop.test/: refused", Location("shop.json", "/item/0"), "start it", "ECONNREFUSED"),
    UnresolvedVariableError("there is no {{id}}", Location("shop.json", "/item/0/request/url"), "define it"),
    ContractError("the query breaks its contract", CONTRACT, "correct it"),
    RecordingMismatchError("it is not what was recorded", Location("tape.yaml"), "record again"),
    FormatError("this is no JSON"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_keep_their_class(error: PacelineError, tmp_path: Path) -> None:
    """What was wrong, where and how to fix it, in the class by which it was raised, with its code."""
    run = Run([shop(entry())])
    run.add(error=error, outgoing=HttpRequest("GET", "http://shop.test/"), request=None)
    events = run.events()
    log(events, tmp_path / "run.jsonl")
    again = next(event.result.error for event in read_events(tmp_path / "run.jsonl") if isinstance(event, ItemFinished))

    assert (type(error), vars(error)) == (type(again), vars(again))
    check_same_reports(events, tmp_path)


def test_a_broken_contract(tmp_path: Path) -> None:
    """What was checked, what was broken and what no schema knows is told."""
    run = Run([shop(entry())])
    run.add(trip=trip(), contract=VERDICT)
    events = run.events()
    log(events, tmp_path / "run.jsonl")
    again = next(event.result for event in read_events(tmp_path / "run.jsonl") if isinstance(event, ItemFinished))

    assert VERDICT == again.contract
    check_same_reports(events, tmp_path)


def test_two_failures_that_read_alike(tmp_path: Path) -> None:
    """Each is told with its own script."""
    scripts = [checks(Assertion("same", problem=replace(BROKEN)), source=f"//\ncheck({number})") for number in (1, 2)]
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=tuple(scripts))

    check_same_reports(run.events(), tmp_path)


def test_an_execution_that_was_never_told(tmp_path: Path) -> None:
    """An interruption may keep the event of an item back, while its failure counts."""
    run = Run([shop(entry())])
    result = run.add(
        trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN), Assertion("bad too", 1, problem=BROKEN)),)
    )
    events = [event for event in run.events(interrupted=True) if not isinstance(event, ItemFinished)]
    log(events, tmp_path / "run.jsonl")
    *_, last = read_events(tmp_path / "run.jsonl")

    assert isinstance(last, RunFinished)
    assert [(result, failure) for failure in result.failures()] == list(last.failures)
    check_same_reports(events, tmp_path)


def test_folders_may_lie_a_thousand_deep(tmp_path: Path) -> None:
    """As they may in a collection."""
    inner: dict[str, Any] = entry("deep")
    for depth in range(1500):
        inner = folder(f"f{depth}", inner)
    run = Run([shop(inner, entry("flat"), description="first")])
    run.add("deep", trip=trip())
    run.add("flat", trip=trip())

    check_same_reports(run.events(), tmp_path)


def test_a_collection_that_was_never_a_file(tmp_path: Path) -> None:
    """One that was put together in Python has no JSON of its own, and needs none."""
    made = shop(folder("inner", entry("a")), entry("b"))
    run = Run([replace(made, source={})])
    run.add("a", trip=trip())

    check_same_reports(run.events(), tmp_path)


# --- Records ---

TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(("id", "order id", "größe"))


class _Open(Mask):
    """Hides nothing, so that nothing but the notation is seen."""

    def _same(self, value: Any) -> Any:
        return value

    text = source = body = data = headers = cookie = _same  # type: ignore[assignment]


def _records() -> st.SearchStrategy[ItemResult]:
    place = SHOP.items()
    folders, found = next(place)
    for kind, members in (
        (ConsoleMessage, {"values": st.lists(JSON, max_size=3).map(tuple)}),
        (VariableRead, {"name": NAMES, "value": JSON}),
        (VariableWrite, {"name": NAMES, "value": JSON}),
    ):
        st.register_type_strategy(kind, st.builds(kind, **members))
    st.register_type_strategy(ScriptRun, st.builds(ScriptRun, script=st.sampled_from(SCRIPTS), next_request=JSON))
    return st.builds(
        ItemResult,
        collection=st.just(SHOP),
        folders=st.just(folders),
        item=st.just(found),
        request=st.just(found.request),
        error=st.none(),
        visualizer=st.none() | st.dictionaries(TEXT, JSON, max_size=2),
    )


SHOP = shop(
    folder(
        "Orders",
        entry(
            url="http://{{host}}/:id?a=1&b",
            method="POST",
            header=[{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2", "disabled": True}],
            body={"mode": "graphql", "graphql": {"query": "{a}", "variables": '{"b": [1.5]}'}},
            auth={"type": "oauth1", "oauth1": [{"key": "timestamp", "value": 17}]},
        ),
    ),
    event=[{"listen": "test", "script": {"exec": ["one()", "two()"]}}],
    variable=[{"key": "host", "value": "shop.test", "disabled": True}],
    protocolProfileBehavior={"followRedirects": False},
)
SCRIPTS = (*SHOP.scripts, replace(SHOP.scripts[0], source="unknown()"))


@given(_records())
@settings(max_examples=60)
def test_records_come_back_as_they_were(result: ItemResult) -> None:
    """Whatever can be in an execution: each field of each record, of those to come too."""
    writer, reader = EventWriter(_Open()), EventReader()
    started = RunStarted((SHOP,), NO_ENVIRONMENT, VariableSet("g", kind="globals"), 1, 1, 0.5)
    events = (started, ItemFinished(result))
    again = [reader.event(json.loads(json.dumps(writer.data(event)))) for event in events]

    assert list(events) == again
    assert isinstance(again[0], RunStarted)
    assert SHOP.source == again[0].collections[0].source


def _hints(hint: Any, seen: set[Any]) -> Iterator[Any]:
    """A type hint and all that it is made of, fields of records included."""
    if hint in seen:
        return
    seen.add(hint)
    yield hint
    inner = (
        get_type_hints(hint).values() if is_dataclass(hint) else () if get_origin(hint) is Literal else get_args(hint)
    )
    for each in inner:
        yield from _hints(each, seen)


PLAIN = {
    str,
    int,
    float,
    bool,
    NoneType,
    Any,
    Ellipsis,
    bytes,
    PacelineError,
    tuple,
    Mapping,
    Literal,
    Union,
    UnionType,
}


def test_every_type_of_field_is_known() -> None:
    """No record that events reach has a field that is written but cannot be read: also of those to come."""
    hints = list(_hints(Event, set()))
    unions = [hint for hint in hints if get_origin(hint) in {Union, UnionType} and hint not in {Event, Folder | Item}]

    assert [] == [hint for hint in hints if not is_dataclass(hint) and (get_origin(hint) or hint) not in PLAIN]
    assert [] == [union for union in unions if len([each for each in get_args(union) if each is not NoneType]) > 1]


# --- The file ---


def test_a_line_for_each_event(trouble: list[Event], path: Path) -> None:
    """The first line says what the file is; after it every event is a line of JSON under its name."""
    first, *lines = log(trouble, path)

    assert {"format": "paceline events", "version": 1} == {name: first[name] for name in ("format", "version")}
    assert [type(event).__name__ for event in trouble] == [line["event"] for line in lines]


def test_collections_are_written_once(trouble: list[Event], path: Path) -> None:
    """Later events name an item and a script by number."""
    _, started, *lines = log(trouble, path)
    source = "throw new Error('broke')"

    assert source in json.dumps(started)
    assert source not in json.dumps(lines)
    assert {"event": "ItemStarted", "cursor": lines[1]["cursor"], "item": [0, 0]} == lines[1]


def test_events_are_on_disk_when_they_have_happened(trouble: list[Event], path: Path) -> None:
    """Whoever reads the file meanwhile finds all of them, each line whole."""
    report = JsonlReport(path, Mask())
    for number, event in enumerate(trouble[:-1], 2):
        report.handle(event)
        text = path.read_text("utf-8")

        assert number == text.count("\n")
        assert text.endswith("}\n")
    report.handle(trouble[-1])


def test_bodies(path: Path) -> None:
    """Text is written as text, and what is none in base64."""
    run = Run([shop(entry())])
    run.add(trip=trip("grün".encode()))
    run.add(trip=trip(BINARY))
    found = [
        line["result"]["trip"]["hops"][0]["response"]["body"] for line in log(run.events(), path) if "result" in line
    ]

    assert ["grün", {"base64": b64encode(BINARY).decode()}] == found


def test_odd_texts(path: Path) -> None:
    """The file is UTF-8 whatever a script says, with half a surrogate pair as its escape; NaN becomes null."""
    run = Run([shop(entry())])
    run.add(trip=trip(), console=(ConsoleMessage("log", ("\ud83d é", float("nan"), "\udc00")),))
    log(run.events(), path)
    again = next(event.result for event in read_events(path) if isinstance(event, ItemFinished))

    assert rb'"\ud83d ' + "é".encode() in path.read_bytes()
    assert ("\ud83d é", None, "\udc00") == again.console[0].values


def test_nothing_is_kept_in_memory(path: Path) -> None:
    """However many items run, and however much they receive."""
    run = Run([shop(entry())])
    report = JsonlReport(path, Mask())
    started, *_ = run.events()
    report.handle(started)
    tracemalloc.start()
    for number in range(100):
        result = run.add(trip=trip(b"x" * 100_000 + str(number).encode()))
        report.handle(ItemStarted(result.cursor, result.collection, result.folders, result.item))
        report.handle(ConsoleLogged(result.cursor, result.item, ConsoleMessage("log", ("y" * 100_000,))))
        report.handle(ItemFinished(result))
        run.results.clear()
        del result
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report.handle(run.events()[-1])

    assert kept < 2_000_000
    assert path.stat().st_size > 20_000_000


def test_only_the_owner_may_read_it(path: Path) -> None:
    """A new file is private; one that was there keeps its rights."""
    events = Run([shop(entry())]).events()
    log(events, path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)

    path.chmod(0o640)
    log(events, path)
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)


def test_a_folder_gets_a_file_named_after_the_time(tmp_path: Path) -> None:
    """As with every report in a file."""
    log_folder = tmp_path / "logs"
    log_folder.mkdir()
    tell(Run([shop(entry())]).events(), JsonlReport(log_folder, Mask()))

    assert ["paceline-run-2023-11-14-22-13-20-250.jsonl"] == [each.name for each in log_folder.iterdir()]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is refused before the run."""
    (tmp_path / "file").touch()

    with pytest.raises(FileError, match="this is a file, not a folder"):
        JsonlReport(tmp_path / "file" / "run.jsonl", Mask())


def test_a_full_disk() -> None:
    """It is told as an error of the report, which does not end the run."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    report = JsonlReport("/dev/full", Mask())

    with pytest.raises(FileError, match="the log cannot be written"):
        report.handle(Run([shop(entry())]).events()[0])


# --- Runs that were killed ---

KILLED = """
import sys
from paceline import stream
from paceline.report.event_log import JsonlReport
from paceline.report.masking import Mask
from paceline.report.telling import tell
tell(stream(sys.argv[1]), [JsonlReport(sys.argv[2], Mask())])
"""


@dataclass
class Holding:
    """Answers until it is asked for `/hold`; from then on it keeps silent."""

    reached: threading.Event
    stop: threading.Event

    def __call__(self, request: Request) -> bytes:
        if request.target == "/hold":
            self.reached.set()
            self.stop.wait(60)
        return response(200, [("Content-Type", "application/json")], b'{"id": 17}')


def test_a_run_that_is_killed(tmp_path: Path, path: Path) -> None:
    """`kill -9` leaves a log that tells what ran, and every report is made from it."""
    holding = Holding(threading.Event(), threading.Event())
    with serving(answering(holding)) as server:
        test = "pm.test('fails', () => pm.expect(pm.response.json().id).to.equal(18))"
        one = written(
            tmp_path / "shop.json",
            item("first", f"{server.url}/a", test=test),
            item("second", f"{server.url}/b", prerequest="console.log('about to')"),
            folder_of("inner", item("third", f"{server.url}/hold", prerequest="console.log('last words')")),
            name="Shop",
        )
        process = subprocess.Popen([sys.executable, "-c", KILLED, one, str(path)], env={**os.environ, "NO_PROXY": "*"})
        try:
            assert holding.reached.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        holding.stop.set()
    events = list(read_events(path))
    *_, console, iteration, last = events

    assert ["first", "second"] == [event.result.item.name for event in events if isinstance(event, ItemFinished)]
    assert isinstance(console, ConsoleLogged)
    assert ("last words",) == console.message.values
    assert IterationFinished(0) == iteration
    assert isinstance(last, RunFinished)
    assert 130 == last.exit_code
    assert last.problem is not None
    assert last.problem.message.endswith("during Shop / inner / third")
    assert {"requests": 2, "assertions": 1} == {
        name: last.summary.counts[name].total for name in ("requests", "assertions")
    }
    told = reports(read_events(path), tmp_path, Mask())
    assert "expected 17 to deeply equal 18" in told["terminal"] or "expected 17 to equal 18" in told["terminal"]
    assert "INTERRUPTED" in told["terminal"]
    assert 2 == len(json.loads(told["json"])["run"]["executions"])
    assert '<testsuite name="Shop / first"' in told["xml"]


def small_run() -> list[Event]:
    run = Run([shop(entry("one"), entry("two"))])
    run.add("one", trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN)),))
    run.add("two", trip=trip("é".encode()))
    return run.events()


def test_a_log_may_be_cut_anywhere(path: Path) -> None:
    """Wherever behind the start of the run it ends, the lines that are whole are read and the run is ended."""
    events = small_run()
    log(events, path)
    content = path.read_bytes()
    begun = content.index(b"\n", content.index(b"RunStarted"))
    breaks = {at + shift for at in range(begun + 1, len(content)) if content[at] == 0x0A for shift in (-1, 0, 1)}
    for end in sorted({*range(begun + 1, len(content), 19), *breaks} - {len(content)}):
        path.write_bytes(content[:end])
        again = list(read_events(path))
        last = again[-1]

        assert isinstance(last, RunFinished)
        assert (end >= len(content) - 1) == (last.exit_code != 130)
        finished = sum(isinstance(event, ItemFinished) for event in again)
        assert finished == last.summary.counts["items"].total
        assert min(finished, 1) == len(last.failures)


def test_how_a_killed_run_is_ended(path: Path) -> None:
    """As an interrupted one: with the counts, failures and times of what finished, and the variables of its start."""
    log(small_run(), path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    *_, last = read_events(path)

    assert isinstance(last, RunFinished)
    assert Problem("Interrupted", "the run was killed: its log ends after line 7") == last.problem
    assert NO_ENVIRONMENT == last.environment
    assert (2, 1) == (last.summary.counts["requests"].total, last.summary.counts["assertions"].failed)
    assert 1 == last.summary.counts["iterations"].total
    assert 0.02 == pytest.approx(last.summary.completed - last.summary.started)


# --- Logs that are damaged, or of another version ---


def damaged(lines: list[bytes], number: int, line: bytes) -> list[bytes]:
    return [*lines[: number - 1], line, *lines[number:]]


DAMAGE: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "a line that is no JSON": (
        lambda lines: damaged(lines, 4, b'{"event": \n'),
        "line 4 of the log is damaged: Expect",
    ),
    "a line that is no object": (lambda lines: damaged(lines, 4, b"[]\n"), "line 4 .*: it is no JSON object"),
    "an event without a name": (lambda lines: damaged(lines, 4, b"{}\n"), "line 4 .*: there is no 'event'"),
    "a field of another type": (
        lambda lines: damaged(lines, 3, b'{"event": "IterationStarted", "iteration": "1"}\n'),
        "line 3 .*: int expected where '1' stands",
    ),
    "a field that is missing": (
        lambda lines: damaged(lines, 3, b'{"event": "IterationStarted"}\n'),
        "line 3 .*: IterationStarted has no `iteration`",
    ),
    "an item that is not there": (
        lambda lines: damaged(lines, 4, b'{"event": "ItemStarted", "cursor": {"ref": ""}, "item": [0, 9]}\n'),
        "line 4 of the log is damaged",
    ),
    "bytes that are no UTF-8": (
        lambda lines: damaged(lines, 4, b'{"event": "\xff"}\n'),
        "line 4 of the log is damaged",
    ),
    "a start that is missing": (lambda lines: [lines[0], *lines[2:]], "line 3 of the log is damaged"),
    "two logs in one": (lambda lines: [*lines, *lines], "line 10 .*: the run had ended in the line before"),
    "no run at all": (lambda lines: lines[:1], "this log tells of no run"),
    "a start that is cut": (lambda lines: [lines[0], lines[1][:100]], "this log tells of no run"),
    "another kind of JSON": (lambda _: [b'{"collection": {}}'], "this is not an event log of paceline"),
    "no JSON": (lambda _: [b"<html>\n"], "this is not an event log of paceline"),
    "a later format": (
        lambda lines: damaged(lines, 1, b'{"format": "paceline events", "version": 2, "paceline": "9.0"}\n'),
        "written by paceline 9.0, in a format that is not known here",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told(name: str, path: Path) -> None:
    """A log that was changed is refused, with the file and the line, and not read as something else."""
    log(small_run(), path)
    change, expected = DAMAGE[name]
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    with pytest.raises(FormatError, match=expected) as raised:
        list(read_events(path))
    assert Location(str(path)) == raised.value.where
    assert raised.value.fix


def test_an_empty_log(path: Path) -> None:
    """A run that was killed before its first line tells nothing."""
    path.touch()

    with pytest.raises(FormatError, match="this log tells of no run"):
        list(read_events(path))


def test_a_log_that_is_not_there(path: Path) -> None:
    """It is an error with the path."""
    with pytest.raises(FileError, match=r"run\.jsonl"):
        list(read_events(path))


def test_logs_of_other_versions(path: Path) -> None:
    """What only a newer version knows is passed over, and what an older one did not write has its default."""
    lines = log(small_run(), path)
    finished = next(line for line in lines if line.get("event") == "ItemFinished")
    finished["later"] = finished["result"]["later"] = {"a": [1]}
    finished["result"]["error"] = {"class": "LaterError", "what": "something new"}
    for omitted in ("elapsed_ms", "tests"):
        del finished["result"][omitted]
    lines.insert(4, {"event": "SomethingNew", "a": 1})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    lines[-1]["failures"] = []
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    events = list(read_events(path))
    result = next(event.result for event in events if isinstance(event, ItemFinished))

    assert list(map(type, small_run())) == list(map(type, events))
    assert (0.0, ()) == (result.elapsed_ms, result.tests)
    assert ("LaterError", "something new") == (type(result.error).__name__, getattr(result.error, "what", ""))


# --- Reports from a log ---


def test_one_report_does_not_cost_another(tmp_path: Path, path: Path) -> None:
    """Of two reports one may be impossible to write; the other is."""
    log(small_run(), path)
    (tmp_path / "gone").mkdir()
    mask = Mask()
    broken, whole = JunitReport(tmp_path / "gone" / "report.xml", mask), JsonReport(tmp_path / "report.json", mask)
    (tmp_path / "gone").rmdir()
    (tmp_path / "gone").touch()
    finished, errors = rebuild(path, [broken, whole])

    assert 1 == finished.exit_code
    assert [FileError] == list(map(type, errors))
    assert 2 == len(json.loads((tmp_path / "report.json").read_text())["run"]["executions"])


# --- Secrets ---


def test_a_secret_that_only_the_response_tells(path: Path) -> None:
    """What a script wrote before the answer was known is masked when the item ends, and not only with the run."""
    run = Run([shop(entry())])
    result = run.add(
        trip=trip(b'{"access_token": "canary-late-1"}'), console=(ConsoleMessage("log", ("canary-late-1",)),)
    )
    started, iteration, begun, finished, *_ = run.events()
    said = ConsoleLogged(result.cursor, result.item, result.console[0])
    report = JsonlReport(path, Mask())
    for event in (started, iteration, begun, said):
        report.handle(event)
    assert "canary-late-1" in path.read_text()

    report.handle(finished)
    assert "canary-late-1" not in path.read_text()
    again = list(read_events(path))
    assert [ConsoleLogged] == [type(event) for event in again if isinstance(event, ConsoleLogged)]
    tell(run.events()[-1:], report)


def test_a_secret_that_comes_to_light_at_the_end(path: Path) -> None:
    """Everything that was written before is masked once more, and nothing else is changed."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"id": "canary-late-2"}'))
    left = parse_variable_set([{"key": "session_token", "value": "canary-late-2"}])
    lines = log(run.events(environment=left), path)

    assert "canary-late-2" not in path.read_text()
    assert '{"id": "********"}' == lines[4]["result"]["trip"]["hops"][0]["response"]["body"]
    assert ["RunStarted", "IterationStarted", "ItemStarted", "ItemFinished", "IterationFinished", "RunFinished"] == [
        line["event"] for line in lines[1:]
    ]
    assert 1 == len(list(path.parent.iterdir()))


def test_the_size_of_a_masked_body(tmp_path: Path) -> None:
    """A report from the log tells how much came, not how much is left of it."""
    body = b'{"access_token": "%s"}' % (b"canary" * 1000)
    run = Run([shop(entry())])
    run.add(trip=trip(body))
    events = run.events()
    log(events, tmp_path / "run.jsonl")
    told = reports(read_events(tmp_path / "run.jsonl"), tmp_path, Mask())

    assert f'"responseSize":{len(body)}' in told["json"]
    check_same_reports(events, tmp_path)


def test_a_pipe_is_written_once() -> None:
    """What has gone through a pipe cannot be masked again; it has every event all the same."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"access_token": "canary-late-3"}'))
    read, write = os.pipe()
    events = run.events(environment=parse_variable_set([{"key": "api_key", "value": "canary-late-4"}]))
    tell(events, JsonlReport(f"/dev/fd/{write}", Mask()))
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]

    assert 1 + len(events) == len(lines)
    assert "canary" not in json.dumps(lines)


SECRET_RECORDS: dict[str, dict[str, Any]] = {
    "a cookie": {"trip": trip(cookies=(Cookie("theme", "canary", "shop.test"),))},
    "a header": {"trip": trip(headers=(("X-Api-Key", "canary"),))},
    "a variable that was read": {"reads": (VariableRead("api_key", "environment", "canary"),)},
    "a variable that was set": {"writes": (VariableWrite("sessionToken", "environment", {"a": ["canary"]}),)},
    "a short variable of type secret": {"reads": (VariableRead("pin", "environment", "17a"),)},
    "the console": {"console": (ConsoleMessage("log", ({"password": "canary"},)),)},
    "a message": {"flow_problem": Problem("Error", "no password=canary there")},
    "a request of a script": {
        "calls": (ScriptCall(HttpRequest("GET", "http://eve:canary@shop.test/?token=canary"), problem=BROKEN),)
    },
    "an error": {"error": SandboxError("broke with api_key=canary", fix="https://a.test/?token=canary")},
    "the visualizer": {"visualizer": {"data": {"refresh_token": "canary"}}},
}


@pytest.mark.parametrize("name", SECRET_RECORDS)
def test_what_is_secret_by_its_place_or_name(name: str, path: Path) -> None:
    """It is hidden wherever a record may hold it."""
    environment = parse_variable_set([{"key": "pin", "value": "17a", "type": "secret"}])
    run = Run([shop(entry())], environment=environment)
    run.add(**SECRET_RECORDS[name])
    log(run.events(), path)

    assert "canary" not in path.read_text()
    assert '"17a"' not in path.read_text()
    assert "********" in path.read_text()


def test_secrets_of_a_collection(path: Path) -> None:
    """Of its authorization, its variables, its scripts, its addresses and its saved answers none is told."""
    one = shop(
        entry(
            url="http://eve:canary-1@shop.test/?api_key=canary-2",
            header=[{"key": "Authorization", "value": "Bearer canary-3"}],
            body={"mode": "urlencoded", "urlencoded": [{"key": "password", "value": "canary-4"}]},
            auth={"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "canary-5"}]},
        ),
        auth={"type": "bearer", "bearer": [{"key": "token", "value": "canary-6"}]},
        variable=[{"key": "client_secret", "value": "canary-7"}, {"key": "x", "value": "canary-8", "type": "secret"}],
        event=[{"listen": "test", "script": {"exec": "const apiKey = 'canary-9'; send(token = json.token)"}}],
    )
    log(Run([one]).events(), path)

    assert "canary" not in path.read_text()
    assert "send(token = json.token)" in path.read_text()


@pytest.fixture(scope="module")
def canary_log(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("canary") / "run.jsonl"
    declared = {"key": "plain", "value": SECRETS["declared variable"], "type": "secret"}
    environment = parse_variable_set([declared, {"key": "password", "value": SECRETS["environment"]}])
    globals_ = parse_variable_set([{"key": "token", "value": SECRETS["globals"]}], "globals")
    with serving(answering(Service())) as server:
        one = written_canary(path.parent, server)
        events = stream(one, environment=environment, globals=globals_, options=RunOptions(iterations=2))
        tell(events, JsonlReport(path, Mask()))
    return path.read_text("utf-8")


def written_canary(folder: Path, server: Server) -> Path:
    path = folder / "canary.json"
    path.write_text(json.dumps(canary_collection(server.url)), encoding="utf-8")
    return path


@pytest.mark.parametrize("secret", SECRETS)
def test_the_log_tells_no_secret(canary_log: str, secret: str) -> None:
    """Neither as it is nor in any encoding, in the notation of the log or with it undone."""
    forms = {form(SECRETS[secret]).strip('"\\') for form in FORMS.values()}
    texts = {"file": canary_log, "texts": "\n".join(_texts([json.loads(line) for line in canary_log.splitlines()]))}

    assert [] == [(place, form) for place, text in texts.items() for form in forms if form in text]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts(each)
    else:
        yield str(value)


def test_masking_twice_changes_nothing(trouble: list[Event], path: Path, tmp_path: Path) -> None:
    """A log that is made from a log is the same."""
    log(trouble, path)
    log(read_events(path), tmp_path / "again.jsonl")

    assert path.read_bytes() == (tmp_path / "again.jsonl").read_bytes()

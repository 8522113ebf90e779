"""What a suite runs before and after everything else, and that it does so whatever happens between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.building import Json, folder, item
from tests.suites import AUTH, LOGIN, LOGOUT, SESSION, Service, events_of, get, serving_an_account, suite_in

from paceline.api import RunResult, gathered
from paceline.engine.events import (
    Event,
    ItemFinished,
    ItemStarted,
    IterationFinished,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from paceline.errors import FormatError, UnresolvedVariableError
from paceline.script.v8 import Sandbox

FAILS = "pm.test('fails', () => pm.expect(1).to.equal(2));"
SHOP = [get("One"), get("Two")]

Start = Callable[..., RunResult]


@pytest.fixture
def service() -> Iterator[Service]:
    with serving_an_account() as running:
        yield running


@pytest.fixture
def begin(service: Service, sandbox: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """The events of a suite of `auth` and `shop`: `begin([items of shop], auth=…, setup=…, bail=True)`."""

    def start(shop: Sequence[Json] = SHOP, auth: Sequence[Json] = AUTH["auth"], **more: Any) -> Any:
        members = {key: more.pop(key) for key in tuple(more) if key in ("setup", "teardown", "mutations")}
        path = suite_in(tmp_path, service.url, {"auth": auth, "shop": shop}, **{**SESSION, **members})
        return events_of(path, sandbox, **more)

    return start


@pytest.fixture
def play(begin: Callable[..., Any]) -> Start:
    """Such a run from start to end."""
    return lambda *shop, **more: gathered(begin(*shop, **more))


def names(result: RunResult) -> list[str]:
    return [one.item.name for one in result.items]


# --- Order ---


def test_setup_comes_first_teardown_last_and_neither_in_its_place(play: Start, service: Service) -> None:
    """Whatever the order in which the collections list them; each says why it was run."""
    result = play()

    assert service.log == ["POST /login", "GET /check", "GET /one", "GET /two", "POST /logout"]
    assert [one.cursor.phase for one in result.items] == ["setup", "main", "main", "main", "teardown"]
    assert [(one.cursor.position, one.cursor.length) for one in result.items] == [
        (0, 1),
        (0, 1),
        (0, 2),
        (1, 2),
        (0, 1),
    ]
    assert result.ok


def test_what_setup_leaves_is_there_for_all(play: Start) -> None:
    """Cookies and variables."""
    result = play(
        [get("One", test="pm.test('in', () => pm.expect(pm.environment.get('session_id')).to.have.length(32));")]
    )

    [one] = [one for one in result.items if one.item.name == "One"]
    assert one.trip is not None
    assert b'"session": true' in one.trip.response.body
    assert [check.failed for check in one.assertions()] == [False]


def test_several_run_in_the_order_of_the_suite_file(play: Start, service: Service) -> None:
    """Not in that of the collections."""
    play(setup=["auth/Login", "shop/Two", "shop/One"], teardown=["auth/Check", "auth/Logout"])

    assert service.log == ["POST /login", "GET /two", "GET /one", "GET /check", "POST /logout"]


def test_iterations_share_one_setup_and_one_teardown(begin: Callable[..., Any]) -> None:
    """They belong to the first iteration and to the last; all of it stands between the events of iterations."""
    told = [
        event.item.name if isinstance(event, ItemStarted) else type(event).__name__
        for event in begin(iterations=2)
        if isinstance(event, ItemStarted | IterationStarted | IterationFinished | RunFinished)
    ]

    assert told == [
        *("IterationStarted", "Login", "Check", "One", "Two", "IterationFinished"),
        *("IterationStarted", "Check", "One", "Two", "Logout", "IterationFinished"),
        "RunFinished",
    ]


def test_the_start_counts_them(begin: Callable[..., Any]) -> None:
    """For a report that shows progress."""
    started = next(begin())

    assert isinstance(started, RunStarted)
    assert started.item_count == 5


def test_where_only_a_folder_is_selected_both_run(play: Start, service: Service) -> None:
    """They are what the rest needs."""
    play([get("One"), folder("F", get("Two"))], folders=("F",))

    assert service.log == ["POST /login", "GET /two", "POST /logout"]


def test_a_selected_setup_item_runs_once(play: Start, service: Service) -> None:
    """At the beginning, as always."""
    result = play(folders=("Login",))

    assert service.log == ["POST /login", "POST /logout"]
    assert result.ok


def test_a_request_may_be_both(play: Start, service: Service) -> None:
    """A check of the session at the beginning and at the end, say."""
    play(setup=["auth/Login", "auth/Check"], teardown=["auth/Check", "auth/Logout"])

    assert service.log == ["POST /login", "GET /check", "GET /one", "GET /two", "GET /check", "POST /logout"]


@pytest.mark.parametrize(
    ("setup", "what", "fix"),
    [
        pytest.param("auth/Lgin", "the suite names `auth/Lgin`", "did you mean `auth/Login`?", id="a slip"),
        pytest.param("zzz/zzz", "the suite names `zzz/zzz`", "write <collection>/", id="no request like it"),
        pytest.param("shop/Twin", "2 requests are called `shop/Twin`", "its own name", id="two of one name"),
    ],
)
def test_a_name_that_means_no_request_is_refused(
    begin: Callable[..., Any], service: Service, setup: str, what: str, fix: str
) -> None:
    """Before anything is sent, with its place in the suite file."""
    with pytest.raises(FormatError, match=what) as caught:
        next(begin([get("Twin"), folder("F", get("Twin"))], setup=[setup]))

    assert service.log == []
    assert caught.value.where is not None
    assert caught.value.where.pointer == "/setup/0"
    assert fix in caught.value.fix


# --- When something fails ---


def test_when_setup_fails_nothing_else_is_run(play: Start, service: Service) -> None:
    """Not even the teardown, since there is nothing to tear down; the reason is told."""
    refused = item("Login", "{{base}}/status/401", method="POST", test="pm.response.to.have.status(200);")
    result = play(auth=[refused, LOGOUT])

    assert service.log == ["POST /status/401"]
    assert result.problem is not None
    assert result.problem.message == "auth/Login, of the setup, failed: nothing else was run"
    assert result.exit_code == 4


def test_a_login_whose_check_fails_is_torn_down_all_the_same(play: Start, service: Service) -> None:
    """There is a session then: it was answered, and not refused."""
    result = play(auth=[LOGIN | {"event": [{"listen": "test", "script": {"exec": FAILS}}]}, LOGOUT])

    assert service.log == ["POST /login", "POST /logout"]
    assert service.sessions == []
    assert (result.problem is not None, result.exit_code) == (True, 1)


def test_what_of_the_setup_succeeded_is_torn_down(play: Start, service: Service) -> None:
    """The first of two did."""
    play([item("Warm", "http://127.0.0.1:1/")], setup=["auth/Login", "shop/Warm"])

    assert service.log == ["POST /login", "POST /logout"]


@pytest.mark.parametrize(
    ("one", "options", "code"),
    [
        pytest.param(get("One", test=FAILS), {}, 1, id="a check"),
        pytest.param(get("One", test=FAILS), {"bail": True}, 1, id="a check, with --bail"),
        pytest.param(get("One", test="throw new Error('x')"), {"bail": True}, 4, id="a script"),
        pytest.param(item("One", "http://127.0.0.1:1/"), {"bail": True}, 3, id="a request"),
        pytest.param(get("One", test="while (true) {}"), {"timeout_script_ms": 100}, 4, id="a script that hangs"),
        pytest.param(item("One", "{{base}}/wait"), {"timeout_request_ms": 100}, 3, id="a request that hangs"),
        pytest.param(item("One", "{{base}}/wait"), {"timeout_ms": 300}, 3, id="a run that hangs"),
        pytest.param(get("One", test="pm.execution.setNextRequest('Nope')"), {}, 4, id="an unknown next request"),
        pytest.param(get("One", test="pm.execution.setNextRequest(null)"), {}, 0, id="an end that a script asked for"),
    ],
)
def test_teardown_runs_whatever_failed(
    play: Start, service: Service, one: Json, options: dict[str, Any], code: int
) -> None:
    """Once, at the end, with time enough; the run answers for the failure."""
    result = play([one], **options)

    assert [line for line in service.log if "logout" in line] == ["POST /logout"]
    assert names(result)[-1] == "Logout"
    assert result.exit_code == code


def test_a_request_of_a_run_that_is_out_of_time_has_hardly_any(play: Start) -> None:
    """Its own script took what was left; without a limit the run would hang."""
    result = play([item("One", "{{base}}/wait", prerequest="while (true) {}")], timeout_ms=300)

    [error] = [one.error for one in result.items if one.item.name == "One"]
    assert error is not None
    assert "no complete answer within 0.001 s" in error.what


def test_a_failing_teardown_fails_the_run_and_the_next_one_still_runs(play: Start, service: Service) -> None:
    """Also with `--bail`."""
    result = play([get("One"), get("Away", test=FAILS)], teardown=["shop/Away", "auth/Logout"], bail=True)

    assert service.log[-2:] == ["GET /away", "POST /logout"]
    assert result.exit_code == 1


def test_a_variable_of_the_teardown_without_a_value_is_found_before_anything_is_sent(
    begin: Callable[..., Any], service: Service
) -> None:
    """Or else the session would stay open."""
    with pytest.raises(UnresolvedVariableError, match="nope"):
        next(begin(auth=[LOGIN, item("Logout", "{{base}}/{{nope}}")]))

    assert service.log == []


def test_a_script_cannot_go_back_to_the_setup(play: Start, service: Service) -> None:
    """It is not among the requests of the collection's way any more: told, not passed over."""
    result = play(auth=[LOGIN, item("Check", "{{base}}/check", test="pm.execution.setNextRequest('Login')"), LOGOUT])

    assert service.log.count("POST /login") == 1
    assert "setNextRequest named `Login`" in result.failures[0][1].problem.message


# --- Not needed ---

UNLESS = {
    "setup": [{"request": "auth/Login", "unless": "access_token"}],
    "teardown": [{"request": "auth/Logout", "unless": "access_token"}],
}


def test_what_is_not_needed_is_skipped_with_the_reason(begin: Callable[..., Any], service: Service) -> None:
    """Which is a variable that has a value; the teardown that belongs to it is skipped as well."""
    auth = [item("Hello", "{{base}}/hello", prerequest="pm.environment.set('access_token', 't-1')"), *AUTH["auth"]]
    result = gathered(begin(auth=auth, **UNLESS | {"setup": ["auth/Hello", *UNLESS["setup"]]}))

    assert service.log == ["GET /hello", "GET /check", "GET /one", "GET /two"]
    skipped = {one.item.name: one.skipped for one in result.items if one.skipped}
    assert skipped == dict.fromkeys(("Login", "Logout"), "not needed: access_token has a value")
    assert (result.ok, result.summary.skipped_items) == (True, 2)


def test_a_variable_that_is_empty_is_no_reason(play: Start, service: Service) -> None:
    """As environments have it until somebody fills it in."""
    play(**UNLESS)

    assert service.log[0] == "POST /login"


def test_what_is_not_needed_needs_no_values(begin: Callable[..., Any], service: Service, tmp_path: Path) -> None:
    """Whoever has a token need not define a password."""
    events = begin(auth=[item("Login", "{{base}}/{{pin}}"), item("Logout", "{{base}}/{{pin}}")], **UNLESS)
    local = tmp_path / "local.json"
    local.write_text(local.read_text().replace('"access_token", "value": ""', '"access_token", "value": "t-1"'))

    assert gathered(events).ok
    assert service.log == ["GET /one", "GET /two"]


# --- Interruptions ---


def interrupted(events: Any, at: Callable[[Event], bool]) -> list[Event]:
    """All events of a run that is interrupted once, right after one of them."""
    told = []
    event = next(events)
    done = False
    while True:
        told.append(event)
        if isinstance(event, RunFinished):
            return told
        if not done and at(event):
            done, event = True, events.throw(KeyboardInterrupt)
        else:
            event = next(events)


def started(name: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, ItemStarted) and event.item.name == name


def finished(name: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, ItemFinished) and event.result.item.name == name


@pytest.mark.parametrize(
    ("at", "log"),
    [
        pytest.param(lambda event: isinstance(event, RunStarted), [], id="before anything"),
        pytest.param(finished("Login"), ["POST /login", "POST /logout"], id="after the setup"),
        pytest.param(started("One"), ["POST /login", "GET /check", "POST /logout"], id="before an item"),
        pytest.param(finished("One"), ["POST /login", "GET /check", "GET /one", "POST /logout"], id="after an item"),
        pytest.param(
            lambda event: isinstance(event, IterationFinished),
            ["POST /login", "GET /check", "GET /one", "GET /two", "POST /logout"],
            id="between iterations",
        ),
    ],
)
def test_an_interrupted_run_is_torn_down(
    begin: Callable[..., Any], service: Service, at: Callable[[Event], bool], log: list[str]
) -> None:
    """Wherever it strikes after the setup began; the run ends as interrupted."""
    *_, last = interrupted(begin(iterations=2), at)

    assert service.log == log
    assert isinstance(last, RunFinished)
    assert last.exit_code == 130


def test_an_interruption_in_the_midst_of_the_login_is_torn_down(begin: Callable[..., Any], service: Service) -> None:
    """Nobody knows how far it came; the service had opened a session."""
    talking = LOGIN | {"event": [{"listen": "test", "script": {"exec": "console.log('in')"}}]}
    told = interrupted(begin(auth=[talking, LOGOUT]), lambda event: type(event).__name__ == "ConsoleLogged")

    assert service.log == ["POST /login", "POST /logout"]
    assert [event.result.item.name for event in told if isinstance(event, ItemFinished)] == ["Logout"]


def test_a_second_interruption_ends_at_once(begin: Callable[..., Any], service: Service) -> None:
    """Whoever cannot wait for the teardown need not."""
    events = begin()
    for event in events:
        if started("One")(event):
            break
    assert started("Logout")(events.throw(KeyboardInterrupt))
    rest = [events.throw(KeyboardInterrupt), *events]

    assert isinstance(rest[-1], RunFinished)
    assert "POST /logout" not in service.log


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(started("Logout"), id="before its item"),
        pytest.param(finished("Logout"), id="after its item"),
        pytest.param(lambda event: isinstance(event, IterationFinished), id="after the iteration"),
    ],
)
def test_an_interruption_of_the_teardown_ends_the_run(begin: Callable[..., Any], at: Callable[[Event], bool]) -> None:
    """With its last event, so that reports are written."""
    *_, last = interrupted(begin(), at)

    assert isinstance(last, RunFinished)
    assert last.exit_code == 130

"""Requests that change state: not sent to live hosts unless allowed, and taken back at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.building import Json, item
from tests.suites import LIKE, LIVE, UNLIKE, Service, events_of, get, serving_an_account, suite_in

from paceline.api import RunResult, gathered
from paceline.engine.events import ConsoleLogged, ItemFinished, RunFinished
from paceline.engine.mutations import is_live
from paceline.script.v8 import Sandbox

PAIR = {"shop/Like": "shop/Unlike", "shop/Unlike": "shop/Like"}
REFUSED = "it changes state on a live host; --allow-mutations lets it run"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving_an_account() as running:
        yield running


@pytest.fixture
def live(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a host that is not this machine: the service is the proxy on the way to it."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", service.url)
    return LIVE


@pytest.fixture
def begin(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """The events of a suite of one collection `shop`: `begin(base, [items], mutations=…, allow_mutations=True)`."""

    def start(base: str, shop: Sequence[Json], mutations: Any = PAIR, **more: Any) -> Any:
        members = {key: more.pop(key) for key in tuple(more) if key in ("setup", "teardown")}
        path = suite_in(tmp_path, base, {"shop": shop}, mutations=mutations, **members)
        return events_of(path, sandbox, **more)

    return start


@pytest.fixture
def play(begin: Callable[..., Any]) -> Callable[..., RunResult]:
    """Such a run from start to end."""
    return lambda *given, **more: gathered(begin(*given, **more))


# --- The guard ---


@pytest.mark.parametrize(
    ("url", "live"),
    [
        ("https://api.example.com/x", True),
        ("http://10.0.0.7/", True),
        ("http://localhost.example.com/", True),
        ("http://0.0.0.0:80/", True),
        ("{{unknown}}/x", True),
        ("", True),
        ("http://localhost:8900/x", False),
        ("http://api.localhost/", False),
        ("http://LOCALHOST/", False),
        ("http://127.0.0.1:8900/x", False),
        ("http://127.9.9.9/", False),
        ("http://[::1]:80/", False),
    ],
)
def test_every_host_but_this_machine_is_live(url: str, live: bool) -> None:
    """What is no address may lead anywhere."""
    assert is_live(url) is live


def test_on_this_machine_they_run(play: Callable[..., RunResult], service: Service) -> None:
    """An emulator takes no harm."""
    result = play(service.url, [LIKE, UNLIKE])

    assert service.log == ["POST /like/7", "DELETE /like/7"]
    assert result.ok


def test_on_a_live_host_they_are_skipped_with_the_reason(
    play: Callable[..., RunResult], service: Service, live: str
) -> None:
    """None of their scripts runs either, for it might change state itself; what changes nothing is sent."""
    script = "pm.sendRequest(pm.environment.get('base') + '/like/8');"
    result = play(live, [LIKE | {"event": [{"listen": "prerequest", "script": {"exec": script}}]}, get("One"), UNLIKE])

    assert service.log == ["GET /one"]
    assert [one.skipped for one in result.items] == [REFUSED, None, REFUSED]
    assert (result.ok, result.summary.skipped_items) == (True, 2)
    assert [*result.items[0].prerequests, *result.items[0].tests, *result.items[0].calls] == []


def test_allowed_they_run(play: Callable[..., RunResult], service: Service, live: str) -> None:
    """And are paired off, so that nothing is left to undo."""
    result = play(live, [LIKE, UNLIKE], allow_mutations=True)

    assert service.log == ["POST /like/7", "DELETE /like/7"]
    assert [one.cursor.phase for one in result.items] == ["main", "main"]


def test_what_takes_a_change_back_is_guarded_as_well(
    play: Callable[..., RunResult], service: Service, live: str
) -> None:
    """It is a change itself, whether or not the suite lists it a second time."""
    result = play(live, [LIKE, UNLIKE], mutations={"shop/Like": "shop/Unlike"})

    assert service.log == []
    assert [one.skipped for one in result.items] == [REFUSED, REFUSED]


def test_an_address_that_only_a_script_knows_counts_as_live(play: Callable[..., RunResult], service: Service) -> None:
    """Its script is not run to find out."""
    like = item("Like", "{{later}}/like/7", method="POST", prerequest="pm.variables.set('later', 'http://localhost:1')")
    result = play(service.url, [like], mutations=["shop/Like"])

    assert [one.skipped for one in result.items] == [REFUSED]


def test_an_address_that_a_script_changes_is_looked_at_once_more(
    play: Callable[..., RunResult], service: Service, live: str
) -> None:
    """Right before it would be sent."""
    like = item("Like", "{{base}}/like/7", method="POST", prerequest=f"pm.request.url = '{live}/like/7';")
    result = play(service.url, [like], mutations=["shop/Like"])

    assert service.log == []
    assert [one.skipped for one in result.items] == [REFUSED]


def test_a_run_of_which_all_was_skipped_is_no_success(play: Callable[..., RunResult], live: str) -> None:
    """Nothing ran: exit code 6."""
    assert play(live, [LIKE, UNLIKE]).exit_code == 6


# --- Undoing ---


def test_what_is_left_changed_is_undone(play: Callable[..., RunResult], service: Service, live: str) -> None:
    """At the end, by the request that the suite names, which says why it was run."""
    result = play(live, [UNLIKE, LIKE, get("One")], mutations={"shop/Like": "shop/Unlike"}, allow_mutations=True)

    assert service.log == ["DELETE /like/7", "POST /like/7", "GET /one", "DELETE /like/7"]
    assert service.likes == []
    assert [one.cursor.phase for one in result.items] == ["main"] * 3 + ["undo"]
    assert result.ok


def test_the_last_change_is_undone_first(play: Callable[..., RunResult], service: Service) -> None:
    """As nested changes need it."""
    away, back = get("Away", method="PUT"), get("Back", method="PUT")
    only = {"shop/Like": "shop/Unlike", "shop/Away": "shop/Back"}
    play(service.url, [LIKE, away, UNLIKE, back], mutations=only, folders=("Like", "Away"))

    assert service.log == ["POST /like/7", "PUT /away", "PUT /back", "DELETE /like/7"]


def test_what_the_collection_takes_back_itself_is_not_undone_again(
    play: Callable[..., RunResult], service: Service
) -> None:
    """Whichever of the two came first, and also where the suite lists only one direction."""
    for mutations in (PAIR, {"shop/Like": "shop/Unlike"}):
        service.log.clear()
        play(service.url, [LIKE, get("One"), UNLIKE], mutations=mutations)

        assert service.log == ["POST /like/7", "GET /one", "DELETE /like/7"]


def test_a_request_may_undo_itself(play: Callable[..., RunResult], service: Service) -> None:
    """A switch."""
    play(service.url, [get("Switch", method="POST")], mutations={"shop/Switch": "shop/Switch"})

    assert service.log == ["POST /switch", "POST /switch"]


@pytest.mark.parametrize(
    ("like", "mutations"),
    [
        pytest.param(item("Like", "{{base}}/status/409", method="POST"), PAIR, id="it was refused"),
        pytest.param(item("Like", "http://127.0.0.1:1/"), PAIR, id="it was not answered"),
        pytest.param(
            LIKE | {"event": [{"listen": "prerequest", "script": {"exec": "pm.execution.skipRequest()"}}]},
            PAIR,
            id="it was skipped",
        ),
        pytest.param(LIKE, ["shop/Like"], id="nothing undoes it"),
    ],
)
def test_nothing_is_undone_where(play: Callable[..., RunResult], service: Service, like: Json, mutations: Any) -> None:
    """No change was made, or none that could be taken back."""
    play(service.url, [like, UNLIKE], mutations=mutations, folders=("Like",))

    assert "DELETE /like/7" not in service.log


@pytest.mark.parametrize(
    ("more", "options"),
    [
        pytest.param([get("One", test="throw new Error('x')")], {"bail": True}, id="bail"),
        pytest.param([item("Wait", "{{base}}/wait")], {"timeout_ms": 300}, id="time-out"),
        pytest.param([get("One", test="pm.execution.setNextRequest(null)")], {}, id="an end that a script asked for"),
    ],
)
def test_undone_is_whatever_ended_the_run(
    play: Callable[..., RunResult], service: Service, more: list[Json], options: dict[str, Any]
) -> None:
    """The account is left as it was."""
    play(service.url, [LIKE, *more, UNLIKE], **options)

    assert service.log[-1] == "DELETE /like/7"
    assert service.likes == []


def test_undoing_comes_before_the_teardown(play: Callable[..., RunResult], service: Service) -> None:
    """It needs the session."""
    auth = [get("In"), get("Out")]
    play(service.url, [*auth, LIKE, UNLIKE], setup=["shop/In"], teardown=["shop/Out"], folders=("Like",))

    assert service.log == ["GET /in", "POST /like/7", "DELETE /like/7", "GET /out"]


def test_a_failed_undoing_fails_the_run(play: Callable[..., RunResult], service: Service) -> None:
    """And what else is to be undone still is, and the rest torn down."""
    broken = item("Unlike", "http://127.0.0.1:1/")
    only = {"shop/Away": "shop/Back", "shop/Like": "shop/Unlike"}
    shop = [get("Away", method="PUT"), LIKE, broken, get("Back", method="PUT")]
    result = play(service.url, shop, mutations=only, folders=("Like", "Away"))

    assert service.log == ["PUT /away", "POST /like/7", "PUT /back"]
    assert result.exit_code == 3


def test_an_interruption_right_after_the_change_is_undone(begin: Callable[..., Any], service: Service) -> None:
    """Also before its scripts are through, so that it never came to its end."""
    like = LIKE | {"event": [{"listen": "test", "script": {"exec": "console.log('liked')"}}]}
    events = begin(service.url, [like, UNLIKE])
    event = next(events)
    while not isinstance(event, ConsoleLogged):
        event = next(events)
    told = [events.throw(KeyboardInterrupt), *events]

    assert service.log == ["POST /like/7", "DELETE /like/7"]
    assert [event.result.item.name for event in told if isinstance(event, ItemFinished)] == ["Unlike"]
    assert isinstance(told[-1], RunFinished)
    assert told[-1].exit_code == 130


def test_every_iteration_that_leaves_something_is_undone(play: Callable[..., RunResult], service: Service) -> None:
    """At the end of the run, once for each change."""
    play(service.url, [LIKE, UNLIKE], mutations={"shop/Like": "shop/Unlike"}, folders=("Like",), iterations=2)

    assert service.log == ["POST /like/7"] * 2 + ["DELETE /like/7"] * 2

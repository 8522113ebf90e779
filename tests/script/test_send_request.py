"""`pm.sendRequest`: requests that scripts make."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from tests.script.conftest import Play

from paceline.model.exchange import HttpRequest
from paceline.model.outcome import ScriptCall
from paceline.script.execution import Answer


def respond(request: Mapping[str, Any], _number: int) -> Answer:
    """Echoes method, URL and body as JSON text."""
    url = request["url"] if isinstance(request["url"], str) else "/".join(["", *request["url"].get("path", [])])
    body = f'{{"method": "{request["method"]}", "url": "{url}"}}'.encode()
    response = {
        "code": 200,
        "status": "OK",
        "header": [{"key": "X-Url", "value": url}],
        "stream": {"type": "Base64", "data": base64.b64encode(body).decode()},
        "responseTime": 5,
    }
    return Answer(ScriptCall(HttpRequest(request["method"], url)), response, cookies=({"name": "c", "value": "1"},))


def fail(_request: Mapping[str, Any], _number: int) -> Answer:
    """Never gets an answer."""
    error = {"type": "Error", "name": "Error", "message": "connect ECONNREFUSED", "code": "ECONNREFUSED"}
    return Answer(ScriptCall(HttpRequest("GET", "")), error=error)


def test_callback(play: Play) -> None:
    """The callback gets error and response; the call is told."""
    played = play(
        "const show = (error, r) => console.log([error, r.code, r.json().url, r.headers.get('x-url')]);"
        "pm.sendRequest('http://localhost/a', show)",
        send=respond,
    )

    assert played.logged == [[None, 200, "/a", "/a"]]
    assert [call.request.url for call in played.calls] == ["/a"]


def test_promise(play: Play) -> None:
    """Without a callback there is a promise; a script may await it at its top."""
    played = play(
        """
        const r = await pm.sendRequest({url: 'http://localhost/b', method: 'POST', body: {mode: 'raw', raw: 'x'}});
        pm.environment.set('seen', r.json());
        """,
        send=respond,
    )

    assert played.set_in("environment") == {"seen": {"method": "POST", "url": "/b"}}


def test_cookies_of_a_call(play: Play) -> None:
    """The third argument of the callback has the cookies."""
    played = play("pm.sendRequest('http://a/', (e, r, {cookies}) => console.log(cookies.get('c')))", send=respond)

    assert played.logged == ["1"]


def test_errors(play: Play) -> None:
    """What cannot be sent is an error for the callback, and a rejection of the promise; handled, it is no problem."""
    played = play(
        """
        pm.sendRequest('http://localhost/', (error, r) => console.log([error.message, error.code, typeof r]));
        try { await pm.sendRequest('http://localhost/'); } catch (error) { console.log(error.message); }
        """,
        send=fail,
    )

    assert sorted(map(str, played.logged)) == [
        "['connect ECONNREFUSED', 'ECONNREFUSED', 'undefined']",
        "connect ECONNREFUSED",
    ]
    assert played.result.problem is None


def test_an_unhandled_error(play: Play) -> None:
    """A rejection that the script awaits and does not catch ends it."""
    played = play("await pm.sendRequest('http://localhost/'); console.log('not reached')", send=fail)

    assert (played.problem().message, played.logged) == ("connect ECONNREFUSED", [])


def test_calls_run_in_parallel(play: Play) -> None:
    """Six calls are under way at once: each waits here until all have arrived."""
    together = threading.Barrier(6, timeout=30)

    def meet(request: Mapping[str, Any], number: int) -> Answer:
        together.wait()
        return respond(request, number)

    played = play(
        "const all = await Promise.all([1,2,3,4,5,6].map((n) => pm.sendRequest('http://localhost/' + n)));"
        "console.log(all.map((r) => r.json().url))",
        send=meet,
    )

    assert played.logged == [["/1", "/2", "/3", "/4", "/5", "/6"]]


def test_more_calls_than_may_run_at_once(play: Play) -> None:
    """The seventh waits for its turn; none is lost."""
    played = play(
        "let n = 0; for (let i = 0; i < 40; i++) pm.sendRequest('http://a/' + i, () => pm.environment.set('n', ++n))",
        send=respond,
    )

    assert (played.set_in("environment"), len(played.calls)) == ({"n": 40}, 40)


def test_chained_calls(play: Play) -> None:
    """A callback may send the next request; the script lasts until the last one."""
    played = play(
        "const go = (n) => pm.sendRequest('http://a/' + n, () => n < 5 ? go(n + 1) : console.log('done')); go(1)",
        send=respond,
    )

    assert (played.logged, len(played.calls)) == (["done"], 5)


def test_timers_go_on_during_a_call(play: Play) -> None:
    """A timer fires while a request is under way."""
    fired = threading.Event()

    def after_the_timer(request: Mapping[str, Any], number: int) -> Answer:
        assert fired.wait(30)
        return respond(request, number)

    def let_go(*_: Any) -> None:
        fired.set()

    played = play(
        """
        pm.sendRequest('http://a/', () => console.log('answered'));
        setTimeout(() => { console.log('timer'); pm.cookies.jar().clear('http://a/', () => {}); }, 5);
        """,
        send=after_the_timer,
        jar=let_go,
    )

    assert played.logged == ["timer", "answered"]


def test_a_call_never_answered(play: Play) -> None:
    """The script's time-out ends it, and nobody waits for the call."""
    never = threading.Event()

    def hang(request: Mapping[str, Any], number: int) -> Answer:
        never.wait(60)
        return respond(request, number)

    played = play("pm.sendRequest('http://a/', () => console.log('no'))", send=hang, timeout=0.3)
    never.set()

    assert "execution timeout" in played.problem().message
    assert played.logged == []


def test_a_late_answer_is_nobodys(play: Play) -> None:
    """What comes after a script has ended does not reach the next one."""
    gate = threading.Event()

    def slow(request: Mapping[str, Any], number: int) -> Answer:
        gate.wait(30)
        return respond(request, number)

    play("pm.sendRequest('http://a/', () => pm.environment.set('late', 1))", send=slow, timeout=0.2)
    gate.set()
    following = play("await new Promise((resolve) => setTimeout(resolve, 50)); console.log('fine')")

    assert (following.logged, following.set_in("environment")) == (["fine"], {})


def test_a_defect_while_sending_is_not_swallowed(play: Play) -> None:
    """An error of ours is raised where the run is, instead of letting the script wait."""

    def broken(_request: Mapping[str, Any], _number: int) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play("await pm.sendRequest('http://a/')", send=broken)


def test_calls_are_numbered(play: Play) -> None:
    """In the order in which the script makes them, whichever is answered first; the caller says where to begin."""
    numbers: dict[str, int] = {}
    last = threading.Event()

    def last_first(request: Mapping[str, Any], number: int) -> Answer:
        numbers["/".join(request["url"]["path"])] = number
        if number == 9:
            last.set()
        assert last.wait(30)
        return respond(request, number)

    source = """
        const urls = ['a', 'b', 'c'].map((name) => 'http://localhost/' + name);
        await Promise.all(urls.map((url) => pm.sendRequest(url)));
        await pm.sendRequest('http://localhost/d');
    """
    played = play(source, send=last_first, first_call=7)

    assert numbers == {"a": 7, "b": 8, "c": 9, "d": 10}
    assert played.result.calls == 4


def test_calls_that_were_not_answered_count(play: Play) -> None:
    """So that the numbers of the next script do not depend on who was quick."""
    never = threading.Event()

    def hang(request: Mapping[str, Any], number: int) -> Answer:
        never.wait(60)
        return respond(request, number)

    played = play("pm.sendRequest('http://a/', () => {}); pm.execution.skipRequest()", "prerequest", send=hang)
    never.set()

    assert (played.calls, played.result.calls) == ([], 1)

"""Collections out of the ordinary and servers that misbehave: told clearly, never a traceback, never green."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.building import SCHEMA, collection, event, folder, item, parsed, written
from tests.servers import Server, Talk, cutting, fixed, redirecting, response, serving

import paceline
from paceline.errors import FormatError

Run = Callable[..., Any]
Targets = Callable[[], list[str]]


def test_a_folder_may_lie_a_thousand_deep(server: Server, tmp_path: Path) -> None:
    """It is loaded, its scripts run from the outside in, and its request is sent."""
    depth = 1000
    opened = "".join(f'{{"name": "f{level}", "item": [' for level in range(depth))
    leaf = item("leaf", f"{server.url}/{{{{v}}}}", prerequest="pm.variables.set('v', pm.execution.location.length)")
    path = tmp_path / "deep.json"
    path.write_text(
        f'{{"info": {{"name": "d", "schema": "{SCHEMA}"}}, "item": [{opened}{json.dumps(leaf)}{"]}" * depth}]}}'
    )

    result = paceline.run(str(path))

    assert result.ok
    assert server.requests[0].target == f"/{depth + 2}"
    assert len(result.items[0].folders) == depth


def test_one_request_of_very_many_runs(server: Server, tmp_path: Path) -> None:
    """A large collection is no special case."""
    requests = [folder(f"f{n}", *(item(f"r{n}-{m}", f"{server.url}/{n}/{m}") for m in range(50))) for n in range(40)]

    result = paceline.run(written(tmp_path / "c.json", *requests), options=paceline.RunOptions(folders=("r39-7",)))

    assert (result.ok, [request.target for request in server.requests]) == (True, ["/39/7"])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "empty", id="empty file"),
        pytest.param(
            '{"info": {"name": "c"}, "item": [{"name": "a" "request": "u"}]}', "JSON", id="a comma is missing"
        ),
        pytest.param(
            '{"info": {"name": "c"}, "item": [{"item": [{"item": [{"item": 7}]}]}]}', "item", id="deep inside"
        ),
        pytest.param('{"info": {"name": "c"}, "item": [{"request": {"url": {"path": {}}}}]}', "path", id="wrong type"),
        pytest.param("[1, 2]", "collection", id="something else"),
    ],
)
def test_a_malformed_collection_is_told_with_its_place(tmp_path: Path, text: str, what: str) -> None:
    """At any depth: what is wrong, and where."""
    path = tmp_path / "c.json"
    path.write_text(text)

    with pytest.raises(FormatError, match=what) as caught:
        paceline.run(str(path))

    assert caught.value.where is not None
    assert caught.value.where.file.startswith(str(path))


READS_BODY = "pm.test('text ' + pm.response.text(), () => {}); pm.test('json', () => { pm.response.json() });"


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        pytest.param(
            fixed(response(200, [("Content-Encoding", "gzip")], b"no gzip at all")), "EDECODE", id="lies about gzip"
        ),
        pytest.param(cutting(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "ECONNRESET", id="closes mid-body"),
        pytest.param(cutting(b""), "ECONNRESET", id="closes without a word"),
        pytest.param(cutting(b"no http\r\n\r\n"), "EPROTO", id="speaks something else"),
        pytest.param(redirecting({"/": (302, "/again"), "/again": (302, "/")}), "EREDIRECT", id="redirects for ever"),
    ],
)
def test_a_server_that_misbehaves_is_a_failure_of_its_request(run: Run, talk: Talk, code: str) -> None:
    """The code says which; a test that would have passed does not; the run goes on."""
    with serving(talk) as rogue:
        result = run(item("one", rogue.url + "/", test="pm.test('x', () => {})"), item("two", "{{base}}/"))

    first, second = result.items
    assert (first.error.code, first.trip) == (code, None)
    assert [check.failed for check in first.assertions()] == [True]
    assert (second.trip.response.status, result.exit_code) == (200, paceline.ExitCode.NOT_SENT)


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        pytest.param([], b"a\xff\xfeb", "a\ufffd\ufffdb", id="not UTF-8"),
        pytest.param([("Content-Type", "text/plain; charset=iso-8859-1")], b"caf\xe9", "café", id="Latin-1"),
        pytest.param([("Content-Type", "text/plain; charset=klingon")], b"x", "x", id="unknown charset"),
        pytest.param([], b"\x00\x01", "\x00\x01", id="binary"),
        pytest.param([("X-Big", "v" * 60_000)], b"big head", "big head", id="huge header"),
    ],
)
def test_odd_responses_reach_the_script(run: Run, headers: Any, body: bytes, text: str) -> None:
    """Text is decoded as Postman does it; what is no JSON fails the test that wants JSON, and nothing else."""
    with serving(fixed(response(200, headers, body))) as odd:
        result = run(item("one", odd.url, test=READS_BODY))

    shown, as_json = result.items[0].assertions()
    assert shown.name == f"text {text}"
    assert as_json.problem is not None
    assert result.exit_code == paceline.ExitCode.FAILED


def test_half_a_surrogate_pair_of_a_script_can_be_sent(run: Run, server: Server) -> None:
    """JavaScript has such texts; UTF-8 has not, so that it becomes the replacement character, as in Node."""
    script = "pm.request.body.raw = 'a\\ud800b'; pm.sendRequest({ url: pm.variables.get('base') + '/s',\n"
    script += "method: 'POST', body: { mode: 'raw', raw: 'c\\udfffd' } }, () => {});"
    raw = {"mode": "raw", "raw": "x"}

    result = run(item("one", "{{base}}/", method="POST", prerequest=script, body=raw))

    assert result.ok
    assert {request.body.decode() for request in server.requests} == {"a\ufffdb", "c\ufffdd"}


def test_scripts_in_odd_forms_are_run_or_passed_over(run: Run) -> None:
    """Text instead of lines runs; an empty script, or none, is nothing to run."""
    one = item("one", "{{base}}/")
    one["event"] = [
        {"listen": "test", "script": {"exec": "pm.test('text', () => {})"}},
        {"listen": "test", "script": {"exec": [""]}},
        {"listen": "test"},
        event("test", "  \n"),
    ]

    result = run(one)

    assert ([check.name for check in result.items[0].assertions()], result.ok) == (["text"], True)


def test_the_same_collection_may_run_twice(server: Server) -> None:
    """Each pass is told with its own items."""
    one = parsed(item("one", server.url))

    assert len(paceline.run([one, one]).items) == 2


def test_a_collection_may_come_as_data_of_the_api(tmp_path: Path, server: Server) -> None:
    """The answer of Postman's API wraps it in `collection`."""
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"collection": collection(item("one", server.url))}))

    assert paceline.run(path).ok

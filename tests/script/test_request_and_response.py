"""What scripts see of the request and of the response, and what they may change."""

from __future__ import annotations

import base64
from typing import Any

from tests.script.conftest import Play


def answer(body: bytes, status: int = 200, **headers: str) -> dict[str, Any]:
    return {
        "code": status,
        "status": "OK",
        "header": [{"key": key.replace("_", "-"), "value": value} for key, value in headers.items()],
        "stream": {"type": "Base64", "data": base64.b64encode(body).decode()},
        "responseTime": 123,
    }


def test_response(play: Play) -> None:
    """Status, headers (whatever their case), time and body."""
    played = play(
        """
        const r = pm.response;
        console.log([r.code, r.status, r.reason(), r.responseTime, r.headers.get('content-TYPE')]);
        console.log([r.text(), r.json().id]);
        pm.test('chai knows it', () => {
            r.to.have.status(201);
            r.to.be.success;
            r.to.have.header('X-Two', '2');
            r.to.have.jsonBody('id', 7);
            r.to.have.jsonSchema({type: 'object', required: ['id']});
        });
        """,
        response={**answer(b'{"id": 7}', 201, Content_Type="application/json", X_Two="2"), "status": "Created"},
    )

    assert played.logged == [[201, "Created", "Created", 123, "application/json"], ['{"id": 7}', 7]]
    assert played.verdicts == {"chai knows it": "passed"}


def test_body_that_is_no_json(play: Play) -> None:
    """`pm.response.json()` says what is wrong and where in the text."""
    played = play("pm.test('json', () => pm.response.json())", response=answer(b"<html>"))

    problem = played.assertions[0].problem
    assert problem is not None
    assert problem.name == "JSONError"
    assert "<html>" in problem.message
    assert problem.stack.startswith("at eval (line 1:35)")


def test_bodies_of_any_bytes(play: Play) -> None:
    """Bytes that are no UTF-8 arrive: as replacement characters in the text, unchanged in the stream."""
    played = play(
        "console.log([pm.response.text(), pm.response.stream.toString('hex'), pm.response.responseSize])",
        response=answer(b"a\xff\x00\xe9"),
    )

    assert played.logged == [["a\N{REPLACEMENT CHARACTER}\0\N{REPLACEMENT CHARACTER}", "61ff00e9", 4]]


def test_a_large_body(play: Play) -> None:
    """Ten megabytes are no trouble."""
    body = b"[" + b'"' + b"x" * 10_000_000 + b'"' + b"]"
    played = play("console.log(pm.response.json()[0].length)", response=answer(body))

    assert played.logged == [10_000_000]


def test_cookies(play: Play) -> None:
    """`pm.cookies` holds the jar's cookies for the final URL."""
    cookies = [{"name": "sid", "value": "42", "domain": "localhost", "path": "/"}]
    played = play("console.log([pm.cookies.get('sid'), pm.cookies.has('no'), pm.cookies.toObject()])", cookies=cookies)

    assert played.logged == [["42", False, {"sid": "42"}]]


def test_no_response(play: Play) -> None:
    """Without an answer `pm.response` is there, but empty."""
    played = play("console.log([typeof pm.response, pm.response.code])", response={})

    assert played.logged == [["object", None]]


def test_legacy_response(play: Play) -> None:
    """The old names tell the same."""
    played = play(
        "console.log([responseCode.code, responseBody, responseTime, postman.getResponseHeader('X-Two')])",
        response=answer(b"body", X_Two="2"),
    )

    assert played.logged == [[200, "body", 123, "2"]]


def test_a_pre_request_script_changes_the_request(play: Play) -> None:
    """URL, method, headers, body and authorization come back as the script left them."""
    played = play(
        """
        pm.request.url = 'http://{{host}}/rides?limit=5';
        pm.request.method = 'PUT';
        pm.request.headers.upsert({key: 'X-Ride', value: '{{id}}'});
        pm.request.body.update({mode: 'raw', raw: '{"a": 1}'});
        pm.request.auth = {type: 'bearer', bearer: [{key: 'token', value: 't'}]};
        """,
        "prerequest",
        request={
            "url": "http://localhost/",
            "method": "GET",
            "header": [{"key": "x-ride", "value": "old"}, {"key": "Keep", "value": "1"}],
            "body": {"mode": "raw", "raw": "old"},
        },
    )

    request = played.result.request
    assert request is not None
    assert request["method"] == "PUT"
    assert request["url"] == "http://{{host}}/rides?limit=5"
    assert [(header["key"].lower(), header["value"]) for header in request["header"]] == [
        ("x-ride", "{{id}}"),
        ("keep", "1"),
    ]
    assert request["body"]["raw"] == '{"a": 1}'
    assert [(entry["key"], entry["value"]) for entry in request["auth"]["bearer"]] == [("token", "t")]


def test_a_test_script_tells_no_request(play: Play) -> None:
    """After the response a change of the request has nobody to go to."""
    played = play("pm.request.method = 'PUT'")

    assert played.result.request is None


def test_visualizer(play: Play) -> None:
    """What `pm.visualizer.set` was given is handed on."""
    played = play("pm.visualizer.set('<b>{{n}}</b>', {n: 1})")

    assert played.result.flow["visualizer"]["template"] == "<b>{{n}}</b>"
    assert played.result.flow["visualizer"]["data"] == {"n": 1}

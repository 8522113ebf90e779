"""One item: what scripts see and change of its request, what is sent, and what comes of a failure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.building import folder, item, written
from tests.servers import Server, free_port

import paceline

Run = Callable[..., Any]
Targets = Callable[[], list[str]]
ExitCode = paceline.ExitCode


def checks(result: Any, at: int = 0) -> list[str]:
    return [check.name for check in result.items[at].assertions()]


# --- What scripts change ---


def test_scripts_may_change_every_part_of_the_request(run: Run, server: Server) -> None:
    """Url, method, headers, body and authorization; variables in what they write are resolved."""
    script = """
        const sdk = require('postman-collection');
        pm.request.method = 'PUT';
        pm.request.url = '{{base}}/changed?q={{v}}';
        pm.request.headers.remove('X-Gone');
        pm.request.headers.upsert({ key: 'X-Stays', value: 'new' });
        pm.request.body = new sdk.RequestBody({ mode: 'raw', raw: 'made {{v}}' });
        pm.request.auth = new sdk.RequestAuth({ type: 'bearer', bearer: [{ key: 'token', value: 't' }] });
    """
    headers = [{"key": "X-Gone", "value": "1"}, {"key": "X-Stays", "value": "old"}]

    run(
        item("one", "{{base}}/", prerequest=script, header=headers),
        variable={"v": "x"},
    )

    sent = server.requests[0]
    assert (sent.line, sent.body) == ("PUT /changed?q=x HTTP/1.1", b"made x")
    seen = [sent.header(name) for name in ("X-Gone", "X-Stays", "Authorization")]
    assert seen == [None, "new", "Bearer t"]


def test_changes_hold_for_one_execution(run: Run, targets: Targets) -> None:
    """The next iteration starts from the request as written."""
    script = "pm.request.url.query.add({ key: 'n', value: String(pm.info.iteration) });"

    run(item("one", "{{base}}/x", prerequest=script), iterations=2)

    assert targets() == ["/x?n=0", "/x?n=1"]


def test_each_script_sees_what_the_one_before_changed(run: Run, server: Server) -> None:
    """The folder's script adds a header, and the item's finds it."""
    outer = "pm.request.headers.add({ key: 'X-A', value: '1' });"
    inner = "pm.request.headers.add({ key: 'X-B', value: pm.request.headers.get('X-A') + '2' });"

    run(folder("f", item("one", "{{base}}/", prerequest=inner), prerequest=outer))

    assert server.requests[0].header("X-B") == "12"


def test_scripts_may_take_everything_away_that_a_request_can_do_without(run: Run, server: Server) -> None:
    """Headers, body and authorization may go; what every request has is put in again."""
    script = "delete pm.request.headers; pm.request.body = undefined; pm.request.auth = null;"
    one = item(
        "one",
        "{{base}}/",
        method="POST",
        prerequest=script,
        header=[{"key": "X-A", "value": "1"}],
        body={"mode": "raw", "raw": "x"},
    )

    result = run(one)

    assert result.ok
    assert (server.requests[0].body, server.requests[0].header("X-A")) == (b"", None)
    assert server.requests[0].header("Accept") == "*/*"


@pytest.mark.parametrize(
    ("script", "what"),
    [
        pytest.param("pm.request.url = 5", "the URL must be a text or an object, not a number", id="url"),
        pytest.param("pm.request.body = 5", "the body must be an object, not a number", id="body"),
        pytest.param("pm.request.auth = 'token'", "auth must be an object, not a text", id="auth"),
        pytest.param("pm.request.body.mode = 'bits'", "'bits' is no mode of a body", id="mode"),
    ],
)
def test_a_request_that_a_script_broke_is_not_sent(run: Run, targets: Targets, script: str, what: str) -> None:
    """Nor is what was there before: it might lack the very thing that the script wanted to set."""
    one = item("one", "{{base}}/", method="POST", prerequest=script, body={"mode": "raw", "raw": "x"})

    result = run(folder("f", one, prerequest="pm.request.headers.add({ key: 'X-Fine', value: '1' })"))

    assert targets() == []
    assert result.exit_code == ExitCode.NOT_SENT
    error = result.items[0].error
    assert error.what == f"a pre-request script broke the request: {what}"
    assert error.where.pointer == "/item/0/item/0/event/0/script/exec"


# --- What scripts see ---


def test_tests_see_the_request_as_it_was_sent(run: Run) -> None:
    """With its values put in, and with every header that went out."""
    script = "pm.test([pm.request.url, pm.request.method, pm.request.headers.get('Accept')].join(' '), () => {});"

    result = run(item("one", "{{base}}/{{v}}", test=script, method="POST"), variable={"v": "x"})

    assert checks(result)[0].endswith("/x POST */*")


def test_tests_see_the_response(run: Run) -> None:
    """Code, reason, headers, time and body."""
    script = """
        pm.test([pm.response.code, pm.response.status, pm.response.headers.get('content-length'),
            pm.response.text(), pm.response.responseTime > 0].join('|'), () => {});
    """
    result = run(item("one", "{{base}}/status/404", test=script))

    assert checks(result) == ["404|Fine|11|as you like|true"]
    assert result.ok


def test_prerequest_scripts_see_templates(run: Run) -> None:
    """Values are put in after them."""
    result = run(
        item("one", "{{base}}/{{v}}", prerequest="pm.test(pm.request.url.toString(), () => {})", variable={}),
        variable={"v": 1},
    )

    assert checks(result) == ["{{base}}/{{v}}"]


def test_a_request_may_be_just_its_url(run: Run, targets: Targets) -> None:
    """The format allows a text in place of the object."""
    one = {
        "name": "one",
        "request": "{{base}}/plain",
        "event": item("x", "", test="pm.test(pm.request.method, () => {})")["event"],
    }

    result = run(one)

    assert (targets(), checks(result)) == (["/plain"], ["GET"])


# --- pm.sendRequest ---


def test_requests_of_scripts_are_their_own(run: Run, server: Server) -> None:
    """They go out as they stand: no variables, no inherited authorization; the item keeps its own."""
    script = """
        const url = pm.variables.get('base') + '/inner/{{v}}';
        pm.sendRequest({ url, method: 'GET', body: { mode: 'raw', raw: 'kept' } }, function (error, response) {
            pm.test('inner ' + response.json().body, () => {});
        });
    """
    auth = {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}
    result = run(item("one", "{{base}}/outer", prerequest=script), auth=auth, variable={"v": 1})

    inner, outer = server.requests
    assert (inner.line, inner.body) == ("GET /inner/%7B%7Bv%7D%7D HTTP/1.1", b"kept")
    assert (inner.header("Authorization"), outer.header("Authorization")) == (None, "Bearer t")
    one = result.items[0]
    assert checks(result) == ["inner kept"]
    assert one.trip.request.url.endswith("/outer")
    assert [call.trip.response.status for call in one.calls] == [200]
    assert result.summary.counts["requests"].total == 2


def test_a_failed_request_of_a_script_is_for_the_script_to_judge(run: Run) -> None:
    """The callback gets Node's code of the error; a script that copes with it makes no red run."""
    gone = f"http://127.0.0.1:{free_port()}/"
    script = f"pm.sendRequest('{gone}', error => pm.test(error.code, () => {{}}))"

    result = run(item("one", "{{base}}/", test=script))

    assert checks(result) == ["ECONNREFUSED"]
    assert result.items[0].calls[0].trip is None
    assert result.ok


def test_a_script_may_not_send_files(run: Run, tmp_path: Path) -> None:
    """A collection from elsewhere must not carry local files away behind one's back."""
    secret = tmp_path / "secret"
    secret.write_text("s")
    script = (
        "pm.sendRequest({ url: pm.variables.get('base'), method: 'POST',\n"
        f"  body: {{ mode: 'file', file: {{ src: '{secret}' }} }} }}, error => pm.test(error.message, () => {{}}))"
    )

    result = run(item("one", "{{base}}/", test=script))

    assert checks(result) == [f"a script may not upload the file {str(secret)!r}"]
    assert len(result.items[0].calls) == 1


# --- Cookies ---


def test_one_jar_serves_requests_redirects_and_scripts(run: Run, server: Server) -> None:
    """Cookies hold across items, iterations and `pm.sendRequest`, and the caller finds them afterwards."""
    jar = paceline.CookieJar()
    script = "pm.sendRequest(pm.variables.get('base') + '/cookie/b/2', () => {});"
    test = "pm.test(pm.cookies.get('a') + pm.cookies.get('b'), () => {});"

    result = run(item("one", "{{base}}/to/cookie/a/1", prerequest=script, test=test), item("two", "{{base}}/"), jar=jar)

    assert checks(result) == ["12"]
    assert server.requests[-1].header("Cookie") == "b=2; a=1"
    assert {cookie.name for cookie in jar.for_url(server.url)} == {"a", "b"}


# --- Authorization ---


@pytest.mark.parametrize(
    ("own", "of_folder", "expected"),
    [
        pytest.param(None, None, "Bearer collection", id="inherited from the collection"),
        pytest.param(None, "folder", "Bearer folder", id="the nearest folder wins"),
        pytest.param("own", "folder", "Bearer own", id="its own before all"),
        pytest.param("noauth", "folder", None, id="noauth stops the inheritance"),
        pytest.param(None, "noauth", None, id="noauth of the folder too"),
    ],
)
def test_authorization_is_inherited(
    run: Run, server: Server, own: str | None, of_folder: str | None, expected: str | None
) -> None:
    """Request, then folders from the inside out, then the collection."""

    def auth(token: str | None) -> Any:
        if token is None or token == "noauth":
            return {} if token is None else {"auth": {"type": "noauth"}}
        return {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": token}]}}

    run(folder("f", item("one", "{{base}}/", **auth(own)), **auth(of_folder)), **auth("collection"))

    assert server.requests[0].header("Authorization") == expected


def test_an_unknown_authorization_is_never_an_unsigned_request(run: Run, targets: Targets) -> None:
    """Newman warns on the console and sends it unsigned."""
    result = run(item("one", "{{base}}/", auth={"type": "kerberos", "kerberos": []}))

    assert targets() == []
    assert result.exit_code == ExitCode.NOT_SENT
    assert result.items[0].error.what == 'authorization of type "kerberos" is not supported'


# --- Not sent, not answered ---


def test_a_missing_upload_is_a_failure(run: Run, targets: Targets) -> None:
    """Newman leaves the file out, sends the rest, and is green."""
    body = {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "nowhere.txt"}]}

    result = run(item("one", "{{base}}/", method="POST", body=body))

    assert targets() == []
    assert (result.exit_code, result.items[0].error.code) == (ExitCode.NOT_SENT, "EFILE")


def test_files_are_looked_for_beside_the_collection_and_in_the_working_directory(
    server: Server, tmp_path: Path
) -> None:
    """The folder of the collection comes first, so that both can be moved together."""
    for place, content in (("beside", "beside"), ("work", "work")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "f.txt").write_text(content)
    (tmp_path / "work" / "only.txt").write_text("only")
    requests = [
        item(name, server.url, method="POST", body={"mode": "file", "file": {"src": name}})
        for name in ("f.txt", "only.txt")
    ]

    path = written(tmp_path / "beside" / "c.json", *requests)
    paceline.run(path, options=paceline.RunOptions(working_dir=str(tmp_path / "work")))

    assert [request.body for request in server.requests] == [b"beside", b"only"]


def test_tests_without_a_response_count_as_not_checked(run: Run) -> None:
    """They run, as in Postman, but one that passes says nothing and is a failure; the next item runs."""
    script = "pm.test('green by accident', () => {}); pm.test.skip('skipped', () => {});"
    script += "pm.test('red', () => { pm.expect(pm.response.code).to.equal(200); });"
    gone = f"http://127.0.0.1:{free_port()}/"

    result = run(item("gone", gone, test=script), item("next", "{{base}}/"))

    first, skipped, red = result.items[0].assertions()
    assert result.exit_code == ExitCode.NOT_SENT
    assert result.items[0].error.code == "ECONNREFUSED"
    assert first.problem is not None
    assert first.problem.message.startswith("not checked, since there was no response: GET http://127.0.0.1")
    assert (skipped.skipped, skipped.problem) == (True, None)
    assert red.problem is not None
    assert red.problem.name == "AssertionError"
    assert result.items[1].trip.response.status == 200


@pytest.mark.parametrize("request_", [{"method": "GET"}, None, "", {"method": "GET", "url": None}])
def test_an_item_without_an_address_fails_alone(run: Run, request_: Any) -> None:
    """A draft in a collection must not keep the others from running."""
    result = run({"name": "draft", "request": request_}, item("next", "{{base}}/"))

    assert (result.items[0].trip, result.items[1].trip.response.status) == (None, 200)
    assert result.exit_code == ExitCode.NOT_SENT


def test_test_scripts_see_the_address_as_it_went_out(run: Run) -> None:
    """Values put in, and encoded, as in Newman."""
    result = run(
        item("one", "{{base}}/a b?q={{q}}", test="console.log(pm.request.url.getPathWithQuery())"),
        environment={"q": "x y"},
    )

    assert result.items[0].console[0].values == ("/a%20b?q=x%20y",)


def test_test_scripts_see_when_cookies_end(run: Run) -> None:
    """`null` for those of the session."""
    script = "console.log(postman.getResponseCookie('a').expires)"

    assert run(item("one", "{{base}}/cookie/a/1", test=script)).items[0].console[-1].values == (None,)


def test_an_item_without_url_says_so(run: Run) -> None:
    """It loads, since drafts must not keep the others from running, and fails when its turn comes."""
    [(_, failure)] = run(item("draft", "")).failures

    assert (failure.kind, failure.problem.message) == ("request", "the request has no URL")

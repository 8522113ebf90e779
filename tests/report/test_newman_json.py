"""The JSON report in Newman's shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.report.building import BROKEN, STARTED, Run, checks, entry, folder, shop, tell, trip

from paceline.errors import RequestError
from paceline.model.collection import Auth, Body, FormPart, Param, RequestTemplate, Url
from paceline.model.exchange import Cookie, HttpRequest
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.model.variables import Variable, VariableSet
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def report(run: Run, path: Path, **ended: Any) -> Any:
    tell(run.events(**ended), JsonReport(path, Mask()))
    return json.loads(path.read_text("utf-8"))


def one_execution(path: Path, **outcome: Any) -> Any:
    run = Run([shop(folder("Orders", entry()))])
    run.add(**outcome)
    return report(run, path)["run"]["executions"][0]


def test_the_members(path: Path) -> None:
    """What Newman's report has at the top and in `run`, in its order."""
    run = Run([shop(entry())])
    run.add(trip=trip())
    data = report(run, path)

    assert ["collection", "environment", "globals", "run"] == list(data)
    assert ["stats", "timings", "executions", "transfers", "failures", "error"] == list(data["run"])


def test_the_numbers(path: Path) -> None:
    """Counts by Newman's names, times in milliseconds, bytes as transferred."""
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(checks(Assertion("ok"), Assertion("bad", 1, problem=BROKEN)),))
    data = report(run, path)["run"]

    none = {"total": 0, "pending": 0, "failed": 0}
    one = {"total": 1, "pending": 0, "failed": 0}
    assert {
        "iterations": one,
        "items": one,
        "scripts": one,
        "prerequests": one,
        "requests": one,
        "tests": one,
        "assertions": {"total": 2, "pending": 0, "failed": 1},
        "testScripts": one,
        "prerequestScripts": none,
    } == data["stats"]
    assert {
        "responseAverage": 12.3,
        "responseMin": 13,
        "responseMax": 13,
        "responseSd": 0,
        "started": int(STARTED * 1000),
        "completed": int(STARTED * 1000) + 1500,
    } == data["timings"]
    assert {"responseTotal": 10} == data["transfers"]
    assert data["error"] is None


def test_a_run_without_a_response(path: Path) -> None:
    """The times are zero, not an error."""
    run = Run([shop(entry())])
    run.add(skipped="a script said so")

    assert 0 == report(run, path)["run"]["timings"]["responseMax"]


def test_an_execution(path: Path) -> None:
    """What was sent, what came back, what was checked."""
    execution = one_execution(
        path,
        trip=trip(b'{"id": 17}', cookies=(Cookie("sid", "x", "shop.test", expires=0.0, http_only=True),)),
        tests=(checks(Assertion("ok"), Assertion("bad", 1, problem=BROKEN), Assertion("later", 2, skipped=True)),),
    )
    response = execution["response"]
    cookie = {
        "name": "sid",
        "expires": "1970-01-01T00:00:00.000Z",
        "domain": "shop.test",
        "path": "/",
        "httpOnly": True,
        "secure": False,
        "hostOnly": True,
        "value": "********",
    }

    assert ["cursor", "item", "request", "response", "id", "path", "assertions"] == list(execution)
    assert {"ref": "ref-0", "length": 1, "cycles": 1, "position": 0, "iteration": 0} == execution["cursor"]
    assert ("list-orders", ["Shop", "Orders", "List orders"]) == (execution["id"], execution["path"])
    assert {
        "id": response["id"],
        "status": "OK",
        "code": 200,
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "stream": {"type": "Buffer", "data": list(b'{"id": 17}')},
        "cookie": [cookie],
        "responseTime": 13,
        "responseSize": 10,
    } == response
    assert [
        {"assertion": "ok", "skipped": False},
        {
            "assertion": "bad",
            "skipped": False,
            "error": {
                "name": "AssertionError",
                "index": 1,
                "test": "bad",
                "message": "expected 1 to equal 2",
                "stack": "AssertionError: expected 1 to equal 2\nat eval (line 2:10)",
            },
        },
        {"assertion": "later", "skipped": True},
    ] == execution["assertions"]


def test_the_request_as_it_was_sent(path: Path) -> None:
    """The address in its parts, every header that went out, the body in its mode; what proves the sender is masked."""
    template = RequestTemplate(
        Url("http", ("eve", "pw"), ("shop", "test"), "8080", ("a", ":id"), variables=(Param("id", "7"),)),
        "POST",
        body=Body("urlencoded", params=(Param("a", "1"), Param("password", "pw"))),
        auth=Auth("basic", (("username", "eve"), ("password", "pw"))),
    )
    sent = HttpRequest("POST", "http://shop.test:8080/a/7?b=&c", (("X-A", "1"),), b"a=1&password=pw")
    execution = one_execution(path, trip=trip(request=sent), request=template)

    assert {
        "url": {
            "raw": "http://shop.test:8080/a/7?b=&c",
            "protocol": "http",
            "host": ["shop", "test"],
            "port": "8080",
            "path": ["a", "7"],
            "query": [{"key": "b", "value": ""}, {"key": "c", "value": None}],
            "variable": [{"key": "id", "value": "7"}],
            "auth": {"user": "********", "password": "********"},
        },
        "header": [{"key": "X-A", "value": "1"}],
        "method": "POST",
        "auth": {
            "type": "basic",
            "basic": [{"key": "username", "value": "eve"}, {"key": "password", "value": "********"}],
        },
        "body": {
            "mode": "urlencoded",
            "urlencoded": [{"key": "a", "value": "1"}, {"key": "password", "value": "********"}],
        },
    } == execution["request"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(Body("raw", raw='{"token": "x"}'), {"raw": '{"token": "********"}'}, id="raw"),
        pytest.param(Body("file", source="a.bin"), {"file": {"src": "a.bin"}}, id="file"),
        pytest.param(
            Body("formdata", parts=(FormPart("token", value="x"),)),
            {"formdata": [{"key": "token", "type": "text", "value": "********"}]},
            id="form",
        ),
        pytest.param(
            Body("graphql", query="{ a }", variables={"password": "x"}),
            {"graphql": {"query": "{ a }", "variables": {"password": "********"}}},
            id="graphql",
        ),
    ],
)
def test_bodies_by_mode(path: Path, body: Body, expected: dict[str, Any]) -> None:
    """As the collection has them, not as bytes."""
    template = RequestTemplate(Url(raw="http://shop.test/"), "POST", body=body)
    sent = trip(request=HttpRequest("POST", "http://shop.test/", (), b"x"))

    assert {"mode": body.mode, **expected} == one_execution(path, trip=sent, request=template)["request"]["body"]


def test_a_body_that_was_not_sent(path: Path) -> None:
    """GET drops it, and so does the report."""
    template = RequestTemplate(Url(raw="http://shop.test/"), body=Body("raw", raw="x"))

    assert "body" not in one_execution(path, trip=trip(), request=template)["request"]


def test_requests_of_scripts_are_their_own(path: Path) -> None:
    """The execution keeps its request; what `pm.sendRequest` sent is listed beside it, answered or not."""
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    calls = (
        ScriptCall(HttpRequest("GET", "/"), trip(b"1", request=HttpRequest("POST", "http://a.test/", form, b"a=b+c"))),
        ScriptCall(HttpRequest("GET", "http://b.test/", (), b"\x00"), problem=Problem("RequestError", "refused")),
    )
    execution = one_execution(path, trip=trip(), calls=calls)
    first, second = execution["subRequests"]

    assert "http://shop.test/orders" == execution["request"]["url"]["raw"]
    assert {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b c"}]} == first["request"]["body"]
    assert [49] == first["response"]["stream"]["data"]
    assert {"mode": "file", "file": {"content": "AA=="}} == second["request"]["body"]
    assert {"name": "RequestError", "message": "refused"} == second["requestError"]


def test_what_went_wrong_besides_assertions(path: Path) -> None:
    """Request and script errors stand where Newman has them; advice is added."""
    run = Run([shop(entry())])
    error = RequestError("refused", fix="start it", code="ECONNREFUSED")
    broken = Problem("TypeError", "no", "at eval (line 1:2)")
    run.add(outgoing=HttpRequest("GET", "http://a.test/"), error=error, prerequests=(checks(problem=broken),))
    data = report(run, path)["run"]
    execution = data["executions"][0]
    script = execution["prerequestScript"][0]["error"]

    assert "response" not in execution
    assert {"name": "RequestError", "message": "refused", "fix": "start it", "code": "ECONNREFUSED"} == execution[
        "requestError"
    ]
    assert ("TypeError", "no", "TypeError: no\nat eval (line 1:2)") == (
        script["name"],
        script["message"],
        script["stack"],
    )
    assert [{"functionName": "eval", "lineNumber": 1, "columnNumber": 2}] == script["stacktrace"]
    assert [("prerequest-script", "TypeError"), ("request", "RequestError")] == [
        (failure["at"], failure["error"]["name"]) for failure in data["failures"]
    ]


def test_a_failure(path: Path) -> None:
    """Newman's members; the parent is only named, since it is in the collection."""
    run = Run([shop(folder("Orders", entry()))])
    run.add(trip=trip(), tests=(checks(Assertion("bad", 3, problem=BROKEN)),))
    failure = report(run, path)["run"]["failures"][0]

    assert ["error", "at", "source", "parent", "cursor"] == list(failure)
    assert {"name", "index", "test", "message", "stack", "checksum", "id", "timestamp", "stacktrace"} == set(
        failure["error"]
    )
    assert ("bad", 3, "assertion:3 in test-script") == (
        failure["error"]["test"],
        failure["error"]["index"],
        failure["at"],
    )
    assert ("List orders", {"id": failure["parent"]["id"], "name": "Orders"}) == (
        failure["source"]["name"],
        failure["parent"],
    )


def test_skipped_items_and_consoles(path: Path) -> None:
    """Both are told, though Newman does not."""
    execution = one_execution(
        path, skipped="a script said so", console=(ConsoleMessage("warn", ("a", {"n": float("nan")})),)
    )

    assert "a script said so" == execution["skipped"]
    assert [{"level": "warn", "values": ["a", {"n": None}]}] == execution["console"]
    assert "http://shop.test/orders" == execution["request"]["url"]["raw"]


def test_the_collection(path: Path) -> None:
    """As it is written, with ids for all, and addresses in their parts."""
    saved = {"name": "saved", "body": "x"}
    inner = {**entry(url="http://{{host}}/a?b=1"), "response": [saved], "description": "what it does"}
    written = shop(folder("Orders", inner), entry("two"), variable=[{"key": "v", "value": "1"}])
    collection = report(Run([written]), path)["collection"]
    orders, two = collection["item"]
    listed = orders["item"][0]

    assert ("c-1", "Shop", [{"key": "v", "value": "1"}]) == (
        collection["id"],
        collection["info"]["name"],
        collection["variable"],
    )
    assert ("Orders", "two") == (orders["name"], two["name"])
    assert orders["id"]
    assert ("list-orders", "what it does", [saved], []) == (
        listed["id"],
        listed["description"],
        listed["response"],
        listed["event"],
    )
    assert (["{{host}}"], [{"key": "b", "value": "1"}]) == (
        listed["request"]["url"]["host"],
        listed["request"]["url"]["query"],
    )


def test_several_collections(path: Path) -> None:
    """They become folders of one, so that the shape is the same."""
    collection = report(Run([shop(entry()), shop(entry("two"), name="Depot")]), path)["collection"]

    assert "Shop, Depot" == collection["info"]["name"]
    assert [("Shop", "List orders"), ("Depot", "two")] == [
        (one["name"], one["item"][0]["name"]) for one in collection["item"]
    ]


def test_a_collection_a_thousand_folders_deep(path: Path) -> None:
    """It is written all the same, by itself and with null entries in between."""
    inner = entry()
    for _ in range(1500):
        inner = folder("f", None, inner)  # type: ignore[arg-type]
    tell(Run([shop(inner)]).events(), JsonReport(path, Mask()))
    text = path.read_text("utf-8")

    assert 1500 == text.count('"name":"f"')
    assert text.count("{") == text.count("}")
    assert text.count("[") == text.count("]")


def test_variables_as_the_run_left_them(path: Path) -> None:
    """Environment and globals at the end; secrets keep their names."""
    left = VariableSet("local", (Variable("page", 2), Variable("pin", "x", "secret")), "environment", "e-1")
    data = report(Run([shop(entry())]), path, environment=left)

    assert ("e-1", "local") == (data["environment"]["id"], data["environment"]["name"])
    assert [("page", 2, "any"), ("pin", "********", "secret")] == [
        (one["key"], one["value"], one["type"]) for one in data["environment"]["values"]
    ]
    assert [] == data["globals"]["values"]


def test_why_a_run_ended_early(path: Path) -> None:
    """What ran is reported, and why no more did."""
    run = Run([shop(entry())])
    run.add(trip=trip())
    data = report(run, path, interrupted=True, problem=Problem("Timeout", "too long", fix="raise --timeout"))

    assert {"name": "Timeout", "message": "too long", "fix": "raise --timeout"} == data["run"]["error"]
    assert 1 == len(data["run"]["executions"])


def test_equal_runs_have_equal_reports(tmp_path: Path) -> None:
    """Ids are not drawn by lot."""
    texts = []
    for name in ("a.json", "b.json"):
        run = Run([shop(folder("Orders", entry()))], iterations=2)
        for iteration in range(2):
            run.add(iteration=iteration, trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN), problem=BROKEN),))
        report(run, tmp_path / name)
        texts.append((tmp_path / name).read_text("utf-8"))
    data = json.loads(texts[0])["run"]
    errors = [*data["failures"], *(execution["testScript"][0] for execution in data["executions"])]

    assert texts[0] == texts[1]
    assert 6 == len({one["error"]["id"] for one in errors})
    assert 2 == len({execution["response"]["id"] for execution in data["executions"]})


def test_one_execution_is_one_line(path: Path) -> None:
    """So that `grep` and `diff` are of use."""
    run = Run([shop(entry())], iterations=2)
    for iteration in range(2):
        run.add(iteration=iteration, trip=trip())
    report(run, path)
    lines = [line.rstrip(",") for line in path.read_text("utf-8").splitlines() if line.startswith('{"cursor"')]

    assert [0, 1] == [json.loads(line.removesuffix("]"))["cursor"]["iteration"] for line in lines]


def test_half_a_character(path: Path) -> None:
    """A script can name a test by half of a surrogate pair; the file is UTF-8 all the same."""
    execution = one_execution(path, trip=trip(), tests=(checks(Assertion("half \ud83d")),))

    assert "half ?" == execution["assertions"][0]["assertion"]

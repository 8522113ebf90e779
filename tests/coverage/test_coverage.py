"""What a suite covers, by the command: a service on loopback, a suite in a folder, real scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.building import environment, item, written
from tests.servers import Request, Server, answering, response, serving

from paceline.cli import main
from paceline.drift.facts import Lock, Observation
from paceline.drift.learning import learn
from paceline.drift.lock import write_lock

SUITE = """
collections: [shop.postman_collection.json]
environment: local.json
contracts: contracts.yaml
cassettes: {folder: cassettes}
"""
CONTRACTS = """
requests:
  shop/orders: {schema: orders, errors: {"404": error}}
  shop/table: {csv: [id, [name, title]], content_type: text/csv}
  shop/graph: {graphql: true}
"""
SCHEMAS: dict[str, Any] = {
    "orders": {
        "properties": {
            "total": {"type": "integer"},
            "next": {"type": ["string", "null"]},
            "orders": {"items": {"properties": {"id": {}, "state": {"enum": ["open", "paid", "gone"]}, "note": {}}}},
            "by_day": {"additionalProperties": {"properties": {"count": {}}}},
        }
    },
    "error": {"properties": {"message": {}}},
}
SDL = "type Query { me: User } type User { id: ID, role: Role } enum Role { ADMIN GUEST }"
ORDERS = {
    "total": 1,
    "next": None,
    "orders": [{"id": 1, "state": "open"}],
    "by_day": {"2026-01-01": {"count": 1}},
    "fresh": True,
}
TEST = """pm.test('x', () => {
    const body = pm.response.json();
    pm.expect(body.total).to.equal(body.orders[0].id);
    pm.expect(body.by_day['2026-01-01'].count).to.equal(1);
});"""


def answer(request: Request) -> bytes:
    bodies: dict[str, tuple[str, str]] = {
        "/orders": ("application/json", json.dumps(ORDERS)),
        "/table": ("text/csv", "id,title\n1,x\n"),
        "/graph": ("application/json", '{"data": {"me": {"id": "7", "now": "GUEST"}}}'),
    }
    if request.target not in bodies:
        return response(404, [("Content-Type", "application/json")], b'{"message": "no"}')
    type_, body = bodies[request.target]
    return response(200, [("Content-Type", type_)], body.encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(answer)) as running:
        yield running


@pytest.fixture(autouse=True)
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The suite lies in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_STEP_SUMMARY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "graphql").mkdir()
    files = {"paceline.yaml": SUITE, "contracts.yaml": CONTRACTS, "graphql/shop.graphql": SDL}
    files["local.json"] = json.dumps(environment(base=server.url))
    for name, schema in SCHEMAS.items():
        files[f"{name}.schema.json"] = json.dumps({"$id": f"http://x/{name}.schema.json", **schema})
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    written(
        Path("shop.postman_collection.json"),
        item("orders", "{{base}}/orders", test=TEST),
        item("table", "{{base}}/table"),
        item("graph", "{{base}}/graph", method="POST", body=graphql("{ me { id now: role } }")),
        item("free", "{{base}}/orders"),
        item("skipped", "{{base}}/orders", prerequest="pm.execution.skipRequest()"),
    )


def graphql(query: str) -> dict[str, Any]:
    return {"mode": "graphql", "graphql": {"query": query}}


def measured(*options: str) -> dict[str, Any]:
    """The JSON of the report."""
    main(["coverage", "-r", "json", "--reporter-json-export", "coverage.json", *options])
    report: dict[str, Any] = json.loads(Path("coverage.json").read_text(encoding="utf-8"))
    return report


def request(report: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in report["requests"] if each["request"] == key)
    return found


def test_requests_and_contracts() -> None:
    """Which requests ran, and why the others did not; which have a contract, and where."""
    report = measured()

    assert report["totals"]["requests"] == {"count": 4, "of": 5, "percent": 80.0}
    assert report["totals"]["contracts"] == {"count": 3, "of": 5, "percent": 60.0}
    skipped = request(report, "shop/skipped")
    assert (skipped["ran"], skipped["reason"]) == (False, "a pre-request script called pm.execution.skipRequest")
    assert request(report, "shop/orders")["contract"] == "contracts.yaml#/requests/shop~1orders"
    assert request(report, "shop/free")["contract"] is None


def test_fields() -> None:
    """What is described, what of it came, at what of that a test script looks; and what came and is not described."""
    report = measured()
    orders = request(report, "shop/orders")

    assert {each["pointer"]: (each["came"], each["looked_at"]) for each in orders["fields"]} == {
        "/total": (True, True),
        "/next": (True, False),
        "/orders": (True, True),
        "/orders/*/id": (True, True),
        "/orders/*/state": (True, False),
        "/orders/*/note": (False, False),
        "/by_day": (True, True),
        "/by_day/*/count": (True, True),
    }
    assert orders["unknown"] == ["/fresh"]


def test_tables_and_graphql() -> None:
    """The fields of a table are its columns, those of GraphQL what the query selects."""
    report = measured()

    table = {each["pointer"]: each["came"] for each in request(report, "shop/table")["fields"]}
    assert table == {"/*/id": True, "/*/name": False, "/*/title": True}
    graph = request(report, "shop/graph")
    assert [each["pointer"] for each in graph["fields"]] == ["/data", "/data/me", "/data/me/id", "/data/me/now"]
    assert graph["values"] == {"/data/me/now": {"seen": ["GUEST"], "unseen": ["ADMIN"]}}


def test_totals_of_fields() -> None:
    """Described counts of what came, looked at of what came and is described."""
    totals = measured()["totals"]

    assert totals["described"] == {"count": 13, "of": 14, "percent": 92.8}
    assert totals["fields"] == {"count": 5, "of": 13, "percent": 38.4}


def test_statuses_and_values_were_seen_now_or_before() -> None:
    """What this run had counts, and what contract.lock has learnt."""
    before = measured()
    body = json.dumps({**ORDERS, "orders": [{"id": 2, "state": "paid"}] * 4}).encode()
    write_lock(
        "contract.lock",
        learn(Lock(), [Observation("shop/orders", 200, body=body), Observation("shop/orders", 404, body=b"{}")]),
    )
    after = measured()

    one, other = request(before, "shop/orders"), request(after, "shop/orders")
    assert one["statuses"] == {"200": True, "404": False}
    assert one["values"]["/orders/*/state"] == {"seen": ["open"], "unseen": ["paid", "gone"]}
    assert other["statuses"] == {"200": True, "404": True}
    assert other["values"]["/orders/*/state"] == {"seen": ["open", "paid"], "unseen": ["gone"]}


def test_without_contracts() -> None:
    """Requests are counted all the same."""
    Path("paceline.yaml").write_text("collections: [shop.postman_collection.json]\nenvironment: local.json\n")
    totals = measured()["totals"]

    assert totals["contracts"]["count"] == 0
    assert totals["fields"] == {"count": 0, "of": 0, "percent": 100.0}


def test_a_run_by_its_log(server: Server) -> None:
    """The log of a run tells the same, and nothing is sent."""
    live = measured()
    main(["run", "--silent", "-r", "jsonl", "--reporter-jsonl-export", "run.jsonl"])
    asked = len(server.requests)

    assert measured("--from", "run.jsonl") == live
    assert len(server.requests) == asked


def test_cassettes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay is asked for, or comes by itself where CI is set; --live sends there too."""
    main(["run", "--silent", "--record", "once"])
    live = measured()
    asked = len(server.requests)

    assert measured("--replay") == live
    monkeypatch.setenv("CI", "true")
    assert measured() == live
    assert len(server.requests) == asked
    measured("--live")
    assert len(server.requests) > asked


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Those with the least covered come first, all together last; then why some did not run."""
    assert main(["coverage"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:7]] == [
        "request", "shop/skipped", "shop/free", "shop/graph", "shop/table", "shop/orders", "all",
    ]  # fmt: skip
    assert lines[5].split() == ["shop/orders", "yes", "yes", "7/8", "5/7", "1/2", "1/3"]
    assert lines[7].split("%")[0].strip() == "80"
    assert lines[8] == "not run: shop/skipped: a pre-request script called pm.execution.skipRequest"


def test_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    """Below each request stands what is not covered."""
    main(["coverage", "--verbose"])

    out = capsys.readouterr().out
    assert "  no test script looks at: /next, /orders/*/state\n" in out
    assert "  not described: /fresh\n" in out
    assert "  never seen: 404\n" in out
    assert "  values never seen: /orders/*/state paid, /orders/*/state gone\n" in out


def test_a_minimum(capsys: pytest.CaptureFixture[str]) -> None:
    """What is below it is told with the number it was held against, and the exit code is 5."""
    assert main(["coverage", "--min-coverage", "requests=80,described=92"]) == 0
    assert main(["coverage", "--min-coverage", "10,requests=80.1"]) == 5
    assert capsys.readouterr().out.splitlines()[-1] == (
        "✗ requests: 80 %, and at least 80.1 % are asked for (requests of the suite that ran and were answered)"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("120", "'120' is no percentage"),
        ("much", "'much' is no percentage"),
        ("nan", "'nan' is no percentage"),
        ("", "'' is no percentage"),
        ("field=80", "did you mean fields?"),
        ("fields=80,fields=90", "fields is given twice"),
        ("80,90", "the number for all is given twice"),
        ("requests=", "'' is no percentage"),
    ],
)
def test_a_minimum_that_cannot_be(given: str, words: str, capsys: pytest.CaptureFixture[str], server: Server) -> None:
    """It is refused before anything is sent."""
    assert main(["coverage", f"--min-coverage={given}"]) == 2
    assert words in capsys.readouterr().err
    assert server.requests == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-r", "jsn"], "did you mean `json`?"),
        (["-r", "github"], "there is no job summary to write to"),
        (["--replay", "--live"], "--replay and --live exclude each other"),
        (["--replay", "--from", "x.jsonl"], "--replay and --from exclude each other"),
        (["--from", "none.jsonl"], "none.jsonl"),
        (["--lock", "none.lock"], "none.lock"),
        (["--contracts", "none.yaml"], "none.yaml"),
    ],
)
def test_options_that_cannot_be(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong options and files end with 2, and with what to do."""
    assert main(["coverage", *options]) == 2
    assert words in capsys.readouterr().err


def test_nothing_ran(capsys: pytest.CaptureFixture[str]) -> None:
    """Without any answer nothing was measured: 6, whatever the minimum; and the run's own failure is told."""
    Path("local.json").write_text(json.dumps(environment(base="http://localhost:1")), encoding="utf-8")

    assert main(["coverage", "--min-coverage", "100"]) == 6
    assert "the run itself failed, exit code 3: `paceline run` tells why" in capsys.readouterr().out


def test_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """To a file, or to the job summary, behind what is there."""
    main(["coverage", "-r", "md", "--reporter-md-export", "coverage.md", "--min-coverage", "requests=100"])
    text = Path("coverage.md").read_text(encoding="utf-8")
    assert "| requests | 80 % | 4 of 5 | requests of the suite that ran and were answered |" in text
    assert "| shop&#47;orders | yes | yes | 7&#47;8 | 5&#47;7 | 1&#47;2 | 1&#47;3 |" in text
    assert "- :x: requests" in text

    Path("summary.md").write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    main(["coverage", "-r", "github"])
    assert Path("summary.md").read_text(encoding="utf-8").startswith("before\n### Coverage\n")

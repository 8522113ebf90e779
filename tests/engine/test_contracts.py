"""Answers held against contracts while a run goes on, with no script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.building import item, written
from tests.servers import Request, Server, answering, response, serving

import paceline

CONTRACTS = """
defaults:
  every: {status: 200, content_type: application/json, privileged: false}
  rest: {}
  graphql: {}
requests:
  rides/Ride: {request: GET /ride, schema: ride, evidence: strong}
  rides/Query: {graphql: true}
"""
RIDE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://paceline.invalid/schemas/ride.schema.json",
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}},
}


def ride(request: Request) -> bytes:
    """`/ride/<JSON>` answers with that JSON."""
    body = {"/good": {"id": "r1"}, "/more": {"id": "r1", "extra": 1}, "/bad": {"id": 7}}
    return response(200, [("Content-Type", "application/json")], json.dumps(body.get(request.target, {})).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(ride)) as running:
        yield running


@pytest.fixture
def contracts(tmp_path: Path) -> str:
    """Path of a file of contracts with its schemas."""
    (tmp_path / "ride.schema.json").write_text(json.dumps(RIDE))
    (tmp_path / "graphql").mkdir()
    (tmp_path / "graphql" / "rides.graphql").write_text("type Query { ride: String }")
    (tmp_path / "contracts.yaml").write_text(CONTRACTS)
    return str(tmp_path / "contracts.yaml")


def one(tmp_path: Path, name: str, url: str, **more: Any) -> str:
    """The path of a collection `rides` with one request."""
    return written(tmp_path / "rides.postman_collection.json", item(name, url, **more))


def test_an_answer_that_keeps_its_contract_is_counted(server: Server, contracts: str, tmp_path: Path) -> None:
    """And what no schema describes is told, but is no failure."""
    result = paceline.run(one(tmp_path, "Ride", f"{server.url}/more"), contracts=contracts)

    verdict = result.items[0].contract
    assert verdict is not None
    assert (verdict.kept, [field.pointer for field in verdict.unknown]) == (True, ["/extra"])
    assert (result.ok, result.summary.contracts.total, result.summary.contracts.failed) == (True, 1, 0)


def test_an_answer_that_breaks_its_contract_fails_the_run_with_exit_code_5(
    server: Server, contracts: str, tmp_path: Path
) -> None:
    """The failure names the place in the body, what was promised, what came, and the schema."""
    result = paceline.run(one(tmp_path, "Ride", f"{server.url}/bad"), contracts=contracts)

    [(_, failure)] = result.failures
    assert (result.exit_code, failure.kind) == (paceline.ExitCode.CONTRACT, "contract")
    for part in ("rides/Ride", "/id", "ride.schema.json#/properties/id/type", "7"):
        assert part in failure.problem.message


def test_a_request_without_a_contract_is_not_checked(server: Server, contracts: str, tmp_path: Path) -> None:
    """Contracts may be written one after the other."""
    result = paceline.run(one(tmp_path, "Other", f"{server.url}/bad"), contracts=contracts)

    assert (result.ok, result.summary.contracts.total) == (True, 0)


def test_a_query_that_the_schema_does_not_allow_is_not_sent(server: Server, contracts: str, tmp_path: Path) -> None:
    """It is a breach of the contract, and checks of its scripts cannot pass."""
    body = {"mode": "graphql", "graphql": {"query": "{ rider }"}}
    path = one(tmp_path, "Query", server.url, method="POST", body=body, test="pm.test('green', () => {})")

    result = paceline.run(path, contracts=contracts)

    assert server.requests == []
    assert [failure.kind for _, failure in result.failures] == ["contract", "assertion"]
    assert "rider" in result.failures[0][1].problem.message
    assert result.exit_code == paceline.ExitCode.CONTRACT


def test_the_command_reports_contracts_everywhere(server: Server, contracts: str, tmp_path: Path) -> None:
    """On the terminal, in JSON and in JUnit."""
    path = one(tmp_path, "Ride", f"{server.url}/bad")
    json_report, junit_report = tmp_path / "run.json", tmp_path / "run.xml"
    command = [sys.executable, "-m", "paceline", "run", path, "--contracts", contracts, "-r", "cli,json,junit"]
    command += ["--reporter-json-export", str(json_report), "--reporter-junit-export", str(junit_report)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})

    assert (done.returncode, done.stderr) == (5, "")
    assert "exit code 5: a response broke its contract" in done.stdout
    execution = json.loads(json_report.read_text())["run"]["executions"][0]
    assert execution["contract"]["breaches"][0]["pointer"] == "/id"
    assert 'failures="1"' in junit_report.read_text()
    assert "ride.schema.json" in junit_report.read_text()

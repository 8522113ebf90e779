"""What would notice a survivor: a check that the recorded answer passes and the mutant does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.building import item, parsed
from tests.conftest import EMPTY_CONTEXT, refuse
from tests.mutants.recorded import ask, mutants_in, recorded, told_of

from paceline.engine.context import response_json
from paceline.engine.selection import Step, select
from paceline.model.collection import Script
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import Assertion
from paceline.mutants.operators import answer_of, mutants_of
from paceline.mutants.suggesting import suggestion_for
from paceline.script.execution import Environment, ScriptResult, execute
from paceline.script.v8 import Sandbox

ROWS = {
    "data": [
        {"id": 1, "ride": {"title": "a", "tags": ["x"]}, "by_day": {"2024-01-02": {"n": 1}}, "either": 1, "none": None},
        {"id": 2, "ride": None, "by_day": {}, "either": "2", "none": None},
        {"id": 3, "ride": {"tags": ["y", "z"]}, "by_day": {"2024-01-03": {"n": 2}}, "either": 3, "none": None},
    ],
    "count": 3,
    "odd name": {"it's": True},
    "matrix": [[1, 2], [3]],
}
TABLE = b"name,watts,no'te\r\nann,12,1\r\nbob,,2\r\n"


def step() -> Step:
    return select(parsed(item("one", "http://a.test/")))[0]


def trip(body: bytes, content_type: str) -> Trip:
    response = HttpResponse(200, "OK", (("Content-Type", content_type),), body, "http://a.test/")
    return Trip((Exchange(HttpRequest("GET", "http://a.test/"), response),))


def verdicts(sandbox: Sandbox, source: str, trip: Trip) -> list[bool]:
    """Whether each check of a test script holds for an answer."""
    context = {**EMPTY_CONTEXT, "response": response_json(trip.response)}
    talk = execute(sandbox, Script("test", source), context, {}, {}, Environment(refuse, refuse))
    held: list[bool] = []
    try:
        while True:
            said = next(talk)
            held += [not said.failed] if isinstance(said, Assertion) else []
    except StopIteration as stop:
        result: ScriptResult = stop.value
    assert result.problem is None, (source, result.problem)
    return held


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(json.dumps(ROWS).encode(), "application/json", id="rows"),
        pytest.param(b'[{"id": 1}, {"id": 2}]', "application/json", id="a list"),
        pytest.param(b'"text"', "application/json", id="a text"),
        pytest.param(TABLE, "text/csv", id="a table"),
    ],
)
def test_each_check_holds_as_recorded_and_notices_its_mutant(sandbox: Sandbox, body: bytes, content_type: str) -> None:
    """In Postman's own sandbox: whoever adds the line has a suite that is still green, and one mutant less."""
    original = trip(body, content_type)
    mutants = [each for each in mutants_of(answer_of(original)) if not each.met]

    for mutant in mutants:
        check = suggestion_for(mutant, step(), None).check
        assert check, mutant
        told = (mutant.operator, mutant.pointer, check)
        assert ([True], told) == (verdicts(sandbox, check, original), told)
        assert ([False], told) == (verdicts(sandbox, check, mutant.trip), told)
    assert mutants


def test_one_line_for_each_loop() -> None:
    """A check of a field in rows looks at all of them, and lets be what is another place's matter."""
    answer = answer_of(trip(json.dumps(ROWS).encode(), "application/json"))
    found = {(each.operator, each.pointer): suggestion_for(each, step(), None).check for each in mutants_of(answer)}

    assert found["drop", "/data/*/id"] == (
        "pm.test('/data/*/id is a number', () => "
        "pm.response.json().data.forEach((row) => pm.expect(row.id).to.be.a('number')));"
    )
    assert found["empty-list", "/data/*/ride/tags"] == (
        "pm.test('/data/*/ride/tags is not empty', () => pm.response.json().data.forEach((row) => "
        "row?.ride && pm.expect(row.ride.tags).to.be.an('array').that.is.not.empty));"
    )
    assert found["off-by-one", "/count"].endswith(
        "pm.expect(pm.response.json().count).to.equal(pm.response.json().data.length));"
    )
    assert found["drop", "/odd name/it's"].endswith(
        """pm.expect(pm.response.json()['odd name']['it\\'s']).to.be.a('boolean'));"""
    )


def test_the_contract_is_the_other_place_for_it(tmp_path: Path) -> None:
    """A request without a contract is to have one; a schema is to describe what it does not."""
    contracts: dict[str, Any] = {"one": {"schema": "one", "content_type": "application/json"}}
    items = [ask("one"), ask("two")]
    suite = recorded(tmp_path, items, {"one": {"a": [1]}, "two": {"a": [1]}}, schemas={"one": {}}, contracts=contracts)

    advice = {
        (one.request, one.operator, one.pointer): one.suggestion.contract
        for one in mutants_in(told_of(suite))
        if one.suggestion is not None
    }

    file = tmp_path / "one.schema.json"
    assert advice["shop/one", "drop", "/a"] == f"describe /a in {file}, and require it"
    assert advice["shop/one", "empty-list", "/a"] == f"`minItems: 1` for /a in {file}"
    assert advice["shop/two", "drop", "/a"] == "a contract for shop/two"

"""Which places of an answer a test script looks at, and where its variables are from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.building import item, parsed

from paceline.engine.selection import select
from paceline.model.exchange import Cookie, Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import Cursor, ItemResult, ScriptRun
from paceline.readers.touching import Touched, covers, touched_by
from paceline.resolve.scopes import Scope, Scopes
from paceline.script.v8 import Sandbox

BODY = {
    "id": "abc1",
    "name": "Ann",
    "token": "tt-5-tt",
    "nothing": None,
    "data": [{"id": "r1", "work": {"joules": 5}, "done": True}, {"id": "r2", "work": {"joules": 7}, "done": False}],
    "users": {"1234": {"role": "admin"}, "5678": {"role": "none"}},
}
HEADERS = (("Content-Type", "application/json"), ("Link", "<x>"), ("ETag", "1"))


def touched(sandbox: Sandbox, *scripts: str, body: Any = BODY, **values: Any) -> list[Touched]:
    """What the scripts look at, run one after the other as those of one request with this answer."""
    events = [{"listen": "test", "script": {"exec": [source]}} for source in scripts]
    collection = parsed({"name": "one", "request": "http://localhost/", "event": events})
    [step] = select(collection)
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    answer = HttpResponse(200, "OK", HEADERS, content, elapsed_ms=12)
    trip = Trip((Exchange(HttpRequest("GET", "http://localhost/"), answer),), (Cookie("sid", "v", "localhost"),))
    runs = tuple(ScriptRun(script) for script in step.tests)
    result = ItemResult(Cursor(), collection, (), step.item, request=step.item.request, trip=trip, tests=runs)
    environment = Scope("environment")
    for name, value in values.items():
        environment.set(name, value)
    scopes = Scopes(Scope("local variables"), environment, Scope("collection"), Scope("globals"))
    return list(touched_by(result, scopes, sandbox))


def places(sandbox: Sandbox, source: str, **more: Any) -> set[str]:
    """All places but the whole body, and but those that only contain another one."""
    [one] = touched(sandbox, source, **more)
    return {
        each
        for each in one.places
        if each and not any(other != each and other.startswith(f"{each}/") for other in one.places)
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pm.response.json().id", {"/id"}),
        ("const { id, data: [first] } = pm.response.json(); first.done", {"/id", "/data/*/done"}),
        ("pm.response.json().data.forEach(({ id }) => id)", {"/data/*/id"}),
        ("pm.response.json().data.map((row) => row.work).map((work) => work.joules)", {"/data/*/work/joules"}),
        ("pm.response.json().data.find((row) => row.done)", {"/data/*/done"}),
        ("pm.response.json().data.some((row) => row.id === 'r2')", {"/data/*/id"}),
        ("for (const row of pm.response.json().data) { row.done; }", {"/data/*/done"}),
        ("[...pm.response.json().data].sort((a, b) => a.work.joules - b.work.joules)", {"/data/*/work/joules"}),
        ("pm.response.json().data.length", {"/data"}),
        ("Object.entries(pm.response.json().users).map(([, user]) => user.role)", {"/users/*/role"}),
        ("require('lodash').get(pm.response.json(), ['data', 0, 'work', 'joules'])", {"/data/*/work/joules"}),
        ("JSON.stringify(pm.response.json().data)", {"/data/*/id", "/data/*/done", "/data/*/work/joules"}),
        ("JSON.parse(responseBody).id", {"/id"}),
        ("tests['ann'] = JSON.parse(responseBody).name === 'Ann';", {"/name"}),
        ("JSON.parse(pm.response.text()).id", {"/id"}),
        ("JSON.parse('{\"id\": 1}').id", set()),
        ("console.log(pm.response.json(), { name: pm.response.json().data })", {"/data"}),
        ("pm.response.json().gone", {"/gone"}),
        ("'gone' in pm.response.json()", {"/gone"}),
        ("pm.response.json().hasOwnProperty('gone')", {"/gone"}),
        ('"use sandbox2"; pm.response.json().id', {"/id"}),
    ],
)
def test_reading_touches(sandbox: Sandbox, source: str, expected: set[str]) -> None:
    """Every way to a member is seen, and nothing else."""
    assert places(sandbox, source) == expected


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("pm.expect(body).to.have.property('id')", {"/id"}),
        ("pm.expect(body).to.have.nested.property('data[0].work.joules')", {"/data/*/work/joules"}),
        ("pm.expect(body.data[0].work).to.eql({ joules: 5 })", {"/data/*/work/joules"}),
        (
            "pm.expect(body.data).to.deep.include({ id: 'r1', work: { joules: 5 }, done: true })",
            {"/data/*/id", "/data/*/work/joules", "/data/*/done"},
        ),
        ("pm.expect(body).to.include({ name: 'Ann' })", {"/name"}),
        (
            "pm.expect(body.data[0]).to.have.all.keys('id', 'work', 'done')",
            {"/data/*/id", "/data/*/work", "/data/*/done"},
        ),
        ("pm.expect(body.data).to.be.an('array').with.lengthOf(2)", {"/data"}),
        ("pm.response.to.have.jsonBody('name', 'Ann')", {"/name"}),
        (
            (
                "pm.response.to.have.jsonSchema({ type: 'object', required: ['id'], properties: { data: { items: "
                "{ properties: { done: { type: 'boolean' } } } } } })"
            ),
            {"/id", "/data/*/done"},
        ),
        (
            "pm.expect(tv4.validate(body, { properties: { name: { type: 'string' } } })).to.equal(true)",
            {"/id", "/name", "/token", "/nothing", "/data", "/users"},
        ),
    ],
)
def test_checks_touch_and_hold(sandbox: Sandbox, check: str, expected: set[str]) -> None:
    """Postman's matchers read the answer as ever, and where they look is seen."""
    source = (
        f"const body = pm.response.json(); pm.test('holds', () => {{ {check}; pm.environment.set('held', 'yes'); }});"
    )
    [one] = touched(sandbox, source)

    assert places(sandbox, source) == expected
    assert one.origins == {"held": frozenset()}  # it came to the end


def test_a_failing_check_looks_only_where_it_looked(sandbox: Sandbox) -> None:
    """The message of a failed check shows the whole object; the siblings of what is missing are not read by that."""
    source = "pm.test('fails', () => pm.expect(pm.response.json()).to.have.property('gone'))"

    assert places(sandbox, source) == {"/gone"}


def test_async_tests(sandbox: Sandbox) -> None:
    """What is read after an await, or after a pause, counts too; a promise of the body is one."""
    source = """pm.test('later', async () => {
        const body = await Promise.resolve(pm.response.json());
        await new Promise((done) => setTimeout(done, 5));
        pm.expect(body.name).to.equal('Ann');
    })"""

    assert places(sandbox, source) == {"/name"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pm.response.to.have.status(200)", {"status"}),
        ("pm.response.code === 200", {"status"}),
        ("pm.response.to.be.ok", {"status"}),
        ("pm.expect(pm.response.headers.get('Link')).to.equal('<x>')", {"header:link"}),
        ("pm.response.to.have.header('ETag')", {"header:etag"}),
        ("pm.response.headers.get('Content-Type')", {"content-type"}),
        ("postman.getResponseHeader('Link')", {"header:link"}),
        ("pm.cookies.get('sid')", {"cookie:sid"}),
        ("pm.response.responseTime", {"latency"}),
    ],
)
def test_what_is_not_in_the_body(sandbox: Sandbox, source: str, expected: set[str]) -> None:
    """Status, headers, cookies and time go by the words that findings have for them."""
    assert places(sandbox, f"pm.test('x', () => {{ {source} }})") == expected


def test_what_was_empty_is_told(sandbox: Sandbox) -> None:
    """Missing members and nulls are told apart from those with a value; a value in one row is one."""
    [one] = touched(sandbox, "const b = pm.response.json(); b.nothing; b.gone; b.id; b.data.map((e) => e.x || e.id)")

    assert one.empty == {"/nothing", "/gone", "/data/*/x"}


@pytest.mark.parametrize(
    ("source", "origins"),
    [
        ("pm.environment.set('v', body.id)", {"/id"}),
        ("pm.globals.set('v', body.data[1].id)", {"/data/*/id"}),
        ("body.data.map((row) => row.done); pm.variables.set('v', body.data[0].work.joules)", {"/data/*/work/joules"}),
        ("pm.collectionVariables.set('v', `Bearer ${body.token}`)", {"/token"}),
        ("pm.environment.set('v', JSON.stringify({ name: body.token, id: body.id }))", {"/token", "/id"}),
        ("pm.environment.set('v', body.data)", {"/data"}),
        ("postman.setEnvironmentVariable('v', body.id)", {"/id"}),
        ("body.id; pm.environment.set('v', 'mine')", set()),
        ("body.id; pm.environment.set('v', body.gone)", {"/gone"}),
        ("body.id; pm.environment.set('v', body.nothing ? body.nothing.id : '')", {"/nothing"}),
        ("body.gone || pm.environment.unset('v')", {"/gone"}),
        ("body.id; pm.environment.set('v', body.gone.id)", {"/gone"}),
    ],
)
def test_where_a_variable_is_from(sandbox: Sandbox, source: str, origins: set[str]) -> None:
    """A variable is from the place whose value it has; one without a value from the places where nothing was."""
    [one] = touched(sandbox, f"pm.test('x', () => {{ const body = pm.response.json(); {source} }})")

    assert one.origins == {"v": frozenset(origins)}


def test_scripts_see_variables(sandbox: Sandbox) -> None:
    """A script finds the variables of the run, and those that the script before it set."""
    first, second = touched(
        sandbox,
        "if (pm.environment.get('wanted') === 'name') { pm.variables.set('next', 'token'); }",
        "pm.response.json()[pm.variables.get('next')]",
        wanted="name",
    )

    assert first.places == set()
    assert second.places == {"", "/token"}


def test_nothing_is_sent(sandbox: Sandbox) -> None:
    """A request of the script is refused, and the script goes on with the error."""
    source = "pm.sendRequest('http://localhost:1/', (error) => { error && pm.response.json().name; })"

    assert places(sandbox, source) == {"/name"}


def test_a_script_of_another_run_is_not_watched(sandbox: Sandbox) -> None:
    """Watching changes nothing for good: the same sandbox goes on as ever."""
    touched(sandbox, "pm.response.json().id")
    [one] = touched(sandbox, "pm.response.json().name")

    assert one.places == {"", "/name"}


def test_a_broken_script_tells_what_it_saw(sandbox: Sandbox) -> None:
    """What was looked at before a throw is known; a script that does not parse looks at nothing."""
    assert places(sandbox, "pm.response.json().id; throw new Error('no');") == {"/id"}
    assert places(sandbox, "pm.response.json().id; }{") == set()


def test_bodies_that_are_no_json(sandbox: Sandbox) -> None:
    """A text is looked at as a whole."""
    [one] = touched(sandbox, "pm.expect(pm.response.text()).to.match(/^id,/)", body="id,name\n1,Ann\n")

    assert one.places == {""}


def test_an_item_without_an_answer(sandbox: Sandbox) -> None:
    """There is nothing to look at."""
    collection = parsed(item("one", "http://localhost/", test="pm.response.json().id"))
    [step] = select(collection)
    result = ItemResult(Cursor(), collection, (), step.item, tests=tuple(map(ScriptRun, step.tests)))
    scopes = Scopes(Scope("local variables"), Scope("environment"), Scope("collection"), Scope("globals"))

    assert touched_by(result, scopes, sandbox) == ()


@pytest.mark.parametrize(
    ("place", "pointer", "answer"),
    [
        ("/data/*/id", "/data/*/id", True),
        ("/data/*/id", "/data", True),
        ("/data/*/id", "", True),
        ("/users/ann/role", "/users/*/role", True),
        ("/data", "/data/*/id", False),
        ("/data/*/id", "/data/*/name", False),
        ("/data", "/dat", False),
        ("status", "status", True),
        ("status", "", False),
    ],
)
def test_who_looks_inside_relies_on_what_is_around(place: str, pointer: str, answer: bool) -> None:
    """An object that is gone takes along what was read in it; not the other way round."""
    assert covers(place, pointer) is answer

"""`mutate`: a suite is replayed with each mutant of its answers, and what notices it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.building import item
from tests.mutants.recorded import ask, fates, mutants_in, recorded, told_of

from paceline.errors import UsageError
from paceline.mutants.outcome import Mutated, Unmutated
from paceline.mutants.run import Choice, mutate

STATUS = "pm.test('is there', () => pm.response.to.have.status(200));"
ORDER = {"id": "o-1", "paid": True, "note": None}
SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "paid": {"type": ["boolean", "null"]}},
}
CONTRACT = {"order": {"schema": "order", "content_type": "application/json"}}


def test_a_check_of_a_script_notices(tmp_path: Path) -> None:
    """The name of the assertion that failed is told; what no assertion looks at survives."""
    test = "pm.test('has an id', () => pm.expect(pm.response.json().id).to.be.a('string'));"
    suite = recorded(tmp_path, [ask("order", test)], {"order": {"id": "o-1", "paid": True}})

    assert fates(suite, "drop", "500") == [
        ("500", "", "survived", ""),
        ("drop", "/id", "assertion", "has an id"),
        ("drop", "/paid", "survived", ""),
    ]


def test_a_contract_notices(tmp_path: Path) -> None:
    """The rule that is broken is told."""
    suite = recorded(tmp_path, [ask("order", STATUS)], {"order": ORDER}, schemas={"order": SCHEMA}, contracts=CONTRACT)

    told = {(operator, pointer): (fate, by) for operator, pointer, fate, by in fates(suite)}

    assert told["drop", "/id"] == told["null", "/id"] == told["type", "/paid"] == ("contract", "schema")
    assert told["500", ""] == ("contract", "status")


def test_a_script_that_breaks_notices(tmp_path: Path) -> None:
    """An error outside every assertion fails a run, so it counts; its words, which may hold a value, are not told."""
    suite = recorded(tmp_path, [ask("order", "pm.response.json().id.toUpperCase();")], {"order": {"id": "o-1"}})

    assert ("drop", "/id", "script", "TypeError") in fates(suite)


def test_what_the_contract_allows_is_no_mutant_to_be_noticed(tmp_path: Path) -> None:
    """A field it describes and does not require may be missing, one that it lets be null may be null.

    Of a field that it does not describe it allows nothing: there its silence is a hole.
    """
    suite = recorded(tmp_path, [ask("order", STATUS)], {"order": ORDER}, schemas={"order": SCHEMA}, contracts=CONTRACT)

    told = {(operator, pointer): (fate, by) for operator, pointer, fate, by in fates(suite, "drop", "null")}

    assert told["drop", "/paid"] == ("allowed", "the contract describes the field and does not require it")
    assert told["null", "/paid"] == ("allowed", "the contract describes the field and allows null")
    assert told["drop", "/note"] == ("survived", "")


def test_what_the_contract_allows_and_a_script_does_not_is_noticed(tmp_path: Path) -> None:
    """The suite asks for more than its contract: that counts for it."""
    test = "pm.test('tells whether it is paid', () => pm.expect(pm.response.json()).to.have.property('paid'));"
    suite = recorded(tmp_path, [ask("order", test)], {"order": ORDER}, schemas={"order": SCHEMA}, contracts=CONTRACT)

    assert ("drop", "/paid", "assertion", "tells whether it is paid") in fates(suite)


def test_a_list_may_be_empty_where_there_may_be_none(tmp_path: Path) -> None:
    """A list that the contract requires must be filled as it was recorded, or nobody would notice that all is gone."""
    schema = {
        "required": ["must"],
        "properties": {"must": {"type": "array"}, "may": {"type": "array"}, "null": {"type": ["array", "null"]}},
    }
    body = {"must": [1], "may": [1], "null": [1]}
    suite = recorded(tmp_path, [ask("order", STATUS)], {"order": body}, schemas={"order": schema}, contracts=CONTRACT)

    assert [fate for _, _, fate, _ in fates(suite, "empty-list")] == ["survived", "allowed", "allowed"]


def test_what_the_recording_has_met_is_allowed(tmp_path: Path) -> None:
    """Without any contract the answer itself shows what the service does."""
    rows = [{"id": 1, "at": None}, {"id": 2, "at": 7, "new": True}]
    suite = recorded(tmp_path, [ask("rows", STATUS)], {"rows": rows})

    told = {(operator, pointer): (fate, by) for operator, pointer, fate, by in fates(suite, "drop", "null")}

    assert told["drop", "/*/new"] == ("allowed", "the service does it: another object lacks it too")
    assert told["null", "/*/at"] == ("allowed", "the service does it: another one is null too")
    assert told["drop", "/*/id"] == ("survived", "")


def test_a_walk_notices(tmp_path: Path) -> None:
    """Further pages are those that were recorded: a total that they contradict breaks the contract's paging rule."""
    pages = {
        "rows?page=0": {"data": [{"id": 1}, {"id": 2}], "total": 3, "page": 0, "page_count": 2, "show_next": True},
        "rows?page=1": {"data": [{"id": 3}], "total": 3, "page": 1, "page_count": 2, "show_next": False},
    }
    contract = {"rows": {"schema": "any", "content_type": "application/json", "paging": {"rest": "/data", "follow": 5}}}
    rows = item("rows", "{{base}}/rows?page=0", test=STATUS)
    suite = recorded(tmp_path, [rows], pages, schemas={"any": {}}, contracts=contract)

    told = {(operator, pointer): (fate, by) for operator, pointer, fate, by in fates(suite, "off-by-one", "empty-list")}

    assert told["off-by-one", "/total"] == told["off-by-one", "/page"] == ("contract", "paging")
    assert told["empty-list", "/data"] == ("contract", "paging")


def test_mutants_leave_nothing_behind(tmp_path: Path) -> None:
    """Each starts from the variables and cookies of the recorded answers; so does the next request."""
    first = """
        pm.test('nobody was here before', () => pm.expect(pm.environment.get('seen')).to.equal(undefined));
        pm.environment.set('seen', pm.response.json().id);
        pm.collectionVariables.set('id', pm.response.json().id);
    """
    second = "pm.test('is the one asked for', () => pm.expect(pm.response.json().id).to.equal(pm.variables.get('id')));"
    session = ([("Content-Type", "application/json"), ("Set-Cookie", "sid=0123456789abcdef; Path=/")], b'{"id": "7"}')
    items = [ask("first", first), item("second", "{{base}}/second?id={{id}}", test=second)]
    suite = recorded(tmp_path, items, {"first": session, "second?id=7": {"id": "7"}})

    told = told_of(suite)

    assert [each.request for each in told if isinstance(each, Mutated)] == ["shop/first", "shop/second"]
    assert "assertion" not in {one.fate for one in mutants_in(told) if one.request == "shop/first"}
    fate = {(one.operator, one.pointer): one.by for one in mutants_in(told) if one.request == "shop/second"}
    assert fate["type", "/id"] == fate["null", "/id"] == "is the one asked for"


def test_a_stale_cookie_is_in_the_jar(tmp_path: Path) -> None:
    """Scripts see the cookie that the mutant set, or that there is none."""
    test = "pm.test('keeps the session', () => pm.expect(pm.cookies.get('sid')).to.equal(pm.response.json().id));"
    value = "0123456789abcdef0123456789abcdef"
    headers = [("Content-Type", "application/json"), ("Set-Cookie", f"sid={value}; Path=/; Max-Age=60")]
    suite = recorded(tmp_path, [ask("login", test)], {"login": (headers, json.dumps({"id": value}).encode())})

    assert fates(suite, "stale-cookie") == [("stale-cookie", "Set-Cookie/sid", "assertion", "keeps the session")] * 2


def test_requests_of_scripts_are_answered_as_recorded(tmp_path: Path) -> None:
    """`pm.sendRequest` works under every mutant; a request that no recording has is refused, and that is no finding."""
    test = """
        const { next } = pm.response.json();
        pm.sendRequest(`${pm.variables.get('base')}/${next}`, (error, response) => {
            pm.test('the next one is there', () => pm.expect(response.code).to.equal(200));
        });
    """
    suite = recorded(tmp_path, [ask("first", test)], {"first": {"next": "second", "x": 1}, "second": {}})

    told = {(operator, pointer): fate for operator, pointer, fate, _ in fates(suite, "drop")}

    assert told == {("drop", "/x"): "survived", ("drop", "/next"): "assertion"}


def test_a_script_that_never_ends_notices(tmp_path: Path) -> None:
    """A mutant that sends a script round in a circle is stopped; the next one has a new sandbox."""
    test = "while (pm.response.json().more !== false) { }"
    suite = recorded(tmp_path, [ask("page", test)], {"page": {"more": False, "id": 1}})

    told = list(mutate(suite, Choice(("drop",)), timeout_script_ms=300))

    assert [(one.pointer, one.fate) for one in mutants_in(told)] == [("/more", "script"), ("/id", "survived")]


def test_a_request_that_fails_as_recorded_is_not_changed(tmp_path: Path) -> None:
    """Nothing could be told apart there; the others are changed all the same."""
    suite = recorded(tmp_path, [ask("one", STATUS), ask("two")], {"one": {"id": 1}, "two": {"id": 2}})
    path = tmp_path / "shop.postman_collection.json"
    path.write_text(path.read_text(encoding="utf-8").replace("status(200)", "status(201)"), encoding="utf-8")

    one, two = told_of(suite, "drop")

    assert isinstance(one, Unmutated)
    assert one.failed
    assert "201" in one.reason
    assert isinstance(two, Mutated)


def test_a_request_that_is_not_run_is_not_changed(tmp_path: Path) -> None:
    """Its script skips it: there is no answer to change."""
    items = [ask("one"), ask("two", prerequest="pm.execution.skipRequest();")]
    suite = recorded(tmp_path, items, {"one": {"id": 1}})

    *_, two = told_of(suite)

    assert two == Unmutated("shop/two", "a pre-request script called pm.execution.skipRequest")


def test_setup_main_and_teardown_all_have_mutants(tmp_path: Path) -> None:
    """In the order of a run; a request that runs twice, since a script names it again, has them once."""
    again = "if (!pm.environment.get('again')) { pm.environment.set('again', 1); pm.execution.setNextRequest('b'); }"
    items = [ask("a"), ask("b"), ask("c", again), ask("d")]
    answers = {name: {"id": name} for name in "abcd"}
    suite = recorded(tmp_path, items, answers, setup=["shop/a"], teardown=["shop/d"])

    assert [each.request for each in told_of(suite)] == ["shop/a", "shop/b", "shop/c", "shop/d"]


def test_fewer_mutants_are_every_nth_of_the_suite(tmp_path: Path) -> None:
    """They are counted over all answers, so that a small one has no more than its share; all that are made are told."""
    answers = {"one": {f"n{at}": at for at in range(4)}, "two": {"m": 1}, "three": {f"k{at}": at for at in range(4)}}
    suite = recorded(tmp_path, [ask(name) for name in answers], answers)

    told = told_of(suite, "drop", every=3)

    assert [one.pointer for one in mutants_in(told)] == ["/n0", "/n3", "/k1"]
    assert [each.made for each in told if isinstance(each, Mutated)] == [4, 1, 4]


def test_only_one_request_is_changed(tmp_path: Path) -> None:
    """The others are played, since it may need them."""
    one = ask("one", "pm.environment.set('id', pm.response.json().id);")
    two = item("two", "{{base}}/two?id={{id}}")
    suite = recorded(tmp_path, [one, two], {"one": {"id": 1}, "two?id=1": {"id": 2}})

    assert [each.request for each in told_of(suite, requests=("shop/two",))] == ["shop/two"]


@pytest.mark.parametrize(
    ("choice", "what", "fix"),
    [
        ({"operators": ("drip",)}, "there is no operator `drip`", "did you mean `drop`?"),
        ({"requests": ("shop/on",)}, "there is no request 'shop/on' in this suite", "did you mean 'shop/one'?"),
    ],
    ids=["operator", "request"],
)
def test_a_wrong_choice_is_refused(tmp_path: Path, choice: Any, what: str, fix: str) -> None:
    """With the nearest name."""
    suite = recorded(tmp_path, [ask("one")], {"one": {}})

    with pytest.raises(UsageError) as caught:
        list(mutate(suite, Choice(**choice)))

    assert (caught.value.what, caught.value.fix.startswith(fix)) == (what, True)


def test_without_cassettes_there_is_nothing_to_change(tmp_path: Path) -> None:
    """A suite that names none needs them named; a request without one fails as recorded."""
    suite = recorded(tmp_path, [ask("one")], {"one": {}})
    (tmp_path / "tapes" / "shop" / "one.yaml").unlink()
    [told] = told_of(suite)
    data = json.loads(suite.read_text(encoding="utf-8"))
    del data["cassettes"]
    suite.write_text(json.dumps(data), encoding="utf-8")

    assert isinstance(told, Unmutated)
    assert told.failed
    with pytest.raises(UsageError, match="where the cassettes are"):
        told_of(suite)

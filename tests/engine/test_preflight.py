"""Variables without a value: refused before anything is sent, or just before the request that needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.building import folder, item

import paceline
from paceline.errors import UnresolvedVariableError

Run = Callable[..., Any]
Targets = Callable[[], list[str]]


def test_an_unknown_variable_stops_everything(run: Run, targets: Targets) -> None:
    """Nothing is sent; the error has the places, the scopes that were searched, and the nearest name."""
    with pytest.raises(UnresolvedVariableError) as caught:
        run(
            item("fine", "{{base}}/"),
            folder("f", item("one", "{{base}}/{{grahpql_url}}"), item("two", "{{base}}/{{grahpql_url}}/{{zzz}}")),
            variable={"graphql_url": "x"},
            name="Col",
        )

    assert targets() == []
    assert str(caught.value).splitlines() == [
        "variable {{grahpql_url}} is not defined: did you mean `graphql_url`?",
        "  also at /item/1/item/1/request/url",
        "variable {{zzz}} is not defined",
        '  searched: local variables, environment, collection "Col", globals',
        "  --> <memory>#/item/1/item/0/request/url",
        "  fix: define it, for example by --env-var grahpql_url=…, or send it as it stands with --allow-unresolved",
    ]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        pytest.param({"header": [{"key": "X", "value": "{{u}}"}]}, "/header/0", id="header"),
        pytest.param({"header": [{"key": "{{u}}", "value": ""}]}, "/header/0", id="name of a header"),
        pytest.param({"body": {"mode": "raw", "raw": "{{u}}"}}, "/body/raw", id="raw body"),
        pytest.param({"body": {"mode": "file", "file": {"src": "{{u}}"}}}, "/body/file", id="file"),
        pytest.param(
            {"body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "{{u}}"}]}},
            "/body/urlencoded/0",
            id="form field",
        ),
        pytest.param(
            {"body": {"mode": "formdata", "formdata": [{"key": "a", "type": "file", "src": ["{{u}}"]}]}},
            "/body/formdata/0",
            id="form part",
        ),
        pytest.param(
            {"body": {"mode": "graphql", "graphql": {"query": "q", "variables": '{"a": "{{u}}"}'}}},
            "/body/graphql/variables",
            id="graphql variables",
        ),
        pytest.param({"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{u}}"}]}}, "/auth", id="auth"),
    ],
)
def test_every_part_that_is_sent_is_looked_at(run: Run, more: Any, pointer: str) -> None:
    """The place names the part."""
    with pytest.raises(UnresolvedVariableError) as caught:
        run(item("one", "{{base}}/", method="POST", **more))

    assert caught.value.where is not None
    assert caught.value.where.pointer == f"/item/0/request{pointer}"


def test_what_is_not_sent_needs_no_value(run: Run, targets: Targets) -> None:
    """Switched-off entries, the body of a GET, an authorization that is not in force, items that are not selected."""
    disabled = [{"key": "X", "value": "{{u}}", "disabled": True}]
    off = item("off", "{{base}}/", header=disabled, body={"mode": "raw", "raw": "{{u}}"}, auth={"type": "noauth"})
    of_collection = {"type": "bearer", "bearer": [{"key": "token", "value": "{{u}}"}]}

    result = run(off, item("other", "{{base}}/{{u}}"), auth=of_collection, folders=("off",))

    assert (result.ok, targets()) == (True, ["/"])


def test_a_cycle_is_told_as_one(run: Run, targets: Targets) -> None:
    """Postman sends one of the names of a cycle as text."""
    with pytest.raises(UnresolvedVariableError) as caught:
        run(item("one", "{{base}}/{{a}}"), variable={"a": "{{b}}", "b": "{{c}}", "c": "{{a}}"})

    assert targets() == []
    assert "refers to itself" in caught.value.what
    assert "value without the other" in caught.value.fix


def test_blanks_in_a_name_are_pointed_out(run: Run) -> None:
    """They are part of it, which is hard to see."""
    with pytest.raises(UnresolvedVariableError, match=r"did you mean `token`\? Blanks are part of a name"):
        run(item("one", "{{base}}/{{ token }}"), variable={"token": 1})


@pytest.mark.parametrize(
    ("setter", "name"),
    [
        pytest.param("pm.environment.set('tok', 'v')", "tok", id="environment"),
        pytest.param('pm.collectionVariables.set(\n  "tok", "v")', "tok", id="over two lines"),
        pytest.param("postman.setGlobalVariable(`tok`, 'v')", "tok", id="legacy"),
        pytest.param("const env = pm.environment; env.set('tok', 'v')", "tok", id="by another name"),
        pytest.param("const key = 'tok'; pm.variables.set(key, 'v')", "tok", id="name in a variable"),
        pytest.param("const e = pm.globals; for (const k of ['tok']) { e.set(k, 'v') }", "tok", id="both"),
        pytest.param("pm.globals.set('tok_' + 1, 'v')", "tok_1", id="name put together"),
        pytest.param("pm.globals.set(`tok_${1}`, 'v')", "tok_1", id="name in a template literal"),
    ],
)
def test_names_that_a_script_sets_are_not_refused(run: Run, targets: Targets, setter: str, name: str) -> None:
    """Whether it really sets them is seen just before sending."""
    result = run(item("one", "{{base}}/", test=setter), item("two", f"{{{{base}}}}/{{{{{name}}}}}"))

    assert (result.ok, targets()) == (True, ["/", "/v"])


def test_what_no_script_did_set_is_seen_just_before_sending(run: Run, targets: Targets) -> None:
    """The request is not sent, its tests are not green, and the run goes on."""
    result = run(
        item("one", "{{base}}/{{tok}}", test="pm.test('x', () => {})"),
        item("two", "{{base}}/two", test="pm.environment.set('tok', 1)"),
    )

    assert targets() == ["/two"]
    assert isinstance(result.items[0].error, UnresolvedVariableError)
    assert [failure.kind for _, failure in result.failures] == ["unresolved", "assertion"]
    assert result.exit_code == paceline.ExitCode.NOT_SENT


def test_other_things_with_a_set_do_not_put_the_check_off(run: Run, targets: Targets) -> None:
    """Cookie jars, for one, have a `set` that sets no variable."""
    script = "const jar = pm.cookies.jar(); jar.set(pm.variables.get('base'), 'a', 'b', () => {});"

    with pytest.raises(UnresolvedVariableError):
        run(item("one", "{{base}}/", test=script), item("two", "{{base}}/{{u}}"))

    assert targets() == []


def test_unknown_variables_may_be_allowed(run: Run, targets: Targets) -> None:
    """Then they go out as they stand, as in Newman."""
    result = run(item("one", "{{base}}/{{u}}"), allow_unresolved=True)

    assert (result.ok, targets()) == (True, ["/%7B%7Bu%7D%7D"])


def test_an_unknown_dynamic_variable_is_unknown(run: Run) -> None:
    """The nearest dynamic name is offered."""
    with pytest.raises(UnresolvedVariableError, match=r"did you mean `\$randomInt`"):
        run(item("one", "{{base}}/{{$randomInd}}"))

"""Variables in a run: where they come from, what scripts make of them, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.building import folder, item, parsed
from tests.servers import Server

import paceline
from paceline.formats.variables import parse_variable_set
from paceline.model.variables import Variable, VariableSet

Run = Callable[..., Any]
Targets = Callable[[], list[str]]


def test_the_narrowest_scope_wins(run: Run, targets: Targets) -> None:
    """Local before environment before collection before globals."""
    script = "pm.variables.set('a', 'local')"
    run(
        item("one", "{{base}}/{{a}}/{{b}}/{{c}}/{{d}}", prerequest=script),
        environment={"a": "env", "b": "env"},
        variable={"a": "coll", "b": "coll", "c": "coll"},
        globals={"a": "glob", "b": "glob", "c": "glob", "d": "glob"},
    )

    assert targets() == ["/local/env/coll/glob"]


def test_variables_of_a_folder_do_not_exist(run: Run, targets: Targets) -> None:
    """The format has them, but at run time nobody reads them."""
    inner = folder("f", item("one", "{{base}}/{{x}}"), variable=[{"key": "x", "value": "folder"}])

    run(inner, globals={"x": "globals"})

    assert targets() == ["/globals"]


def test_values_are_rendered_as_javascript_does(run: Run, targets: Targets) -> None:
    """Null, booleans, numbers, lists and objects look on the wire as they do in Postman."""
    values = (None, "", 0, False, 1.5, 1e21, [1, None, "x"], {"k": 1})
    names = "abcdefgh"
    scope = VariableSet("e", tuple(Variable(name, value) for name, value in zip(names, values, strict=True)))

    run(item("one", "{{base}}/" + "/".join(f"{{{{{name}}}}}" for name in names)), environment=scope)

    assert targets() == ["/null//0/false/1.5/1e+21/1,,x/[object%20Object]"]


def test_values_may_hold_templates_and_names_may_be_nested(run: Run, targets: Targets) -> None:
    """Substitution goes on until nothing changes, innermost names first."""
    values = {"stage": "test", "url_test": "{{host}}/v1", "host": "x"}

    run(item("one", "{{base}}/{{url_{{stage}}}}"), variable=values)

    assert targets() == ["/x/v1"]


def test_a_variable_may_hold_the_whole_address(run: Run, targets: Targets) -> None:
    """Host, path and query may come out of one variable."""
    run(item("one", "{{whole}}"), variable={"whole": "{{base}}/a?b=c&d={{e}}", "e": "f"})

    assert targets() == ["/a?b=c&d=f"]


def test_disabled_variables_are_passed_over(run: Run, targets: Targets) -> None:
    """Both marks count: `disabled` of the format and `enabled: false` of the app's exports, which Newman ignores."""
    entries = [
        {"key": "a", "value": "env", "disabled": True},
        {"key": "b", "value": "env", "enabled": False},
        {"key": "c", "value": "first"},
        {"key": "c", "value": "last"},
        {"key": "c", "value": "off", "enabled": False},
    ]

    run(
        item("one", "{{base}}/{{a}}/{{b}}/{{c}}"),
        environment=parse_variable_set({"name": "e", "values": entries}),
        globals={"a": "glob", "b": "glob"},
    )

    assert targets() == ["/glob/glob/last"]


def test_blanks_are_part_of_a_name(run: Run, targets: Targets) -> None:
    """`{{ x }}` is not `{{x}}`, in Postman neither."""
    run(item("one", "{{base}}/{{ x }}/{{x}}"), variable={"x": 1}, allow_unresolved=True)

    assert targets() == ["/%7B%7B%20x%20%7D%7D/1"]


def test_scripts_change_variables_for_all_that_follows(run: Run, targets: Targets) -> None:
    """Later scripts, the request and later items see it; types are kept, save for the legacy API, which makes text."""
    first = item(
        "one",
        "{{base}}/{{e}}/{{c}}/{{g}}/{{l}}/{{gone}}",
        prerequest="pm.environment.set('e', 1); pm.collectionVariables.set('c', [1, 2]); pm.globals.set('g', null);\n"
        "pm.variables.set('l', true); pm.environment.unset('gone'); postman.setGlobalVariable('legacy', 5);",
        test="pm.test(typeof pm.environment.get('e') + typeof pm.globals.get('legacy'), () => {});",
    )
    result = run(
        folder("f", first, prerequest="pm.environment.set('e', 'folder'); pm.environment.set('early', 'seen');"),
        item("two", "{{base}}/{{e}}/{{early}}/{{l}}"),
        environment={"gone": "env"},
        globals={"gone": "glob"},
    )

    assert targets() == ["/1/1,2/null/true/glob", "/1/seen/true"]
    assert [check.name for check in result.items[0].assertions()] == ["numberstring"]
    left = {each.key: each.value for each in result.environment.variables}
    assert left == {"e": 1, "early": "seen"}


def test_local_variables_live_as_long_as_the_run(run: Run, targets: Targets) -> None:
    """What the first iteration sets the second one still has."""
    script = "if (pm.info.iteration === 0) { pm.variables.set('n', 'kept'); }"
    run(item("one", "{{base}}/{{n}}", prerequest=script), iterations=2)

    assert targets() == ["/kept", "/kept"]


def test_dynamic_variables_are_fresh_at_every_use(run: Run, server: Server) -> None:
    """Each occurrence has its own value, also by way of a variable; a variable of the same name shadows them."""
    guid = "{{$guid}}"
    run(
        item(
            "one", f"{{{{base}}}}/{guid}/{guid}/{{{{via}}}}/{{{{$randomInt}}}}", header=[{"key": "X-Id", "value": guid}]
        ),
        variable={"via": guid, "$randomInt": "mine"},
    )

    request = server.requests[0]
    *ids, shadowed = [*request.target.split("/")[1:4], request.header("X-Id"), request.target.split("/")[4]]
    assert shadowed == "mine"
    assert len({value for value in ids if value and len(value) == 36}) == 4


def test_dynamic_variables_of_faker_come_from_the_sandbox(run: Run, targets: Targets) -> None:
    """The wording is that of the faker which Postman's sandbox carries."""
    run(item("one", "{{base}}/{{$randomMonth}}"))

    months = "January February March April May June July August September October November December".split()
    assert targets()[0].removeprefix("/") in months


def test_every_part_of_a_request_is_substituted(run: Run, server: Server) -> None:
    """Method, headers, body and authorization take variables too, keys as well as values."""
    one = item(
        "one",
        "{{base}}/",
        method="{{M}}",
        header=[{"key": "X-{{k}}", "value": "{{v}}"}, {"key": "X-Off", "value": "{{unknown}}", "disabled": True}],
        body={"mode": "urlencoded", "urlencoded": [{"key": "{{k}}", "value": "{{v}}"}]},
        auth={"type": "bearer", "bearer": [{"key": "token", "value": "{{v}}-token"}]},
    )

    result = run(one, variable={"M": "POST", "k": "key", "v": "value"})

    request = server.requests[0]
    assert result.ok
    assert ("POST / HTTP/1.1", b"key=value") == (request.line, request.body)
    assert (request.header("X-key"), request.header("Authorization")) == ("value", "Bearer value-token")
    assert request.header("X-Off") is None


def test_what_scripts_set_survives_odd_values(run: Run, targets: Targets) -> None:
    """Values without a JSON form come out as in Postman: as null, or as JSON writes them."""
    script = "pm.environment.set('u', undefined); pm.environment.set('n', NaN); pm.environment.set('d', new Date(0));\n"
    script += "pm.environment.set('big', 12345678901234567890); pm.environment.set('tiny', 1e-7); "
    script += "pm.environment.set(5, -0);"

    run(item("one", "{{base}}/{{u}}/{{n}}/{{d}}/{{big}}/{{tiny}}/{{5}}", prerequest=script))

    assert targets() == ["/null/null/1970-01-01T00:00:00.000Z/12345678901234567000/1e-7/0"]


def test_several_collections_share_all_but_their_own_variables(server: Server) -> None:
    """One jar, one environment, one set of globals and of local variables; collection variables stay at home."""
    script = "pm.environment.set('e', 1); pm.globals.set('g', 2); pm.variables.set('l', 3); "
    script += "pm.collectionVariables.set('own', 4);"
    first = parsed(item("one", f"{server.url}/cookie/a/1", test=script), name="A")
    second = parsed(item("two", f"{server.url}/{{{{e}}}}/{{{{g}}}}/{{{{l}}}}/{{{{own}}}}"), name="B")
    options = paceline.RunOptions(allow_unresolved=True)

    paceline.run([first, second], options=options)

    last = server.requests[-1]
    assert last.target == "/1/2/3/%7B%7Bown%7D%7D"
    assert last.header("Cookie") == "a=1"

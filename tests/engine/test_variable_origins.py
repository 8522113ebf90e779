"""Where the variables of a request came from, and what its scripts set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.building import folder, item

from paceline.api import RunResult
from paceline.model.outcome import ItemResult, VariableRead, VariableWrite

Run = Callable[..., RunResult]

SETS = """
pm.environment.set('e', 1);
pm.globals.set('g', 'two');
pm.collectionVariables.set('c', [3]);
pm.variables.set('l', null);
"""


def reads(result: ItemResult) -> list[tuple[str, str, Any]]:
    """Without the base address, which every request here has."""
    return [(read.name, read.scope, read.value) for read in result.reads if read.name != "base"]


def test_each_variable_is_told_with_its_scope(run: Run) -> None:
    """In the order of their first use in the request, each once."""
    result = run(
        item("one", "{{base}}/{{g}}/{{c}}/{{e}}/{{g}}"), environment={"e": "1"}, globals={"g": "2"}, variable={"c": "3"}
    )

    [one] = result.items
    assert reads(one) == [("g", "globals", "2"), ("c", "collection", "3"), ("e", "environment", "1")]
    assert {read.set_by for read in one.reads} == {""}


def test_of_several_scopes_the_narrowest_is_told(run: Run) -> None:
    """It is the one whose value was sent."""
    result = run(item("one", "{{base}}/{{v}}"), environment={"v": "env"}, globals={"v": "glob"}, variable={"v": "coll"})

    assert reads(result.items[0]) == [("v", "environment", "env")]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"header": [{"key": "X", "value": "{{v}}"}]}, id="header"),
        pytest.param({"method": "POST", "body": {"mode": "raw", "raw": "{{v}}"}}, id="body"),
        pytest.param(
            {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{v}}", "type": "string"}]}}, id="auth"
        ),
    ],
)
def test_they_are_told_wherever_they_stand(run: Run, more: dict[str, Any]) -> None:
    """Address, headers, body, authorization."""
    result = run(item("one", "{{base}}/", **more), environment={"v": "7"})

    assert reads(result.items[0]) == [("v", "environment", "7")]


def test_those_of_a_disabled_header_are_not(run: Run) -> None:
    """They were not put into anything."""
    header = [{"key": "X", "value": "{{v}}", "disabled": True}]

    assert reads(run(item("one", "{{base}}/", header=header), environment={"v": "7"}).items[0]) == []


def test_a_variable_within_a_variable_is_told_as_well(run: Run) -> None:
    """And one whose name another one makes up."""
    values = {"path": "{{id}}", "id": "7", "which": "id"}
    [one] = run(item("one", "{{base}}/{{path}}/{{{{which}}}}"), environment=values).items

    assert {name for name, _, _ in reads(one)} == {"path", "id", "which"}


def test_dynamic_values_and_unknown_names_are_no_variables(run: Run) -> None:
    """No scope has them."""
    [one] = run(item("one", "{{base}}/{{$guid}}/{{nope}}"), allow_unresolved=True).items

    assert reads(one) == []


def test_a_value_that_a_script_set_names_the_execution(run: Run) -> None:
    """By its `ref`, in every scope; the type stays what it is in the script."""
    result = run(item("sets", "{{base}}/", test=SETS), item("uses", "{{base}}/{{e}}{{g}}{{c}}{{l}}"))

    sets, uses = result.items
    ref = sets.cursor.ref
    assert [read for read in uses.reads if read.name != "base"] == [
        VariableRead("e", "environment", 1, ref),
        VariableRead("g", "globals", "two", ref),
        VariableRead("c", "collection", [3], ref),
        VariableRead("l", "local variables", None, ref),
    ]
    assert uses.cursor.ref != ref


def test_a_pre_request_script_may_be_the_origin_itself(run: Run) -> None:
    """Then the execution names its own."""
    [one] = run(item("one", "{{base}}/{{v}}", prerequest="pm.variables.set('v', 'x')")).items

    assert [read.set_by for read in one.reads if read.name == "v"] == [one.cursor.ref]


def test_the_last_one_to_set_a_value_is_its_origin(run: Run) -> None:
    """Here the same item in an earlier iteration, and before that the file."""
    result = run(
        item("one", "{{base}}/{{n}}", test="pm.environment.set('n', Number(pm.environment.get('n')) + 1);"),
        environment={"n": "0"},
        iterations=3,
    )

    refs = [one.cursor.ref for one in result.items]
    assert [(read.value, read.set_by) for one in result.items for read in one.reads if read.name == "n"] == [
        ("0", ""),
        (1, refs[0]),
        (2, refs[1]),
    ]
    assert len(set(refs)) == 3


def test_scripts_of_folders_and_of_the_collection_count_as_the_item_s(run: Run) -> None:
    """They run for it."""
    result = run(
        folder("f", item("one", "{{base}}/{{v}}{{w}}"), prerequest="pm.environment.set('v', 1)"),
        prerequest="pm.environment.set('w', 2)",
    )

    [one] = result.items
    assert {read.name: read.set_by for read in one.reads} == {"base": "", "v": one.cursor.ref, "w": one.cursor.ref}


def test_what_scripts_set_is_told_in_order(run: Run) -> None:
    """Before the request and after it, whether or not it is used."""
    [one] = run(item("one", "{{base}}/", prerequest="pm.environment.set('a', 1)", test=SETS)).items

    assert one.writes[0] == VariableWrite("a", "environment", 1)
    assert {(write.name, write.scope): write.value for write in one.writes[1:]} == {
        ("e", "environment"): 1,
        ("g", "globals"): "two",
        ("c", "collection"): [3],
        ("l", "local variables"): None,
    }


def test_what_scripts_take_away_is_told(run: Run) -> None:
    """It is not the same as setting it to nothing."""
    [one] = run(item("one", "{{base}}/", test="pm.environment.unset('v')"), environment={"v": "7"}).items

    assert one.writes == (VariableWrite("v", "environment", None, unset=True),)


def test_the_old_names_of_postman_do_the_same(run: Run) -> None:
    """`postman.setEnvironmentVariable` makes texts of values."""
    result = run(item("one", "{{base}}/", test="postman.setEnvironmentVariable('v', 7)"), item("two", "{{base}}/{{v}}"))

    one, two = result.items
    assert one.writes == (VariableWrite("v", "environment", "7"),)
    assert [read.set_by for read in two.reads if read.name == "v"] == [one.cursor.ref]


def test_after_a_narrower_value_is_gone_the_wider_one_has_its_own_origin(run: Run) -> None:
    """Who took the narrower one away did not set the wider one."""
    result = run(
        item("sets", "{{base}}/", test="pm.variables.set('v', 'local')"),
        item("takes", "{{base}}/{{v}}", test="pm.variables.unset('v')"),
        item("uses", "{{base}}/{{v}}"),
        environment={"v": "file"},
    )

    sets, takes, uses = result.items
    assert [(read.value, read.set_by) for one in (takes, uses) for read in one.reads if read.name == "v"] == [
        ("local", sets.cursor.ref),
        ("file", ""),
    ]


def test_a_request_that_was_skipped_read_nothing(run: Run) -> None:
    """What its script set counts."""
    script = "pm.environment.set('w', 1); pm.execution.skipRequest();"
    [one] = run(item("one", "{{base}}/{{v}}", prerequest=script), environment={"v": "7"}).items

    assert one.reads == ()
    assert [write.name for write in one.writes] == ["w"]


def test_a_request_that_was_not_answered_tells_what_it_read(run: Run) -> None:
    """That is when one most wants to know."""
    [one] = run(item("one", "http://127.0.0.1:1/{{v}}"), environment={"v": "7"}).items

    assert one.error is not None
    assert reads(one) == [("v", "environment", "7")]

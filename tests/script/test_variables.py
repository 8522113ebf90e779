"""Scopes as scripts read and write them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.script.conftest import Play

SCOPES = {"environment": "environment", "globals": "globals", "collectionVariables": "collection", "variables": "local"}


def values(**entries: Any) -> dict[str, Any]:
    return {"values": [{"key": key, "value": value, "type": "any"} for key, value in entries.items()]}


@pytest.mark.parametrize("scope", SCOPES)
def test_what_is_set_comes_back(play: Play, scope: str) -> None:
    """Each scope tells its own changes, and nothing but them."""
    played = play(f"pm.{scope}.set('id', 7); pm.{scope}.unset('gone')", environment=values(kept=1, gone=2))

    assert played.set_in(SCOPES[scope]) == {"id": 7}
    assert ["gone"] in list(played.result.mutations[SCOPES[scope]]["compacted"].values())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("'7'", "7", id="text"),
        pytest.param("7", 7, id="number"),
        pytest.param("1.5", 1.5, id="fraction"),
        pytest.param("false", False, id="boolean"),
        pytest.param("null", None, id="null"),
        pytest.param("{a: [1, {b: 2}]}", {"a": [1, {"b": 2}]}, id="structure"),
        pytest.param("undefined", None, id="undefined becomes null"),
        pytest.param("NaN", None, id="JSON has no NaN"),
        pytest.param("Infinity", None, id="nor infinity"),
        pytest.param("new Date(0)", "1970-01-01T00:00:00.000Z", id="date"),
        pytest.param("12345678901234567890n", "12345678901234567890", id="big integer"),
        pytest.param("() => 1", None, id="function"),
        pytest.param("'a\\u0000b'", "a\0b", id="NUL"),
        pytest.param("'a\\ud800b'", "a\N{REPLACEMENT CHARACTER}b", id="half a surrogate pair"),
        pytest.param("'\\u{1F6B2}'", "\N{BICYCLE}", id="a whole one"),
    ],
)
def test_types_are_kept(play: Play, written: str, kept: Any) -> None:
    """A value keeps its type as far as JSON has it; nothing breaks the run."""
    played = play(f"pm.environment.set('x', {written})")

    assert played.result.problem is None
    assert played.set_in("environment") == {"x": kept}


def test_a_value_that_contains_itself(play: Play) -> None:
    """A cycle is cut where it closes."""
    played = play("const ride = {id: 1}; ride.self = ride; pm.globals.set('ride', ride)")

    assert played.set_in("globals") == {"ride": {"id": 1, "self": "[Circular]"}}


def test_a_value_too_deep(play: Play) -> None:
    """What is deeper than any reader of JSON likes is cut."""
    played = play("let o = 1; for (let i = 0; i < 1000; i++) { o = [o]; } pm.globals.set('deep', o)")

    assert "[Too deep]" in str(played.set_in("globals"))


def test_a_value_that_cannot_be_told(play: Play) -> None:
    """A value whose own toJSON throws is an error of the script, in words, and the sandbox lives on."""
    played = play("pm.environment.set('x', {toJSON() { throw new Error('mine'); }}); pm.test('t', () => {})")

    assert "mine" in played.problem().message
    assert played.verdicts == {"t": "passed"}


def test_scopes_are_read(play: Play) -> None:
    """`pm.variables` looks from the narrowest scope to the widest; types arrive."""
    played = play(
        """
        const {variables, environment, globals, collectionVariables} = pm;
        console.log(['l', 'e', 'c', 'g', 'none'].map((key) => variables.get(key)));
        console.log([environment.get('e'), environment.has('c'), globals.toObject(), collectionVariables.get('n')]);
        console.log(environment.replaceIn('{{e}}/{{none}}'));
        """,
        _variables=values(l="local"),
        environment=values(l=0, e="environment"),
        collectionVariables=values(e=0, c="collection", n=None),
        globals=values(c=0, g={"deep": [1]}),
    )

    assert played.logged == [
        ["local", "environment", "collection", {"deep": [1]}, None],
        ["environment", False, {"c": 0, "g": {"deep": [1]}}, None],
        "environment/{{none}}",
    ]


def test_clear(play: Play) -> None:
    """Clearing a scope unsets each of its names."""
    played = play("pm.environment.clear()", environment=values(a=1, b=2))

    assert sorted(played.result.mutations["environment"]["compacted"].values()) == [["a"], ["b"]]


def test_keys_are_names(play: Play) -> None:
    """A key of another type becomes text."""
    played = play("pm.environment.set(7, 'seven'); pm.environment.set('', 'empty'); pm.environment.set('a.b', 1)")

    assert played.set_in("environment") == {"7": "seven", "": "empty", "a.b": 1}


def test_legacy_setters_make_text(play: Play) -> None:
    """`postman.setEnvironmentVariable` turns everything into text (semantics of the old API)."""
    played = play("postman.setEnvironmentVariable('n', 7); postman.setGlobalVariable('b', true)")

    assert (played.set_in("environment"), played.set_in("globals")) == ({"n": "7"}, {"b": "true"})


def test_legacy_objects(play: Play) -> None:
    """The old API shows the scopes as plain objects."""
    played = play("console.log([environment.e, globals.g])", environment=values(e=1), globals=values(g=2))

    assert played.logged == [[1, 2]]


def test_iteration_data_is_empty(play: Play) -> None:
    """There are no data rows; asking for one is no error."""
    played = play("console.log([pm.iterationData.get('x'), pm.iterationData.toObject()])")

    assert played.logged == [[None, {}]]


def test_info(play: Play) -> None:
    """`pm.info` tells where in the run the script is."""
    played = play(
        "console.log([pm.info.eventName, pm.info.iteration, pm.info.iterationCount, pm.info.requestName])",
        legacy={"_itemName": "Start ride", "_itemId": "1"},
        cursor={"iteration": 2, "cycles": 5},
    )

    assert played.logged == [["test", 2, 5, "Start ride"]]

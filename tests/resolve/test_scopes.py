"""Variable scopes: which entry counts, and what the changes of scripts make of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paceline.model.variables import Variable, VariableSet
from paceline.resolve.scopes import MISSING, Scope, Scopes, overridden

Sdk = Callable[..., Any]


def scope(*entries: tuple[Any, ...]) -> Scope:
    """From (key, value) or (key, value, enabled)."""
    return Scope("environment", [Variable(key, value, enabled=all(more)) for key, value, *more in entries])


def left(of: Scope) -> list[tuple[str, Any, bool]]:
    return [(entry.key, entry.value, entry.enabled) for entry in of.variables()]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([("a", 1), ("a", 2)], 2, id="the last one counts"),
        pytest.param([("a", 1), ("a", 2, False)], 1, id="the last enabled one"),
        pytest.param([("a", 1, False)], MISSING, id="a disabled one is none"),
        pytest.param([("A", 1), (" a", 2)], MISSING, id="case and blanks count"),
        pytest.param([("a", None)], None, id="null is a value"),
    ],
)
def test_looking_up(entries: list[tuple[Any, ...]], expected: Any) -> None:
    """Among several entries of one name one is meant."""
    assert scope(*entries).get("a") is expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([], [("a", 9, True)], id="a new one"),
        pytest.param([("a", 1), ("b", 2)], [("a", 9, True), ("b", 2, True)], id="in its place"),
        pytest.param([("a", 1), ("a", 2)], [("a", 1, True), ("a", 9, True)], id="the last one"),
        pytest.param([("a", 1, False)], [("a", 1, False), ("a", 9, True)], id="beside a disabled one"),
    ],
)
def test_setting(entries: list[tuple[Any, ...]], expected: list[tuple[str, Any, bool]]) -> None:
    """An enabled entry changes its value; otherwise there is one more."""
    changed = scope(*entries)
    changed.set("a", 9)

    assert left(changed) == expected
    assert changed.get("a") == 9


def test_unsetting_takes_every_enabled_entry_away() -> None:
    """Disabled ones stay."""
    changed = scope(("a", 1), ("b", 2), ("a", 3, False), ("a", 4))
    changed.unset("a")
    changed.unset("never there")

    assert left(changed) == [("b", 2, True), ("a", 3, False)]
    assert changed.get("a") is MISSING


def test_setting_keeps_the_type_unless_told() -> None:
    """A secret stays one, and may become one."""
    changed = Scope("environment", [Variable("token", "old", "secret")])
    changed.apply({"compacted": {"token": ["token", "new"], "other": ["other", 1, {"secret": True}]}})

    assert [(entry.value, entry.type) for entry in changed.variables()] == [("new", "secret"), (1, "secret")]


def test_the_form_for_scripts_follows_every_change() -> None:
    """It is kept between scripts, since large environments are costly to write out."""
    changed = scope(("a", 1), ("b", 2, False))
    before = changed.values()
    assert changed.values() is before
    changed.set("a", 2)

    assert [(entry["key"], entry["value"], entry.get("disabled", False)) for entry in changed.values()] == [
        ("a", 2, False),
        ("b", 2, True),
    ]
    assert before[0]["value"] == 1


def test_the_first_scope_that_has_the_name_wins() -> None:
    """Local, environment, collection, globals; a null counts as a value."""
    scopes = Scopes(
        Scope("local variables"),
        scope(("b", None), ("c", 1, False)),
        Scope("collection", [Variable("b", 2), Variable("c", 2)]),
        Scope("globals", [Variable("b", 3), Variable("d", 3)]),
    )

    assert [scopes.find(name) for name in "abcd"] == [MISSING, None, 2, 3]
    assert scopes.names() == {"b", "c", "d"}


def test_values_of_the_command_line_replace_and_add() -> None:
    """A secret that is replaced stays secret; the set that was given is not changed."""
    given_ = VariableSet("e", (Variable("token", "old", "secret"), Variable("off", 1, enabled=False)))

    result = overridden(given_, {"token": "new", "off": "on", "more": ""})

    assert [(each.key, each.value, each.type, each.enabled) for each in result.variables] == [
        ("token", "new", "secret", True),
        ("off", 1, "any", False),
        ("off", "on", "any", True),
        ("more", "", "any", True),
    ]
    assert given_.variables[0].value == "old"


IN_POSTMAN = """(sdk, cases) => cases.map(([entries, calls]) => {
    const make = () => new sdk.VariableScope({ values: JSON.parse(JSON.stringify(entries)) });
    const scope = make();
    scope.enableTracking({ autoCompact: true });
    calls.forEach(([key, value]) => value === null ? scope.unset(key) : scope.set(key, value));
    const changed = make();  // in Postman too it is another process that applies what the sandbox tells
    new sdk.MutationTracker(JSON.parse(JSON.stringify(scope.mutations))).applyOn(changed);
    return {
        mutations: scope.mutations,
        left: changed.values.map(each => [each.key, each.value, !each.disabled])
    };
})"""

KEYS = st.sampled_from(["a", "b", "c"])
ENTRIES = st.lists(
    st.builds(
        lambda k, v, off: {"key": k, "value": v} | ({"disabled": True} if off else {}),
        KEYS,
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=5,
)
CALLS = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.text("xyz", max_size=2), st.integers(0, 9))), max_size=6)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ENTRIES, CALLS), min_size=20, max_size=40))
def test_changes_of_scripts_end_as_in_postman(sdk: Sdk, cases: list[Any]) -> None:
    """What the sandbox tells of a script's calls leads to the entries that Postman would have."""
    for (entries, _), told in zip(cases, sdk(IN_POSTMAN, json.loads(json.dumps(cases))), strict=True):
        changed = scope(*((each["key"], each["value"], not each.get("disabled")) for each in entries))
        changed.apply(told["mutations"])
        assert left(changed) == [tuple(entry) for entry in told["left"]]

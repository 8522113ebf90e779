"""`{{name}}` and what is put in its place; Postman's own SDK, inside the sandbox, is asked where the two must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from paceline.resolve.scopes import MISSING
from paceline.resolve.template import MAX_PASSES, resolve, text_of, unresolved

Sdk = Callable[..., Any]

IN_POSTMAN = """(sdk, cases) => cases.map(([template, values]) => sdk.Property.replaceSubstitutions(template,
    [Object.entries(values).map(([key, value]) => ({ key, value }))]
        .map(list => new sdk.VariableList(null, list))))"""


def lookup(values: dict[str, Any]) -> Callable[[str], Any]:
    return lambda name: values.get(name, MISSING)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("no template", "no template", id="plain text"),
        pytest.param("{{id}}/{{id}}", "7/7", id="every occurrence"),
        pytest.param("{{url}}", "http://host/7", id="a value may hold templates"),
        pytest.param("{{p_{{k}}}}", "found", id="a name may hold a template"),
        pytest.param("{{nope}}", "{{nope}}", id="an unknown name stays"),
        pytest.param("{{ id }}", "{{ id }}", id="blanks are part of the name"),
        pytest.param("{{}}", "nameless", id="a name may be empty"),
        pytest.param("{{id}", "{{id}", id="one brace is none"),
        pytest.param("{{{id}}}", "{7}", id="braces around a template stay"),
        pytest.param("{{a\nb}}", "two lines", id="a name may have two lines"),
        pytest.param("{{none}}|{{empty}}", "null|", id="null and nothing"),
        pytest.param("{{dollar}}", "$1 $& \\1", id="signs of regular expressions mean nothing"),
    ],
)
def test_resolving(template: str, expected: str) -> None:
    """Names become values until nothing changes."""
    values = {
        "id": 7,
        "url": "http://{{host}}/{{id}}",
        "host": "host",
        "k": "x",
        "p_x": "found",
        "": "nameless",
        "a\nb": "two lines",
        "none": None,
        "empty": "",
        "dollar": "$1 $& \\1",
    }

    assert resolve(template, lookup(values)) == expected


def test_a_chain_is_followed_nineteen_times(sdk: Sdk) -> None:
    """One link more stays in the text, as in Postman."""
    values = {f"v{at}": f"{{{{v{at + 1}}}}}" for at in range(30)}

    assert resolve("{{v0}}", lookup(values)) == f"{{{{v{MAX_PASSES}}}}}"
    assert sdk(IN_POSTMAN, [["{{v0}}", values]]) == [f"{{{{v{MAX_PASSES}}}}}"]


def test_a_cycle_leaves_a_name_and_counts_as_unresolved() -> None:
    """Postman sends what is left; whoever checks beforehand must see it."""
    values = {"a": "{{b}}", "b": "{{a}}", "self": "x{{self}}"}

    assert resolve("{{a}}", lookup(values)) == "{{b}}"
    assert unresolved("{{a}} {{self}} {{ok}}", lookup({**values, "ok": 1})) == ["b", "self"]


def test_unresolved_names_are_told_once_and_in_order() -> None:
    """Also those that a value brings in."""
    values = {"a": "{{deep}}", "k": "x"}

    assert unresolved("{{z}} {{a}} {{z}} {{p_{{k}}}}", lookup(values)) == ["z", "deep", "p_x"]
    assert unresolved("nothing", lookup(values)) == []


def test_a_value_is_looked_up_anew_for_each_occurrence() -> None:
    """So that each `{{$guid}}` has its own."""
    numbers = iter("123")

    assert resolve("{{$n}}{{$n}}{{$n}}", lambda _: next(numbers)) == "123"


NUMBERS = [
    0,
    -0.0,
    1,
    -1,
    1.0,
    1.5,
    0.1,
    1e-6,
    1e-7,
    1.5e-7,
    -1e-10,
    1e20,
    1e21,
    1.25e21,
    -1e300,
    5e-324,
    123456789.125,
]


def test_numbers_are_written_as_javascript_writes_them(sdk: Sdk) -> None:
    """ECMA-262, Number::toString; and big whole numbers of a JSON file keep their digits."""
    assert [text_of(number) for number in NUMBERS] == sdk("(sdk, numbers) => numbers.map(String)", NUMBERS)
    assert text_of(12345678901234567890) == "12345678901234567890"
    assert [text_of(value) for value in (float("nan"), float("inf"), float("-inf"))] == ["NaN", "Infinity", "-Infinity"]


def test_other_values_are_written_as_javascript_writes_them(sdk: Sdk) -> None:
    """Lists join with commas, nulls in them are empty, objects say that they are objects."""
    values = [True, False, [], [1, [2, None], "a"], [None], {}, {"a": 1}, [{}], [True, 1.0]]

    assert [text_of(value) for value in values] == sdk("(sdk, values) => values.map(String)", values)


NAMES = st.sampled_from(["a", "b", "ab", " a", "a b", "", "é"])
PIECES = st.one_of(NAMES, st.sampled_from(["{{", "}}", "{", "}", "$", "x"]), NAMES.map("{{{{{}}}}}".format))
TEMPLATES = st.lists(PIECES, max_size=6).map("".join)
VALUES = st.dictionaries(
    NAMES.filter(bool), st.one_of(TEMPLATES, st.integers(-9, 9), st.booleans(), st.none()), max_size=4
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEMPLATES, VALUES), min_size=20, max_size=40))
@example([("{{{{a}}}}", {"a": "b", "b": "{{c}}"}), ("{{a{{b}}", {"b": "}}", "a": 1})])
def test_resolving_agrees_with_postman(sdk: Sdk, cases: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever is written, and however braces are nested."""
    cases = [case for case in cases if grows_little(*case)]

    assert [resolve(template, lookup(values)) for template, values in cases] == sdk(IN_POSTMAN, cases)


def grows_little(template: str, values: dict[str, Any]) -> bool:
    """Leaves out what doubles at every pass: nineteen times of that are more than anybody wants to compare."""
    text = template
    for _ in range(6):
        text = resolve_once(text, values)
    return len(text) < 500


def resolve_once(text: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", text_of(value))
    return text

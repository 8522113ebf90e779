"""The console: values keep their structure."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.script.conftest import Play

from paceline.script import teleport


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param("'text'", ["text"], id="text"),
        pytest.param("'_0', [1], '7', ['x']", ["_0", [1], "7", ["x"]], id="texts that look like references"),
        pytest.param("'_', [undefined], ['_']", ["_", [None], ["_"]], id="such texts beside real references"),
        pytest.param("1, true, null, undefined", [1, True, None, None], id="plain values"),
        pytest.param("[Infinity, -Infinity]", [[math.inf, -math.inf]], id="infinity"),
        pytest.param("{a: {b: [1, {c: undefined}]}}", [{"a": {"b": [1, {"c": None}]}}], id="structure"),
        pytest.param("new Map([['k', {v: 1}]])", [{"k": {"v": 1}}], id="map"),
        pytest.param("new Set([1, 'a'])", [[1, "a"]], id="set"),
        pytest.param("new Date(0)", ["1970-01-01T00:00:00.000Z"], id="date"),
        pytest.param("10n", ["10n"], id="big integer"),
        pytest.param("/a+/gi", ["/a+/gi"], id="regular expression"),
        pytest.param("Symbol('s')", ["Symbol(s)"], id="symbol"),
        pytest.param("function named() {}, () => 1", ["[Function: named]", "[Function]"], id="functions"),
        pytest.param("new Uint8Array([1, 2])", [[1, 2]], id="bytes"),
        pytest.param("'a\\ud800'", ["a\N{REPLACEMENT CHARACTER}"], id="half a surrogate pair"),
        pytest.param("'a\\u0000b', '\\u2028'", ["a\0b", "\u2028"], id="control characters"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_values(play: Play, written: str, told: list[Any]) -> None:
    """Each kind of value arrives as plain data."""
    played = play(f"console.log({written})")

    assert played.result.problem is None
    assert [told] == [list(message.values) for message in played.console]


def test_not_a_number(play: Play) -> None:
    """NaN stays NaN."""
    assert math.isnan(play("console.log(NaN)").logged[0])


def test_levels(play: Play) -> None:
    """Each method has its level."""
    played = play("for (const level of ['log', 'info', 'warn', 'error', 'debug', 'clear']) console[level](level)")

    assert [(message.level, *message.values) for message in played.console] == [
        (level, level) for level in ("log", "info", "warn", "error", "debug", "clear")
    ]


def test_errors(play: Play) -> None:
    """An error shows at least its name and its message."""
    told = play("console.log(new TypeError('wrong'))").logged[0]

    assert (told["name"], told["message"]) == ("TypeError", "wrong")


def test_cycles(play: Play) -> None:
    """A value that contains itself is cut where it closes; one that merely occurs twice is not."""
    played = play("const a = {n: 1}; a.self = a; console.log(a); const b = {}; console.log({x: b, y: b})")

    assert played.logged == [{"n": 1, "self": "[Circular]"}, {"x": {}, "y": {}}]


def test_a_value_of_a_billion_places(play: Play) -> None:
    """Thirty lines of sharing would fill all memory if each place were written out."""
    told = str(play("let o = {}; for (let i = 0; i < 30; i++) o = {a: o, b: o}; console.log(o)").logged)

    assert "[Too large]" in told
    assert len(told) < 10_000_000


def test_a_value_too_deep() -> None:
    """A chain of ten thousand links is cut, before whoever shows it runs out of stack."""
    chain = ",".join(f'["{index + 1}"]' for index in range(10_000))

    assert "[Too deep]" in str(teleport.parse(f"[{chain},[]]"))


def test_large_output(play: Play) -> None:
    """A text of five megabytes, and then one of a letter, arrive in order."""
    played = play("console.log('x'.repeat(5e6)); console.log('y')")

    assert [len(text) for text in played.logged] == [5_000_000, 1]


def test_many_lines(play: Play) -> None:
    """Twenty thousand lines arrive in order, though the mailbox holds only a part of them."""
    played = play("for (let i = 0; i < 20000; i++) console.log(i)")

    assert played.logged == list(range(20_000))


def test_order_around_an_overflow(play: Play) -> None:
    """Letters of promise jobs that come after more than the mailbox holds stay behind it."""
    played = play(
        """
        for (let n = 0; n < 30; n++) {
            console.log(n + 'x'.repeat(20000));
            await null;
        }
        """
    )

    assert [int(text.rstrip("x")) for text in played.logged] == list(range(30))

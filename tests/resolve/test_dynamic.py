"""Dynamic variables: all of Postman's, in Postman's form."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from paceline.resolve.dynamic import DYNAMIC_NAMES, dynamic_value
from paceline.resolve.randomness import Randomness
from paceline.resolve.scopes import MISSING
from paceline.script.dynamic import ask_faker
from paceline.script.v8 import Sandbox

Sdk = Callable[..., Any]

MADE_HERE = {
    "$guid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "$randomUUID": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "$timestamp": r"\d{10}",
    "$isoTimestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "$randomInt": r"\d{1,3}|1000",
    "$randomBoolean": r"true|false",
    "$randomAlphaNumeric": r"[0-9a-z]",
    "$randomPassword": r"\w{15}",
    "$randomHexColor": r"#[0-9a-f]{6}",
    "$randomMACAddress": r"([0-9a-f]{2}:){5}[0-9a-f]{2}",
    "$randomIP": r"\d{1,3}(\.\d{1,3}){3}",
    "$randomIPV6": r"([0-9a-f]{4}:){7}[0-9a-f]{4}",
}


def refuse(name: str) -> str:
    raise AssertionError(f"{name} was asked of the sandbox")


@pytest.mark.parametrize(("name", "form"), MADE_HERE.items())
def test_plain_ones_are_made_without_the_sandbox(sdk: Sdk, name: str, form: str) -> None:
    """Each value has the form that Postman's SDK gives it."""
    ours = [str(dynamic_value(name, refuse)) for _ in range(30)]
    make = "(sdk, template) => Array.from({ length: 30 }, () => sdk.Property.replaceSubstitutions(template, []))"
    theirs = sdk(make, f"{{{{{name}}}}}")

    assert [value for value in (*ours, *theirs) if not re.fullmatch(form, value)] == []


@pytest.mark.parametrize(("name", "form"), MADE_HERE.items())
def test_plain_ones_are_drawn_from_a_seed(name: str, form: str) -> None:
    """The same seed and clock make the same values, in the same form; another seed and clock make others."""

    def values(seed: str, start: float) -> list[str]:
        chance = Randomness(seed, start)
        return [str(dynamic_value(name, refuse, chance)) for _ in range(30)]

    first = values("7", 1_000_000_000.0)

    assert first == values("7", 1_000_000_000.0)
    assert first != values("8", 1_000_000_100.0)
    assert [value for value in first if not re.fullmatch(form, value)] == []


def test_times_of_a_seed() -> None:
    """They are those of its clock, whose every look is a millisecond later."""
    chance = Randomness("7", 1_000_000_000.998)

    assert [dynamic_value("$isoTimestamp", refuse, chance) for _ in range(3)] == [
        "2001-09-09T01:46:40.998Z",
        "2001-09-09T01:46:40.999Z",
        "2001-09-09T01:46:41.000Z",
    ]
    assert dynamic_value("$timestamp", refuse, chance) == "1000000001"


def test_without_a_seed_values_differ() -> None:
    """Two runs never send the same."""
    assert dynamic_value("$guid", refuse) != dynamic_value("$guid", refuse)
    assert dynamic_value("$guid", refuse, Randomness()) != dynamic_value("$guid", refuse, Randomness())


def test_the_names_are_postman_s(sdk: Sdk) -> None:
    """All of them, and no other: a name the SDK does not know stays in the text."""
    unknown = sdk(
        "(sdk, names) => names.filter(name => sdk.Property.replaceSubstitutions(`{{${name}}}`, []) === `{{${name}}}`)",
        sorted(DYNAMIC_NAMES),
    )

    assert unknown == []
    assert len(DYNAMIC_NAMES) == 118


def test_the_others_are_asked_of_the_sandbox(sandbox: Sandbox) -> None:
    """It carries the faker that Postman uses."""
    value = dynamic_value("$randomWeekday", lambda name: ask_faker(sandbox, name))

    assert value in "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()


def test_other_names_are_missing() -> None:
    """Case counts, and so does the dollar."""
    assert [dynamic_value(name, refuse) for name in ("$nope", "guid", "$GUID", "$ guid")] == [MISSING] * 4

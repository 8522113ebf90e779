"""Dynamic variables that the sandbox makes."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from tests.script.conftest import Play

from paceline.errors import SandboxError
from paceline.resolve.dynamic import DYNAMIC_NAMES
from paceline.script.dynamic import ask_faker
from paceline.script.v8 import BUNDLE, Sandbox


def test_every_name_has_a_value(sandbox: Sandbox) -> None:
    """Each name gives a text that is not empty, and not the template itself."""
    values = {name: ask_faker(sandbox, name) for name in sorted(DYNAMIC_NAMES)}

    assert [name for name, value in values.items() if not value or "{{" in value] == []


def test_in_scripts(play: Play) -> None:
    """`replaceIn` knows them."""
    played = play("console.log(pm.variables.replaceIn('{{$guid}} {{$randomInt}} {{$nope}}'))")

    guid, number, unknown = played.logged[0].split()
    assert (len(guid), number.isdigit(), unknown) == (36, True, "{{$nope}}")


def test_names_are_the_bundles() -> None:
    """Our list of names is the bundle's: none is missing, none too many."""
    bundle = resources.files("paceline.script").joinpath("bundle", BUNDLE).read_text("utf-8")

    assert set(re.findall(r"(\$\w+):\{description:", bundle)) == DYNAMIC_NAMES


def test_unknown_name(sandbox: Sandbox) -> None:
    """A name that the sandbox does not know is not given out as a value."""
    with pytest.raises(SandboxError):
        ask_faker(sandbox, "$randomNothing")

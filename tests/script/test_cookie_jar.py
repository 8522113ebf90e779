"""`pm.cookies.jar()` over a real jar."""

from __future__ import annotations

import pytest
from tests.script.conftest import Play

from paceline.transport.cookies import CookieJar


@pytest.fixture
def jar() -> CookieJar:
    """A jar that knows one cookie."""
    jar = CookieJar()
    jar.store("http://api.test/v1/x", ["sid=42; Path=/"])
    return jar


def test_get(play: Play, jar: CookieJar) -> None:
    """A value by callback and by promise; one that is not there is null."""
    played = play(
        """
        const jar = pm.cookies.jar();
        jar.get('http://api.test/', 'sid', (error, value) => console.log([error, value]));
        console.log(await jar.get('http://api.test/', 'sid'));
        console.log(await jar.get('http://api.test/', 'none'));
        console.log((await jar.getAll('http://api.test/')).map((cookie) => cookie.name));
        """,
        jar=jar.store_call,
    )

    assert played.logged == [[None, "42"], "42", None, ["sid"]]


def test_set(play: Play, jar: CookieJar) -> None:
    """A cookie goes into the jar that requests use, as name and value or with its attributes."""
    played = play(
        """
        const jar = pm.cookies.jar();
        await jar.set('http://api.test/', 'plain', '1');
        await jar.set('http://api.test/', {name: 'full', value: '2', path: '/v1', httpOnly: true});
        """,
        jar=jar.store_call,
    )

    assert played.result.problem is None
    assert jar.header_for("http://api.test/v1/x") == "full=2; sid=42; plain=1"


def test_unset(play: Play, jar: CookieJar) -> None:
    """One cookie is forgotten."""
    jar.store("http://api.test/", ["other=1; Path=/"])
    play("await pm.cookies.jar().unset('http://api.test/', 'sid')", jar=jar.store_call)

    assert jar.header_for("http://api.test/") == "other=1"


def test_clear(play: Play, jar: CookieJar) -> None:
    """All cookies of an address are forgotten, those of others stay."""
    jar.store("http://other.test/", ["kept=1; Path=/"])
    play("await pm.cookies.jar().clear('http://api.test/')", jar=jar.store_call)

    assert [cookie.name for cookie in jar] == ["kept"]


def test_a_jar_that_refuses(play: Play) -> None:
    """An error of the store is an error for the script."""

    def refuse(*_: object) -> None:
        raise ValueError("no")

    played = play("pm.cookies.jar().get('http://a/', 'b', (error) => console.log(String(error)))", jar=refuse)

    assert played.logged == ["Error: CookieStore: no"]

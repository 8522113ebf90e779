"""Cookie jars in Newman's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from paceline.errors import FileError, FormatError
from paceline.model.exchange import Cookie
from paceline.transport.cookie_file import read_cookie_jar, write_cookie_jar
from paceline.transport.cookies import CookieJar

# As Newman 6.2.2 writes it.
NEWMAN = {
    "version": "tough-cookie@4.1.3-postman.1",
    "storeType": "MemoryCookieStore",
    "rejectPublicSuffixes": False,
    "enableLooseMode": True,
    "allowSpecialUseDomain": True,
    "prefixSecurity": "silent",
    "cookies": [
        {
            "key": "sid",
            "value": "7",
            "maxAge": 60,
            "domain": "127.0.0.1",
            "path": "/",
            "secure": True,
            "extensions": ["Priority=High"],
            "hostOnly": True,
            "creation": "2027-01-15T08:00:00.250Z",
            "lastAccessed": "2027-01-15T08:00:30.000Z",
        },
        {"key": "t", "value": "x", "domain": "a.test", "path": "/", "hostOnly": False, "pathIsDefault": True},
    ],
}
CREATED = 1_800_000_000.25
COOKIES = [
    Cookie("sid", "7", "127.0.0.1", expires=CREATED + 60, secure=True, created=CREATED, extensions=("Priority=High",)),
    Cookie("t", "x", "a.test", host_only=False),
]


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "jar.json"
    path.write_text(json.dumps(content))
    return path


def test_read(tmp_path: Path) -> None:
    """A file of Newman's gives its cookies, in order; ages count from the cookie's creation."""
    assert COOKIES == list(read_cookie_jar(written(tmp_path, NEWMAN)))


def test_round_trip(tmp_path: Path) -> None:
    """What is written can be read again, and has the members that tough-cookie looks for."""
    path = tmp_path / "deep" / "jar.json"

    write_cookie_jar(CookieJar(COOKIES), path)

    assert COOKIES == list(read_cookie_jar(path))
    assert set(NEWMAN) == set(json.loads(path.read_text()))


def test_a_jar_is_replaced_whole(tmp_path: Path) -> None:
    """An older file is replaced, no other file is left beside it, and nobody else may read it."""
    path = written(tmp_path, NEWMAN)

    write_cookie_jar(CookieJar(), path)

    assert [] == json.loads(path.read_text())["cookies"]
    assert [path] == list(tmp_path.iterdir())
    assert 0o600 == path.stat().st_mode & 0o777


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    """Editors on Windows put one there."""
    path = tmp_path / "jar.json"
    path.write_text(json.dumps(NEWMAN), encoding="utf-8-sig")

    assert 2 == len(read_cookie_jar(path))


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        pytest.param("{", "", id="no JSON"),
        pytest.param("[]", "", id="a list"),
        pytest.param('{"cookies": {}}', "", id="no list of cookies"),
        pytest.param('{"cookies": ["a=1"]}', "/cookies/0", id="a cookie in text"),
        pytest.param('{"cookies": [{"key": "a"}]}', "/cookies/0", id="no domain"),
        pytest.param('{"cookies": [{"domain": "a.test", "key": 1}]}', "/cookies/0/key", id="a name that is no text"),
        pytest.param('{"cookies": [{"domain": "a.test", "secure": 1}]}', "/cookies/0/secure", id="a flag that is none"),
        pytest.param('{"cookies": [{"domain": "a.test", "maxAge": "1"}]}', "/cookies/0/maxAge", id="an age in text"),
        pytest.param('{"cookies": [{"domain": "a.test", "expires": 7}]}', "/cookies/0/expires", id="a date in numbers"),
        pytest.param(
            '{"cookies": [{"domain": "a.test", "creation": "now"}]}', "/cookies/0/creation", id="a time that is none"
        ),
        pytest.param(
            '{"cookies": [{"domain": "a.test", "extensions": "x"}]}', "/cookies/0/extensions", id="extensions in text"
        ),
    ],
)
def test_what_is_no_jar(tmp_path: Path, content: str, pointer: str) -> None:
    """A file that holds no jar is refused, with the place at fault and advice."""
    path = tmp_path / "jar.json"
    path.write_text(content)

    with pytest.raises(FormatError) as caught:
        read_cookie_jar(path)

    assert caught.value.where is not None
    assert (str(path), pointer) == (caught.value.where.file, caught.value.where.pointer)
    assert caught.value.fix


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A file in another encoding is a file in the wrong form."""
    path = tmp_path / "jar.json"
    path.write_bytes(b"\xff\xfe{")

    with pytest.raises(FormatError, match="UTF-8"):
        read_cookie_jar(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Neither reading nor writing where there is no way ends in a traceback."""
    (tmp_path / "file").touch()

    with pytest.raises(FileError, match="cannot read"):
        read_cookie_jar(tmp_path / "none.json")
    with pytest.raises(FileError, match="cannot write"):
        write_cookie_jar(CookieJar(), tmp_path / "file" / "jar.json")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    """A jar cannot take the place of a folder, and leaves nothing behind when it fails."""
    (tmp_path / "jar.json" / "inside").mkdir(parents=True)

    with pytest.raises(FileError, match="cannot write"):
        write_cookie_jar(CookieJar(), tmp_path / "jar.json")

    assert [tmp_path / "jar.json"] == list(tmp_path.iterdir())

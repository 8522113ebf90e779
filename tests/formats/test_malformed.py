"""Malformed files of any kind: read, or refused with a place. Nothing else ever happens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paceline.errors import Location, PacelineError
from paceline.formats.collection import load_collection, parse_collection
from paceline.formats.text import decode, parse_json
from paceline.formats.variables import load_environment, parse_variable_set

COLLECTION: dict[str, Any] = {
    "info": {
        "_postman_id": "c1",
        "name": "Rides",
        "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json",
    },
    "item": [
        {
            "name": "Folder",
            "item": [
                {
                    "id": "i1",
                    "name": "Everything",
                    "request": {
                        "method": "POST",
                        "header": [{"key": "A", "value": "b", "disabled": True}],
                        "url": {
                            "raw": "https://u:p@api.com:80/:id?q=1#h",
                            "protocol": "https",
                            "auth": {"user": "u", "password": "p"},
                            "host": ["api", "com"],
                            "port": "80",
                            "path": [":id", {"type": "string", "value": "x"}],
                            "query": [{"key": "q", "value": "1"}],
                            "hash": "h",
                            "variable": [{"key": "id", "value": "7"}],
                        },
                        "body": {
                            "mode": "formdata",
                            "formdata": [{"key": "f", "type": "file", "src": ["a"], "contentType": "b"}],
                            "options": {"raw": {"language": "json"}},
                        },
                        "auth": {"type": "basic", "basic": {"username": "ann"}},
                        "description": {"content": "why"},
                    },
                    "event": [{"listen": "test", "script": {"id": "s", "exec": ["a"]}}],
                    "protocolProfileBehavior": {"followRedirects": True},
                    "response": [{"header": "A: b", "originalRequest": {"url": "u"}}],
                },
                {"name": "Text", "request": {"url": "u", "header": "A: b", "body": {"mode": "raw", "raw": "x"}}},
                {"request": {"body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b"}]}}},
                {"request": {"body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"b": [1]}}}}},
                {"request": {"body": {"mode": "file", "file": {"src": "a"}}}},
            ],
        }
    ],
    "auth": {"type": "oauth2", "oauth2": [{"key": "a", "value": "5", "type": "number"}]},
    "variable": [{"key": "a", "value": "[1]", "type": "array"}],
    "event": [{"listen": "prerequest", "script": {"exec": "a"}}],
}
ENVIRONMENT: dict[str, Any] = {
    "id": "e1",
    "name": "Staging",
    "values": [{"key": "a", "value": "1", "type": "number", "enabled": True}, {"key": "b", "secret": True}],
    "_postman_variable_scope": "environment",
}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value, as container and key."""
    found: list[tuple[Any, Any]] = []
    pending = [value]
    while pending:
        container = pending.pop()
        keys = (
            container if isinstance(container, dict) else range(len(container)) if isinstance(container, list) else ()
        )
        found.extend((container, key) for key in keys)
        pending.extend(container[key] for key in keys)
    return found


def reads_or_tells(read: Callable[[], object]) -> bool:
    """Whether it goes well, or ends with an error that has a place and a remedy; any other error escapes."""
    try:
        read()
    except PacelineError as error:
        return isinstance(error.where, Location) and bool(error.fix)
    return True


strange = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["item", "key", "test", "raw", "formdata", "{{a}}", "\ud800", "0" * 5000]),
    st.lists(
        st.none() | st.text(max_size=3) | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), max_size=3
    ),
    st.dictionaries(
        st.sampled_from(["key", "value", "type", "item", "mode", "exec", "src", "x"]), st.none() | st.text()
    ),
)


@pytest.mark.parametrize(("document", "parse"), [(COLLECTION, parse_collection), (ENVIRONMENT, parse_variable_set)])
@settings(max_examples=400, deadline=None, database=None)
@given(data=st.data())
def test_any_value_anywhere(document: Any, parse: Callable[[Any], object], data: st.DataObject) -> None:
    """Any value of a file may be replaced by any other, or taken away."""
    document = json.loads(json.dumps(document))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        if data.draw(st.booleans()):
            container[key] = data.draw(strange)
        elif isinstance(container, dict):
            del container[key]

    assert reads_or_tells(lambda: parse(document))


@pytest.mark.parametrize("replacement", [None, True, 5, 0.5, "x", [], ["x"], [5], {}, {"x": 1}], ids=str)
def test_each_value_in_turn(replacement: Any) -> None:
    """Each value of a collection may be of each type of JSON."""
    for place in range(len(places(COLLECTION))):
        document = json.loads(json.dumps(COLLECTION))
        container, key = places(document)[place]
        container[key] = replacement
        assert reads_or_tells(lambda document=document: parse_collection(document))  # type: ignore[misc]


@settings(max_examples=200, deadline=None, database=None)
@given(
    start=st.integers(0, 2000),
    length=st.integers(0, 50),
    rubbish=st.binary(max_size=4) | st.sampled_from([b"{", b"]", b'"', b",", b"\\", b"NaN", b"\xff\xfe", b"\\ud800"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_any_bytes_anywhere(start: int, length: int, rubbish: bytes, encoding: str) -> None:
    """Bytes of a file may be lost or spoilt."""
    content = json.dumps(COLLECTION).encode(encoding)
    content = content[:start] + rubbish + content[start + length :]
    at = Location("c.json")

    assert reads_or_tells(lambda: parse_collection(parse_json(decode(content, at), at), at))


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=20))
def test_any_bytes(content: bytes) -> None:
    """Bytes that never were JSON are refused."""
    at = Location("c.json")

    assert reads_or_tells(lambda: parse_collection(parse_json(decode(content, at), at), at))


@pytest.mark.parametrize("read", [load_collection, load_environment])
def test_a_file_cut_off(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """A file that ends too early is refused wherever it ends."""
    path = tmp_path / "cut.json"
    text = json.dumps(COLLECTION if read is load_collection else ENVIRONMENT)
    for end in range(0, len(text), 7):
        path.write_text(text[:end])
        with pytest.raises(PacelineError) as caught:
            read(path)
        assert Location(str(path)) == caught.value.where

"""Cassettes as text: readable, exact, safe to read, and readable by vcrpy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paceline.errors import FormatError
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse
from paceline.transport.cassette import Cassette, Recording
from paceline.transport.cassette_yaml import from_text, to_text

CASSETTE = Cassette(
    collection="users",
    path=("Me", "User Overview"),
    recorded_at="2026-11-23T08:00:00Z",
    base_url="http://127.0.0.1:8080",
    emulator=True,
    seed="5f3c",
    recorded_by="0.2.0",
    recordings=(),
)


def cassette_of(*hops: Exchange) -> Cassette:
    return replace(CASSETTE, recordings=(Recording(0, 0, hops),))


def exchange(body: bytes, request_body: bytes | None = None) -> Exchange:
    return Exchange(
        HttpRequest("POST", "http://127.0.0.1:8080/a", (("Accept", "*/*"),), request_body),
        HttpResponse(200, "OK", (("Content-Type", "text/plain"),), body, "http://127.0.0.1:8080/a"),
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
bodies = st.one_of(st.binary(max_size=60), texts.map(str.encode))
headers = st.lists(st.tuples(st.sampled_from(["A", "a", "Set-Cookie", "", "X: y", "~"]), texts), max_size=6).map(tuple)
requests = st.builds(HttpRequest, texts, texts, headers, st.none() | bodies)
responses = st.builds(
    HttpResponse,
    status=st.integers(100, 999),
    reason=texts,
    headers=headers,
    body=bodies,
    url=texts,
    http_version=st.sampled_from(["1.0", "1.1", "2"]),
    elapsed_ms=st.floats(0, 1e9),
    wire_bytes=st.integers(0, 1 << 40),
)
exchanges = st.builds(Exchange, requests, responses)


@given(st.lists(st.lists(exchanges, min_size=1, max_size=3), max_size=3))
def test_whatever_was_sent_and_came_is_read_back(trips: list[list[Exchange]]) -> None:
    """Any bytes, odd headers, repeated headers, ends of lines of every kind and signs that YAML gives a meaning."""
    recordings = []
    index = 0
    for call, hops in enumerate(trips):
        recordings.append(Recording(2, call, tuple(hops), None, index))
        index += len(hops)
    cassette = replace(CASSETTE, recordings=tuple(recordings))
    text = to_text(cassette)

    assert cassette == from_text(text, "a.yaml")
    assert yaml.safe_load(text)["version"] == 1


@given(exchanges)
def test_vcrpy_reads_what_was_written(recorded: Exchange) -> None:
    """The keys of our own do not disturb vcrpy's reader."""
    from vcr.serialize import deserialize
    from vcr.serializers import yamlserializer

    loaded: Any = deserialize(to_text(cassette_of(recorded)), yamlserializer)
    [request], [response] = loaded[:2]

    assert (recorded.request.method, recorded.request.url) == (request.method, request.uri)
    assert recorded.request.body == request.body
    assert recorded.response.body == response["body"]["string"]
    assert {"code": recorded.response.status, "message": recorded.response.reason} == response["status"]


def test_vcrpy_finds_and_plays_an_interaction(tmp_path: Path) -> None:
    """A cassette can be loaded by vcrpy as one of its own."""
    from vcr.cassette import Cassette as VcrCassette
    from vcr.request import Request

    file = tmp_path / "a.yaml"
    file.write_text(to_text(cassette_of(exchange(b'{"id": 1}'))), encoding="utf-8")
    loaded = VcrCassette.load(path=str(file))

    answer = loaded.play_response(Request("POST", "http://127.0.0.1:8080/a", b"", {}))

    assert answer["body"]["string"] == b'{"id": 1}'


def test_a_text_stands_in_the_file_as_it_is() -> None:
    """Whoever reads a difference in version control reads the body, not an encoding of it."""
    text = to_text(cassette_of(exchange('{\n  "name": "Jürgen \N{GRINNING FACE}"\n}'.encode(), b"a=1&b=2")))

    assert '        {\n          "name": "Jürgen \N{GRINNING FACE}"\n        }\n' in text
    assert "    body: |-\n      a=1&b=2\n" in text


def test_what_is_no_text_is_base64() -> None:
    """A picture is stored too, and by a standard type of YAML."""
    text = to_text(cassette_of(exchange(b"\x89PNG\r\n\x1a\n\0\xff")))

    assert "string: !!binary |\n        iVBORw0KGgoA/w==\n" in text


def test_a_file_says_when_and_against_what_it_was_recorded() -> None:
    """That stands first, in words."""
    text = to_text(CASSETTE)

    assert text.startswith(
        "version: 1\n"
        "paceline:\n"
        "  collection: users\n"
        "  path:\n"
        "  - Me\n"
        "  - User Overview\n"
        "  recorded_at: '2026-11-23T08:00:00Z'\n"
        "  recorded_against:\n"
        "    base_url: http://127.0.0.1:8080\n"
        "    emulator: true\n"
        "  recorded_by: paceline 0.2.0\n"
        "  seed: 5f3c\n"
    )


def test_a_seed_of_digits_stays_a_text() -> None:
    """YAML would read `1e5` as a number and `0777` as another one."""
    for seed in ("1e5", "0777", "12345", "1_000"):
        assert seed == from_text(to_text(replace(CASSETTE, seed=seed)), "a.yaml").seed


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("interactions: [", "this cassette is not YAML: line ", id="no YAML"),
        pytest.param("version: 1\ninteractions: []\n", "'paceline' is missing", id="recorded by something else"),
        pytest.param("", "this is not a cassette of paceline", id="empty"),
        pytest.param("!!python/object/apply:os.getcwd []", "this cassette is not YAML", id="an object of Python"),
    ],
)
def test_a_file_that_is_no_cassette_is_refused(text: str, what: str) -> None:
    """The error names the file and what to do; nothing in a file is ever executed."""
    with pytest.raises(FormatError) as caught:
        from_text(text, "cassettes/users/me.yaml")

    assert what in caught.value.what
    assert "cassettes/users/me.yaml" in str(caught.value)
    assert "--record new" in caught.value.fix


def test_a_broken_interaction_is_named() -> None:
    """A cassette edited by hand says where it went wrong."""
    text = to_text(cassette_of(exchange(b"one"), exchange(b"two"))).replace("hop: 1", "hop: 7")

    with pytest.raises(FormatError) as caught:
        from_text(text, "a.yaml")

    assert caught.value.where is not None
    assert caught.value.where.pointer == "/interactions/1"

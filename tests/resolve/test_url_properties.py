"""Addresses nobody thought of: the SDK inside the sandbox and `paceline` must agree on every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paceline.formats.url_text import parse
from paceline.model.collection import Param, Url
from paceline.resolve.url import path_text, query_text, unparse
from paceline.resolve.url_encoding import encode

Sdk = Callable[..., Any]

# No hand-written list knows which neighbours matter, so every separator meets every other, in templates and outside.
PIECES = st.sampled_from(
    ":// : / ? # @ . & = \\ [ ] { } {{ }} {{x}} {{a.b/c}} {{q?#}} {{b\\s}} {{k=v&w}} {{:p@]}} :id :id.json :v "
    "http https file localhost 127.0.0.1 8080 a B é %20 %zz % + ~ ' \" < ` | ^ ; , \ufeff \x1c \u2028 😀".split(" ")
)
CHARACTERS = st.characters(codec="utf-8")
TEXT = st.lists(PIECES | st.just(" ") | CHARACTERS, max_size=5).map("".join)
ADDRESSES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "http://", "http://h", "{{base}}/", "https://u:p@h:1/x/:id?a=b&"]),
    st.lists(PIECES | st.just(" ") | CHARACTERS, max_size=12).map("".join),
)
PARAMS = st.builds(Param, TEXT, st.none() | TEXT, enabled=st.booleans())
VARIABLES = st.builds(Param, st.sampled_from(["id", "v", "other", ""]), st.none() | TEXT, enabled=st.booleans())
URLS = st.builds(
    Url,
    protocol=st.sampled_from([None, "", "http", "https://", "{{p}}"]),
    auth=st.none() | st.tuples(TEXT, st.none() | TEXT),
    host=st.lists(TEXT, max_size=3).map(tuple),
    port=st.sampled_from([None, "", "8080", "{{port}}"]),
    path=st.none() | st.lists(TEXT | st.sampled_from([":id", ":id.json", ":v", ":"]), max_size=4).map(tuple),
    query=st.lists(PARAMS, max_size=3).map(tuple),
    hash=st.none() | TEXT,
    variables=st.lists(VARIABLES, max_size=3).map(tuple),
)
# A call into the sandbox costs more than an address, so many go in one.
BATCHES = settings(max_examples=30, deadline=None)


def definition(url: Url) -> dict[str, Any]:
    """The parts of an address as the SDK names them; what is None is left out."""
    user, password = url.auth or (None, None)
    parts: dict[str, Any] = {
        "protocol": url.protocol,
        "auth": {name: part for name, part in (("user", user), ("password", password)) if part is not None} or None,
        "host": list(url.host) or None,
        "port": url.port,
        "path": None if url.path is None else list(url.path),
        "query": [{"key": p.key, "value": p.value, "disabled": not p.enabled} for p in url.query] or None,
        "hash": url.hash,
        "variable": [{"key": p.key, "value": p.value, "disabled": not p.enabled} for p in url.variables] or None,
    }
    return {name: part for name, part in parts.items() if part is not None}


@BATCHES
@given(st.lists(ADDRESSES, max_size=40))
def test_parse_agrees_with_the_sdk(sdk: Sdk, addresses: list[str]) -> None:
    """Every text falls into the same parts. (The SDK has a null key where nothing stands between two `&`.)"""
    theirs = sdk(
        """(sdk, addresses) => addresses.map((address) => {
            const {raw, ...url} = sdk.Url.parse(address);
            url.query = url.query?.map(({key, value}) => ({key: key ?? '', value, disabled: false}));
            url.variable = url.variable?.map(({key}) => ({key, value: null, disabled: false}));
            return url;
        })""",
        addresses,
    )

    assert theirs == [definition(parse(address)) for address in addresses]


@BATCHES
@given(st.lists(ADDRESSES, max_size=40))
def test_unparse_of_text_agrees_with_the_sdk(sdk: Sdk, addresses: list[str]) -> None:
    """Taken apart and joined again, every text becomes the same text."""
    theirs = sdk("(sdk, addresses) => addresses.map((address) => new sdk.Url(address).toString())", addresses)

    assert theirs == [unparse(parse(address)) for address in addresses]


@BATCHES
@given(st.lists(URLS, max_size=20))
def test_unparse_of_parts_agrees_with_the_sdk(sdk: Sdk, urls: list[Url]) -> None:
    """Parts that never were a text, with values for their path variables, are joined to the same text."""
    theirs = sdk("(sdk, urls) => urls.map((url) => new sdk.Url(url).toString())", [definition(url) for url in urls])

    assert theirs == [unparse(url) for url in urls]


@given(URLS)
def test_what_is_encoded_can_be_sent(parts: Url) -> None:
    """Nothing is left that would end a request line or that is no ASCII."""
    assert re.fullmatch(r"http://h/[!-~]*", encode(replace(parts, protocol="http", host=("h",), port=None)))


@given(URLS)
def test_encoding_twice_is_encoding_once(parts: Url) -> None:
    """What is encoded stays as it is when it is parsed and encoded again, as for a redirect.

    Only what templates and hand-made parts can hold is read anew: a backslash in a path, `&` inside `{{k=v&w}}`.
    """
    encoded = encode(replace(parts, protocol="http", host=("h",), port=None))
    assume("\\" not in encoded and "{{" not in encoded)

    assert encoded == encode(parse(encoded))


@given(URLS)
def test_encoding_loses_nothing(parts: Url) -> None:
    """The server reads what was written, with every %XX decoded once."""
    url = replace(parts, protocol="http", host=("h",), port=None)
    query = query_text(url)

    assert unquote(f"http://h{path_text(url)}" + ("" if query is None else f"?{query}")) == unquote(encode(url))

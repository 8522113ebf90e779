"""Secrets found in text by their names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.report.secret_fields import literal_fields, masked_fields, secret_fields


def masked(text: str) -> str:
    return masked_fields(text, secret_fields(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"user":"eve","password":"hunter2"}', '{"user":"eve","password":"********"}', id="a member"),
        pytest.param('{"a":[{"b":{"token":"x"}}]}', '{"a":[{"b":{"token":"********"}}]}', id="nested"),
        pytest.param('{"token": 123, "n": 1}', '{"token": "********", "n": 1}', id="a number becomes a text"),
        pytest.param('{"token":null,"password":true}', '{"token":null,"password":true}', id="null, true: no secrets"),
        pytest.param(
            '{"password":"{{password}}","otp":{{otp}},"token":"a"}',
            '{"password":"{{password}}","otp":{{otp}},"token":"********"}',
            id="templates are no secrets",
        ),
        pytest.param('{"tokens":["a","b"],"c":"d"}', '{"tokens":["********","********"],"c":"d"}', id="a list"),
        pytest.param(
            '{"credentials":{"user":"eve","n":[1]},"c":"d"}',
            '{"credentials":{"user":"********","n":["********"]},"c":"d"}',
            id="all within a secret object",
        ),
        pytest.param(r'{"password":"hun\"ter"}', '{"password":"********"}', id="an escaped quote"),
        pytest.param('{"token":"ab', '{"token":"********', id="cut off"),
        pytest.param('{"token":"ab",}', '{"token":"********",}', id="a trailing comma"),
        pytest.param("{password: hunter2, n: 1}", "{password: ********, n: 1}", id="without quotes"),
        pytest.param("{'password': 'hun ter', 'n': None}", "{'password': '********', 'n': None}", id="as Python"),
        pytest.param('{"a":1}\n{"token":"x"}\n', '{"a":1}\n{"token":"********"}\n', id="JSON lines"),
        pytest.param(
            '[{"key":"password","value":"x"},{"value":"y","key":"token"},{"key":"a","value":"z"}]',
            '[{"key":"password","value":"********"},{"value":"********","key":"token"},{"key":"a","value":"z"}]',
            id="entries with key and value",
        ),
        pytest.param(r'{"b":"{\"token\":\"x\"}"}', r'{"b":"{\"token\":\"********\"}"}', id="JSON in JSON"),
        pytest.param('{"b":"a=1&token=x"}', '{"b":"a=1&token=********"}', id="a form in JSON"),
        pytest.param(
            r'{"query":"mutation { login(password: \"x\") { ok } }"}',
            r'{"query":"mutation { login(password: \"********\") { ok } }"}',
            id="GraphQL",
        ),
    ],
)
def test_json(text: str, expected: str) -> None:
    """In JSON, whole or broken, the values of secret names are masked, and nothing else changes."""
    assert expected == masked(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("user=eve&password=a%20b&n=1", "user=eve&password=********&n=1", id="a form"),
        pytest.param("password=a,b;token=x, and", "password=********;token=********, and", id="signs in a value"),
        pytest.param("a=1,token=x,b=2", "a=1,token=********,b=2", id="a list of pairs"),
        pytest.param("user%5Bpassword%5D=x", "user%5Bpassword%5D=********", id="an encoded name"),
        pytest.param("http://a.test/?access_token=x&n=1", "http://a.test/?access_token=********&n=1", id="a query"),
        pytest.param("<r><password>x y</password></r>", "<r><password>********</password></r>", id="XML"),
        pytest.param("<s:Token id='1'>x</s:Token>", "<s:Token id='1'>********</s:Token>", id="XML with a prefix"),
        pytest.param(
            '<input name="csrf_token" type="hidden" value="x">',
            '<input name="csrf_token" type="hidden" value="********">',
            id="a hidden field of HTML",
        ),
        pytest.param("user: eve\npassword: x\n", "user: eve\npassword: ********\n", id="YAML"),
        pytest.param("Authorization: Bearer x.y", "Authorization: Bearer ********", id="a header line"),
        pytest.param("password = x-y\n", "password = ********\n", id="a setting without quotes"),
        pytest.param('password = "x y"', 'password = "********"', id="a setting"),
        pytest.param(
            '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nx\r\ny\r\n--b--\r\n',
            '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n********\r\n--b--\r\n',
            id="a part of a multipart form",
        ),
        pytest.param("expected { token: 'x' } to exist", "expected { token: '********' } to exist", id="a message"),
        pytest.param("invalid token: expected three parts", "invalid token: expected three parts", id="prose"),
        pytest.param("the token is missing", "the token is missing", id="a name without a value"),
        pytest.param("token={{token}}&api_key=x", "token={{token}}&api_key=********", id="a template"),
        pytest.param("user=eve&page=2", "user=eve&page=2", id="no secrets"),
    ],
)
def test_other_text(text: str, expected: str) -> None:
    """Forms, queries, XML, YAML, headers and messages are searched as well; prose is left alone."""
    assert expected == masked(text)


@pytest.mark.parametrize(
    "text", ["a", " ", '"', "'", "\\", "<a ", "a=", "=a", '"a":', ",\n", 'name="a"\n', "\n\n--", "[{"]
)
def test_long_texts(text: str) -> None:
    """However long a text is and whatever it repeats, it is looked through once: this would not end otherwise."""
    for start in ("token=x ", '{"token": "x", '):
        assert secret_fields(start + text * (400_000 // len(text)))[0].value.startswith("x")


def test_many_secrets() -> None:
    """A text of nothing but secrets is no special case either."""
    assert 20_000 == len(secret_fields("token=x&" * 20_000))
    assert 20_000 == len(secret_fields("[" + '{"token":"x"},' * 20_000))


def test_values_are_told_without_their_escapes() -> None:
    """What is learnt is the secret itself, not its notation."""
    assert ['hun"ter', "a b"] == [one.value for one in secret_fields(r'{"password":"hun\"ter","token":"a\u0020b"}')]
    assert ["a+b c"] == [one.value for one in secret_fields("token=a%2Bb+c%20".removesuffix("%20"))]


def test_scripts_hold_secrets_as_literals_only() -> None:
    """In code `token = x` is a name after a name, and only what is in quotes is a secret."""
    source = 'const apiKey = "k-1"; token=json.token; pm.environment.set("password", \'p w\'); f("a", "b")'

    assert ["k-1", "p w"] == [one.value for one in literal_fields(source)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("token"), inner, max_size=3),
    max_leaves=12,
)


def shape(value: Any) -> Any:
    """Members and lengths, with nothing in them."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else None


@given(value=st.dictionaries(st.text() | st.just("password"), JSON, max_size=4), ascii_only=st.booleans())
def test_json_stays_json_of_the_same_shape(value: dict[str, Any], ascii_only: bool) -> None:
    """Whatever is masked, the text parses, and has the same members."""
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert shape(value) == shape(json.loads(masked(text)))

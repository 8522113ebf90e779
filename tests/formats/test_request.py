"""Requests from JSON and back."""

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paceline.errors import FormatError, Location
from paceline.formats.request import request_from_json, request_to_json
from paceline.model.collection import Auth, Body, FormPart, Param, RequestTemplate, Url


def bare(value: Any) -> Any:
    """A record without the places in it."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                each.name: Location() if each.name == "at" else bare(getattr(value, each.name))
                for each in fields(value)
            },
        )
    return tuple(bare(each) for each in value) if isinstance(value, tuple) else value


def read(**members: Any) -> RequestTemplate:
    result = bare(request_from_json(members))
    assert isinstance(result, RequestTemplate)
    return result


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://api/rides?a=1", Url(raw="https://api/rides?a=1"), id="text stays text"),
        pytest.param({"raw": "https://api/rides"}, Url(raw="https://api/rides"), id="only raw"),
        pytest.param(
            {"raw": "{{base}}/rides/:id", "variable": [{"key": "id", "value": "7"}]},
            Url(raw="{{base}}/rides/:id", variables=(Param("id", "7"),)),
            id="only raw, with path variables",
        ),
        pytest.param(
            {
                "raw": "ignored",
                "protocol": "https",
                "auth": {"user": "ann", "password": "secret"},
                "host": ["api", "example", "com"],
                "port": "8443",
                "path": ["rides", ":id", ""],
                "query": [{"key": "limit", "value": "10"}],
                "hash": "top",
                "variable": [{"key": "id", "value": "7"}],
            },
            Url(
                protocol="https",
                auth=("ann", "secret"),
                host=("api", "example", "com"),
                port="8443",
                path=("rides", ":id", ""),
                query=(Param("limit", "10"),),
                hash="top",
                variables=(Param("id", "7"),),
            ),
            id="parts win over raw",
        ),
        pytest.param({"host": "a.{{b.c}}.d"}, Url(host=("a", "{{b.c}}", "d")), id="host as text"),
        pytest.param({"host": ["a"], "path": "/x/y/"}, Url(host=("a",), path=("x", "y", "")), id="path as text"),
        pytest.param({"host": ["a"], "path": "/"}, Url(host=("a",), path=("",)), id="path of one slash"),
        pytest.param({"host": ["a"], "path": ""}, Url(host=("a",)), id="blank path"),
        pytest.param({"host": ["a"], "path": []}, Url(host=("a",), path=()), id="path without segments"),
        pytest.param(
            {"host": ["a"], "path": [{"type": "string", "value": "x"}, 5, None]},
            Url(host=("a",), path=("x", "5", "")),
            id="segments that are no texts",
        ),
        pytest.param({"raw": "", "host": [""]}, Url(), id="a blank address as the app exports it"),
        pytest.param(
            {"host": ["a"], "protocol": "http://", "port": 80}, Url("http", host=("a",), port="80"), id="slips"
        ),
        pytest.param({"host": ["a"], "auth": {"user": "ann"}}, Url(host=("a",), auth=("ann", None)), id="user only"),
        pytest.param(
            {"host": ["a"], "query": "a=1&b&c="},
            Url(host=("a",), query=(Param("a", "1"), Param("b"), Param("c", ""))),
            id="query as text",
        ),
        pytest.param(
            {"host": ["a"], "query": {"a": "1", "b": None}},
            Url(host=("a",), query=(Param("a", "1"), Param("b"))),
            id="query as object",
        ),
        pytest.param(
            {"host": ["a"], "query": [{"key": None, "value": None}, {"key": "n", "value": 5}, None, {"value": "v"}]},
            Url(host=("a",), query=(Param("", None), Param("n", "5"), Param("", "v"))),
            id="query with nulls and numbers",
        ),
        pytest.param(
            {"host": ["a"], "query": [{"key": "a", "disabled": True}, {"key": "b", "enabled": False}]},
            Url(host=("a",), query=(Param("a", None, False), Param("b", None, False))),
            id="switched off in either way",
        ),
        pytest.param(
            {"host": ["a"], "query": None, "variable": [{"id": "x", "value": "1"}, {"name": "y", "value": None}]},
            Url(host=("a",), variables=(Param("x", "1"), Param("y", ""))),
            id="path variables with id or name",
        ),
        pytest.param(None, Url(), id="null"),
        pytest.param("", Url(), id="blank"),
        pytest.param({}, Url(), id="nothing in it"),
    ],
)
def test_url(url: Any, expected: Url) -> None:
    """An address is read in every form that files and Postman's SDK know."""
    assert expected == read(url=url).url


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param([{"key": "A", "value": "b"}], (Param("A", "b"),), id="a list"),
        pytest.param(
            [{"key": "A", "value": None}, {"key": "B"}, {"key": "C", "value": 1.0}, {"key": "D", "value": True}],
            (Param("A", ""), Param("B", ""), Param("C", "1"), Param("D", "true")),
            id="values that are no texts",
        ),
        pytest.param([{"key": "", "value": "we", "disabled": True}], (Param("", "we", False),), id="no name"),
        pytest.param(["A: b", None], (Param("A", "b"),), id="a list of texts"),
        pytest.param("A: b\nHost:localhost:80\n\nnone", (Param("A", "b"), Param("Host", "localhost:80")), id="lines"),
        pytest.param("A: b\r\n  c\r\nD: e", (Param("A", "b c"), Param("D", "e")), id="a folded line"),
        pytest.param("//A: b", (Param("A", "b", False),), id="a commented line is switched off"),
        pytest.param({"A": "b", "C": 5}, (Param("A", "b"), Param("C", "5")), id="an object"),
        pytest.param(None, (), id="null"),
        pytest.param("", (), id="blank"),
    ],
)
def test_headers(header: Any, expected: tuple[Param, ...]) -> None:
    """Headers are read as list, lines or object; null stands for nothing."""
    assert expected == read(header=header).headers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"mode": "raw", "raw": "{}"}, Body("raw", raw="{}"), id="raw"),
        pytest.param("text", Body("raw", raw="text"), id="a text is raw"),
        pytest.param({"mode": "RAW", "raw": None}, Body("raw"), id="raw, null"),
        pytest.param({"mode": "raw", "raw": {"a": [1, "é"]}}, Body("raw", raw='{"a":[1,"é"]}'), id="raw as JSON"),
        pytest.param(
            {"mode": "raw", "raw": "x", "options": {"raw": {"language": "json"}}, "disabled": True},
            Body("raw", raw="x", language="json", enabled=False),
            id="options",
        ),
        pytest.param({"mode": "raw", "raw": "x", "options": None}, Body("raw", raw="x"), id="no options"),
        pytest.param(
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": None}, {"key": "b", "value": "c"}]},
            Body("urlencoded", params=(Param("a", ""), Param("b", "c"))),
            id="fields",
        ),
        pytest.param(
            {"mode": "urlencoded", "urlencoded": "a=1&b"},
            Body("urlencoded", params=(Param("a", "1"), Param("b", ""))),
            id="fields as text",
        ),
        pytest.param({"mode": "urlencoded"}, Body("urlencoded"), id="no fields"),
        pytest.param(
            {
                "mode": "formdata",
                "formdata": [
                    {"key": "a", "value": "b", "type": "text", "contentType": "text/csv"},
                    {"key": "c", "value": {"d": 1}, "type": "default"},
                    {"key": "e", "value": None, "disabled": True},
                    {"key": "f", "type": "file", "src": "one.txt", "fileName": "two.txt"},
                    {"key": "g", "type": "file", "src": ["one.txt", "two.txt"]},
                    {"key": "h", "type": "file", "src": None},
                    {"key": "i", "type": "file", "src": [], "value": "aGk="},
                    None,
                ],
            },
            Body(
                "formdata",
                parts=(
                    FormPart("a", "text", "b", content_type="text/csv"),
                    FormPart("c", "text", '{"d":1}'),
                    FormPart("e", "text", "", enabled=False),
                    FormPart("f", "file", sources=("one.txt",), file_name="two.txt"),
                    FormPart("g", "file", sources=("one.txt", "two.txt")),
                    FormPart("h", "file"),
                    FormPart("i", "file", "aGk="),
                ),
            ),
            id="parts",
        ),
        pytest.param({"mode": "file", "file": {"src": "a.bin"}}, Body("file", source="a.bin"), id="file"),
        pytest.param({"mode": "file", "file": "a.bin"}, Body("file", source="a.bin"), id="file as text"),
        pytest.param({"mode": "file", "file": {"content": "aGk="}}, Body("file", content="aGk="), id="file content"),
        pytest.param({"mode": "file", "file": None}, Body("file"), id="no file chosen"),
        pytest.param(
            {"mode": "graphql", "graphql": {"query": "{me}", "operationName": "me", "variables": '{"a": 1}'}},
            Body("graphql", query="{me}", operation_name="me", variables='{"a": 1}'),
            id="GraphQL",
        ),
        pytest.param(
            {"mode": "graphql", "graphql": {"query": None, "variables": {"a": 1}}},
            Body("graphql", variables={"a": 1}),
            id="GraphQL with variables as JSON",
        ),
        pytest.param({}, None, id="an empty object is no body"),
        pytest.param({"raw": "text"}, None, id="without a mode there is no body"),
        pytest.param({"mode": "none"}, None, id="mode none"),
        pytest.param(None, None, id="null"),
    ],
)
def test_body(body: Any, expected: Body | None) -> None:
    """A body is read in each of its modes."""
    assert expected == read(body=body).body


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        pytest.param(
            {"type": "basic", "basic": [{"key": "username", "value": "ann"}, {"key": "password", "value": "x"}]},
            Auth("basic", (("username", "ann"), ("password", "x"))),
            id="v2.1: a list",
        ),
        pytest.param(
            {"type": "digest", "digest": {"username": "ann", "disableRetryRequest": False}},
            Auth("digest", (("username", "ann"), ("disableRetryRequest", False))),
            id="v2.0: an object",
        ),
        pytest.param({"type": "noauth"}, Auth("noauth"), id="noauth"),
        pytest.param({"type": "noauth", "noauth": None}, Auth("noauth"), id="noauth with null"),
        pytest.param(
            {"type": "bearer", "bearer": [None, {"key": "token", "value": "t"}], "basic": [{"key": "a"}]},
            Auth("bearer", (("token", "t"),)),
            id="only the chosen type",
        ),
        pytest.param(
            {
                "type": "oauth2",
                "oauth2": [
                    {"key": "a", "value": "5", "type": "number"},
                    {"key": "b", "value": False, "type": "boolean"},
                    {"key": "c", "value": [{"d": 1}], "type": "any"},
                ],
            },
            Auth("oauth2", (("a", 5), ("b", False), ("c", [{"d": 1}]))),
            id="typed values",
        ),
        pytest.param({}, None, id="nothing inherits"),
        pytest.param({"type": None}, None, id="a null type inherits"),
        pytest.param(None, None, id="null inherits"),
    ],
)
def test_auth(auth: Any, expected: Auth | None) -> None:
    """Auth is read with its parameters as list or object; without a type it is inherited."""
    assert expected == read(auth=auth).auth


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(None, RequestTemplate(Url()), id="null is a request without URL"),
        pytest.param({}, RequestTemplate(Url()), id="so is an empty object"),
        pytest.param("https://api/", RequestTemplate(Url(raw="https://api/")), id="a text is the URL of a GET"),
        pytest.param({"method": "post"}, RequestTemplate(Url(), "POST"), id="methods are upper case"),
        pytest.param({"method": None}, RequestTemplate(Url(), "GET"), id="GET is the default"),
        pytest.param({"description": "d"}, RequestTemplate(Url(), description="d"), id="description"),
        pytest.param(
            {"description": {"content": "d", "type": "text/markdown"}},
            RequestTemplate(Url(), description="d"),
            id="description with its type",
        ),
        pytest.param({"description": None, "foo": 1}, RequestTemplate(Url()), id="what is unknown is passed over"),
    ],
)
def test_request(data: Any, expected: RequestTemplate) -> None:
    """A request is read, however little of it is there."""
    assert expected == bare(request_from_json(data))


def test_places() -> None:
    """Everything in a request knows its place in the file."""
    request = request_from_json(
        {
            "url": {"host": ["a"], "query": [None, {"key": "a"}], "variable": [{"key": "b"}]},
            "header": [{"key": "c"}],
            "body": {"mode": "formdata", "formdata": [{"key": "d"}]},
            "auth": {"type": "basic"},
        },
        Location("f.json", "/item/0/request"),
    )
    assert request.body is not None
    assert request.auth is not None
    places: list[Any] = [
        request,
        request.url,
        request.url.query[0],
        request.url.variables[0],
        request.headers[0],
        request.body,
    ]

    assert [
        "/item/0/request",
        "/item/0/request/url",
        "/item/0/request/url/query/1",
        "/item/0/request/url/variable/0",
        "/item/0/request/header/0",
        "/item/0/request/body",
    ] == [each.at.pointer for each in places]
    assert Location("f.json", "/item/0/request/body/formdata/0") == request.body.parts[0].at
    assert Location("f.json", "/item/0/request/auth") == request.auth.at


@pytest.mark.parametrize(
    ("data", "pointer", "what"),
    [
        pytest.param(5, "", "the request must be an object or a URL, not a number", id="request"),
        pytest.param({"url": 5}, "/url", "the URL must be a text or an object", id="url"),
        pytest.param({"url": {"host": {"a": 1}}}, "/url/host", "must be a list, not an object", id="host"),
        pytest.param({"url": {"host": "a", "path": [[1]]}}, "/url/path/0", "must be a text, not a list", id="path"),
        pytest.param(
            {"url": {"host": "a", "path": [{}]}}, "/url/path/0", "must be a text, not an object", id="segment"
        ),
        pytest.param({"url": {"query": 5}}, "/url/query", "must be a list, not a number", id="query"),
        pytest.param({"url": {"query": [5]}}, "/url/query/0", "must be an object, not a number", id="parameter"),
        pytest.param({"url": {"variable": ["a"]}}, "/url/variable/0", "must be an object, not a text", id="variable"),
        pytest.param({"url": {"auth": "a:b"}}, "/url/auth", "must be an object, not a text", id="user"),
        pytest.param({"url": {"port": {}}}, "/url/port", "must be a text, not an object", id="port"),
        pytest.param({"method": ["GET"]}, "/method", "the method must be a text, not a list", id="method"),
        pytest.param({"header": 5}, "/header", "the headers must be a list, not a number", id="headers"),
        pytest.param({"header": [{"key": "A", "value": {}}]}, "/header/0", "the value of header 'A'", id="header"),
        pytest.param({"body": 5}, "/body", "the body must be an object, not a number", id="body"),
        pytest.param({"body": {"mode": "rwa"}}, "/body/mode", "'rwa' is no mode of a body", id="mode"),
        pytest.param({"body": {"mode": "formdata", "formdata": 5}}, "/body/formdata", "form parts", id="parts"),
        pytest.param({"body": {"mode": "formdata", "formdata": [5]}}, "/body/formdata/0", "a form part", id="part"),
        pytest.param({"body": {"mode": "file", "file": 5}}, "/body/file", "the file", id="file"),
        pytest.param({"body": {"mode": "graphql", "graphql": "{a}"}}, "/body/graphql", "GraphQL", id="graphql"),
        pytest.param({"auth": "basic"}, "/auth", "auth must be an object, not a text", id="auth"),
        pytest.param({"auth": {"basic": [{"key": "a"}]}}, "/auth", "auth has no type", id="auth without type"),
        pytest.param({"auth": {"type": "basic", "basic": 5}}, "/auth/basic", "the parameters", id="auth parameters"),
        pytest.param({"auth": {"type": "basic", "basic": ["a"]}}, "/auth/basic/0", "a parameter", id="auth parameter"),
    ],
)
def test_wrong_types(data: Any, pointer: str, what: str) -> None:
    """What cannot be sent as it is meant is an error, with its place and a remedy."""
    with pytest.raises(FormatError) as caught:
        request_from_json(data, Location("f.json"))

    assert Location("f.json", pointer) == caught.value.where
    assert what in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("mode", "fix"), [("urlencode", "did you mean 'urlencoded'?"), ("xml", "use one of raw, urlencoded")]
)
def test_an_unknown_mode(mode: str, fix: str) -> None:
    """Postman sends a body of unknown mode as raw text; here the right mode is proposed."""
    with pytest.raises(FormatError) as caught:
        read(body={"mode": mode})

    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            {"body": {"mode": "graphql", "graphql": {"variables": json.loads("[" * 900 + "]" * 900)}}}, id="deep"
        ),
        pytest.param({"body": {"mode": "raw", "raw": [float("inf")]}}, id="infinite"),
        pytest.param({"auth": {"type": "a", "a": {"b": {"c": float("inf")}}}}, id="infinite, in auth"),
    ],
)
def test_values_that_cannot_be_sent(data: Any) -> None:
    """A JSON value that could not be written again is found when it is read."""
    with pytest.raises(FormatError) as caught:
        request_from_json(data)

    assert caught.value.where is not None
    assert caught.value.where.pointer


def test_to_json() -> None:
    """A request is written in the form of schema v2.1, which Postman's SDK reads."""
    request = RequestTemplate(
        Url(
            "https",
            ("u", "p"),
            ("api", "com"),
            "80",
            ("a",),
            (Param("q", None), Param("r", "1", False)),
            "h",
            (Param("id", "7"),),
        ),
        "POST",
        (Param("A", "b"),),
        Body("urlencoded", params=(Param("c", "d"),), language="json", enabled=False),
        Auth("basic", (("username", "ann"),)),
        "why",
    )

    assert {
        "url": {
            "protocol": "https",
            "auth": {"user": "u", "password": "p"},
            "host": ["api", "com"],
            "port": "80",
            "path": ["a"],
            "query": [{"key": "q", "value": None}, {"key": "r", "value": "1", "disabled": True}],
            "hash": "h",
            "variable": [{"key": "id", "value": "7"}],
        },
        "method": "POST",
        "header": [{"key": "A", "value": "b"}],
        "body": {
            "mode": "urlencoded",
            "urlencoded": [{"key": "c", "value": "d"}],
            "options": {"raw": {"language": "json"}},
            "disabled": True,
        },
        "auth": {"type": "basic", "basic": [{"key": "username", "value": "ann"}]},
        "description": "why",
    } == request_to_json(request)


def test_to_json_of_a_url_as_text() -> None:
    """A URL that is known as text only is written as text."""
    assert {"url": "{{base}}/x", "method": "GET"} == request_to_json(RequestTemplate(Url(raw="{{base}}/x")))


texts = st.text(max_size=8)
filled = st.text(min_size=1, max_size=8)
optional = st.none() | filled
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


params = many(st.builds(Param, texts, texts, st.booleans()))
urls = st.builds(
    Url,
    protocol=st.none() | st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    auth=st.none() | st.tuples(texts, st.none() | texts),
    host=many(filled),
    port=st.none() | texts,
    path=st.none() | many(texts),
    query=many(st.builds(Param, texts, st.none() | texts, st.booleans())),
    hash=st.none() | texts,
    variables=params,
) | st.builds(Url, raw=filled, variables=params)
parts = st.builds(FormPart, texts, st.just("text"), texts, st.just(()), optional, st.none() | texts, st.booleans())
files = st.builds(FormPart, texts, st.just("file"), optional, many(filled), optional, st.none() | texts, st.booleans())
common: dict[str, Any] = {"language": optional, "enabled": st.booleans()}
bodies = st.one_of(
    st.builds(Body, st.just("raw"), raw=texts, **common),
    st.builds(Body, st.just("urlencoded"), params=params, **common),
    st.builds(Body, st.just("formdata"), parts=many(parts | files), **common),
    st.builds(Body, st.just("file"), source=optional, content=optional, **common),
    st.builds(Body, st.just("graphql"), query=texts, operation_name=st.none() | texts, variables=json_values, **common),
)
auths = st.builds(Auth, filled.filter(lambda name: name != "type"), many(st.tuples(texts, json_values)))
requests = st.builds(
    RequestTemplate,
    urls,
    st.sampled_from(["GET", "POST", "PURGE"]),
    params,
    st.none() | bodies,
    st.none() | auths,
    texts,
)


@settings(max_examples=200, deadline=None, database=None)
@given(requests)
def test_round_trip(request: RequestTemplate) -> None:
    """What is written is read back the same, also through the text that goes to the sandbox."""
    through_text = json.loads(json.dumps(request_to_json(request)))

    assert request == bare(request_from_json(through_text))

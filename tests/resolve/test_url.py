"""Taking addresses apart and joining them.

The expected values are what postman-collection 5.3.1 (`Url.parse`, `new Url(...).toString()`) gave for the same input;
`test_url_properties.py` asks it again, with inputs nobody thought of.
"""

from __future__ import annotations

import pytest

from paceline.errors import Location
from paceline.formats.url_text import parse
from paceline.model.collection import Param, Url
from paceline.resolve.url import in_parts, path_text, query_text, unparse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "https://user:pa:ss@api.test:8080/v1/users?a=1&b#top",
            Url(
                protocol="https",
                auth=("user", "pa:ss"),
                host=("api", "test"),
                port="8080",
                path=("v1", "users"),
                query=(Param("a", "1"), Param("b")),
                hash="top",
            ),
            id="every part",
        ),
        pytest.param("", Url(), id="nothing"),
        pytest.param("localhost", Url(host=("localhost",)), id="only a host"),
        pytest.param("h/", Url(host=("h",), path=("",)), id="a first slash begins a path"),
        pytest.param("/x", Url(path=("x",)), id="no host"),
        pytest.param("h:", Url(host=("h",), port=""), id="an empty port"),
        pytest.param("h:abc", Url(host=("h",), port="abc"), id="a port that is no number"),
        pytest.param("[::1]/x", Url(host=("[::1]",), path=("x",)), id="IPv6"),
        pytest.param("[::1]:80", Url(host=("[::1]",), port="80"), id="IPv6 with a port"),
        pytest.param("user@h", Url(auth=("user", None), host=("h",)), id="a user without password"),
        pytest.param("a@b:c@h", Url(auth=("a@b", "c"), host=("h",)), id="the last @ ends the password"),
        pytest.param("h/@x:y", Url(host=("h",), path=("@x:y",)), id="no password and no port in the path"),
        pytest.param("h?", Url(host=("h",), query=(Param(""),)), id="an empty query"),
        pytest.param("h?=v", Url(host=("h",), query=(Param("", "v"),)), id="an empty key"),
        pytest.param("h?a=b=c", Url(host=("h",), query=(Param("a", "b=c"),)), id="the first = ends the key"),
        pytest.param(
            "h?a&&b=", Url(host=("h",), query=(Param("a"), Param(""), Param("b", ""))), id="nothing between &&"
        ),
        pytest.param("h#a?b#c", Url(host=("h",), hash="a?b#c"), id="the first # begins the fragment"),
        pytest.param("http:////h/x", Url(protocol="http", host=("h",), path=("x",)), id="slashes too many"),
        pytest.param("file:////x", Url(protocol="file", path=("x",)), id="a file has a path and no host"),
        pytest.param("FILE:///x", Url(protocol="FILE", path=("x",)), id="a file in capitals"),
        pytest.param("file://x", Url(protocol="file", host=("x",)), id="a file with a host"),
        pytest.param("http:/h", Url(host=("http",), port="", path=("h",)), id="a slash too few"),
        pytest.param("h/r/http://x", Url(protocol="h/r/http", host=("x",)), id="an address inside the path"),
        pytest.param("h?u=http://x", Url(host=("h",), query=(Param("u", "http://x"),)), id="an address in the query"),
        pytest.param(
            "http:\\\\h\\x?a\\b", Url(protocol="http", host=("h",), path=("x",), query=(Param("a\\b"),)), id="\\"
        ),
        pytest.param(" \ufeff\u2028h \n", Url(host=("h \n",)), id="blanks only count at the end"),
        pytest.param("\x1ch", Url(host=("\x1ch",)), id="not a blank in JavaScript"),
    ],
)
def test_parse(text: str, expected: Url) -> None:
    """An address falls into the parts that Postman sees in it, odd as they may be."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{{base}}/x", Url(host=("{{base}}",), path=("x",)), id="as a host"),
        pytest.param("{{a.b:c/d?e#f@g}}.test", Url(host=("{{a.b:c/d?e#f@g}}", "test")), id="with separators inside"),
        pytest.param("{{a&b}}&c", Url(host=("{{a&b}}&c",)), id="not in a query"),
        pytest.param("h?{{a&b}}&c", Url(host=("h",), query=(Param("{{a&b}}"), Param("c"))), id="& in a query"),
        pytest.param("h?{{a=b}}", Url(host=("h",), query=(Param("{{a", "b}}"),)), id="= ends a key all the same"),
        pytest.param("{{p://}}://{{h}}", Url(protocol="{{p://}}", host=("{{h}}",)), id="as a protocol"),
        pytest.param("{{u:v}}:{{w}}@h", Url(auth=("{{u:v}}", "{{w}}"), host=("h",)), id="as user and password"),
        pytest.param("h:{{p]}}", Url(host=("h",), port="{{p]}}"), id="as a port"),
        pytest.param("h\\{{a\\b}}", Url(host=("h",), path=("{{a\\b}}",)), id="a backslash inside stays"),
        pytest.param("h/{{{a/b}}}", Url(host=("h",), path=("{{{a/b}}}",)), id="with a brace around"),
        pytest.param("h/{{a/{{b}}}}", Url(host=("h",), path=("{{a", "{{b}}}}")), id="only the inner one is a template"),
        pytest.param("h/{{a/b}", Url(host=("h",), path=("{{a", "b}")), id="not closed"),
    ],
)
def test_a_template_stays_whole(text: str, expected: Url) -> None:
    """Separators inside of `{{...}}` separate nothing, save for `=` in a query."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        pytest.param(":id", ["id"], id="a segment"),
        pytest.param(":id.json", ["id"], id="up to a dot"),
        pytest.param(":b/:a/:b", ["b", "a"], id="each name once, in order"),
        pytest.param("a:id/:/:.x", [], id="only at the beginning of a segment, and not empty"),
    ],
)
def test_parse_lists_the_path_variables(path: str, names: list[str]) -> None:
    """The `:name` segments of the path are variables without a value."""
    assert tuple(Param(name) for name in names) == parse(f"http://h/{path}").variables


def test_parse_keeps_given_variables() -> None:
    """Where values of the path variables are known they are kept, whatever the path names."""
    given = (Param("other", "1"),)

    assert given == parse("http://h/:id", given).variables


def test_parse_remembers_the_place() -> None:
    """The address and all that was parsed out of it point to where it stands in its file."""
    at = Location("orders.json", "/item/0/request/url")
    url = parse("http://h/:id?a=1", at=at)

    assert url.at == at
    assert [at, at] == [param.at for param in (*url.query, *url.variables)]


def test_an_address_given_as_text_is_parsed_when_needed() -> None:
    """`raw` stands for its parts, with the path variables beside it; an address in parts stays as it is."""
    raw, at = "http://h/:id?a", Location("orders.json", "/item/0/request/url")
    url = Url(raw=raw, variables=(Param("id", "7"),), at=at)

    assert parse(raw, url.variables, at) == in_parts(url)
    assert "http://h/7?a" == unparse(url)
    assert in_parts(url) == in_parts(in_parts(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(Url(), "", id="nothing"),
        pytest.param(Url(protocol="http://", host=("h",)), "http://h", id="a protocol written with ://"),
        pytest.param(Url(protocol="", host=("h",)), "h", id="an empty protocol"),
        pytest.param(Url(auth=("u", None), host=("h",)), "u@h", id="a user"),
        pytest.param(Url(auth=("", "p"), host=("h",)), ":p@h", id="a password"),
        pytest.param(Url(host=("a.b", "c")), "a.b.c", id="labels with dots"),
        pytest.param(Url(host=("h",), port=""), "h:", id="an empty port"),
        pytest.param(Url(host=("h",), path=()), "h/", id="a path without segments"),
        pytest.param(Url(host=("h",), path=("x/y", "")), "h/x/y/", id="segments with slashes"),
        pytest.param(Url(host=("h",), query=(Param(""),)), "h?", id="an empty query"),
        pytest.param(Url(host=("h",), hash=""), "h#", id="an empty fragment"),
    ],
)
def test_unparse(url: Url, expected: str) -> None:
    """Parts are joined with their separators; what is None leaves none behind, what is empty does."""
    assert expected == unparse(url)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param([], None, id="no parameters"),
        pytest.param([Param("a", "1", enabled=False)], None, id="none enabled"),
        pytest.param([Param("")], "", id="a single empty one"),
        pytest.param([Param("a"), Param("b", ""), Param("", "c"), Param("")], "a&b=&=c&", id="None has no ="),
        pytest.param([Param("a", "1", enabled=False), Param("b", "2")], "b=2", id="disabled ones leave no &"),
        pytest.param([Param("a&b#c=d", "a&b#c=d")], "a%26b%23c%3Dd=a%26b%23c=d", id="what would end a parameter"),
        pytest.param([Param("{{a&b#c=d}}&", "{{a&b}}#")], "{{a&b#c=d}}%26={{a&b}}%23", id="but not in templates"),
        pytest.param([Param("k", "é %zz+'\"")], "k=é %zz+'\"", id="nothing else"),
    ],
)
def test_query_text(params: list[Param], expected: str | None) -> None:
    """The query is its enabled parameters, escaped just so far that they stay apart."""
    assert expected == query_text(Url(host=("h",), query=tuple(params)))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param([Param("id", "7")], "/7/7.json/a:id/:", id="at the beginning of a segment, before a dot"),
        pytest.param([Param("id", "1/2?x=#y")], "/1/2?x=#y/1/2?x=#y.json/a:id/:", id="not escaped"),
        pytest.param([Param("id", "{{x}}")], "/{{x}}/{{x}}.json/a:id/:", id="a template"),
        pytest.param([Param("id", "")], "/:id/:id.json/a:id/:", id="empty: left in place"),
        pytest.param([Param("id")], "/:id/:id.json/a:id/:", id="without a value: left in place"),
        pytest.param([Param("ID", "7"), Param("", "8")], "/:id/:id.json/a:id/:", id="other names"),
        pytest.param([Param("id", "1"), Param("id", "2")], "/2/2.json/a:id/:", id="the last of several"),
        pytest.param([Param("id", "7", enabled=False)], "/7/7.json/a:id/:", id="disabled or not"),
    ],
)
def test_path_variables(variables: list[Param], expected: str) -> None:
    """A `:name` segment gives way to the value of its variable."""
    assert expected == path_text(Url(path=(":id", ":id.json", "a:id", ":"), variables=tuple(variables)))

"""Whole requests as they go on the wire.

Where no comment says otherwise, the expected lines are those Newman 6.2.2 sent to a socket, without Host and with
our User-Agent.
"""

from __future__ import annotations

from typing import Any

import pytest

from paceline import __version__
from paceline.errors import FileError, Location, RequestError
from paceline.formats.url_text import parse
from paceline.model.collection import Auth, Body, FormPart, Param, RequestTemplate
from paceline.model.exchange import HttpRequest, SendOptions
from paceline.resolve.compose import compose, drops_body, send_options

SYSTEM = [
    f"User-Agent: paceline/{__version__}",
    "Accept: */*",
    "Cache-Control: no-cache",
    "Postman-Token: 6f1c",
    "Accept-Encoding: gzip, deflate, br",
    "Connection: keep-alive",
]
NAMES = "user-agent accept cache-control postman-token accept-encoding connection".split()
BASIC = Auth("basic", (("username", "u"), ("password", "p")))
BEARER = Auth("bearer", (("token", "t"),))
RAW = Body("raw", raw="x")
JSON = Body("raw", raw="{}", language="json")
URLENCODED = Body("urlencoded", params=(Param("a", "b"),))
FORM = Body("formdata", parts=(FormPart("a", value="b"),))
FILE = Body("file", source="a.txt")
GRAPHQL = Body("graphql", query="q")


def files(src: str) -> tuple[str, bytes]:
    if src == "a.txt":
        return "a.txt", b"hello"
    raise FileError(f'no file "{src}"', None, "put it there")


def composed(
    method: str = "GET",
    headers: list[tuple[str, str | None]] | tuple[Param, ...] = (),
    body: Body | None = None,
    url: str = "http://api.test/x",
    auth: Auth | None = None,
    **behavior: Any,
) -> HttpRequest:
    params = headers if isinstance(headers, tuple) else tuple(Param(name, value) for name, value in headers)
    request = RequestTemplate(parse(url), method, params, body, at=Location("c.json", "/item/0/request"))
    return compose(request, auth=auth, behavior=behavior, files=files, postman_token="6f1c")


def lines(request: HttpRequest) -> list[str]:
    return [f"{name}: {value}" for name, value in request.headers]


def own_lines(request: HttpRequest) -> list[str]:
    """The headers without the six system headers, which must be there and in their order."""
    assert SYSTEM == [line for line in lines(request) if line in SYSTEM]
    return [line for line in lines(request) if line not in SYSTEM]


# method and length ----------------------------------------------------------------------------------------------------


def test_a_plain_get() -> None:
    """Six system headers go with every request."""
    expected = HttpRequest("GET", "http://api.test/x", tuple(tuple(line.split(": ")) for line in SYSTEM))  # type: ignore[misc]

    assert expected == composed()


@pytest.mark.parametrize(
    ("written", "sent"),
    [("get", "GET"), ("pOsT", "POST"), ("", "GET"), ("FOO", "FOO"), ("query", "QUERY"), ("M-SEARCH", "M-SEARCH")],
)
def test_method(written: str, sent: str) -> None:
    """A method goes in upper case, whatever it is; none is GET."""
    assert sent == composed(written).method


@pytest.mark.parametrize("method", ["GE T", " POST ", "PO\nST", "é"])
def test_a_method_that_cannot_be_sent(method: str) -> None:
    """A method is a token (RFC 9110, section 9.1)."""
    with pytest.raises(RequestError) as caught:
        composed(method)

    assert "ERR_INVALID_HTTP_TOKEN" == caught.value.code
    assert Location("c.json", "/item/0/request/method") == caught.value.where


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        *((method, []) for method in "GET HEAD OPTIONS DELETE TRACE CONNECT".split()),
        *((method, ["Content-Length: 0"]) for method in "POST PUT PATCH COPY PURGE UNLOCK LINK FOO".split()),
    ],
)
def test_no_body(method: str, expected: list[str]) -> None:
    """Without a body most methods say so, and some say nothing."""
    request = composed(method)

    assert request.body is None
    assert expected == own_lines(request)


@pytest.mark.parametrize("method", ["GET", "COPY", "HEAD", "PURGE", "UNLOCK"])
def test_body_pruning(method: str) -> None:
    """Some methods drop their body unless told not to; a file that would not go is not looked for."""
    kept = composed(method, body=RAW, disableBodyPruning=True)

    assert composed(method) == composed(method, body=RAW) == composed(method, body=Body("file", source="nope"))
    assert b"x" == kept.body
    assert ["Content-Type: text/plain", "Content-Length: 1"] == own_lines(kept)


@pytest.mark.parametrize("method", ["GET", "get", "", "COPY", "HEAD", "PURGE", "UNLOCK"])
def test_some_methods_drop_their_body(method: str) -> None:
    """By name in any case; no method at all is GET. `disableBodyPruning` makes them keep it."""
    assert drops_body(method, {})
    assert not drops_body(method, {"disableBodyPruning": True})


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "FOO"])
def test_other_methods_keep_their_body(method: str) -> None:
    """DELETE and OPTIONS have bodies too."""
    assert not drops_body(method, {})
    assert b"x" == composed(method, body=RAW).body


@pytest.mark.parametrize("body", [Body("raw"), Body("raw", raw="x", language="json", enabled=False), None])
def test_an_empty_body_has_no_type(body: Body | None) -> None:
    """An empty or disabled body leaves no trace but its length."""
    assert ["Content-Length: 0"] == own_lines(composed("POST", body=body))


def test_an_empty_file_is_still_a_body() -> None:
    """A file of no bytes has a type, and its length even where a missing body has none."""
    request = compose(
        RequestTemplate(parse("http://api.test"), "DELETE", body=FILE),
        auth=None,
        behavior={},
        files=lambda src: (src, b""),
        postman_token="6f1c",
    )

    assert b"" == request.body
    assert ["Content-Length: 0", "Content-Type: text/plain"] == own_lines(request)


# the order of the headers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (JSON, ["X: 1", "Content-Type: application/json", "Authorization: Bearer t", "SYSTEM", "Content-Length: 2"]),
        (RAW, ["X: 1", "Authorization: Bearer t", "Content-Type: text/plain", "SYSTEM", "Content-Length: 1"]),
        (
            GRAPHQL,
            ["X: 1", "Authorization: Bearer t", "Content-Type: application/json", "SYSTEM", "Content-Length: 13"],
        ),
        (
            URLENCODED,
            [
                "X: 1",
                "Authorization: Bearer t",
                "SYSTEM",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Length: 3",
            ],
        ),
        (FILE, ["X: 1", "Authorization: Bearer t", "SYSTEM", "Content-Length: 5", "Content-Type: text/plain"]),
    ],
    ids=["json", "text", "graphql", "urlencoded", "file"],
)
def test_header_order(body: Body, expected: list[str]) -> None:
    """Own headers come first, then authorization, then system headers; Content-Type has its place by mode."""
    at = expected.index("SYSTEM")

    assert expected[:at] + SYSTEM + expected[at + 1 :] == lines(composed("POST", [("X", "1")], body, auth=BEARER))


def test_header_order_of_a_multipart_form() -> None:
    """The generated Content-Type of a form stands after the system headers."""
    *before, content_type, length = lines(composed("POST", [("X", "1")], FORM, auth=BEARER))

    assert ["X: 1", "Authorization: Bearer t", *SYSTEM] == before
    assert content_type.startswith("Content-Type: multipart/form-data; boundary=--------------------------")
    assert "Content-Length: 157" == length


def test_own_headers_take_the_place_of_system_headers() -> None:
    """A system header that the request has in any case of letters stays where it was written."""
    own = [("X-A", "1"), ("accept", "text/html"), ("User-Agent", ""), ("postman-token", "t")]

    expected = ["X-A: 1", "accept: text/html", "User-Agent: ", "postman-token: t", SYSTEM[2], *SYSTEM[4:]]
    assert expected == lines(composed(headers=[*own]))


# own headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([("X-A", "1"), ("X-B", "m"), ("X-A", "2")], ["X-A: 1", "X-A: 2", "X-B: m"], id="repeated"),
        pytest.param([("X-A", "1"), ("X-B", "m"), ("x-a", "2")], ["x-a: 2", "X-B: m"], id="the last spelling wins"),
        pytest.param([("X-A", "1"), ("x-a", "2"), ("X-A", "3")], ["x-a: 2"], id="the spelling that began last"),
        pytest.param([("Cookie", "a=1"), ("Cookie", "b=2")], ["Cookie: a=1; b=2"], id="cookies in one line"),
        pytest.param([("", "1"), ("X", "2")], ["X: 2"], id="without a name"),
        pytest.param([("X", ""), ("Y", None)], ["X: ", "Y: "], id="without a value"),
        pytest.param([("X", "  a\tb "), ("Y", "é")], ["X:   a\tb ", "Y: é"], id="blanks and Latin-1 as they are"),
        pytest.param([("X", "1"), ("Host", "example.org")], ["X: 1", "Host: example.org"], id="Host"),
        pytest.param([("Host", ""), ("X", "1")], ["X: 1"], id="an empty Host is left to the transport"),
        pytest.param([("Content-Type", "a/b")], ["Content-Type: a/b"], id="a type without a body"),
    ],
)
def test_own_headers(headers: list[tuple[str, str | None]], expected: list[str]) -> None:
    """Headers go as written and in their order, those of one name together."""
    assert expected == own_lines(composed(headers=headers))


def test_disabled_headers_are_not_there() -> None:
    """A disabled header is not sent, and does not keep a system header away."""
    params = (Param("X", "1", enabled=False), Param("X", "2"), Param("Accept", "a/b", enabled=False))

    assert ["X: 2"] == own_lines(composed(headers=params))


@pytest.mark.parametrize("name", ["  ", " X-A ", "X A", "X:A", "Xé", ":path"])
def test_a_name_that_cannot_be_sent(name: str) -> None:
    """A header name is a token; Newman refuses too."""
    at = Location("c.json", "/item/0/request/header/0")
    with pytest.raises(RequestError) as caught:
        composed(headers=(Param(name, "1", at=at),))

    assert "ERR_INVALID_HTTP_TOKEN" == caught.value.code
    assert at == caught.value.where


@pytest.mark.parametrize(
    "value", ["secret\nX: y", "secret\r\n", "secret\0", "secret\x01", "secret\x7f", "secret\u017e"]
)
def test_a_value_that_cannot_be_sent(value: str) -> None:
    """A line end, another control or a character beyond Latin-1 is an error, which does not tell the value."""
    with pytest.raises(RequestError) as caught:
        composed(headers=[("X-A", value)])

    assert "ERR_INVALID_CHAR" == caught.value.code
    assert "X-A" in caught.value.what
    assert "at character 7" in caught.value.what
    assert "secret" not in str(caught.value)


def test_one_host_at_most() -> None:
    """Two Host headers are an error, as in Newman."""
    with pytest.raises(RequestError, match="more than one Host"):
        composed(headers=[("Host", "a"), ("Host", "b")])


# Content-Type and Content-Length --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "written", "expected"),
    [
        (JSON, "a/b", "a/b"),
        (JSON, "", ""),
        (GRAPHQL, "application/graphql", "application/graphql"),
        (FILE, "x/y", "x/y"),
        (URLENCODED, "text/plain", "application/x-www-form-urlencoded"),
    ],
)
def test_own_content_type(body: Body, written: str, expected: str) -> None:
    """The request's own Content-Type holds, in its place and spelling, save that a form says what it is."""
    sent = own_lines(composed("POST", [("X", "1"), ("content-type", written), ("Y", "2")], body))

    assert ["X: 1", f"content-type: {expected}", "Y: 2"] == sent[:3]
    assert "Content-Type" not in "".join(sent)


def test_two_content_types_of_a_form() -> None:
    """A form takes the place of all of them."""
    headers: list[tuple[str, str | None]] = [("Content-Type", "a/b"), ("Content-Type", "c/d")]

    expected = ["Content-Type: application/x-www-form-urlencoded", "Content-Length: 3"]
    assert expected == own_lines(composed("POST", headers, URLENCODED))


@pytest.mark.parametrize(
    ("method", "body", "written", "expected"),
    [
        pytest.param("POST", RAW, "1", ["content-length: 1"], id="right"),
        pytest.param("POST", None, "0", ["content-length: 0"], id="right without a body"),
        pytest.param("GET", None, "0", ["content-length: 0"], id="right where it need not be"),
        # Newman sends a wrong one, and the server takes the rest of the body for the next request.
        pytest.param("POST", RAW, "7", ["content-length: 1"], id="wrong"),
        pytest.param("GET", None, "7", ["content-length: 0"], id="wrong without a body"),
    ],
)
def test_own_content_length(method: str, body: Body | None, written: str, expected: list[str]) -> None:
    """A Content-Length keeps its place and spelling, and fits the body."""
    sent = own_lines(composed(method, [("content-length", written)], body))

    assert expected == [line for line in sent if line.lower().startswith("content-length")]


def test_a_transfer_coding_goes_without_length() -> None:
    """RFC 9112, section 6.2, forbids to send both; Newman does."""
    headers: list[tuple[str, str | None]] = [("Transfer-Encoding", "chunked"), ("Content-Length", "1")]

    assert ["Transfer-Encoding: chunked", "Content-Type: text/plain"] == own_lines(composed("POST", headers, RAW))


# disabledSystemHeaders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_disabled_system_header(name: str) -> None:
    """Each system header can be switched off by its name in lower case."""
    expected = [line for line in SYSTEM if not line.lower().startswith(f"{name}:")]

    assert expected == lines(composed(disabledSystemHeaders={name: True}))


@pytest.mark.parametrize("setting", [{"accept": False}, {"Accept": True}, ["accept"], None])
def test_nothing_is_disabled(setting: object) -> None:
    """Only a true value under the name in lower case counts."""
    assert SYSTEM == lines(composed(disabledSystemHeaders=setting))


@pytest.mark.parametrize("body", [JSON, URLENCODED, FORM, FILE, GRAPHQL])
def test_a_disabled_content_type(body: Body) -> None:
    """Without its Content-Type a body goes all the same; one of the request is neither dropped nor replaced."""
    off = {"content-type": True}
    bare = own_lines(composed("POST", body=body, disabledSystemHeaders=off))
    own = own_lines(composed("POST", [("Content-Type", "a/b")], body, disabledSystemHeaders=off))

    assert ["Content-Length"] == [line.partition(":")[0] for line in bare]
    assert ["Content-Type: a/b", *bare] == own


@pytest.mark.parametrize("body", [RAW, None])
def test_a_disabled_content_length(body: Body | None) -> None:
    """Without its length a body goes all the same; one of the request is kept."""
    bare = composed("POST", body=body, disabledSystemHeaders={"content-length": True})
    own = composed("POST", [("Content-Length", "9")], body, disabledSystemHeaders={"content-length": True})

    assert "Content-Length" not in dict(bare.headers)
    assert str(len(bare.body or b"")) == dict(own.headers)["Content-Length"]


def test_own_headers_cannot_be_disabled() -> None:
    """The switches are for system headers."""
    own: list[tuple[str, str | None]] = [("Accept", "u"), ("Connection", "close")]
    sent = composed(headers=own, disabledSystemHeaders={"accept": True, "connection": True})

    assert ["Accept: u", "Connection: close"] == lines(sent)[:2]


# authorization --------------------------------------------------------------------------------------------------------


def test_auth_replaces_authorization_headers() -> None:
    """Every Authorization header gives way, whatever its case; the new one comes last of the own headers."""
    headers: list[tuple[str, str | None]] = [("X", "1"), ("authorization", "z"), ("Y", "2"), ("Authorization", "w")]

    assert ["X: 1", "Y: 2", "Authorization: Basic dTpw"] == own_lines(composed(headers=headers, auth=BASIC))


@pytest.mark.parametrize(
    ("place", "url", "headers"),
    [
        ("header", "http://api.test/x?q=1", ["X: 1", "Authorization: Bearer t"]),
        ("queryParams", "http://api.test/x?q=1&access_token=t", ["X: 1"]),
    ],
)
def test_an_oauth2_token_is_the_only_one(place: str, url: str, headers: list[str]) -> None:
    """Tokens of the request's own give way in both places, for there must not be two (RFC 6750, section 2)."""
    own: list[tuple[str, str | None]] = [("authorization", "z"), ("X", "1")]
    auth = Auth("oauth2", (("accessToken", "t"), ("addTokenTo", place)))
    request = composed(headers=own, url="http://api.test/x?access_token=old&q=1", auth=auth)

    assert (url, headers) == (request.url, own_lines(request))


@pytest.mark.parametrize("auth", [None, Auth("noauth")])
def test_without_auth_an_authorization_header_stays(auth: Auth | None) -> None:
    """A header the request has is its own business."""
    assert ["Authorization: z"] == own_lines(composed(headers=[("Authorization", "z")], auth=auth))


def test_api_key_as_header() -> None:
    """It replaces a header of its name in any case.

    Newman also drops names that differ in hyphens and blanks, which are other headers.
    """
    auth = Auth("apikey", (("key", "X-Key"), ("value", "v")))
    headers: list[tuple[str, str | None]] = [("x-key", "a"), ("xKey", "d"), ("X-KEY", "c")]

    assert ["xKey: d", "X-Key: v"] == own_lines(composed(headers=headers, auth=auth))


def test_api_key_as_content_type() -> None:
    """A key may be any header, one that the body would otherwise bring too."""
    auth = Auth("apikey", (("key", "content-type"), ("value", "a/b")))

    assert ["content-type: a/b", "Content-Length: 2"] == own_lines(composed("POST", body=JSON, auth=auth))


@pytest.mark.parametrize(
    ("query", "params", "expected"),
    [
        ("", [("key", "k"), ("value", "v w&é")], "?k=v%20w%26%C3%A9"),
        ("?a=1&k=old&b=2&k=old2", [("key", "k"), ("value", "v")], "?a=1&b=2&k=v"),
        ("?a", [("key", "k k"), ("value", "%20+")], "?a&k%20k=%20+"),
        ("?a=1", [("key", "k")], "?a=1&k"),
        ("?a=1", [("key", "k"), ("value", "")], "?a=1&k="),
        ("?a=1#frag", [("key", "k"), ("value", "v")], "?a=1&k=v"),
    ],
)
def test_api_key_in_the_query(query: str, params: list[tuple[str, str]], expected: str) -> None:
    """It replaces parameters of its name and goes to the end, encoded with the rest."""
    request = composed(url=f"http://api.test/x{query}", auth=Auth("apikey", (*params, ("in", "query"))))

    assert f"http://api.test/x{expected}" == request.url
    assert SYSTEM == lines(request)


def test_a_token_that_cannot_be_sent() -> None:
    """A token is checked as every header is; the auth is the place to mend."""
    at = Location("c.json", "/auth")
    with pytest.raises(RequestError) as caught:
        composed(auth=Auth("bearer", (("token", "t\n"),), at))

    assert "ERR_INVALID_CHAR" == caught.value.code
    assert at == caught.value.where


@pytest.mark.parametrize(
    ("userinfo", "expected"),
    [
        ("us:pa@", ["Authorization: Basic dXM6cGE="]),
        ("u%40s:p%3Aa%2F@", ["Authorization: Basic dUBzOnA6YS8="]),
        ("us:p:a@", ["Authorization: Basic dXM6cDph"]),
        ("us@", ["Authorization: Basic dXM6"]),
        (":pa@", ["Authorization: Basic OnBh"]),
        ("é:\u017e@", ["Authorization: Basic w6k6xb4="]),
        ("a+b:c@", ["Authorization: Basic YStiOmM="]),
        (":@", ["Authorization: Basic Og=="]),
        ("@", []),
    ],
)
def test_user_and_password_in_the_address(userinfo: str, expected: list[str]) -> None:
    """They leave the address and sign the request, after the system headers."""
    request = composed(url=f"http://{userinfo}api.test/x")

    assert "http://api.test/x" == request.url
    assert [*SYSTEM, *expected] == lines(request)


@pytest.mark.parametrize(
    ("auth", "headers", "expected"),
    [
        (BASIC, [], ["Authorization: Basic dTpw"]),
        (None, [("authorization", "x")], ["authorization: x"]),
        (None, [("authorization", "")], ["authorization: "]),
        (Auth("noauth"), [], ["Authorization: Basic dXM6cGE="]),
        (Auth("apikey", (("key", "K"), ("value", "q"))), [], ["K: q", "Authorization: Basic dXM6cGE="]),
    ],
)
def test_an_authorization_goes_before_the_address(
    auth: Auth | None, headers: list[tuple[str, str | None]], expected: list[str]
) -> None:
    """User and password of the address count only when nothing else signs the request; noauth does not."""
    assert expected == own_lines(composed(headers=headers, url="http://us:pa@api.test/x", auth=auth))


def test_user_and_password_with_a_body() -> None:
    """Their header stands between the Content-Type and the length."""
    request = composed("POST", body=URLENCODED, url="http://us:pa@api.test/x")

    expected = [
        "Content-Type: application/x-www-form-urlencoded",
        "Authorization: Basic dXM6cGE=",
        "Content-Length: 3",
    ]
    assert [*SYSTEM, *expected] == lines(request)


# what the behavior says -----------------------------------------------------------------------------------------------


def test_the_address_is_encoded_unless_switched_off() -> None:
    """`disableUrlEncoding` reaches the encoder."""
    assert "http://api.test/%22?q=%3C" == composed(url='http://api.test/"?q=<').url
    assert 'http://api.test/"?q=<' == composed(url='http://api.test/"?q=<', disableUrlEncoding=True).url


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        ({}, SendOptions(5.0)),
        ({"followRedirects": False}, SendOptions(5.0, follow_redirects=False)),
        ({"maxRedirects": 3}, SendOptions(5.0, max_redirects=3)),
        ({"maxRedirects": "many"}, SendOptions(5.0)),
        ({"followOriginalHttpMethod": True}, SendOptions(5.0, follow_original_method=True)),
        ({"followAuthorizationHeader": True}, SendOptions(5.0, follow_authorization=True)),
        ({"removeRefererHeaderOnRedirect": True}, SendOptions(5.0, remove_referer=True)),
        ({"strictSSL": False}, SendOptions(5.0, strict_ssl=False)),
        ({"strictSSL": None}, SendOptions(5.0)),
        ({"disableCookies": True}, SendOptions(5.0, use_cookies=False)),
        ({"disabledSystemHeaders": {"host": True}}, SendOptions(5.0, add_host=False)),
        ({"disabledSystemHeaders": {"host": False, "Host": True}}, SendOptions(5.0)),
        ({"disabledSystemHeaders": None}, SendOptions(5.0)),
    ],
)
def test_send_options(behavior: dict[str, Any], expected: SendOptions) -> None:
    """Each key of `protocolProfileBehavior` has its option."""
    assert expected == send_options(behavior, timeout=5.0)


def test_the_request_overrules_the_run() -> None:
    """`--insecure` and `--ignore-redirects` are defaults, which a request may overrule."""
    behavior = {"strictSSL": True, "followRedirects": True}
    mild = send_options({}, timeout=None, insecure=True, ignore_redirects=True)
    strict = send_options(behavior, timeout=None, insecure=True, ignore_redirects=True)

    assert (False, False) == (mild.strict_ssl, mild.follow_redirects)
    assert (True, True) == (strict.strict_ssl, strict.follow_redirects)

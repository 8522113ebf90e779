"""Authorization. Where no comment says otherwise, the expected headers are those Newman 6.2.2 sent."""

from __future__ import annotations

import pytest

from paceline.errors import Location, RequestError
from paceline.model.collection import Auth
from paceline.resolve.auth import Credential, credential, effective_auth

A, B, C = (Auth("bearer", (("token", name),)) for name in "abc")
NONE = Auth("noauth")


@pytest.mark.parametrize(
    ("request_auth", "folders", "collection", "expected"),
    [
        pytest.param(A, [B], C, A, id="the request's own"),
        pytest.param(None, [A, B], C, B, id="the innermost folder's"),
        pytest.param(None, [A, None], C, A, id="an outer folder's"),
        pytest.param(None, [None], C, C, id="the collection's"),
        pytest.param(None, [], None, None, id="none at all"),
        pytest.param(NONE, [B], C, NONE, id="noauth of the request ends the search"),
        pytest.param(None, [A, NONE], C, NONE, id="noauth of a folder does too"),
        pytest.param(Auth(""), [], C, C, id="an auth without a type is none"),
    ],
)
def test_effective_auth(
    request_auth: Auth | None, folders: list[Auth | None], collection: Auth | None, expected: Auth | None
) -> None:
    """The nearest auth holds, from the request outwards."""
    assert expected == effective_auth(request_auth, folders, collection)


@pytest.mark.parametrize("auth", [None, NONE, Auth("noauth", (("token", "t"),))])
def test_no_authorization(auth: Auth | None) -> None:
    """Without auth, or with noauth, nothing is added."""
    assert credential(auth) is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param([("username", "u"), ("password", "p")], "dTpw", id="both"),
        pytest.param([("username", "u")], "dTo=", id="user alone"),
        pytest.param([("password", "p")], "OnA=", id="password alone"),
        pytest.param([], "Og==", id="neither, and still signed"),
        pytest.param([("username", "é"), ("password", "\u017e:\U0001f600")], "w6k6xb468J+YgA==", id="in UTF-8"),
        pytest.param([("username", 5), ("password", 0)], "NTow", id="numbers"),
        pytest.param([("username", "u"), ("username", "v"), ("password", "p")], "djpw", id="the last of a name"),
        pytest.param([("username", "u"), ("password", "p"), ("showPassword", False)], "dTpw", id="the app's own"),
        # Newman sends the words null:null.
        pytest.param([("username", None), ("password", None)], "Og==", id="null is nothing"),
    ],
)
def test_basic(params: list[tuple[str, object]], expected: str) -> None:
    """User and password in base64 (RFC 7617)."""
    auth = Auth("basic", tuple(params))

    assert Credential("header", "Authorization", f"Basic {expected}") == credential(auth)


@pytest.mark.parametrize(("token", "expected"), [("t", "Bearer t"), (" t ", "Bearer  t "), (5, "Bearer 5")])
def test_bearer(token: object, expected: str) -> None:
    """The token goes as it is."""
    auth = Auth("bearer", (("token", token),))

    assert Credential("header", "Authorization", expected) == credential(auth)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([("key", "X-Key"), ("value", "v"), ("in", "header")], Credential("header", "X-Key", "v")),
        ([("key", "X-Key"), ("value", "v")], Credential("header", "X-Key", "v")),
        ([("key", "X-Key")], Credential("header", "X-Key", "")),
        ([("key", "k"), ("value", "v w&"), ("in", "query")], Credential("query", "k", "v w&")),
        ([("key", "k"), ("value", ""), ("in", "query")], Credential("query", "k", "")),
        ([("key", "k"), ("in", "query")], Credential("query", "k", None)),
    ],
)
def test_api_key(params: list[tuple[str, object]], expected: Credential) -> None:
    """An API key is a header unless it is to be in the query."""
    assert expected == credential(Auth("apikey", tuple(params)))


@pytest.mark.parametrize(
    ("params", "value"),
    [
        pytest.param([], "Bearer t", id="no prefix of its own"),
        pytest.param([("headerPrefix", " OAuth ")], "OAuth t", id="without the blanks around it"),
        pytest.param([("headerPrefix", "")], "t", id="an empty one"),
        pytest.param([("headerPrefix", "  ")], "t", id="a blank one"),
        pytest.param([("headerPrefix", 5)], "5 t", id="a number"),
        # Newman writes the word null.
        pytest.param([("headerPrefix", None)], "Bearer t", id="null is nothing"),
        pytest.param([("addTokenTo", "header"), ("tokenType", "bearer")], "Bearer t", id="in so many words"),
        pytest.param([("addTokenTo", "")], "Bearer t", id="in no place"),
        pytest.param([("tokenType", "DPoP")], "Bearer t", id="a type does not matter"),
        pytest.param([("accessToken", " u ")], "Bearer  u ", id="the token goes as it is"),
        pytest.param([("accessToken", 5)], "Bearer 5", id="a token that is a number"),
    ],
)
def test_oauth2_in_a_header(params: list[tuple[str, object]], value: str) -> None:
    """The stored token goes behind the prefix, and none stays in the query."""
    auth = Auth("oauth2", (("accessToken", "t"), *params))

    assert Credential("header", "Authorization", value, (("query", "access_token"),)) == credential(auth)


def test_oauth2_in_the_query() -> None:
    """There it has no prefix, and no Authorization header goes with it."""
    auth = Auth("oauth2", (("accessToken", "t u&"), ("addTokenTo", "queryParams"), ("headerPrefix", "X")))

    assert Credential("query", "access_token", "t u&", (("header", "Authorization"),)) == credential(auth)


AT = Location("c.json", "/item/0/request/auth")
OTHERS = "digest oauth1 hawk awsv4 ntlm edgegrid asap jwt Basic"


@pytest.mark.parametrize(
    "auth",
    [
        *(pytest.param(Auth(name, at=AT), id=name) for name in OTHERS.split()),
        pytest.param(Auth("bearer", at=AT), id="bearer without token"),
        pytest.param(Auth("bearer", (("token", ""),), AT), id="bearer with empty token"),
        pytest.param(Auth("bearer", (("token", None),), AT), id="bearer with null token"),
        pytest.param(Auth("bearer", (("token", " "),), AT), id="bearer with blank token"),
        pytest.param(Auth("apikey", (("value", "v"),), AT), id="API key without name"),
        pytest.param(Auth("apikey", (("value", "v"), ("in", "query")), AT), id="API key without name in the query"),
        pytest.param(Auth("apikey", (("key", "k"), ("in", "cookie")), AT), id="API key in no known place"),
        pytest.param(Auth("oauth2", (("grant_type", "implicit"),), AT), id="OAuth 2 without a stored token"),
        pytest.param(Auth("oauth2", (("accessToken", " "),), AT), id="OAuth 2 with a blank token"),
        pytest.param(Auth("oauth2", (("accessToken", "t"), ("tokenType", "MAC")), AT), id="OAuth 2 by MAC"),
        pytest.param(
            Auth("oauth2", (("accessToken", "t"), ("addTokenTo", "cookie")), AT), id="OAuth 2 in no known place"
        ),
    ],
)
def test_a_request_is_never_silently_unsigned(auth: Auth) -> None:
    """What cannot be signed is not sent; Newman sends it unsigned, and at most warns on its console."""
    with pytest.raises(RequestError) as caught:
        credential(auth)

    assert "EAUTH" == caught.value.code
    assert AT == caught.value.where
    assert caught.value.fix


def test_an_unsupported_type_is_named_with_the_supported_ones() -> None:
    """The message names the type, the advice what there is instead."""
    with pytest.raises(RequestError) as caught:
        credential(Auth("digest"))

    assert 'authorization of type "digest" is not supported' == caught.value.what
    assert caught.value.fix.startswith("Supported are basic, bearer, apikey, oauth2, noauth.")

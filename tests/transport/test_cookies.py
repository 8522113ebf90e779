"""The cookie jar: what is kept, where it goes, in which order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from paceline.model.exchange import Cookie, DroppedCookie, RefusedCookie
from paceline.transport.cookies import CookieJar, default_path, is_public_suffix

NOW = 1_800_000_000.0


def filled(url: str, *headers: str) -> CookieJar:
    jar = CookieJar()
    jar.store(url, headers, NOW)
    return jar


@pytest.mark.parametrize(
    ("set_by", "header", "asked", "sent"),
    [
        # host only
        pytest.param("http://a.test/", "c=1", "http://a.test/", "c=1", id="back to its host"),
        pytest.param("http://a.test/", "c=1", "http://a.test:8080/", "c=1", id="ports make no difference"),
        pytest.param("http://a.test/", "c=1", "https://a.test/", "c=1", id="nor does the scheme"),
        pytest.param("http://A.Test/", "c=1", "http://a.tesT/", "c=1", id="nor does case"),
        pytest.param("http://a.test/", "c=1", "http://b.a.test/", "", id="not to a host below"),
        pytest.param("http://b.a.test/", "c=1", "http://a.test/", "", id="not to a host above"),
        # domain
        pytest.param("http://a.test/", "c=1; Domain=a.test", "http://b.a.test/", "c=1", id="by domain below"),
        pytest.param("http://b.a.test/", "c=1; Domain=a.test", "http://c.a.test/", "c=1", id="and beside"),
        pytest.param("http://b.a.test/", "c=1; Domain=.a.test", "http://a.test/", "c=1", id="and above, by a dot too"),
        pytest.param("http://b.a.test/", "c=1; Domain=a.test", "http://ba.test/", "", id="not to the same end"),
        pytest.param("http://a.test/", "c=1; Domain=b.test", "http://b.test/", "", id="nobody sets for others"),
        pytest.param("http://a.test/", "c=1; Domain=b.a.test", "http://b.a.test/", "", id="nor for those below"),
        pytest.param("http://a.com/", "c=1; Domain=com", "http://b.com/", "", id="nor for a public suffix"),
        pytest.param("http://a.co.uk/", "c=1; Domain=co.uk", "http://a.co.uk/", "", id="of two labels"),
        pytest.param("http://a.github.io/", "c=1; Domain=github.io", "http://a.github.io/", "", id="of a company"),
        pytest.param("http://a.intranet/", "c=1; Domain=intranet", "http://a.intranet/", "", id="or an unknown one"),
        pytest.param("http://github.io/", "c=1; Domain=github.io", "http://github.io/", "c=1", id="save for itself"),
        pytest.param("http://github.io/", "c=1; Domain=github.io", "http://a.github.io/", "", id="and then it alone"),
        pytest.param("http://localhost/", "c=1; Domain=localhost", "http://localhost/", "c=1", id="localhost"),
        pytest.param(
            "http://b\xfccher.example/", "c=1; Domain=xn--bcher-kva.example", "http://xn--bcher-kva.example/", "c=1",
            id="international names are the same in punycode",
        ),
        pytest.param("http://a.test/", "c=1; Domain=" + "\xfc" * 80, "http://a.test/", "", id="impossible ones"),
        # addresses
        pytest.param("http://127.0.0.1/", "c=1", "http://127.0.0.1/", "c=1", id="an address"),
        pytest.param("http://127.0.0.1/", "c=1; Domain=127.0.0.1", "http://127.0.0.1/", "c=1", id="its own domain"),
        pytest.param("http://127.0.0.1/", "c=1; Domain=0.0.1", "http://127.0.0.1/", "", id="has none above it"),
        pytest.param("http://[::1]:80/", "c=1", "http://[::1]/", "c=1", id="an IPv6 address"),
        # path
        pytest.param("http://a.test/x/y", "c=1", "http://a.test/x/z", "c=1", id="the folder of the request"),
        pytest.param("http://a.test/x/y", "c=1", "http://a.test/x/z/w", "c=1", id="and below"),
        pytest.param("http://a.test/x/y", "c=1", "http://a.test/x", "c=1", id="and the folder itself"),
        pytest.param("http://a.test/x/y", "c=1", "http://a.test/", "", id="not above"),
        pytest.param("http://a.test/x/y", "c=1", "http://a.test/xy/", "", id="not beside"),
        pytest.param("http://a.test/x/y", "c=1; Path=/", "http://a.test/", "c=1", id="a path of its own"),
        pytest.param("http://a.test/x/y", "c=1; Path=/q", "http://a.test/q?r", "c=1", id="even elsewhere"),
        pytest.param("http://a.test/", "c=1; Path=/q/", "http://a.test/q", "", id="a slash at its end counts"),
        pytest.param("http://a.test/x/y", "c=1; Path=q", "http://a.test/x/", "c=1", id="a path that is none"),
        pytest.param("http://a.test/", "c=1; Path=/Q", "http://a.test/q", "", id="case counts"),
        # secure
        pytest.param("https://a.test/", "c=1; Secure", "https://a.test/", "c=1", id="secure goes by https"),
        pytest.param("https://a.test/", "c=1; Secure", "http://a.test/", "", id="not by http"),
        pytest.param("http://a.test/", "c=1; Secure", "https://a.test/", "c=1", id="though http may set it"),
        pytest.param("http://localhost/", "c=1; Secure", "http://localhost/", "c=1", id="save to this machine"),
        pytest.param("http://x.localhost/", "c=1; Secure", "http://x.localhost/", "c=1", id="by all its names"),
        pytest.param("http://127.9.9.9/", "c=1; Secure", "http://127.9.9.9/", "c=1", id="and addresses"),
        pytest.param("http://[::1]/", "c=1; Secure", "http://[::1]/", "c=1", id="of both kinds"),
        pytest.param("http://127.evil.test/", "c=1; Secure", "http://127.evil.test/", "", id="not what looks like one"),
        # prefixes
        pytest.param("https://a.test/", "__Secure-c=1", "https://a.test/", "", id="a promise not kept: __Secure-"),
        pytest.param("https://a.test/", "__Secure-c=1; Secure", "https://a.test/", "__Secure-c=1", id="kept"),
        pytest.param("https://a.test/", "__Host-c=1; Secure; Path=/", "https://a.test/", "__Host-c=1", id="__Host-"),
        pytest.param("https://a.test/x/", "__Host-c=1; Secure", "https://a.test/x/", "", id="__Host- with a path"),
        pytest.param(
            "https://a.test/", "__Host-c=1; Secure; Path=/; Domain=a.test", "https://a.test/", "", id="or a domain"
        ),
        # others
        pytest.param("http://a.test/", "c", "http://a.test/", "c", id="a nameless cookie is sent without ="),
        pytest.param("http://a.test/", 'c="x y"', "http://a.test/", 'c="x y"', id="quotes are sent"),
        pytest.param("http://a.test/", "c=1; HttpOnly", "http://a.test/", "c=1", id="scripts are not asked"),
        pytest.param("http://a.test/", "c=1; SameSite=Strict", "http://a.test/", "c=1", id="no site to be the same"),
    ],
)  # fmt: skip
def test_where_a_cookie_goes(set_by: str, header: str, asked: str, sent: str) -> None:
    """A cookie goes to the hosts and paths that its server may set it for (RFC 6265, sections 5.3 and 5.4)."""
    assert sent == filled(set_by, header).header_for(asked, NOW)


@pytest.mark.parametrize(
    ("header", "seconds", "sent"),
    [
        pytest.param("c=1", 10**9, "c=1", id="the end of a session never comes by itself"),
        pytest.param("c=1; Max-Age=60", 59, "c=1", id="before its age"),
        pytest.param("c=1; Max-Age=60", 60, "", id="at its age"),
        pytest.param("c=1; Expires=Fri, 15 Jan 2027 08:01:00 GMT", 59, "c=1", id="before its date"),
        pytest.param("c=1; Expires=Fri, 15 Jan 2027 08:01:00 GMT", 60, "", id="at its date"),
        pytest.param("c=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 59, "c=1", id="age goes before date"),
        pytest.param("c=1; Max-Age=0", 0, "", id="no age at all"),
        pytest.param("c=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, "", id="a date that is past"),
    ],
)
def test_when_a_cookie_ends(header: str, seconds: float, sent: str) -> None:
    """A cookie is sent until its time is over."""
    assert sent == filled("http://a.test/", header).header_for("http://a.test/", NOW + seconds)


def test_an_expired_cookie_is_forgotten() -> None:
    """A cookie whose time is over leaves the jar when a request meets it."""
    jar = filled("http://a.test/", "c=1; Max-Age=60")

    jar.header_for("http://a.test/", NOW + 60)

    assert [] == list(jar)


def test_servers_delete_by_expiry() -> None:
    """A cookie that is set with a time in the past takes the older one with it."""
    jar = filled("http://a.test/", "c=1", "d=2", "c=; Max-Age=0")

    assert "d=2" == jar.header_for("http://a.test/", NOW)


def test_order() -> None:
    """Longer paths go first, then older cookies, and one that is set again keeps its age (section 5.4)."""
    jar = CookieJar()
    jar.store("http://a.test/x/y", ["old=1; Path=/", "long=1", "twin=1; Path=/"], NOW)
    jar.store("http://a.test/x/y", ["young=1; Path=/", "old=2; Path=/"], NOW + 1)

    assert "long=1; old=2; twin=1; young=1" == jar.header_for("http://a.test/x/y", NOW + 2)


def test_a_cookie_is_known_by_domain_path_and_name() -> None:
    """Only the same domain, path and name replace a cookie."""
    jar = filled("http://a.test/x/", "c=1", "c=2; Path=/", "c=3; Domain=a.test", "C=4", "c=5")

    assert "c=5; C=4; c=2" == jar.header_for("http://a.test/x/", NOW)


def test_what_is_kept() -> None:
    """A cookie keeps all its attributes."""
    jar = filled("http://b.a.test/x", "c=1; Domain=a.test; Max-Age=5; Secure; HttpOnly; SameSite=Lax; Priority=High")

    assert [
        Cookie(
            name="c",
            value="1",
            domain="a.test",
            path="/",
            expires=NOW + 5,
            secure=True,
            http_only=True,
            host_only=False,
            same_site="lax",
            created=NOW,
            extensions=("Priority=High",),
        )
    ] == list(jar)


def test_one_bad_cookie_does_not_spoil_the_others() -> None:
    """Headers that hold no usable cookie are passed over."""
    jar = filled("http://a.test/", "", "c=1; Domain=elsewhere.test", "\x01=\x02", "good=1")

    assert "good=1" == jar.header_for("http://a.test/", NOW)


@pytest.mark.parametrize(
    ("url", "header", "name", "reason"),
    [
        pytest.param(
            "http://a.test/", "c=5ecret; Domain=b.test", "c",
            "Domain=b.test is neither the host a.test nor a domain above it",
            id="for others",
        ),
        pytest.param(
            "http://127.0.0.1/", "c=5ecret; Domain=0.0.1", "c",
            "Domain=0.0.1 is neither the host 127.0.0.1 nor a domain above it",
            id="for others, by address",
        ),
        pytest.param(
            "http://a.com/", "c=5ecret; Domain=.Com", "c",
            "Domain=com is a public suffix: a cookie for it would go to hosts of others too",
            id="for a public suffix",
        ),
        pytest.param(
            "https://a.test/", "__Secure-c=5ecret", "__Secure-c", "the prefix __Secure- asks for Secure", id="__Secure-"
        ),
        pytest.param(
            "https://a.test/x/", "__Host-c=5ecret; Secure", "__Host-c", "the prefix __Host- asks for Path=/",
            id="__Host- with a path",
        ),
        pytest.param(
            "https://a.test/x/", "__Host-c=5ecret; Domain=a.test", "__Host-c",
            "the prefix __Host- asks for Secure and Path=/ and no Domain",
            id="__Host- without any of what it asks for",
        ),
        pytest.param("http://a.test/", "; Path=/", "", "it is empty", id="nothing at all"),
        pytest.param(
            "http://a.test/", "c=5ecret\x01", "c", "a control character is in its name or value",
            id="a control character",
        ),
        pytest.param(
            "http://a.test/", "5ecret\x01", "", "a control character is in its name or value",
            id="and no name",
        ),
        pytest.param(
            "http://a.test/x/", "c=5ecret; Max-Age=0", "c",
            "already expired, and none of domain a.test and path /x to delete",
            id="over at once",
        ),
        pytest.param(
            "http://a.test/", "c=5ecret; Path=/y; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "c",
            "already expired, and none of domain a.test and path /y to delete",
            id="by a date that is past, where only another path has one",
        ),
    ],
)  # fmt: skip
def test_why_a_cookie_is_not_kept(url: str, header: str, name: str, reason: str) -> None:
    """The jar names what it refuses and tells why (RFC 6265, sections 5.2 and 5.3); never the value."""
    jar = filled(url, "c=1; Path=/z")

    assert ((RefusedCookie(name, reason),), ()) == jar.store(url, ["good=1", header], NOW)
    assert ["c", "good"] == [cookie.name for cookie in jar]
    assert "5ecret" not in name + reason


def test_what_a_response_deletes() -> None:
    """A cookie that is set with a time in the past takes one of the same domain, path and name with it."""
    jar = filled("http://b.a.test/", "c=1; Domain=a.test", "c=2", "d=3")

    stored = jar.store("http://b.a.test/", ["c=; Domain=a.test; Max-Age=0"], NOW)

    reason = "a response deleted it, by setting it with a Max-Age or Expires that is over"
    assert ((), (DroppedCookie("c", "a.test", "/", reason),)) == stored
    assert "c=2; d=3" == jar.header_for("http://b.a.test/", NOW)


def test_kept_cookies_are_not_told() -> None:
    """Neither new ones nor those that are set again."""
    jar = filled("http://a.test/", "c=1")

    assert ((), ()) == jar.store("http://a.test/", ["c=2", "d=3; Max-Age=5"], NOW)


def test_clear() -> None:
    """A jar can be emptied."""
    jar = filled("http://a.test/", "c=1")

    jar.clear()

    assert 0 == len(jar)


def test_threads() -> None:
    """Requests of several threads fill and read one jar."""
    jar = CookieJar()

    def work(number: int) -> None:
        for turn in range(50):
            jar.store("http://a.test/", [f"c{number}-{turn}=1"], NOW)
            jar.header_for("http://a.test/", NOW)
            list(jar)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert 400 == len(jar)


@pytest.mark.parametrize(
    ("path", "folder"),
    [("", "/"), ("/", "/"), ("/x", "/"), ("/x/", "/x"), ("/x/y", "/x"), ("/x/y/", "/x/y"), ("x/y", "/")],
)
def test_default_path(path: str, folder: str) -> None:
    """A cookie without path belongs to the folder of its request (section 5.1.4)."""
    assert folder == default_path(path)


@pytest.mark.parametrize(
    ("domain", "public"),
    [
        pytest.param("com", True, id="a top level"),
        pytest.param("co.uk", True, id="a second level"),
        pytest.param("github.io", True, id="of a company"),
        pytest.param("example.com", False, id="a registered name"),
        pytest.param("localhost", True, id="a special name"),
        pytest.param("a.localhost", False, id="a name below it"),
        pytest.param("intranet", True, id="an unknown name"),
        pytest.param("api.intranet", False, id="a name below that"),
        pytest.param("10.0.0.1", False, id="an address"),
        pytest.param("::1", False, id="an IPv6 address"),
    ],
)
def test_public_suffix(domain: str, public: bool) -> None:
    """Names below which anybody can register, by the public list."""
    assert public is is_public_suffix(domain)

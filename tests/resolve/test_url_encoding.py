"""Addresses on the wire.

The expected targets and hosts are what Newman 6.2.2 wrote into the request line and the Host header, read by a bare
TCP server, and for names that have no server what Node's `url.domainToASCII` made of them; see the comments where we
differ on purpose.
"""

from __future__ import annotations

import pytest

from paceline.errors import Location, RequestError
from paceline.formats.url_text import parse
from paceline.model.collection import Param, Url
from paceline.resolve.url_encoding import credentials, encode


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("", "/", id="no path"),
        pytest.param("/", "/", id="a path of nothing"),
        pytest.param("?", "/?", id="an empty query"),
        pytest.param("?a=b&&c&", "/?a=b&&c&", id="a query without path, with empty parameters"),
        pytest.param("#top", "/", id="a fragment is not sent"),
        pytest.param("/a/../b/./c//d/", "/a/../b/./c//d/", id="dot segments and empty ones stay"),
        pytest.param("/a b/%20/%zz/%41/%2f%", "/a%20b/%20/%zz/%41/%2f%", id="what is encoded stays, and a bare %"),
        pytest.param("/ü/日/😀", "/%C3%BC/%E6%97%A5/%F0%9F%98%80", id="other letters in UTF-8"),
        pytest.param('/"<>`{}', "/%22%3C%3E%60%7B%7D", id="encoded in a path"),
        pytest.param("/;,:@&=+$!*'()[]|^~", "/;,:@&=+$!*'()[]|^~", id="kept in a path"),
        pytest.param("/a\\b", "/a/b", id="a backslash is a slash"),
        pytest.param("/a\tb\nc\x7f  ", "/a%09b%0Ac%7F%20%20", id="control characters and blanks at the end"),
        pytest.param("/{{un/res?x#y}}/z", "/%7B%7Bun/res%3Fx%23y%7D%7D/z", id="a template in a path"),
        pytest.param("?{{a}}={{b}}", "/?{{a}}={{b}}", id="a template in a query"),
        pytest.param("?q= \"'<>", "/?q=%20%22%27%3C%3E", id="encoded in a query"),
        pytest.param("?q=`{}|\\^[]%zz%41+/?:@!$()*,;=", "/?q=`{}|\\^[]%zz%41+/?:@!$()*,;=", id="kept in a query"),
        pytest.param("?ü=日\x01\x7f", "/?%C3%BC=%E6%97%A5%01%7F", id="other characters in a query"),
        pytest.param("?a=\ud800", "/?a=%EF%BF%BD", id="half a surrogate pair"),
    ],
)
def test_path_and_query(written: str, sent: str) -> None:
    """Path and query are encoded as Newman encodes them: each with its own set of characters, nothing twice."""
    assert f"http://127.0.0.1:8080{sent}" == encode(parse(f"http://127.0.0.1:8080{written}"))


def test_path_variables_and_parameters() -> None:
    """Values of path variables and parameters are encoded like the text around them; disabled ones are not sent."""
    query = (Param("a&=#", "b&=#"), Param("d", "x", enabled=False), Param("n"), Param("e", ""))
    url = Url(host=("h",), path=(":id", ":s.x"), query=query, variables=(Param("id", "v /y?z"), Param("s", "ü")))

    assert "http://h/v%20/y%3Fz/%C3%BC.x?a%26%3D%23=b%26=%23&n&e=" == encode(url)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("h/x", "http://h/x", id="http when there is none"),
        pytest.param("HTTPS://Api.TEST/X", "https://api.test/X", id="lower case up to the path"),
        pytest.param("   http:\\\\h\\x", "http://h/x", id="blanks before and backslashes"),
        pytest.param("http:////h/x", "http://h/x", id="slashes too many"),
        pytest.param("http://user:secret@h/x", "http://h/x", id="without user and password"),
        pytest.param("http://h:80/", "http://h:80/", id="a port stays, even the usual one"),
        # Newman writes `Host: h:` and `Host: h: 8080`, which RFC 9110, section 7.2, has no room for.
        pytest.param("http://h:/", "http://h/", id="an empty port"),
        pytest.param("http://h: 8080/", "http://h:8080/", id="blanks around a port"),
        pytest.param(
            "http://a_b.-c-.test./", "http://a_b.-c-.test./", id="names that DNS knows though RFC 952 does not"
        ),
        pytest.param("http://BÜCHER.test/", "http://xn--bcher-kva.test/", id="punycode"),
        pytest.param("http://straße.test/", "http://xn--strae-oqa.test/", id="ß is not ss"),
        pytest.param("http://日本。jp/", "http://xn--wgv71a.jp/", id="another dot"),
        pytest.param("http://☃.test/", "http://xn--n3h.test/", id="symbols"),
        pytest.param("http://a\u00adb.test/", "http://ab.test/", id="a soft hyphen is nothing"),
        pytest.param("http://ex%41mple.test/", "http://example.test/", id="percent-encoded"),
        pytest.param("http://127.1/", "http://127.0.0.1/", id="IPv4 in two parts"),
        pytest.param("http://1.2.3/", "http://1.2.0.3/", id="IPv4 in three parts"),
        pytest.param("http://2130706433/", "http://127.0.0.1/", id="IPv4 as one number"),
        pytest.param("http://0x7f.1/", "http://127.0.0.1/", id="IPv4 in hexadecimal"),
        pytest.param("http://010.0x.0.1./", "http://8.0.0.1/", id="IPv4 in octal, hexadecimal nothing, a dot behind"),
        pytest.param("http://\uff11\uff12\uff17.0.0.1/", "http://127.0.0.1/", id="IPv4 in wide digits"),
        pytest.param("http://256.1.1.1/", "http://256.1.1.1/", id="no IPv4: over 255"),
        pytest.param("http://4294967296/", "http://4294967296/", id="no IPv4: over 32 bits"),
        pytest.param("http://08.1/", "http://08.1/", id="no IPv4: 8 is no octal digit"),
        pytest.param("http://1.2.3.4.0/", "http://1.2.3.4.0/", id="no IPv4: five parts"),
        pytest.param("http://1..2/", "http://1..2/", id="no IPv4: an empty part"),
        pytest.param("http://[0:0::0:1]:1/", "http://[::1]:1/", id="IPv6 in its short form"),
    ],
)
def test_protocol_host_and_port(written: str, sent: str) -> None:
    """What stands before the path is brought to the one form that servers, cookies and reports know."""
    assert sent == encode(parse(written))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("/a{}`^|\"<>'", "/a{}`^|\"<>'", id="a path"),
        pytest.param("?q=ü'\"<>{{x}}%zz\x7f", "?q=ü'\"<>{{x}}%zz\x7f", id="a query"),
        pytest.param("?#top", "?", id="a fragment is not sent either way"),
    ],
)
def test_encoding_can_be_turned_off(written: str, sent: str) -> None:
    """With `disableUrlEncoding` path and query go as they are; the host is brought to its form all the same."""
    url = parse(f"http://BÜCHER.test/x{written}")

    assert f"http://xn--bcher-kva.test/x{sent}" == encode(url, disable_encoding=True)


@pytest.mark.parametrize("character", [" ", "\n", "€", "\ud800"])
@pytest.mark.parametrize("before", ["/", "/?"])
def test_not_everything_can_be_sent_unencoded(before: str, character: str) -> None:
    """What would end the request line, or is no single byte, is refused, by the name Node has for it."""
    with pytest.raises(RequestError, match="unencoded") as caught:
        encode(parse(f"http://h{before}{character}"), disable_encoding=True)

    assert caught.value.code == "ERR_UNESCAPED_CHARACTERS"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        pytest.param("", "ERR_INVALID_URL", id="nothing"),
        pytest.param("/x", "ERR_INVALID_URL", id="no host"),
        pytest.param("http://?a=1", "ERR_INVALID_URL", id="no host before a query"),
        # Newman sends this one to localhost.
        pytest.param("http://:8080/x", "ERR_INVALID_URL", id="only a port"),
        pytest.param("ftp://h/", "ERR_INVALID_PROTOCOL", id="another protocol"),
        pytest.param("://h/", "ERR_INVALID_PROTOCOL", id="an empty protocol"),
        pytest.param("h/redirect/http://x", "ERR_INVALID_PROTOCOL", id="an address inside the path"),
        pytest.param("http://h:abc/", "ERR_SOCKET_BAD_PORT", id="a port of letters"),
        pytest.param("http://h:-1/", "ERR_SOCKET_BAD_PORT", id="a port below 0"),
        pytest.param("http://h:65536/", "ERR_SOCKET_BAD_PORT", id="a port above 65535"),
        pytest.param(f"http://h:{'9' * 5000}/", "ERR_SOCKET_BAD_PORT", id="a port beyond measure"),
        pytest.param("http://{{host}}/", "ENOTFOUND", id="a template as host"),
        pytest.param("http://{{a/b}}.test/", "ENOTFOUND", id="a template with a slash as host"),
        pytest.param("http://a b/", "ENOTFOUND", id="a blank in a host"),
        pytest.param("http://a%2fb/", "ENOTFOUND", id="an encoded slash in a host"),
        pytest.param("http://\u00ad/", "ENOTFOUND", id="a host of nothing but a soft hyphen"),
        pytest.param("http://\ue000.test/", "ENOTFOUND", id="a character that no name has"),
        pytest.param("http://[::1/", "ENOTFOUND", id="an open bracket"),
        pytest.param("http://[::g]/", "ENOTFOUND", id="no IPv6"),
    ],
)
def test_what_cannot_be_sent(written: str, code: str) -> None:
    """An address that no request can go to is refused before anything is sent, with its place and advice."""
    at = Location("orders.json", "/item/0/request/url")
    with pytest.raises(RequestError) as caught:
        encode(parse(written, at=at))

    assert (code, at) == (caught.value.code, caught.value.where)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("http://user:pa:ss%40@h/", ("user", "pa:ss@"), id="percent-encoded"),
        pytest.param("http://us%20er@h/", ("us er", ""), id="no password"),
        pytest.param("http://:pw@h/", ("", "pw"), id="no user"),
        pytest.param("http://ü:é%41+@h/", ("ü", "éA+"), id="a plus is no blank"),
        pytest.param("http://@h/", None, id="nothing before the @"),
        pytest.param("http://h/", None, id="no @"),
    ],
)
def test_credentials(address: str, expected: tuple[str, str] | None) -> None:
    """User and password of an address are decoded, to be sent as Basic authorization."""
    assert expected == credentials(parse(address))
    assert expected == credentials(Url(raw=address))


def test_an_address_given_as_text_is_parsed_first() -> None:
    """`raw` is encoded like the same address in parts."""
    assert "http://h/7?a%20b" == encode(Url(raw="h/:id?a b", variables=(Param("id", "7"),)))

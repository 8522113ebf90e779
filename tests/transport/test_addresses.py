"""An address is taken apart without a change to its path and query."""

from __future__ import annotations

import pytest

from paceline.errors import RequestError
from paceline.transport.addresses import Address, split, without_user


@pytest.mark.parametrize(
    ("url", "address"),
    [
        pytest.param("http://a.test", Address("http", "a.test", 80, "a.test", "/"), id="no path"),
        pytest.param("http://a.test?q", Address("http", "a.test", 80, "a.test", "/?q"), id="a query without path"),
        pytest.param("https://a.test:443/", Address("https", "a.test", 443, "a.test", "/"), id="the scheme's own port"),
        pytest.param("http://a.test:443/", Address("http", "a.test", 443, "a.test:443", "/"), id="another port"),
        pytest.param("http://a.test:/", Address("http", "a.test", 80, "a.test", "/"), id="an empty port"),
        pytest.param("HTTP://A.Test/B", Address("http", "a.test", 80, "a.test", "/B"), id="capitals"),
        pytest.param("http://[::1]:8/", Address("http", "::1", 8, "[::1]:8", "/"), id="an IPv6 address"),
        pytest.param("http://u:p@a.test/", Address("http", "a.test", 80, "a.test", "/"), id="user and password"),
        pytest.param("http://u:p@x@a.test/", Address("http", "a.test", 80, "a.test", "/"), id="an @ in the password"),
        pytest.param("http://a.test/@b", Address("http", "a.test", 80, "a.test", "/@b"), id="an @ in the path"),
        pytest.param(
            "http://a.test/%2f/../%7e;x=1?a=%2F&&b=a+b#top",
            Address("http", "a.test", 80, "a.test", "/%2f/../%7e;x=1?a=%2F&&b=a+b"),
            id="nothing is normalised",
        ),
        pytest.param("http://a.test/?", Address("http", "a.test", 80, "a.test", "/?"), id="an empty query"),
        pytest.param("http://a.test/\xfc", Address("http", "a.test", 80, "a.test", "/\xfc"), id="one byte unencoded"),
    ],
)
def test_split(url: str, address: Address) -> None:
    """Scheme, host, port, Host header and request target."""
    assert address == split(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.test/path", id="no scheme"),
        pytest.param("ftp://a.test/", id="another scheme"),
        pytest.param("http:///path", id="no host"),
        pytest.param("http://a.test:x/", id="a port that is no number"),
        pytest.param("http://a.test:65536/", id="a port that is too high"),
        pytest.param("http://a b/", id="a blank in the host"),
        pytest.param("http://b\xfccher.example/", id="a host that is not ASCII"),
        pytest.param("http://a.test\\@b.test/", id="a backslash, which some read as a slash"),
        pytest.param("http://a.test/a b", id="a blank in the path"),
        pytest.param("http://a.test/?q=\r\nX-Evil: 1", id="a line break"),
        pytest.param("http://a.test/\u6f22", id="a character of two bytes"),
    ],
)
def test_what_cannot_be_sent(url: str) -> None:
    """An address that no request line can hold is refused, with advice."""
    with pytest.raises(RequestError) as caught:
        split(url)

    assert "EINVALIDURL" == caught.value.code
    assert caught.value.fix


def test_errors_do_not_show_passwords() -> None:
    """User and password of an address stay out of what is shown."""
    with pytest.raises(RequestError) as caught:
        split("http://user:secret@a.test/ /")

    assert "secret" not in str(caught.value)
    assert "http://a.test/" == without_user("http://user:secret@a.test/")

"""An absolute address in the parts that a connection and a request line need, byte for byte as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from paceline.errors import RequestError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = re.compile(r"(https?)://([^/?#\\]*)(/[^?#]*)?(\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?:.*@)?(\[[0-9a-f:.]+\]|[^\[\]@:\s]+)(?::([0-9]*))?", re.IGNORECASE | re.DOTALL)
# What Node's http module refuses to write (lib/_http_client.js): it would end the request line or needs two bytes.
_UNSENDABLE = re.compile(r"[^!-\xff]|\x7f")
_USER_INFO = re.compile(r"(?<=://)[^/?#\\]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect, and what to ask for there.

    Attributes:
        host: lower case, an IPv6 address without its brackets.
        authority: value of the `Host` header: host and port, the port only when it is not the scheme's own.
        target: path and query as written, `/` when there is no path.
    """

    scheme: str
    host: str
    port: int
    authority: str
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, which decide whether a connection can be used again."""
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=1024)
def split(url: str) -> Address:
    """Take an address apart without changing a byte of its path and query; user and fragment are left out.

    Raises:
        RequestError: code `EINVALIDURL`: it is not absolute, not http or https, without host, or holds characters
            that cannot stand in a request line.

    >>> split("http://user@EXAMPLE.org:80/a%2fb?q=%20#top")
    Address(scheme='http', host='example.org', port=80, authority='example.org', target='/a%2fb?q=%20')
    """
    parts = _ABSOLUTE.fullmatch(url)
    authority = _AUTHORITY.fullmatch(parts[2]) if parts else None
    if parts is None or authority is None:
        fix = "an address begins with http:// or https:// and a host, as in http://localhost:8080/path"
        raise _invalid(url, "this is no address to send a request to", fix)
    target = (parts[3] or "/") + (parts[4] or "")
    if unsendable := _UNSENDABLE.search(target):
        raise _invalid(url, f"{unsendable[0]!r} cannot be sent unencoded", "write it in percent-encoding")
    scheme, host = parts[1].lower(), authority[1].lower()
    port = int(authority[2]) if authority[2] else _DEFAULT_PORTS[scheme]
    if port > 65535 or not host.isascii():
        fix = "a port goes up to 65535, and an international name is written in punycode (xn--...)"
        raise _invalid(url, "host or port cannot be", fix)
    written = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    return Address(scheme, host.strip("[]"), port, written, target)


def without_user(url: str) -> str:
    """The address without user and password, to be shown and to be sent as `Referer` (RFC 9110, section 10.1.3).

    >>> without_user("http://user:secret@example.org/?to=a@b")
    'http://example.org/?to=a@b'
    """
    return _USER_INFO.sub("", url, count=1)


def _invalid(url: str, what: str, fix: str) -> RequestError:
    return RequestError(f"{without_user(url)!r}: {what}", fix=fix, code="EINVALIDURL")

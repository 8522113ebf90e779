"""Addresses as they go on the wire, encoded as Newman encodes them.

Authority: postman-url-encoder 3.0.8, index.js and encoder/, which follows the URL standard (https://url.spec.whatwg.org)
in what it encodes, but touches neither dot segments nor what is encoded already. The same comes of Newman 6.2.2.
"""

from __future__ import annotations

import re
from functools import lru_cache

from paceline.errors import RequestError
from paceline.model.collection import Url
from paceline.resolve.url import in_parts, path_text, query_text, unparse

# Percent-encode sets of the URL standard, section 1.3. `%` is in none of them, so that %XX is never encoded twice.
_UNSAFE_IN_PATH = re.compile(r"[\x00- \"#<>?`{}\x7f-\U0010ffff]+")
_UNSAFE_IN_QUERY = re.compile(r"[\x00- \"#'<>\x7f-\U0010ffff]+")
# What Node's http module refuses to write (lib/_http_client.js): it would end the request line or needs two bytes.
_UNSENDABLE = re.compile(r"[^!-\xff]")
# A name that is sure to be no number, which needs no closer look.
_PLAIN_HOST = re.compile(r"(?:[a-z0-9_-]*\.)*[a-z_-][a-z0-9_-]*\.?")
# Forbidden domain code points of the URL standard, section 3.2, and braces: a template without a value.
_FORBIDDEN_IN_HOST = re.compile(r"[\x00- #%/:<>?@\[\\\]^{|}\x7f]")
_PORT = re.compile(r"[0-9]{1,5}")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def encode(url: Url, *, disable_encoding: bool = False) -> str:
    """The absolute address to send to: without user, password and fragment, which are no part of a request line.

    Protocol and host come in lower case, international names in punycode, numbers as IPv4 addresses. A missing
    protocol is `http`, a missing path is `/`; an empty port is left out.

    Args:
        disable_encoding: `protocolProfileBehavior.disableUrlEncoding`: path and query go as they are, characters up
            to U+00FF as one byte (Latin-1).

    Raises:
        RequestError: no HTTP request can be made of it: another protocol, no host, no possible host or port, or a
            character that cannot be sent unencoded.

    >>> from paceline.formats.url_text import parse
    >>> encode(parse("Bücher.example/a b?q=é&x={{y}}#top"))
    'http://xn--bcher-kva.example/a%20b?q=%C3%A9&x={{y}}'
    """
    url = in_parts(url)
    protocol = "http" if url.protocol is None else url.protocol.lower()
    if protocol not in ("http", "https"):
        fix = "Only http and https can be sent. Put http:// in front if another :// occurs in the address"
        raise RequestError(f'cannot send by protocol "{protocol}"', url.at, fix, "ERR_INVALID_PROTOCOL")
    path, query = path_text(url), query_text(url)
    if not disable_encoding:
        path = _UNSAFE_IN_PATH.sub(_percent, path)
        query = query and _UNSAFE_IN_QUERY.sub(_percent, query)
    target = path if query is None else f"{path}?{query}"
    if disable_encoding and (unsendable := _UNSENDABLE.search(target)):
        fix = "Write it in percent-encoding, or do without disableUrlEncoding"
        raise RequestError(f"cannot send {unsendable[0]!r} unencoded", url.at, fix, "ERR_UNESCAPED_CHARACTERS")
    return f"{protocol}://{_host(url)}{_port(url)}{target}"


def credentials(url: Url) -> tuple[str, str] | None:
    """User and password of `http://user:password@host`, decoded; None when there are none.

    Postman sends them as Basic authorization unless the request has an Authorization header (postman-request,
    request.js).
    """
    auth = in_parts(url).auth
    if auth is None or auth == ("", None):
        return None
    from urllib.parse import unquote

    user, password = auth
    return unquote(user), unquote(password or "")


def _percent(match: re.Match[str]) -> str:
    try:
        octets = match[0].encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which Node sends as U+FFFD
        octets = match[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return "%" + octets.hex("%").upper()


def _port(url: Url) -> str:
    port = (url.port or "").strip()
    if not port:
        return ""
    if not _PORT.fullmatch(port) or int(port) > 65535:
        fix = "A port is a number from 0 to 65535"
        raise RequestError(f'"{url.port}" is no port', url.at, fix, "ERR_SOCKET_BAD_PORT")
    return f":{port}"


def _host(url: Url) -> str:
    host = ".".join(url.host).lower()
    if _PLAIN_HOST.fullmatch(host):
        return host
    if not host:  # With a port Newman would go to localhost instead; nobody means that.
        fix = "Write the host, as in http://localhost:8080/path; a variable at the beginning may be empty"
        written = unparse(url)
        what = f'no host in "{written}"' if written else "the request has no URL"
        raise RequestError(what, url.at, fix, "ERR_INVALID_URL")
    ascii_host = _ascii_host(host)
    if ascii_host is None:  # Newman asks the name server for it all the same, hence the code.
        fix = "A host holds no braces, blanks or separators; does every {{variable}} in it have a value?"
        raise RequestError(f'"{".".join(url.host)}" is no host', url.at, fix, "ENOTFOUND")
    return ascii_host


@lru_cache(maxsize=256)
def _ascii_host(host: str) -> str | None:
    """The host as the URL standard writes it (section 3.5, "host parser"), or None when it cannot be one."""
    if host.startswith("[") and host.endswith("]"):
        return _ipv6(host)
    if "%" in host:
        from urllib.parse import unquote

        host = unquote(host)
    if not host.isascii():
        import idna

        try:
            # Only the mapping of UTS 46: idna.encode() obeys IDNA 2008, which has no emoji, unlike Node and browsers.
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
        except idna.IDNAError:
            return None
        labels = host.split(".")
        host = ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)
    return None if not host or _FORBIDDEN_IN_HOST.search(host) else _ipv4(host.lower())


def _ipv4(host: str) -> str:
    """`127.1`, `0x7f.1` and `2130706433` in four decimal parts; a host that is no such number as it is."""
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return host
    try:
        *leading, last = (_number(part) for part in parts)
    except ValueError:  # 08
        return host
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        return host
    octets = bytes(leading) + last.to_bytes(4 - len(leading), "big")
    return ".".join(map(str, octets))


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)


def _ipv6(host: str) -> str | None:
    from ipaddress import IPv6Address

    try:
        return f"[{IPv6Address(host[1:-1]).compressed}]"
    except ValueError:
        return None

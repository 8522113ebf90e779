"""Addresses in text and in parts, as Postman's SDK takes them apart and joins them again.

Not the grammar of RFC 3986: a `{{template}}` is one opaque piece wherever it stands, nothing is encoded save what
would break the query apart, and every text has a reading, if an odd one. What goes on the wire is made by
`paceline.resolve.url_encoding`. Authority: postman-collection 5.3.1, lib/collection/url.js and query-param.js, with
postman-url-encoder 3.0.8, parser/index.js (the versions in Postman's sandbox). Newman 6.2.2 parses with 3.0.5, which
reads a backslash inside a template as a slash unless the template holds another separator too; ours does not.
"""

from __future__ import annotations

import re

from paceline.errors import Location
from paceline.model.collection import Param, Url

# What String.prototype.trimStart removes (ECMA-262, WhiteSpace and LineTerminator); str.lstrip takes others.
_BLANKS = "\t\n\v\f\r \xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_TEMPLATE_OR_BACKSLASH = re.compile(r"\{\{[^{}]*\}\}|\\")
_TEMPLATE_OR_KEY_BREAK = re.compile(r"\{\{[^{}]*\}\}|[&#=]")
_TEMPLATE_OR_VALUE_BREAK = re.compile(r"\{\{[^{}]*\}\}|[&#]")
_ESCAPES = {"&": "%26", "#": "%23", "=": "%3D", "\\": "/"}


def parse(text: str, variables: tuple[Param, ...] = (), at: Location = Location()) -> Url:
    """Take an address apart; never fails.

    A `://` anywhere before the query ends the protocol, a last `@` before the path ends user and password, a last
    `:` begins the port, whatever it is. Leading blanks are dropped, trailing ones belong to the last part.

    Args:
        variables: values of the `:name` segments; without any, the names in the path are listed with value None.
        at: the place of the address; its query parameters get the same.

    >>> url = parse("{{base/url}}:8080/users/:id?page=2&all")
    >>> url.host, url.port, url.path
    (('{{base/url}}',), '8080', ('users', ':id'))
    >>> [(param.key, param.value) for param in (*url.query, *url.variables)]
    [('page', '2'), ('all', None), ('id', None)]
    """
    text = text.lstrip(_BLANKS)
    # The same text with its templates blotted out, so that places found in the one can be cut in the other.
    mask = _TEMPLATE.sub(lambda template: "_" * len(template[0]), text) if "{{" in text else text
    fragment = protocol = auth = port = path = None
    query: tuple[Param, ...] = ()
    if (cut := mask.find("#")) >= 0:
        fragment, text, mask = text[cut + 1 :], text[:cut], mask[:cut]
    if (cut := mask.find("?")) >= 0:
        query = tuple(_param(piece, at) for piece in _split(text[cut + 1 :], mask[cut + 1 :], "&"))
        text, mask = text[:cut], mask[:cut]
    if "\\" in mask:
        text, mask = _TEMPLATE_OR_BACKSLASH.sub(_escape, text), mask.replace("\\", "/")
    if (cut := mask.find("://")) >= 0:
        protocol = text[:cut]
        start = len(mask) - len(mask[cut + 3 :].lstrip("/"))
        if protocol.lower() == "file" and start > cut + 3:
            start -= 1  # of all slashes that follow one is kept, where the path begins without a host
        text, mask = text[start:], mask[start:]
    if (cut := mask.find("/")) >= 0:
        path = _split(text[cut + 1 :], mask[cut + 1 :], "/")
        text, mask = text[:cut], mask[:cut]
    if (cut := mask.rfind("@")) >= 0:
        colon = mask.find(":", 0, cut)
        auth = (text[:cut], None) if colon < 0 else (text[:colon], text[colon + 1 : cut])
        text, mask = text[cut + 1 :], mask[cut + 1 :]
    if (cut := mask.rfind(":")) >= 0 and "]" not in mask[cut:]:  # the colons of an IPv6 address begin no port
        port, text, mask = text[cut + 1 :], text[:cut], mask[:cut]
    host = _split(text, mask, ".") if text else ()
    return Url(protocol, auth, host, port, path, query, fragment, variables or _named(path or (), at), at=at)


def in_parts(url: Url) -> Url:
    """The same address in its parts: an address that a file gives as text (`raw`) is parsed, another stays."""
    return url if url.raw is None else parse(url.raw, url.variables, url.at)


def unparse(url: Url) -> str:
    """Join an address: disabled query parameters left out, path variables put in, the fragment kept.

    >>> unparse(parse("https://api.test/users/:id.json?a=1#top", (Param("id", "7"),)))
    'https://api.test/users/7.json?a=1#top'
    """
    url = in_parts(url)
    text = ""
    if url.protocol:
        text = url.protocol if url.protocol.endswith("://") else f"{url.protocol}://"
    if url.auth is not None:
        user, password = url.auth
        text += f"{user}@" if password is None else f"{user}:{password}@"
    text += ".".join(url.host)
    if url.port is not None:
        text += f":{url.port}"
    if url.path is not None:
        text += path_text(url)
    if (query := query_text(url)) is not None:
        text += f"?{query}"
    if url.hash is not None:
        text += f"#{url.hash}"
    return text


def path_text(url: Url) -> str:
    """The path of an address in parts, with the values of its `:name` segments; `/` when it has none.

    A name ends at the first dot (`:id.json`). Values go in as they are, so a `/` or `?` in one changes the address.
    An empty value leaves the name standing. As in Postman the last of several entries counts, even a disabled one:
    the app has no switch for path variables.
    """
    path = url.path or ()
    if not url.variables:
        return "/" + "/".join(path)
    values = {variable.key: variable.value for variable in url.variables}
    segments = []
    for segment in path:
        name = _name(segment)
        value = values.get(name) if name else None
        segments.append(value + segment[1 + len(name) :] if value else segment)
    return "/" + "/".join(segments)


def query_text(url: Url) -> str | None:
    """The query of an address in parts, without its `?`; None when no parameter is enabled, unlike an empty one.

    Outside templates `&` and `#` are escaped, and `=` in keys, since they would end the parameter; nothing else is.
    """
    params = [_query_pair(param) for param in url.query if param.enabled]
    return "&".join(params) if params else None


def _query_pair(param: Param) -> str:
    key = _TEMPLATE_OR_KEY_BREAK.sub(_escape, param.key)
    return key if param.value is None else f"{key}={_TEMPLATE_OR_VALUE_BREAK.sub(_escape, param.value)}"


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], match[0])  # a template stays as it is


def _split(text: str, mask: str, separator: str) -> tuple[str, ...]:
    """Pieces of `text` between the separators of `mask`, which is of the same length."""
    if text == mask:
        return tuple(text.split(separator))
    pieces, start = [], 0
    for piece in mask.split(separator):
        pieces.append(text[start : start + len(piece)])
        start += len(piece) + 1
    return tuple(pieces)


def _param(text: str, at: Location) -> Param:
    key, equals, value = text.partition("=")
    return Param(key, value if equals else None, at=at)


def _named(path: tuple[str, ...], at: Location) -> tuple[Param, ...]:
    names = dict.fromkeys(filter(None, map(_name, path)))
    return tuple(Param(name, at=at) for name in names)


def _name(segment: str) -> str:
    """The name of a `:name` segment, or nothing."""
    return segment[1:].partition(".")[0] if segment.startswith(":") else ""

"""Addresses in text, taken apart as Postman's SDK does it.

Not the grammar of RFC 3986: a `{{template}}` is one opaque piece wherever it stands, nothing is decoded, and every
text has a reading, if an odd one. Authority: postman-collection 5.3.1, lib/collection/url.js and query-param.js, with
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
        text, mask = _TEMPLATE_OR_BACKSLASH.sub(_slashed, text), mask.replace("\\", "/")
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
    names = dict.fromkeys(filter(None, map(name_in, path)))
    return tuple(Param(name, at=at) for name in names)


def name_in(segment: str) -> str:
    """The name of a `:name` segment, or nothing."""
    return segment[1:].partition(".")[0] if segment.startswith(":") else ""


def _slashed(match: re.Match[str]) -> str:
    return "/" if match[0] == "\\" else match[0]  # a template stays as it is

"""Addresses in parts, joined again as Postman's SDK joins them.

Nothing is encoded save what would break the query apart. What goes on the wire is made by
`paceline.resolve.url_encoding`; texts are taken apart by `paceline.formats.url_text`, where the authority is named.
"""

from __future__ import annotations

import re

from paceline.formats.url_text import name_in, parse
from paceline.model.collection import Param, Url

_TEMPLATE_OR_KEY_BREAK = re.compile(r"\{\{[^{}]*\}\}|[&#=]")
_TEMPLATE_OR_VALUE_BREAK = re.compile(r"\{\{[^{}]*\}\}|[&#]")
_ESCAPES = {"&": "%26", "#": "%23", "=": "%3D"}


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
        name = name_in(segment)
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

"""Whether a request is the one that was recorded, and if not, in which fields it differs.

Compared are method, host, path, query parameters, body and some headers, each by its meaning: JSON as data, forms and
multipart bodies as fields, parameters by name. Not compared is what a cassette hides, and what changes by itself or
says nothing of what is asked for: scheme, cookies, credentials, `User-Agent`, `Postman-Token`, lengths and encodings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from paceline.errors import Location, RequestError
from paceline.model.exchange import HttpRequest
from paceline.transport.addresses import split
from paceline.transport.cassette_errors import Difference
from paceline.transport.cassette_placeholders import fits, is_placeholder

#: Headers that are compared in every request: they decide what the service answers.
ALWAYS_COMPARED: Final = frozenset({"accept", "content-type"})

_LONGEST_SHOWN: Final = 80
_BOUNDARY: Final = re.compile(r";\s*boundary=(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^;\s]*))", re.IGNORECASE)
_PART_NAME: Final = re.compile(r"\bname=\"(?P<name>[^\"]*)\"")
_ABSENT: Final = object()


def origin_of(url: str) -> str:
    """Scheme, host and port of an address; empty when it is none."""
    try:
        return split(url).origin
    except RequestError:
        return ""


def differences(
    recorded: HttpRequest, now: HttpRequest, base_url: str, headers: Collection[str] = ()
) -> Iterator[Difference]:
    """The fields in which a request differs from a recorded one; nothing when it is the same.

    Args:
        now: with its secrets hidden, like the recorded one.
        base_url: origin that the cassette was recorded against. It stands for whatever host is asked now, so that what
            was recorded from an emulator can be played for any address; other hosts have to be the same.
        headers: names to compare besides those that always are.
    """
    if recorded.method != now.method:
        yield Difference("method", recorded.method, now.method)
    recorded_origin, now_origin = origin_of(recorded.url), origin_of(now.url)
    host, now_host = (origin.partition("://")[2] for origin in (recorded_origin, now_origin))
    if recorded_origin != base_url and host != now_host:
        yield Difference("host", host, now_host)
    path, query = _target(recorded.url)
    now_path, now_query = _target(now.url)
    if not fits(path, now_path):
        yield Difference("path", _short(path), _short(now_path))
    yield from _fields("query", query, now_query)
    for name in sorted({*ALWAYS_COMPARED, *(header.lower() for header in headers)}):
        values, now_values = _header(recorded, name), _header(now, name)
        if not _all_fit(values, now_values):
            yield Difference(f"header {_title(name)}", _listed(values), _listed(now_values))
    yield from _bodies(recorded, now)


# --- Addresses and headers ---


def _target(url: str) -> tuple[str, dict[str, list[str]]]:
    """Path, and parameters by name."""
    try:
        target = split(url).target
    except RequestError:
        target = url
    path, _, query = target.partition("?")
    return path, _form(query)


def _form(text: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            fields.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return fields


def _fields(kind: str, recorded: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> Iterator[Difference]:
    for name in dict.fromkeys((*recorded, *now)):
        values, now_values = recorded.get(name, []), now.get(name, [])
        if not _all_fit(values, now_values):
            yield Difference(f"{kind} {name}", _listed(values), _listed(now_values))


def _all_fit(recorded: list[str], now: list[str]) -> bool:
    return len(recorded) == len(now) and all(map(fits, recorded, now))


def _header(request: HttpRequest, name: str) -> list[str]:
    values = [value for key, value in request.headers if key.lower() == name]
    # A boundary is drawn by lot for each request.
    return [_BOUNDARY.sub("", value) for value in values] if name == "content-type" else values


def _title(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


# --- Bodies ---


def _bodies(recorded: HttpRequest, now: HttpRequest) -> Iterator[Difference]:
    if recorded.body == now.body or not (recorded.body or now.body):  # no body and an empty one are the same
        return
    text, now_text = _text(recorded.body), _text(now.body)
    data, now_data = _json(text), _json(now_text)
    if data is not _ABSENT and now_data is not _ABSENT:
        yield from _json_differences(data, now_data, Location())
        return
    forms = [_form_body(request) for request in (recorded, now)]
    if forms[0] is not None and forms[1] is not None:
        yield from _fields("body field", forms[0], forms[1])
    elif not fits(text, now_text):
        yield Difference("body", _excerpt(text, now_text), _excerpt(now_text, text))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _ABSENT


def _json_differences(recorded: Any, now: Any, at: Location) -> Iterator[Difference]:
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*recorded, *now)):
            yield from _json_differences(recorded.get(name, _ABSENT), now.get(name, _ABSENT), at.child(name))
    elif isinstance(recorded, list) and isinstance(now, list):
        for index in range(max(len(recorded), len(now))):
            one, other = (each[index] if index < len(each) else _ABSENT for each in (recorded, now))
            yield from _json_differences(one, other, at.child(index))
    elif not _same_scalar(recorded, now):
        field = f"body {at.pointer}" if at.pointer else "body"
        yield Difference(field, _shown_json(recorded), _shown_json(now))


def _same_scalar(recorded: Any, now: Any) -> bool:
    if isinstance(recorded, str) and isinstance(now, str):
        return fits(recorded, now)
    if isinstance(recorded, str) and is_placeholder(recorded):
        return not isinstance(now, dict | list) and now is not _ABSENT  # whoever has no password sends none
    return isinstance(recorded, bool) == isinstance(now, bool) and bool(recorded == now)


def _form_body(request: HttpRequest) -> dict[str, list[str]] | None:
    """The fields of a body that is a form, by its Content-Type."""
    written = next((value for key, value in request.headers if key.lower() == "content-type"), "")
    media_type = written.partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        return _form(_text(request.body))
    boundary = _BOUNDARY.search(written)
    if not media_type.startswith("multipart/") or boundary is None:
        return None
    parts = _text(request.body).split(f"--{boundary['quoted'] or boundary['plain']}")
    fields: dict[str, list[str]] = {}
    for part in parts[1:-1]:
        head, _, content = part.partition("\r\n\r\n")
        name = _PART_NAME.search(head)
        # With its head, which names file and type.
        shown = f"{head.strip()}\n\n{content.removesuffix(chr(13) + chr(10))}"
        fields.setdefault(name["name"] if name else "", []).append(shown)
    return fields


def _text(body: bytes | None) -> str:
    return (body or b"").decode("utf-8", "surrogateescape")


# --- Showing ---


def _shown_json(value: Any) -> str | None:
    return None if value is _ABSENT else _short(json.dumps(value, ensure_ascii=False))


def _listed(values: list[str]) -> str | None:
    return _short(", ".join(map(_printable, values))) if values else None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def _excerpt(text: str, other: str) -> str:
    """A text from shortly before the first character in which it is another one."""
    pairs = enumerate(zip(text, other, strict=False))
    start = next((at for at, (one, two) in pairs if one != two), min(len(text), len(other)))
    begin = max(0, start - 20)
    shown = _short(_printable(text[begin:]))
    return f"{len(text)} characters, at {start}: {'...' if begin else ''}{shown}"


def _printable(text: str) -> str:
    escaped = text[:500].encode("utf-8", "backslashreplace").decode("utf-8")
    return re.sub(r"[\x00-\x1f\x7f]", lambda sign: repr(sign[0])[1:-1], escaped)

"""Secrets in text by the name that stands before them: in JSON, whole or broken, forms, XML, YAML, query strings.

Text is searched, not parsed: a body that is cut off or not quite JSON holds the same secrets. What is found is a place
in the text, so that all around it stays byte for byte what it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from paceline.report.secret_names import STEMS, is_secret_name

MASK: Final = "********"

_SAYS_NOTHING: Final = frozenset({"", "true", "false", "null", "undefined", "none", "nil", MASK})
_TEMPLATE: Final = re.compile(r"\{\{[^{}]*\}\}")


def tells_something(value: str) -> bool:
    """Whether a value tells which secret it is, and not just whether there is one, or where it comes from.

    >>> [tells_something(value) for value in ("hunter2", "", "null", "{{password}}", "{{user}}-2")]
    [True, False, False, False, True]
    """
    return _TEMPLATE.sub("", value).strip().lower() not in _SAYS_NOTHING


@dataclass(frozen=True, slots=True)
class Field:
    """A secret in a text.

    Attributes:
        start, end: its place; quotes around it are not part of it.
        value: what it is once the escapes of its notation are undone.
        mask: what to put there.
    """

    start: int
    end: int
    value: str
    mask: str = MASK


def secret_fields(text: str) -> tuple[Field, ...]:
    """The secrets of a text in order of place; none overlaps another.

    >>> [field.value for field in secret_fields('{"user": "eve", "auth": {"password": "hunter2"}')]
    ['hunter2']
    >>> [field.value for field in secret_fields("user=eve&access_token=a%2Bb")]
    ['a+b']
    """
    return _remembered(text) if _SHORT < len(text) < _LONG else _search(text)


def literal_fields(source: str) -> tuple[Field, ...]:
    """The secrets written into a script as literals: there `token=` is followed by code.

    >>> [field.value for field in literal_fields("const apiKey = 'k-1'; pm.environment.set('token', json.token)")]
    ['k-1']
    """
    return _named_fields(source, _LITERALS) if _may_hold_any(source) or "," in source else ()


# One text is looked through to learn its secrets, and again by each report to hide them.
_SHORT: Final = 500
_LONG: Final = 1_000_000


def masked_fields(text: str, fields: Sequence[Field]) -> str:
    """The text with masks in place of these fields."""
    pieces: list[str] = []
    position = 0
    for found in fields:
        pieces += text[position : found.start], found.mask
        position = found.end
    return "".join((*pieces, text[position:]))


def _search(text: str) -> tuple[Field, ...]:
    if not _may_hold_any(text):
        return ()
    return _Scan(text).fields() if _is_like_json(text) else _named_fields(text, _NAMED)


_remembered: Final = lru_cache(maxsize=16)(_search)


# Names of members, in the order of how often they are met; what follows `key` or `name` may be a name as well.
_JSON_NAMES: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(r'"([^"\\]{1,100}+)\\*"\s*:'),
    re.compile(r"[{,]\s*'?([\w.\-]{1,100}+)'?\s*:"),
    re.compile(r'"(?:key|name)"\s*:\s*"([^"\\]{1,100})'),
)
_NAMES: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(r"(?<![\w.\-\[\]%])([\w.\-\[\]%]{2,100}+)\\*[\"']?\s*[:=>]"),
    re.compile(r"\bname=[\"']([^\"']{1,100})"),
)


def _may_hold_any(text: str) -> bool:
    """A quick look, which nearly every text without secrets does not get beyond."""
    if "=" not in text and ":" not in text and ">" not in text:
        return False
    folded = text.lower()
    if not any(stem in folded for stem in STEMS):
        return False
    patterns = _NAMES
    if _is_like_json(text):  # other notations may stand in a text within
        plain = "=" not in text and ">" not in text and '\\"' not in text
        patterns = _JSON_NAMES if plain else (*_JSON_NAMES, *_NAMES)
    names = {name for pattern in patterns for name in pattern.findall(text)}
    if any(map(is_secret_name, names)):
        return True
    return "%" in text and any(is_secret_name(_decoded(name)) for name in names if "%" in name)


def _is_like_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


# --- JSON and what looks like it ---

_TOKEN: Final = re.compile(
    r"\{\{[^{}]*\}\}"  # a template; JSON has no two braces in a row
    r'|"((?:[^"\\]|\\.)*)(?:"|\Z)'  # the end of the text closes a string that was cut off
    r"|'((?:[^'\\\n]|\\.)*)'"
    r"|([{}\[\]:,])"
    r"|[^\s\"'{}\[\]:,]+",
    re.DOTALL,
)
_NUMBER: Final = re.compile(r"-?\d[\d.eE+-]*")
_LABELS: Final = frozenset({"key", "name"})


@dataclass(slots=True)
class _Level:
    """An object or a list while it is open.

    Attributes:
        secret: all within is secret, since its name is.
        labelled: it is an entry such as `{"key": "password", "value": ...}`.
        name: the member that a value is awaited for.
        value: the place of its member `value`, in case the label comes after it.
    """

    secret: bool = False
    labelled: bool = False
    name: str = ""
    value: Field | None = None


@dataclass(slots=True)
class _Scan:
    """One pass over JSON, or what begins like it, without recursion and without a complaint."""

    text: str
    found: list[Field] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=lambda: [_Level()])

    def fields(self) -> tuple[Field, ...]:
        last: re.Match[str] | None = None  # a value, or the name of a member: the next token tells
        for token in _TOKEN.finditer(self.text):
            mark = token[3]
            if mark is None:
                self._value(last)
                last = token
                continue
            if mark == ":":
                self.levels[-1].name = _content(last) if last else ""
                last = None
                continue
            self._value(last)
            last = None
            if mark in "{[":
                level = self.levels[-1]
                self.levels.append(_Level(level.secret or is_secret_name(level.name)))
            elif len(self.levels) > 1 and mark in "}]":
                self._close(self.levels.pop())
            self.levels[-1].name = "" if mark != "{" else self.levels[-1].name
        self._value(last)
        while self.levels:
            self._close(self.levels.pop())
        return tuple(sorted(self.found, key=lambda one: one.start))

    def _value(self, token: re.Match[str] | None) -> None:
        if token is None:
            return
        level = self.levels[-1]
        content = _content(token)
        one = _field(token, content)
        if level.name in _LABELS and is_secret_name(content):
            level.labelled = True
        elif level.secret or is_secret_name(level.name):
            if one is not None:
                self.found.append(one)
        elif level.name == "value":
            level.value = one
        elif token[1] is not None and len(content) > 8:
            self._inner(token, content)

    def _inner(self, token: re.Match[str], content: str) -> None:
        """Secrets of a text within the JSON, such as a form or JSON in JSON."""
        places = _places(token[1])
        if len(places) == len(content) + 1:
            shift = token.start(1)
            for one in secret_fields(content):
                self.found.append(Field(shift + places[one.start], shift + places[one.end], one.value))

    def _close(self, level: _Level) -> None:
        if level.value is not None and level.labelled and not level.secret:
            self.found.append(level.value)


def _content(token: re.Match[str]) -> str:
    """What a token says: a string without its quotes and escapes."""
    quoted = token[1] if token[1] is not None else token[2]
    if quoted is None:
        return token[0]
    return _unescaped(quoted) if "\\" in quoted else quoted


_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)


def _places(quoted: str) -> Sequence[int]:
    """For each character of a string, and for its end, the place where it is written."""
    if "\\" not in quoted:
        return range(len(quoted) + 1)
    places: list[int] = []
    position = 0
    for escape in _ESCAPE.finditer(quoted):
        places += range(position, escape.start() + 1)
        position = escape.end()
    return [*places, *range(position, len(quoted) + 1)]


def _field(token: re.Match[str], content: str) -> Field | None:
    group = 1 if token[1] is not None else 2 if token[2] is not None else 0
    if not tells_something(content):
        return None
    mask = f'"{MASK}"' if group == 0 and _NUMBER.fullmatch(content) else MASK
    return Field(token.start(group), token.end(group), content, mask)


def _unescaped(quoted: str) -> str:
    try:
        text = json.loads(f'"{quoted}"', strict=False)
        return text if isinstance(text, str) else quoted
    except ValueError:
        return quoted.replace('\\"', '"').replace("\\\\", "\\")


# --- Everything else ---

# A name begins where a word does, and no pattern looks at one place twice: bodies may be long, and not well meant.

# password = "…", 'token': '…', and both with escaped quotes
_QUOTED: Final = re.compile(
    r"(?<![\w.\-\[\]])(?P<name>[\w.\-\[\]]{1,100}+)\\*[\"']?\s*[:=]\s*\\*(?P<quote>[\"'])"
    r"(?P<value>(?:(?!\\*(?P=quote))[^\n])*)"
)
_LITERALS: Final = (
    _QUOTED,
    # "token", "…": the arguments of a call of `set`
    re.compile(
        r"(?P<q>[\"'`])(?P<name>[\w.\-]{1,100}+)(?P=q)\s*,\s*(?P<quote>[\"'`])(?P<value>(?:(?!(?P=quote))[^\n\\])*)"
    ),
)
_NAMED: Final = (
    # A part of a multipart form (RFC 7578).
    re.compile(
        r"^Content-Disposition:[^\n]*\bname=\"(?P<name>[^\"\n]*)\"[^\n]*\n(?:[^\r\n]+\r?\n)*+\r?\n(?P<value>.{0,8192}?)\r?\n--",
        re.DOTALL | re.MULTILINE | re.IGNORECASE,
    ),
    # <password>…</password>
    re.compile(
        r"<(?:[\w.-]{1,100}:)?(?P<name>[\w.-]{1,100}+)(?:\s[^<>]*+)?>(?:<!\[CDATA\[)?(?P<value>[^<]*?)(?:\]\]>)?</"
    ),
    # <input type="hidden" name="csrf_token" value="…">
    re.compile(r"\bname=[\"'](?P<name>[^\"'\n]{1,100})[\"'][^<>]{0,500}?\bvalue=[\"'](?P<value>[^\"']*)[\"']"),
    _QUOTED,
    # a=1&token=… of forms and addresses
    re.compile(r"(?<![\w.\-\[\]%])(?P<name>[\w.\-\[\]%]{1,100}+)=(?P<value>(?:[^&;,\s\"'<>\\]|,(?![\w.\-]*=|\s))+)"),
    # A line of a header or of YAML; of prose (`invalid token: expected three parts`) it is none.
    re.compile(
        r"^[ \t]*+(?:- )?(?P<name>[\w.\-]{1,100}+)(?:[ \t]*+:|[ \t]++=)[ \t]*+(?:(?:Bearer|Basic|Token)[ ])?"
        r"(?P<value>[^\s\"'{\[]\S*)[ \t]*+\r?$",
        re.MULTILINE | re.IGNORECASE,
    ),
)


def _named_fields(text: str, patterns: Iterable[re.Pattern[str]]) -> tuple[Field, ...]:
    """What the patterns find; of two that overlap the one that begins first, and then that of the earlier pattern."""
    fields: list[Field] = []
    for one in sorted(_all_named(text, patterns), key=lambda one: one.start):
        if not fields or one.start >= fields[-1].end:
            fields.append(one)
    return tuple(fields)


def _all_named(text: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[Field]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            name, value = match["name"], match["value"].strip()
            if "%" in name:
                name = _decoded(name)
            if is_secret_name(name) and tells_something(value):
                start = match.start("value") + match["value"].index(value)
                yield Field(start, start + len(value), _decoded(value) if "%" in value else value)


def _decoded(text: str) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(text)

"""The YAML files of a v3 collection: every scalar is the text that stands there.

Postman wants texts wherever a value is (postman-plugin, collection-schema-v3: `value` must be a string), yet people
leave the quotes out. Their `on`, `0123` or `2024-01-01` would be a boolean, a number and a date to a YAML 1.1 reader,
and something else was sent than what is written. What has to be a number or a boolean is asked for by `typed`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from paceline.errors import FormatError, Location
from paceline.formats.files import read_bytes
from paceline.formats.shape import kind
from paceline.formats.yaml_file import syntax_errors

#: Of all values of a file, those that stand there by an alias counted each time: a few lines can name billions.
_MOST_VALUES: Final = 1_000_000
_DEEPEST: Final = 200

_TEXT: Final = "tag:yaml.org,2002:str"
_KNOWN_TAGS: Final = {_TEXT, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_NULLS: Final = ("", "~", "null", "Null", "NULL")

# YAML 1.2, section 10.3.2 (the core schema), which Postman's own reader has.
_BOOLEANS: Final = {word: word[0] in "tT" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_FRACTION: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_QUOTE: Final = "a value that begins with {{ stands in single quotes, as in '{{base_url}}/users'"
_BARE_TEMPLATE: Final = re.compile(rb"(?:^|[:\-]\s+)\{\{[^}\n]*\}\}", re.MULTILINE)


class Plain(str):
    """A scalar without quotes: text, and perhaps a number or a boolean."""

    __slots__ = ()


def load_texts(path: str | Path) -> Any:
    """The content of a file: objects, lists, texts (`Plain` where they have no quotes) and None; None when it is empty.

    Raises:
        FileError: it cannot be read.
        FormatError: it is not YAML, with line and column; or it has a key twice, a tag, or too much in it.
    """
    import yaml  # costs 30 ms

    at = Location(str(path))
    source = read_bytes(path)
    advice = _QUOTE if _BARE_TEMPLATE.search(source) else "indent by blanks, and put texts in single quotes"
    with syntax_errors(at, advice):
        node = yaml.compose(source, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        return None if node is None else _Reading(yaml).value(node, at, 0)


class _Reading:
    """From PyYAML's nodes to values."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._left = _MOST_VALUES

    def value(self, node: Any, at: Location, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            what = "there is too much in this file" if self._left < 0 else "this is nested too deep, or within itself"
            raise FormatError(what, Location(at.file), "write out what its aliases stand for, or make it flatter")
        if node.tag not in _KNOWN_TAGS:
            raise FormatError(f"line {node.start_mark.line + 1} has the tag {node.tag}", at, "leave the tag out")
        if isinstance(node, self._yaml.MappingNode):
            return self._mapping(node, at, depth)
        if isinstance(node, self._yaml.SequenceNode):
            return [self.value(each, at.child(index), depth + 1) for index, each in enumerate(node.value)]
        text: str = node.value
        if node.style:
            return text
        return None if text in _NULLS else Plain(text)

    def _mapping(self, node: Any, at: Location, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, self._yaml.ScalarNode):
                raise FormatError(f"line {key_node.start_mark.line + 1} is no text to YAML", at, _QUOTE)
            key = key_node.value
            if key in found:
                what = f'"{key}" stands here twice, again in line {key_node.start_mark.line + 1}'
                raise FormatError(what, at.child(key), "remove one, or write a list of keys and values instead")
            found[key] = self.value(value_node, at.child(key), depth + 1)
        return found


def typed(value: Any) -> Any:
    """The value in which plain numbers and booleans are such, by the core schema of YAML 1.2.

    >>> typed({"a": Plain("true"), "b": [Plain("1.5"), Plain("on"), "1"]})
    {'a': True, 'b': [1.5, 'on', '1']}
    """
    if isinstance(value, dict):
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    if not isinstance(value, Plain):
        return value
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if _WHOLE.fullmatch(value) and len(value) < 400:  # int() refuses more digits than anybody means
        return int(value)
    return float(value) if _FRACTION.fullmatch(value) else str(value)


def untyped(value: Any) -> Any:
    """The value with nothing but texts in it: the end of `Plain`.

    >>> untyped({"a": Plain("true")})
    {'a': 'true'}
    """
    if isinstance(value, dict):
        return {key: untyped(each) for key, each in value.items()}
    if isinstance(value, list):
        return [untyped(each) for each in value]
    return str(value) if isinstance(value, Plain) else value


def flag(data: dict[str, Any], name: str, at: Location) -> bool | None:
    """A member that is true or false; None when it is missing.

    Raises:
        FormatError: it is something else.
    """
    value = data.get(name)
    found = typed(value) if isinstance(value, Plain) else {"true": True, "false": False}.get(value or "", value)
    if found is None or isinstance(found, bool):
        return found
    shown = f"`{value}`" if isinstance(value, str) else kind(value)
    raise FormatError(f"`{name}` must be true or false, not {shown}", at.child(name), f"write `{name}: true`")

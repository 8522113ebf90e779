"""The part of Handlebars (https://handlebarsjs.com/guide/) that templates of visualizers are mostly made of.

Values by path, `{{{raw}}}`, comments, `#each`, `#if`, `#unless`, `#with`, `else`, `@index`, `@key`, `@first`, `@last`,
`@root`, `this` and `../`. Helpers, partials and block parameters are not: they would be code.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_TAG: Final = re.compile(
    r"\{\{\{\s*(?P<raw>[^{}]*?)\s*\}\}\}|\{\{~?!(?:--.*?--|[^{}]*?)~?\}\}|\{\{~?\s*(?P<tag>[^{}]*?)\s*~?\}\}", re.DOTALL
)
_PATH: Final = re.compile(r"(?:\.\./)*(?:@?[\w$-]+|\.|\[[^\]]*\])(?:[./](?:[\w$-]+|\[[^\]]*\]))*|\.\.")
_STEP: Final = re.compile(r"\[([^\]]*)\]|([^./\[\]]+)")
_BLOCKS: Final = frozenset({"each", "if", "unless", "with"})
_MOST_STEPS: Final = 200_000


class NotRenderedError(ValueError):
    """A template that is not of this part of Handlebars; the message tells what is in it."""


@dataclass(slots=True)
class _Block:
    kind: str
    path: str
    inside: list[_Node] = field(default_factory=list)
    otherwise: list[_Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Value:
    path: str
    raw: bool


_Node = str | _Value | _Block


@dataclass(frozen=True, slots=True)
class _Context:
    this: Any
    outer: _Context | None = None
    named: Mapping[str, Any] = field(default_factory=dict)


def rendered(template: str, data: Any) -> str:
    """The markup that a template makes of its data.

    Raises:
        NotRenderedError: the template asks for what is not known here, or for too much.

    >>> rendered("<ul>{{#each rides}}<li>{{@index}}: {{title}}</li>{{/each}}</ul>", {"rides": [{"title": "A & B"}]})
    '<ul><li>0: A &amp; B</li></ul>'
    """
    renderer = _Renderer()
    renderer.render(_parsed(template), _Context(data))
    return "".join(renderer.out)


def _parsed(template: str) -> list[_Node]:
    root: list[_Node] = []
    into, open_blocks = root, []
    end = 0
    for match in _TAG.finditer(template):
        into.append(template[end : match.start()])
        end = match.end()
        tag = match["raw"] if match["raw"] is not None else match["tag"]
        if tag is None:  # a comment
            continue
        if match["raw"] is None and tag[:1] == "#":
            block = _opened(tag)
            into.append(block)
            open_blocks.append((block, into))
            into = block.inside
        elif match["raw"] is None and tag in {"else", "^"} and open_blocks:
            into = open_blocks[-1][0].otherwise
        elif match["raw"] is None and tag[:1] == "/":
            if not open_blocks or open_blocks[-1][0].kind != tag[1:].strip():
                raise NotRenderedError(f"{{{{{tag}}}}} closes nothing")
            into = open_blocks.pop()[1]
        else:
            plain = tag.removeprefix("&").strip()
            into.append(_Value(_path(plain), raw=match["raw"] is not None or plain != tag))
    if open_blocks:
        raise NotRenderedError(f"{{{{#{open_blocks[-1][0].kind}}}}} is not closed")
    root.append(template[end:])
    return root


def _opened(tag: str) -> _Block:
    kind, _, path = tag[1:].strip().partition(" ")
    if kind not in _BLOCKS:
        raise NotRenderedError(f"{{{{#{kind}}}}} is a helper")
    return _Block(kind, _path(path.strip()))


def _path(text: str) -> str:
    if _PATH.fullmatch(text) is None:
        raise NotRenderedError(f"{{{{{text}}}}} is more than a name")
    return text


class _Renderer:
    def __init__(self) -> None:
        self.out: list[str] = []
        self._steps = 0

    def render(self, nodes: Iterable[_Node], context: _Context) -> None:
        for node in nodes:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise NotRenderedError("it becomes too long")
            if isinstance(node, str):
                self.out.append(node)
            elif isinstance(node, _Value):
                text = _text(_found(node.path, context))
                self.out.append(text if node.raw else html.escape(text))
            else:
                self._block(node, context)

    def _block(self, block: _Block, context: _Context) -> None:
        value = _found(block.path, context)
        if block.kind == "each":
            pairs = _pairs(value)
            for at, (key, each) in enumerate(pairs):
                named = {"index": at, "key": key, "first": at == 0, "last": at == len(pairs) - 1}
                self.render(block.inside, _Context(each, context, named))
            if not pairs:
                self.render(block.otherwise, context)
        elif _holds(value) == (block.kind != "unless"):
            self.render(block.inside, _Context(value, context, context.named) if block.kind == "with" else context)
        else:
            self.render(block.otherwise, context)


def _pairs(value: Any) -> Sequence[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list | tuple) else []


def _holds(value: Any) -> bool:
    return bool(value) or isinstance(value, Mapping)  # an empty list is false, an empty object true


def _found(path: str, context: _Context) -> Any:
    while path.startswith("..") and context.outer is not None:
        path, context = path[2:].removeprefix("/"), context.outer
    steps = [bracketed or plain for bracketed, plain in _STEP.findall(path)]
    value = context.this
    if steps[:1] == ["this"]:
        steps = steps[1:]
    elif path.startswith("@"):
        name, steps = steps[0][1:], steps[1:]
        value = _root(context) if name == "root" else _named(context, name)
    for step in steps:
        value = _member(value, step)
    return value


def _member(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list | tuple):
        if name == "length":
            return len(value)
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return len(value) if isinstance(value, str) and name == "length" else None


def _named(context: _Context | None, name: str) -> Any:
    while context is not None:
        if name in context.named:
            return context.named[name]
        context = context.outer
    return None


def _root(context: _Context) -> Any:
    while context.outer is not None:
        context = context.outer
    return context.this


def _text(value: Any) -> str:
    """As JavaScript makes text of it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return "[object Object]" if isinstance(value, Mapping) else json.dumps(value)

"""The page itself: template, style and script become one file, and a policy that lets nothing else in."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from paceline import __version__
from paceline.report.html.summary import PageSummary

#: The parts of the page's script, in the order in which they need one another.
SCRIPTS: Final = (
    "data.js",
    "elements.js",
    "drift.js",
    "bodies.js",
    "details.js",
    "lifelines.js",
    "timeline.js",
    "list.js",
    "main.js",
)

#: The parts of its style sheet.
STYLES: Final = ("report.css", "drift.css")


def page_pieces(summary: PageSummary, nonce: str, blocks: Iterable[str], index: Callable[[], str]) -> Iterator[str]:
    """The whole file in pieces.

    Args:
        nonce: with which the style sheets of visualizers are marked.
        blocks: packed details of items, taken one after the other.
        index: gives the packed list of items; called when `blocks` is at its end.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("paceline.report.html", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = "".join(map(_text, STYLES)), _script()
    return environment.get_template("report.html.jinja").generate(
        summary=summary,
        policy=_policy(style, script, nonce),
        style=style,
        script=script,
        blocks=blocks,
        index=index,
        version=__version__,
    )


def _policy(style: str, script: str, nonce: str) -> str:
    """The content security policy; a visualizer's frame inherits it (HTML standard, "policy containers")."""
    rules = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": f"{_hash(style)} 'nonce-{nonce}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


@cache
def _text(name: str) -> str:
    return (files("paceline.report.html") / "page" / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """All parts in a scope of their own."""
    parts = "\n".join(_text(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'

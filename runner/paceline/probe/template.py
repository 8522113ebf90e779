"""Requests that no run has shown, made from their templates."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from paceline.engine.selection import Step
from paceline.errors import RequestError
from paceline.model.exchange import HttpRequest
from paceline.resolve.compose import compose
from paceline.resolve.dynamic import dynamic_value
from paceline.resolve.randomness import SYSTEM
from paceline.resolve.scopes import MISSING, Scopes
from paceline.resolve.substitute import substitute
from paceline.resolve.uploads import LocalFiles

_ID: Final = re.compile(r"(?:^|[_-])(?:id|uuid|guid)$|(?<=[a-z])(?:Id|ID|Uuid|UUID|Guid|GUID)$")


@dataclass(frozen=True, slots=True)
class Made:
    """A request made from its template.

    Attributes:
        lacking: names of the variables that have no value, for which zeros stand.
    """

    request: HttpRequest
    lacking: tuple[str, ...] = ()


def from_template(step: Step, scopes: Scopes, tokens: Container[str], working_dir: str, *, no_ids: bool) -> Made:
    """The request as its template has it, without any authorization and without what scripts would do to it.

    Args:
        tokens: names of variables that hold tokens; they are left empty.
        no_ids: put zeros in place of every id, so that nothing can be meant that is there.

    Raises:
        RequestError: it cannot be made.
    """
    lacking: dict[str, None] = {}

    def find(name: str) -> Any:
        if name in tokens:
            return ""
        value = scopes.find(name)
        if value is MISSING and name.startswith("$"):
            value = dynamic_value(name, lambda _: "0", SYSTEM)  # no V8 for a request that is to be refused
        if value in (MISSING, "", None):
            lacking[name] = None
            return _zeros(name, scopes)
        return _zeros(name, scopes) if no_ids and _ID.search(name) else value

    template = substitute(step.item.request, find)
    files = LocalFiles([*step.file_roots, Path(working_dir)])
    request = compose(template, auth=None, behavior=step.item.behavior, files=files, postman_token=str(SYSTEM.uuid4()))
    if not re.match(r"https?://[^/?#]", request.url, re.IGNORECASE):
        missing = "".join(f", since {{{{{name}}}}} has no value" for name in [*lacking][:1])
        raise RequestError(f"nobody knows where it goes{missing}", step.item.request.url.at, code="EINVALIDURL")
    return Made(request, tuple(lacking))


def _zeros(name: str, scopes: Scopes) -> str:
    """What stands for an id: zeros in the form of this one or, when it has no value, of any other; else one zero."""
    if not _ID.search(name):
        return "0"
    for known in (name, *sorted(each for each in scopes.names() if _ID.search(each))):
        value = scopes.find(known)
        if isinstance(value, str) and value:
            return re.sub(r"[0-9A-Za-z]", "0", value)
    return "0"

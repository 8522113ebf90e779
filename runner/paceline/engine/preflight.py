"""Before anything is sent: is there a value for every `{{variable}}`?

A variable that a script may set while the run goes on cannot be judged beforehand; it is checked just before its
request is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from paceline.engine.selection import Step
from paceline.errors import Location, UnresolvedVariableError, nearest
from paceline.model.collection import Auth, RequestTemplate
from paceline.resolve.auth import effective_auth
from paceline.resolve.compose import drops_body
from paceline.resolve.dynamic import DYNAMIC_NAMES
from paceline.resolve.scopes import MISSING, Scopes
from paceline.resolve.substitute import templates
from paceline.resolve.template import unresolved

#: A call that may set a variable, whatever the scope is called in the script; the legacy API has names of its own.
_SETS = re.compile(r"(?:(\w*)(?:\(\))?\s*\.\s*set|set(?:Environment|Global)Variable)\s*\(\s*")

#: The name, when it is written out; otherwise it is made at run time, and any name may be meant.
_NAME = re.compile(r"""(["'`])((?:(?!\1|\$\{)[^\\\n])*)\1\s*[,)]""")

#: What has a `set` that sets no variable: the cookie jar, lodash and moment by their usual names.
_OTHERS = frozenset("jar cookieJar _ moment".split())

_PLACES_SHOWN = 2


def check(steps: Sequence[Step], scopes_of: Callable[[Step], Scopes]) -> None:
    """Refuse a run in which some request has a variable that nothing defines.

    Raises:
        UnresolvedVariableError: for all such variables at once, each with its places and the nearest name.
    """
    found = undefined(steps, scopes_of)
    if found:
        places = {name: [at for _, at in uses] for name, uses in found.items()}
        raise _error(places, {name: scopes_of(uses[0][0]) for name, uses in found.items()})


def undefined(steps: Sequence[Step], scopes_of: Callable[[Step], Scopes]) -> dict[str, list[tuple[Step, Location]]]:
    """Names that no scope has and no script sets, each with the steps and places that use it."""
    sources = {script.source for step in steps for script in (*step.prerequests, *step.tests)}
    later: set[str] = set()
    for source in sources:
        for name in names_set(source):
            if name is None:
                return {}
            later.add(name)
    found: dict[str, list[tuple[Step, Location]]] = {}
    for step in steps:
        if step.item.unsupported:
            continue
        auth = effective_auth(step.item.request.auth, *step.inherited_auth)
        for name, at in missing(step.item.request, auth, step.item.behavior, scopes_of(step)):
            if name not in later:
                found.setdefault(name, []).append((step, at))
    return found


def names_set(source: str) -> Iterator[str | None]:
    """Names of the variables that a script may set; None for one that it makes at run time."""
    for call in _SETS.finditer(source):
        if call[1] not in _OTHERS:
            written = _NAME.match(source, call.end())
            yield None if written is None else written[2]


def missing(request: RequestTemplate, auth: Auth | None, behavior: Any, scopes: Scopes) -> list[tuple[str, Location]]:
    """Names without a value among all that would be sent, each with its place; disabled entries do not count."""

    def find(name: str) -> Any:
        value = scopes.find(name)
        return "" if value is MISSING and name in DYNAMIC_NAMES else value

    with_body = not drops_body(request.method, behavior)
    return [
        (name, at)
        for at, text in templates(request, auth, with_body=with_body)
        if "{{" in text
        for name in unresolved(text, find)
    ]


def unresolved_error(found: Iterable[tuple[str, Location]], scopes: Scopes) -> UnresolvedVariableError:
    """The error for one request that cannot be sent."""
    places: dict[str, list[Location]] = {}
    for name, at in found:
        places.setdefault(name, []).append(at)
    return _error(places, dict.fromkeys(places, scopes))


def _error(places: dict[str, list[Location]], known: dict[str, Scopes]) -> UnresolvedVariableError:
    """One error for all names: the first one in full, the others a line each."""
    lines = [_line(name, known[name]) for name in places]
    name, (first, *others) = next(iter(places.items()))
    if others:
        shown = ", ".join(at.pointer for at in others[:_PLACES_SHOWN])
        rest = len(others) - _PLACES_SHOWN
        lines.insert(1, f"  also at {shown}{f' and in {rest} more places' if rest > 0 else ''}")
    lines.append(f"  searched: {_searched(known[name])}")
    fix = f"define it, for example by --env-var {name.strip()}=…, or send it as it stands with --allow-unresolved"
    if known[name].find(name) is not MISSING:
        fix = "give one of the variables on its way a value without the other, or send it with --allow-unresolved"
    return UnresolvedVariableError("\n".join(lines), first, fix)


def _line(name: str, scopes: Scopes) -> str:
    near = nearest(name, scopes.names() | DYNAMIC_NAMES if name.startswith("$") else scopes.names())
    cycle = scopes.find(name) is not MISSING
    reason = "refers to itself" if cycle else "is not defined"
    blanks = " Blanks are part of a name" if near is not None and near == name.strip() else ""
    return f"variable {{{{{name}}}}} {reason}" + (f": did you mean `{near}`?{blanks}" if near and not cycle else "")


def _searched(scopes: Scopes) -> str:
    return ", ".join(f'{scope.kind} "{scope.name}"' if scope.name else scope.kind for scope in scopes.in_order())

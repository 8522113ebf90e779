"""What a suite brings to a run: its environment, the tokens that come from outside, and which mutations to guard."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from paceline.engine.preflight import names_set
from paceline.engine.selection import named_by
from paceline.errors import Location, UsageError
from paceline.formats.v3_folder import shown
from paceline.formats.variables import load_environment
from paceline.model.collection import Collection, stem_of
from paceline.model.suite import Suite
from paceline.model.variables import VariableSet
from paceline.report.secret_names import is_declared
from paceline.resolve.scopes import MISSING, Scope
from paceline.resolve.substitute import templates
from paceline.resolve.template import TOKEN

_BEARER_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1


def environment_of(suite: Suite, *, replaying: bool) -> VariableSet:
    """The environment that a suite is run with when none is named.

    Raises:
        FileError, FormatError: it cannot be read.
    """
    path = (suite.recorded_with if replaying else None) or suite.environment
    return load_environment(path) if path is not None else VariableSet("")


def with_tokens(environment: VariableSet, suite: Suite, environ: Mapping[str, str]) -> VariableSet:
    """The environment with the tokens that the process environment has for it, where it has none itself."""
    scope = Scope(environment.kind, environment.variables)
    for name, source in suite.tokens.items():
        if environ.get(source) and scope.get(name) in (MISSING, "", None):
            scope.set(name, environ[source], "secret")
    return replace(environment, variables=scope.variables())


def require_fresh_tokens(suite: Suite, environment: VariableSet, environ: Mapping[str, str], now: float) -> None:
    """Refuse what cannot be a token, and one that says itself that its time is over. The rest is left to the service.

    Args:
        environ: the process environment, where the token may be from.
        now: unix seconds.

    Raises:
        UsageError: naming the variable, what is wrong with its value or when it expired, and where a new one goes.
    """
    scope = Scope(environment.kind, environment.variables)
    for name, source in suite.tokens.items():
        value = scope.get(name)
        token = "" if value is MISSING or value is None else str(value)
        if token and not _BEARER_TOKEN.fullmatch(token):
            what = f"the value of `{name}` is no bearer token: it has {_odd(token)}; nothing was sent"
            given = f"the environment variable {source}" if environ.get(source) == token else f"the variable {name}"
            fix = f"put nothing into {given} but the token, as it stands after `Authorization: Bearer `"
            raise UsageError(what, suite.at.child("tokens", name), fix)
        expires = expiry(token)
        if expires is not None and expires <= now:
            moment = datetime.fromtimestamp(max(expires, 0), UTC).strftime("%Y-%m-%d %H:%M UTC")
            what = f"the token in `{name}` expired on {moment}, {_ago(now - expires)} ago: nothing was sent"
            own = f"put it into the variable; or leave that empty, and put it into {source} of the process environment"
            fix = f"get a fresh one, and {f'put it into {source}' if environ.get(source) == token else own}"
            raise UsageError(what, suite.at.child("tokens", name), fix)


def require_credentials(suite: Suite, environment: VariableSet, collections: Sequence[Collection]) -> None:
    """Refuse to open a session with nothing: without a token, by a setup whose secrets are empty.

    Raises:
        UsageError: naming what is empty, and where a token would go.
    """
    scope = Scope(environment.kind, environment.variables)
    secrets = {each.key for each in environment.variables if each.enabled and is_declared(each.type)}
    needed = [errand for errand in suite.setup if errand.unless in suite.tokens]
    steps = named_by(suite, collections) if needed else {}
    for errand in needed:
        assert errand.unless is not None, "it is the name of a token"
        if scope.get(errand.unless) not in (MISSING, "", None):
            continue
        step = steps[errand.key]
        own = {name for script in step.prerequests for name in names_set(script.source)}
        used = (name for _, text in templates(step.item.request, None) for name in TOKEN.findall(text))
        empty = [name for name in used if name in secrets - own and scope.get(name) in ("", None)]
        if empty:
            what = f"nobody can log in: `{errand.unless}` has no token, and `{empty[0]}`, for {errand.key}, is empty"
            fix = f"put a token into {suite.tokens[errand.unless]} of the process environment, or fill in `{empty[0]}`"
            raise UsageError(what, environment.at if environment.at != Location() else errand.at, fix)


def expiry(token: str) -> float | None:
    """When a JSON Web Token expires (RFC 7519, section 4.1.4), in unix seconds; None when it does not say.

    >>> expiry("eyJhbGciOiJub25lIn0.eyJleHAiOjE1Nzc4MzY4MDB9.")
    1577836800.0
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _odd(token: str) -> str:
    """What a bearer token cannot have, and never the token: not even a part of it."""
    if token[:7].lower() == "bearer ":
        return "the word Bearer in front"
    if any(char.isspace() for char in token):
        return "blanks or line breaks in it"
    return "quotation marks around it" if token[0] in "\"'" else "characters that no token has"


def _ago(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def guarding(suite: Suite, collections: Sequence[str]) -> Suite:
    """Collections by themselves, as a suite: guard of mutations and lock are of the one that lists them."""
    collections = [shown(path) for path in collections]
    listed = {Path(path).resolve() for path in suite.collections}
    stems = {stem_of(path) for path in collections if Path(path).resolve() in listed}

    def runs(key: str | None) -> bool:
        return key is not None and key.partition("/")[0] in stems

    mutations: dict[str, str | None] = {}
    for key, undo in suite.mutations.items():
        if runs(key):
            mutations[key] = undo if runs(undo) else None
        elif undo is not None and runs(undo):
            mutations.setdefault(undo, None)
    return Suite(collections=tuple(collections), mutations=mutations, lock=suite.lock, at=suite.at)

"""Mistakes that can be seen without sending anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from paceline.engine.preflight import undefined
from paceline.engine.selection import Step, select
from paceline.errors import Location, nearest
from paceline.model.collection import Auth, Collection, Folder, Item, Param, Script, Url
from paceline.model.variables import VariableSet
from paceline.report.secret_names import is_secret_name, is_secret_parameter
from paceline.resolve.scopes import NO_DATA, Scope, Scopes
from paceline.resolve.template import TOKEN
from paceline.script.execution import is_blank
from paceline.script.syntax import syntax_problem

Rule = Literal["unresolved-variable", "script-syntax", "unknown-request", "duplicate-name", "hard-coded-secret"]

#: `setNextRequest` with the name written out; a name made at run time cannot be judged here.
_NEXT = re.compile(r"""\.setNextRequest\(\s*(["'`])((?:(?!\1|\$\{)[^\\\n])*)\1\s*\)""")


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake, where it is, and what to do about it."""

    rule: Rule
    what: str
    at: Location
    fix: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}\n  --> {self.at}\n  fix: {self.fix}"


def lint(
    collections: Sequence[Collection], environment: VariableSet, globals_: VariableSet, data: Scope = NO_DATA
) -> list[Finding]:
    """All findings, collection by collection, in the order of the rules.

    Args:
        data: a row of iteration data.
    """
    findings: list[Finding] = []
    for collection in collections:
        steps = select(collection)
        findings += _unresolved(collection, steps, environment, globals_, data)
        findings += _unparsable(collection)
        findings += _confused_names(steps)
        findings += _secrets(collection, steps)
    return findings


def _unresolved(
    collection: Collection, steps: Sequence[Step], environment: VariableSet, globals_: VariableSet, data: Scope
) -> Iterator[Finding]:
    scopes = Scopes(
        Scope("local variables"),
        Scope("environment", environment.variables, environment.name),
        Scope("collection", collection.variables, collection.name),
        Scope("globals", globals_.variables),
        data,
    )
    for name, uses in undefined(steps, lambda _: scopes).items():
        near = nearest(name, scopes.names())
        advice = f"did you mean `{near}`? Or " if near else ""
        more = f" (and in {len(uses) - 1} more places)" if len(uses) > 1 else ""
        yield Finding(
            "unresolved-variable",
            f"variable {{{{{name}}}}} is not defined{more}",
            uses[0][1],
            f"{advice}define it in the environment, the globals or the collection",
        )


def _scripts(collection: Collection) -> Iterator[Script]:
    """Each script once, disabled ones too, in collection order."""
    seen: set[int] = set()
    yield from collection.scripts
    for folders, item in collection.items():
        owners: tuple[Folder | Item, ...] = (*folders, item)
        for owner in owners:
            if id(owner) not in seen:
                seen.add(id(owner))
                yield from owner.scripts


def _unparsable(collection: Collection) -> Iterator[Finding]:
    for script in _scripts(collection):
        problem = None if is_blank(script.source) else syntax_problem(script.source)
        if problem is not None:
            where = f" {problem.stack}" if problem.stack else ""
            what = f"the {script.listen} script does not parse: {problem.message}{where}"
            yield Finding("script-syntax", what, script.at, "correct the script; Postman would report it at every run")


def _confused_names(steps: Sequence[Step]) -> Iterator[Finding]:
    """Targets of `setNextRequest` that do not exist or stand for several requests, of which the last would be taken."""
    names = Counter(step.item.name for step in steps)
    ids = {step.item.id for step in steps}
    told: set[tuple[Location, str]] = set()
    for step in steps:
        for script in (*step.prerequests, *step.tests):
            for _, target in _NEXT.findall(script.source):
                if target in ids or names[target] == 1 or (script.at, target) in told:
                    continue
                told.add((script.at, target))
                if names[target]:
                    what = f"setNextRequest names `{target}`, and {names[target]} requests have this name"
                    yield Finding("duplicate-name", what, script.at, "rename them, or name the id of the one you mean")
                else:
                    near = nearest(target, names)
                    advice = f"did you mean `{near}`?" if near else "name a request of this collection"
                    what = f"setNextRequest names `{target}`, and there is no such request"
                    yield Finding("unknown-request", what, script.at, advice)


def _secrets(collection: Collection, steps: Sequence[Step]) -> Iterator[Finding]:
    for variable in collection.variables:
        value = variable.value
        named = variable.type == "secret" or is_secret_name(variable.key)
        if named and variable.enabled and isinstance(value, str) and _is_literal(value):
            yield _secret(f"variable `{variable.key}`", variable.at)
    yield from _auth_secrets(collection.auth)
    seen: set[int] = set()
    for step in steps:
        for folder in step.folders:
            if id(folder) not in seen:
                seen.add(id(folder))
                yield from _auth_secrets(folder.auth)
        request = step.item.request
        yield from _auth_secrets(request.auth)
        yield from _param_secrets("header", request.headers)
        yield from _url_secrets(request.url)
        if request.body is not None and request.body.enabled:
            yield from _param_secrets("field", request.body.params)


def _param_secrets(kind: str, params: Sequence[Param]) -> Iterator[Finding]:
    for param in params:
        if param.enabled and param.value and _is_literal(param.value) and is_secret_name(param.key):
            yield _secret(f"{kind} `{param.key}`", param.at)


def _auth_secrets(auth: Auth | None) -> Iterator[Finding]:
    if auth is None:
        return
    for key, value in auth.params:
        if isinstance(value, str) and _is_literal(value) and is_secret_parameter(auth.type, key):
            yield _secret(f"`{key}` of the {auth.type} authorization", auth.at)


def _url_secrets(url: Url) -> Iterator[Finding]:
    yield from _param_secrets("query parameter", url.query)
    if url.auth is not None and url.auth[1] and _is_literal(url.auth[1]):
        yield _secret("the password in the URL", url.at)


def _is_literal(value: str) -> bool:
    """Whether the value is written out: more than templates and the scheme of an Authorization header."""
    rest = TOKEN.sub("", value).strip()
    return bool(rest) and rest.lower() not in {"bearer", "basic", "token"}


def _secret(what: str, at: Location) -> Finding:
    fix = "put a {{variable}} in its place, and its value into an environment that is not committed"
    return Finding("hard-coded-secret", f"{what} holds its secret in plain text", at, fix)

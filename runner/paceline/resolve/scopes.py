"""Variable scopes at run time: where `{{name}}` is looked up, and what scripts change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from paceline.model.outcome import VariableRead, VariableWrite
from paceline.model.variables import Variable, VariableSet

#: Returned by a lookup that finds nothing; None is a value a variable may well have.
MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class ScopeState:
    """What a scope holds at one moment; `Scope.reset` takes it back."""

    entries: tuple[Variable, ...]
    set_by: Mapping[str, str]


class Scope:
    """One list of variables that a run reads and changes.

    Among entries of one name the last enabled one counts; setting a name whose entries are all disabled adds a new
    one; unsetting takes away every enabled one (postman-collection, lib/collection/variable-scope.js).

    >>> scope = Scope("environment", [Variable("id", 7)])
    >>> scope.get("id")
    7
    """

    def __init__(self, kind: str, variables: Iterable[Variable] = (), name: str = "") -> None:
        self.kind = kind
        self.name = name
        self._entries = list(variables)
        self._by_key: dict[str, int] = {}
        self._set_by: dict[str, str] = {}
        self._values: list[dict[str, Any]] | None = None
        self._index()

    def _index(self) -> None:
        self._by_key = {entry.key: at for at, entry in enumerate(self._entries) if entry.enabled}
        self._values = None

    def get(self, key: str) -> Any:
        """Value of the last enabled entry of this name, or `MISSING`."""
        at = self._by_key.get(key)
        return MISSING if at is None else self._entries[at].value

    def set(self, key: str, value: Any, type: str | None = None) -> None:
        """Give the name a value; an existing entry keeps its place and, unless told otherwise, its type."""
        at = self._by_key.get(key)
        if at is None:
            self._entries.append(Variable(key, value, type or "any"))
        else:
            self._entries[at] = replace(self._entries[at], value=value, type=type or self._entries[at].type)
        self._index()

    def unset(self, key: str) -> None:
        """Take away every enabled entry of this name."""
        self._entries = [entry for entry in self._entries if entry.key != key or not entry.enabled]
        self._index()

    def apply(self, mutations: Mapping[str, Any] | None, by: str = "") -> list[VariableWrite]:
        """Do what a script did: `{"compacted": {key: [key, value, {...}] or [key]}, "stream": [...]}`.

        A list of one takes the name away; a longer one sets it (postman-collection,
        lib/collection/mutation-tracker.js).

        Args:
            by: who did it, for `set_by`.

        Returns:
            what was done, in order.
        """
        if not mutations:
            return []
        writes = []
        for mutation in (*mutations.get("compacted", {}).values(), *mutations.get("stream", ())):
            key = str(mutation[0])
            self._set_by[key] = by
            if len(mutation) == 1:
                self.unset(key)
                writes.append(VariableWrite(key, self.kind, unset=True))
            else:
                details = mutation[2] if len(mutation) > 2 and isinstance(mutation[2], Mapping) else {}
                self.set(key, mutation[1], "secret" if details.get("secret") else None)
                writes.append(VariableWrite(key, self.kind, mutation[1]))
        return writes

    def set_by(self, key: str) -> str:
        """Who last set this name by `apply`; empty when nobody did."""
        return self._set_by.get(key, "")

    def state(self) -> ScopeState:
        """All that it holds now."""
        return ScopeState(tuple(self._entries), dict(self._set_by))

    def reset(self, state: ScopeState) -> None:
        """Hold what it held then, and nothing else."""
        self._entries = list(state.entries)
        self._set_by = dict(state.set_by)
        self._index()

    def __iter__(self) -> Iterator[str]:
        """Names with an enabled entry."""
        return iter(self._by_key)

    def variables(self) -> tuple[Variable, ...]:
        """All entries as they stand, disabled ones too."""
        return tuple(self._entries)

    def values(self) -> list[dict[str, Any]]:
        """The entries in the form of the sandbox's `VariableScope`. Shared between calls: do not change it."""
        if self._values is None:
            self._values = [
                {"key": entry.key, "value": entry.value, "type": entry.type}
                | ({} if entry.enabled else {"disabled": True})
                for entry in self._entries
            ]
        return self._values


def data_scope(row: Mapping[str, Any]) -> Scope:
    """The variables of a row of iteration data.

    One that is null is there for scripts and no value for a template (postman-collection, lib/superstring/index.js).
    """
    return Scope("iteration data", (Variable(key, value, enabled=value is not None) for key, value in row.items()))


#: Where a run has no iteration data.
NO_DATA: Final = Scope("iteration data")


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes a template is resolved against, narrowest first.

    The order is Postman's: local, iteration data, environment, collection, globals (postman-sandbox,
    lib/sandbox/pmapi.js).
    """

    local: Scope
    environment: Scope
    collection: Scope
    globals: Scope
    data: Scope = NO_DATA

    def in_order(self) -> Sequence[Scope]:
        """The scopes in the order of search."""
        data = () if self.data is NO_DATA else (self.data,)
        return (self.local, *data, self.environment, self.collection, self.globals)

    def find(self, key: str) -> Any:
        """Value in the first scope that has the name, or `MISSING`."""
        for scope in (self.local, self.data, self.environment, self.collection, self.globals):
            value = scope.get(key)
            if value is not MISSING:
                return value
        return MISSING

    def read(self, key: str) -> VariableRead | None:
        """The variable that `find` finds, and where it came from; None when there is none."""
        for scope in self.in_order():
            value = scope.get(key)
            if value is not MISSING:
                return VariableRead(key, scope.kind, value, scope.set_by(key))
        return None

    def names(self) -> set[str]:
        """Every name that would be found."""
        return {key for scope in self.in_order() for key in scope}


def overridden(variables: VariableSet, values: Mapping[str, Any]) -> VariableSet:
    """The set with these values written over its own, as `--env-var` and `--global-var` do.

    A value that replaces a secret one stays secret.
    """
    scope = Scope(variables.kind, variables.variables)
    for key, value in values.items():
        scope.set(key, value)
    return replace(variables, variables=scope.variables())

"""`contracts.yaml`: which request is promised what. contracts.schema.json, beside it, tells what each member means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paceline.contract.paging import MAX_PAGES
from paceline.errors import FormatError, Location, UsageError, nearest
from paceline.formats.shape import mismatch
from paceline.formats.yaml_file import load_yaml
from paceline.model.contract import Contract, PagingRule

SCHEMA_SUFFIX = ".schema.json"

_TOP = ("defaults", "requests")
_DEFAULTS = ("every", "rest", "graphql")
_PAGING = ("rest", "graphql", "limit", "follow")
_FOLLOW = {"rest": "/data", "follow": True}  # what `paging: follow` stands for
_EVIDENCE = ("strong", "fair", "weak", "guess")
_MEMBERS = tuple(
    "request headers privileged status content_type schema graphql csv cookies paging errors evidence".split()
)
_BODIES = ("schema", "graphql", "csv")


@dataclass(frozen=True, slots=True)
class ContractBook:
    """All contracts of a file, by key.

    Attributes:
        at: the file.
    """

    contracts: Mapping[str, Contract] = field(default_factory=dict)
    at: Location = Location()

    def find(self, stem: str, name: str) -> Contract | None:
        """The contract of a request, by the stem of its collection's file and its name, whatever folder it is in."""
        return self.contracts.get(f"{stem}/{name}")

    def get(self, key: str) -> Contract:
        """The contract of this key.

        Raises:
            UsageError: there is none; with the nearest key.
        """
        if key in self.contracts:
            return self.contracts[key]
        near = nearest(key, self.contracts)
        stems = ", ".join(sorted({each.partition("/")[0] for each in self.contracts}))
        advice = f'did you mean "{near}"?' if near else f"write <collection>/<name of the request>, of {stems}"
        raise UsageError(f'there is no contract for "{key}"', self.at, advice)

    def agree(self, stem: str, names: Iterable[str]) -> None:
        """Make sure that each contract of a collection means exactly one request of it.

        Raises:
            FormatError: a contract means no request, and so would never be checked, or means two.
        """
        listed = list(names)
        for key, contract in self.contracts.items():
            own, _, name = key.partition("/")
            if own != stem or listed.count(name) == 1:
                continue
            if name in listed:
                what, fix = f'{listed.count(name)} requests of {stem} are named "{name}"', "give each its own name"
            else:
                near = nearest(name, listed)
                what = f'{stem} has no request "{name}", so this contract is never checked'
                fix = f'did you mean "{near}"?' if near else "name it as the request, or remove it"
            raise FormatError(what, contract.at, fix)


def load_book(path: str | Path) -> ContractBook:
    """Read `contracts.yaml`; the schema files it names must lie beside it.

    Raises:
        FileError: it cannot be read.
        FormatError: it is not YAML, or not what contracts.schema.json describes; with place and remedy.
    """
    at = Location(str(path))
    data = load_yaml(path)
    _known(data, _TOP, "a file of contracts", at)
    defaults = data.get("defaults") or {}
    _known(defaults, _DEFAULTS, "the defaults", at.child("defaults"))
    for kind, members in defaults.items():
        _known(members, _MEMBERS, f"the defaults for {kind}", at.child("defaults", kind))
    requests = data.get("requests")
    _object(requests, "the list of requests", at.child("requests"))
    schemas = {each.name.removesuffix(SCHEMA_SUFFIX) for each in Path(path).parent.glob(f"*{SCHEMA_SUFFIX}")}
    contracts = {
        key: _Reader(at, defaults, schemas).contract(key, members, at.child("requests", key))
        for key, members in requests.items()
    }
    return ContractBook(contracts, at)


class _Reader:
    """Reads the members of contracts, each from the contract or from the defaults, and knows where it stood."""

    def __init__(self, at: Location, defaults: dict[str, Any], schemas: set[str]) -> None:
        self._at = at
        self._defaults = defaults
        self._schemas = schemas
        self._members: dict[str, tuple[Any, Location]] = {}

    def contract(self, key: str, own: Any, at: Location) -> Contract:
        stem, slash, name = key.partition("/")
        if not (stem and slash and name) or name != name.strip():
            raise FormatError(f'"{key}" is no key of a request', at, "write <collection>/<name of the request>")
        _known(own, _MEMBERS, f'the contract of "{key}"', at)
        kind = "graphql" if own.get("graphql") else "rest"
        for source in ("every", kind):
            place = self._at.child("defaults", source)
            self._members |= {
                each: (value, place.child(each)) for each, value in self._defaults.get(source, {}).items()
            }
        self._members |= {each: (value, at.child(each)) for each, value in own.items()}
        bodies = [each for each in _BODIES if each in self._members]
        if len(bodies) != 1:
            has = " and ".join(bodies) or "none of them"
            what = f'the contract of "{key}" needs exactly one of {", ".join(_BODIES)}, and has {has}'
            raise FormatError(what, at, "say what the body is")
        media_type = self._text("content_type")
        return Contract(
            key=key,
            request=self._text("request") or "",
            status=self._whole("status", 100, 599) or 200,
            content_type=None if media_type in (None, "any") else media_type.lower(),
            schema=self._schema(*self._members["schema"]) if "schema" in self._members else None,
            graphql=self._one_of("graphql", (True,)) is True,
            columns=tuple(self._columns()),
            cookies=tuple(self._pairs("cookies")),
            headers=tuple(self._pairs("headers")),
            errors=tuple(self._errors()),
            paging=self._paging(),
            privileged=self._one_of("privileged", (True, False, "optional"), default=True),
            evidence=self._one_of("evidence", _EVIDENCE, default=""),
            at=at,
            places={each: place for each, (_, place) in self._members.items() if each not in own},
        )

    def _text(self, member: str) -> str | None:
        value, at = self._members.get(member, (None, self._at))
        if value is None or isinstance(value, str):
            return value
        raise mismatch(f"`{member}`", "a text", value, at, "write it in double quotes")

    def _whole(self, member: str, least: int, most: int) -> int | None:
        value, at = self._members.get(member, (None, self._at))
        if value is None or (type(value) is int and least <= value <= most):
            return value
        raise FormatError(f"`{member}` cannot be {value!r}", at, f"write a whole number from {least} to {most}")

    def _one_of(self, member: str, allowed: tuple[Any, ...], default: Any = None) -> Any:
        value, at = self._members.get(member, (default, self._at))
        if member not in self._members or any(type(value) is type(each) and value == each for each in allowed):
            return value
        words = ", ".join(str(each).lower() for each in allowed)
        raise FormatError(f"`{member}` cannot be {value!r}", at, f"write one of {words}")

    def _schema(self, name: Any, at: Location) -> str:
        if not isinstance(name, str):
            raise mismatch("the name of a schema", "a text", name, at, "write the name of a file, without .schema.json")
        if name not in self._schemas:
            _unknown(name, self._schemas, "there is no schema file", at)
        return name

    def _columns(self) -> Iterator[tuple[str, ...]]:
        value, at = self._members.get("csv", ((), self._at))
        if not isinstance(value, (list, tuple)):
            raise mismatch("`csv`", "a list", value, at, "write the names of the columns, in order")
        for index, column in enumerate(value):
            names = column if isinstance(column, list) else [column]
            if not names or not all(isinstance(name, str) for name in names):
                what = "a column must be a name, or a list of the names it may have"
                raise FormatError(what, at.child(index), "write names in quotes where YAML takes them for numbers")
            yield tuple(names)

    def _pairs(self, member: str) -> Iterator[tuple[str, str]]:
        value, at = self._members.get(member, ({}, self._at))
        _object(value, f"`{member}`", at)
        for name, each in value.items():
            if not isinstance(each, str):
                raise mismatch(f"the value of {name}", "a text", each, at.child(name), "write it in double quotes")
            if member == "cookies":
                _check_pointer(each, at.child(name))
            yield name, each

    def _errors(self) -> Iterator[tuple[int, str]]:
        value, at = self._members.get("errors", ({}, self._at))
        _object(value, "`errors`", at)
        for status, schema in value.items():
            if not (status.isascii() and status.isdigit() and 400 <= int(status) <= 599):
                raise FormatError(f'"{status}" is no status of a refusal', at.child(status), "write 400 to 599")
            yield int(status), self._schema(schema, at.child(status))

    def _paging(self) -> PagingRule | None:
        if "paging" not in self._members:
            return None
        value, at = self._members["paging"]
        if value == "follow":
            if "graphql" in self._members:
                raise FormatError("`paging` does not say where the edges are", at, "write {graphql: /…, follow: true}")
            value = _FOLLOW
        _known(value, _PAGING, "`paging`", at)
        if ("rest" in value) == ("graphql" in value):
            raise FormatError("`paging` needs either rest or graphql", at, "say where the rows or the edges are")
        kind = "rest" if "rest" in value else "graphql"
        limit = value.get("limit")
        if limit is not None and (type(limit) is not int or limit < 1):
            raise FormatError(f"`limit` cannot be {limit!r}", at.child("limit"), "write a whole number from 1 up")
        follow = value.get("follow", False)
        if type(follow) is not bool and (type(follow) is not int or follow < 2):
            fix = "write true, or the most pages to look at, from 2 up"
            raise FormatError(f"`follow` cannot be {follow!r}", at.child("follow"), fix)
        _check_pointer(value[kind], at.child(kind))
        pages = (MAX_PAGES if follow else 1) if type(follow) is bool else follow
        return PagingRule("rest" if kind == "rest" else "graphql", value[kind], limit, pages, at)


def _object(value: Any, name: str, at: Location) -> None:
    if not isinstance(value, dict):
        raise mismatch(name, "an object", value, at, "write `name: value` lines, indented")


def _known(value: Any, known: tuple[str, ...], name: str, at: Location) -> None:
    _object(value, name, at)
    for member in value:
        if member not in known:
            _unknown(member, known, f"{name} has no member", at.child(member))


def _unknown(name: str, known: Iterable[str], what: str, at: Location) -> None:
    listed = sorted(known)
    near = nearest(name, listed)
    few = f"there are {', '.join(listed)}" if len(listed) <= 20 else "look at the names in use"
    raise FormatError(f'{what} "{name}"', at, f'did you mean "{near}"?' if near else few)


def _check_pointer(value: Any, at: Location) -> None:
    if not isinstance(value, str) or not value.startswith("/"):
        raise FormatError(f"{value!r} is no JSON Pointer", at, "write it as /data or /data/tag/users/edges")

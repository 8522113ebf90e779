"""A folder of JSON Schemas (2020-12) that refer to each other, and what they say of a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin

from paceline.contract.book import SCHEMA_SUFFIX
from paceline.contract.described import Described, Descriptions
from paceline.contract.excerpt import at_pointer
from paceline.contract.unknown import unknown_fields
from paceline.contract.wording import findings
from paceline.errors import FormatError, Location, nearest
from paceline.formats.text import load_json
from paceline.model.contract import Breach, UnknownField

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from referencing import Registry


_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaStore:
    """The schemas of a folder. Nothing is ever fetched: a `$ref` leads to another file of the folder.

    Files are read when the first body is checked; each schema is made ready once. `$anchor`, `$dynamicRef` and an `$id`
    within a file are not followed.

    Args:
        folder: holds `<name>.schema.json` files, each with an `$id` that ends in the name of the file.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._library: _Library | None = None

    def read(self) -> None:
        """Read all files now, and not when the first body is checked. Raises FileError and FormatError as `check`."""
        self._load()

    def check(self, name: str, value: Any, key: str) -> list[Breach]:
        """Where a JSON value does not fit a schema.

        Args:
            name: stem of the schema's file.
            key: of the contract, for the breaches.

        Returns:
            One breach for each place, in the schema's order: however many forms `anyOf` or `oneOf` allow, only the one
            that fits best is told.

        Raises:
            FileError, FormatError: a schema cannot be read, is not JSON, or refers to what is not there.
            RecursionError: the value is nested hundreds of levels deep.
        """
        library = self._load()
        validator = library.validator(library.root(name))
        return [
            Breach("schema", key, found.pointer, found.expected, found.got, found.at)
            for found in findings(validator.iter_errors(value), library.place)
        ]

    def learn(self, name: str, value: Any) -> None:
        """Keep in mind which parts of a value fit, until `forget`.

        Values that share these very objects with it are checked faster then, with the same result. None of them may be
        changed meanwhile. Raises as `check`.
        """
        library = self._load()
        library.learning = True
        try:
            list(library.validator(library.root(name)).iter_errors(value))
        finally:
            library.learning = False

    def forget(self) -> None:
        """Let go of all that was learnt."""
        if self._library is not None:
            self._library.fitting.clear()

    def unknown(self, name: str, value: Any) -> list[UnknownField]:
        """The members of a JSON value that the schema and those it refers to describe nowhere. Raises as `check`."""
        library = self._load()
        return unknown_fields(library.root(name), value, library.target, library.fits)

    def places(self, name: str, pointer: str) -> tuple[Location, ...]:
        """Where a schema, or those it refers to, describe a place of the body; see `Descriptions.at`.

        Raises:
            FileError, FormatError: as `check`.
        """
        library = self._load()
        return Descriptions(library.target, library.place).at(library.root(name), pointer)

    def fields(self, name: str) -> list[Described]:
        """Every place that a schema, or those it refers to, describe; see `Descriptions.fields`. Raises as `places`."""
        library = self._load()
        return list(Descriptions(library.target, library.place).fields(library.root(name)))

    def at(self, name: str) -> Location:
        """The file of a schema."""
        return Location(str(self._folder / f"{name}{SCHEMA_SUFFIX}"))

    def _load(self) -> _Library:
        if self._library is None:
            self._library = _Library(self._folder)
        return self._library


class _Library:
    """All schemas of a folder, read, with every reference resolved.

    Dicts are told apart by identity: jsonschema hands back the very object in which a keyword failed, and that is how
    its file and place are found, whatever references led there.

    Attributes:
        fitting: objects and lists that fit what a reference led to, by the identities of both.
        learning: whether what fits is put in there.
    """

    def __init__(self, folder: Path) -> None:
        self.fitting: dict[tuple[int, int], Any] = {}
        self.learning = False
        self._roots: dict[str, dict[str, Any]] = {}
        self._places: dict[int, Location] = {}
        self._targets: dict[int, Any] = {}  # by the identity of the schema that has the $ref
        self._validators: dict[int, Draft202012Validator] = {}
        self._folder = folder
        for path in sorted(folder.glob(f"*{SCHEMA_SUFFIX}")):
            schema, at = load_json(path), Location(str(path))
            if not isinstance(schema, dict) or not str(schema.get("$id", "")).endswith(f"/{path.name}"):
                fix = f'"$id": "https://<any address of yours>/{path.name}" lets other files refer to it'
                raise FormatError("this schema has no `$id` that ends in the name of its file", at.child("$id"), fix)
            if schema.get("$schema") == _DIALECT:
                # It would let jsonschema go on with a validator of its own, not ours, below each reference to the file.
                del schema["$schema"]
            self._roots[path.name.removesuffix(SCHEMA_SUFFIX)] = schema
            self._index(schema, at)
        by_id = {schema["$id"]: schema for schema in self._roots.values()}
        for root in by_id.values():
            self._follow_references(root, by_id)

    def root(self, name: str) -> dict[str, Any]:
        if name not in self._roots:
            near = nearest(name, self._roots)
            fix = f"did you mean {near}?" if near else "check the name"
            raise FormatError(f"there is no schema {name}", Location(str(self._folder)), fix)
        return self._roots[name]

    def place(self, schema: Any) -> Location:
        """Where a schema stands; the folder for `true` and `false`, which have no identity."""
        return self._places.get(id(schema), Location(str(self._folder)))

    def target(self, schema: Mapping[str, Any]) -> Any:
        """What the `$ref` of a schema leads to."""
        return self._targets[id(schema)]

    def fits(self, schema: Any, value: Any) -> bool:
        if isinstance(schema, bool):
            return schema
        if schema == {"type": "null"}:
            return value is None
        return self.validator(schema).is_valid(value)

    def validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        if id(schema) not in self._validators:
            ready = schema
            if "$id" not in schema:  # a part of a file: its references are relative to that file
                at = self._places[id(schema)]
                root = self.root(Path(at.file).name.removesuffix(SCHEMA_SUFFIX))
                ready = {"$ref": f"{root['$id']}#{quote(at.pointer)}"}
            self._validators[id(schema)] = self._validator_class(ready, registry=self._registry)
        return self._validators[id(schema)]

    @cached_property
    def _validator_class(self) -> type[Draft202012Validator]:
        """jsonschema's validator, save that it takes the targets of references from here.

        It looks each of them up again for every value, by joining and taking apart URIs: a third of all its time.
        """
        from jsonschema import Draft202012Validator  # costs 130 ms
        from jsonschema.validators import extend

        look_up: Any = Draft202012Validator.VALIDATORS["$ref"]

        def follow(validator: Any, ref: Any, instance: Any, schema: Any) -> Any:
            target = self._targets.get(id(schema), look_up)
            if target is look_up:  # a reference of our own making, from outside of all files
                return look_up(validator, ref, instance, schema)
            if (self.learning or self.fitting) and isinstance(instance, (dict, list)):
                return self._remembered(validator, instance, target)
            return validator.descend(instance, target)

        followed: Any = extend(Draft202012Validator, {"$ref": follow})  # type: ignore[no-untyped-call]
        return followed  # type: ignore[no-any-return]

    def _remembered(self, validator: Any, instance: Any, target: Any) -> Iterator[Any]:
        key = (id(instance), id(target))
        if key in self.fitting:
            return
        fits = True
        for error in validator.descend(instance, target):
            fits = False
            yield error
        if fits and self.learning:
            self.fitting[key] = instance

    @cached_property
    def _registry(self) -> Registry[Any]:
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        resources = [(schema["$id"], DRAFT202012.create_resource(schema)) for schema in self._roots.values()]
        return Registry().with_resources(resources)

    def _index(self, value: Any, at: Location) -> None:
        if isinstance(value, dict):
            self._places[id(value)] = at
            properties = value.get("properties")
            if isinstance(properties, dict):
                # The same in other words: of a schema that is `false` jsonschema tells neither member nor place.
                properties |= {name: {"not": {}} for name, schema in properties.items() if schema is False}
            for name, member in value.items():
                self._index(member, at.child(name))
        elif isinstance(value, list):
            for index, member in enumerate(value):
                self._index(member, at.child(index))

    def _follow_references(self, root: dict[str, Any], by_id: Mapping[str, Any]) -> None:
        for schema in _objects(root):
            ref = schema.get("$ref")
            if isinstance(ref, str):
                self._targets[id(schema)] = self._resolve(root["$id"], ref, by_id, self.place(schema).child("$ref"))

    def _resolve(self, base: str, ref: str, by_id: Mapping[str, Any], at: Location) -> Any:
        uri, _, fragment = urljoin(base, ref).partition("#")
        if uri not in by_id:
            near = nearest(uri.rpartition("/")[2], [each.rpartition("/")[2] for each in by_id])
            fix = f"did you mean {near}?" if near else "refer to a file of the same folder"
            raise FormatError(f"`{ref}` leads to no file", at, fix)
        try:
            return at_pointer(by_id[uri], unquote(fragment))
        except LookupError:
            raise FormatError(f"`{ref}` leads to no part of its file", at, "check the JSON Pointer after #") from None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            yield each
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)

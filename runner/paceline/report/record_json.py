"""Records as JSON data and back, by the type hints of their fields.

A field that has its default is left out. When reading, a field that is missing gets its default and one that is not
known is passed over, so that logs of older and of newer versions can be read.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

Json = dict[str, Any]
Field = tuple[type, str]  # a record type, and the name of one of its fields

_MISSING: Final = object()
_UNIONS: Final = (Union, types.UnionType)
_SCALARS: Final[Mapping[Any, tuple[type, ...]]] = {str: (str,), bool: (bool,), int: (int,), float: (float, int)}


@dataclass(frozen=True, slots=True)
class _Member:
    """A field of a record.

    Attributes:
        default: what a new record has; `_MISSING` when it must be given.
    """

    name: str
    hint: Any
    default: Any


@lru_cache(maxsize=256)
def _members(record: type) -> tuple[_Member, ...]:
    hints = get_type_hints(record)
    return tuple(_Member(each.name, hints[each.name], _default(each)) for each in dataclasses.fields(record))


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _MISSING if field.default is dataclasses.MISSING else field.default


@dataclass(frozen=True, slots=True)
class RecordWriter:
    """Makes JSON data of records.

    Attributes:
        by_type: for values that are not to be written as their type hint suggests; None is never handed to it.
        by_field: for single fields; these are handed the whole record, and always written.
        left_out: fields that the reader knows from elsewhere.
    """

    by_type: Mapping[Any, Callable[[Any], Any]]
    by_field: Mapping[Field, Callable[[Any], Any]]
    left_out: frozenset[Field] = frozenset()

    def record(self, record: Any) -> Json:
        """The fields of a record."""
        kind: type = type(record)
        data: Json = {}
        for member in _members(kind):
            field: Field = (kind, member.name)
            if field in self.left_out:
                continue
            special = self.by_field.get(field)
            if special is not None:
                data[member.name] = special(record)
                continue
            value = getattr(record, member.name)
            if type(value) is not type(member.default) or value != member.default:
                data[member.name] = self.value(value, member.hint)
        return data

    def value(self, value: Any, hint: Any) -> Any:
        """A value of a field with this type hint."""
        if value is None:
            return None
        special = self.by_type.get(hint)
        if special is not None:
            return special(value)
        if dataclasses.is_dataclass(hint):
            return self.record(value)
        origin, args = get_origin(hint), get_args(hint)
        if origin in _UNIONS:
            return self.value(value, _alternative(args) or type(value))
        if origin is tuple:
            hints = _hints(args, len(value))
            return [self.value(each, inner) for each, inner in zip(value, hints, strict=True)]
        if origin is Mapping:
            return {name: self.value(each, args[1]) for name, each in value.items()}
        return value


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Makes records of JSON data; what does not fit is a ValueError or TypeError.

    Attributes:
        by_type: for values that are not written as their type hint suggests.
        by_field: for single fields; these are handed all fields of the record as JSON.
    """

    by_type: Mapping[Any, Callable[[Any], Any]]
    by_field: Mapping[Field, Callable[[Json], Any]]

    def record(self, data: Json, kind: type, **given: Any) -> Any:
        """A record of this type; what is given counts before what is written."""
        if not isinstance(data, dict):
            raise ValueError(f"an object belongs where {_shown(data)} stands")
        fields = given
        for member in _members(kind):
            special = self.by_field.get((kind, member.name))
            if member.name in given:
                continue
            if special is not None:
                fields[member.name] = special(data)
            elif member.name in data:
                fields[member.name] = self.value(data[member.name], member.hint)
            elif member.default is _MISSING:
                raise ValueError(f"{kind.__name__} has no `{member.name}`")
        return kind(**fields)

    def value(self, data: Any, hint: Any) -> Any:
        """A value for a field with this type hint."""
        origin, args = get_origin(hint), get_args(hint)
        if origin in _UNIONS:
            if data is None and types.NoneType in args:
                return None
            inner = _alternative(args)
            return data if inner is None else self.value(data, inner)
        special = self.by_type.get(hint)
        if special is not None:
            return special(data)
        if dataclasses.is_dataclass(hint):
            return self.record(data, hint)  # type: ignore[arg-type]  # it is a type, not a record
        if origin is tuple:
            entries = _require(data, list)
            return tuple(
                self.value(each, inner) for each, inner in zip(entries, _hints(args, len(entries)), strict=True)
            )
        if origin is Mapping:
            return {name: self.value(each, args[1]) for name, each in _require(data, dict).items()}
        if hint in _SCALARS:
            return _require(data, *_SCALARS[hint])
        if hint is Any or origin is Literal:
            return data
        raise TypeError(f"there is no way to read {hint}")


def _alternative(args: tuple[Any, ...]) -> Any:
    """The one member of a union besides None; None when there are several, which have to be plain values."""
    inner = [each for each in args if each is not types.NoneType]
    return inner[0] if len(inner) == 1 else None


def _hints(args: tuple[Any, ...], length: int) -> tuple[Any, ...]:
    return args[:1] * length if args[1:] == (Ellipsis,) else args


def _require(data: Any, *kinds: type) -> Any:
    if isinstance(data, kinds) and not (isinstance(data, bool) and bool not in kinds):
        return data
    raise ValueError(f"{kinds[0].__name__} expected where {_shown(data)} stands")


def _shown(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:40]}..."

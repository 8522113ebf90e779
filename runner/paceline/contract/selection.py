"""The data of a GraphQL answer against the selection of its query (GraphQL specification, sections 6.3 and 6.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paceline.contract.excerpt import alternatives, escaped, pointer, quoted, shown
from paceline.errors import Location, nearest
from paceline.model.contract import Breach, UnknownField

if TYPE_CHECKING:
    from graphql import (
        DocumentNode,
        FieldNode,
        GraphQLNamedType,
        GraphQLObjectType,
        GraphQLOutputType,
        GraphQLSchema,
        OperationDefinitionNode,
        SelectionSetNode,
    )

Path = tuple[str | int, ...]

_INT = range(-(2**31), 2**31)  # section 3.5.1
_TYPENAME = "__typename"


class Selection:
    """Checks one answer.

    Args:
        document: parsed and validated against `schema`.
        variables: as sent; only `@skip` and `@include` need them.
        errors: the answer's `errors`; a null on a path that one of them names is no breach, wherever the schema lets
            the null stop (section 6.4.4).
        sdl: file of the schema.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        errors: Sequence[Mapping[str, Any]],
        key: str,
        sdl: Location,
    ) -> None:
        from graphql import FragmentDefinitionNode

        self._schema = schema
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._variables = dict(variables)
        self._failed: list[Path] = [tuple(error["path"]) for error in errors if error.get("path")]
        self._key = key
        self._sdl = sdl
        self._unknown: dict[str, None] = {}
        self._known: dict[tuple[str, ...], dict[str, list[FieldNode]]] = {}

    def check(self, operation: OperationDefinitionNode, data: Any) -> tuple[list[Breach], list[UnknownField]]:
        """The breaches in the order of the selection, and the members that nobody selected."""
        for definition in operation.variable_definitions or ():
            default = definition.default_value
            if default is not None and hasattr(default, "value"):
                self._variables.setdefault(definition.variable.name.value, default.value)
        root = self._schema.get_root_type(operation.operation)
        assert root is not None, "the query was validated against the schema"
        found = list(self._object(root, [operation.selection_set], data, ("data",)))
        return found, [UnknownField(each) for each in self._unknown]

    def selected(self, operation: OperationDefinitionNode) -> Iterator[tuple[str, str, GraphQLOutputType]]:
        """Every member that the query selects, whatever is in the answer.

        Yields:
            its JSON Pointer with `*` for every item of a list, its coordinate, and its type. A member that several
            types of a union may have comes once for each.
        """
        root = self._schema.get_root_type(operation.operation)
        assert root is not None, "the query was validated against the schema"
        yield from self._members(root, [operation.selection_set], "/data")

    def _members(
        self, type_: Any, selections: Sequence[SelectionSetNode], place: str
    ) -> Iterator[tuple[str, str, GraphQLOutputType]]:
        from graphql import is_composite_type, is_list_type, is_non_null_type, is_object_type

        for each in [type_] if is_object_type(type_) else self._schema.get_possible_types(type_):
            for name, fields in self._collected(each, selections).items():
                inner = f"{place}/{escaped(name)}"
                field_name = fields[0].name.value
                if field_name.startswith("__"):
                    yield inner, f"{each.name}.{field_name}", each
                    continue
                given = each.fields[field_name].type
                yield inner, f"{each.name}.{field_name}", given
                while is_non_null_type(given) or is_list_type(given):
                    inner += "/*" if is_list_type(given) else ""
                    given = given.of_type
                if is_composite_type(given):
                    below = [field.selection_set for field in fields if field.selection_set]
                    yield from self._members(given, below, inner)

    def _value(
        self, type_: GraphQLOutputType, fields: Sequence[FieldNode], value: Any, path: Path, coordinate: str
    ) -> Iterator[Breach]:
        from graphql import is_leaf_type, is_list_type, is_non_null_type

        if is_non_null_type(type_):
            if value is None and not self._excused(path):
                yield self._breach(path, f"{type_}, never null", "null", coordinate)
            type_ = type_.of_type
        if value is None:
            return
        if is_list_type(type_):
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self._value(type_.of_type, fields, item, (*path, index), coordinate)
            else:
                yield self._breach(path, f"a list ({type_})", shown(value), coordinate)
        elif is_leaf_type(type_):
            expected = _leaf(type_, value)
            if expected:
                yield self._breach(path, expected, shown(value), coordinate)
        elif isinstance(value, dict):
            selections = [field.selection_set for field in fields if field.selection_set]
            yield from self._composite(type_, selections, value, path)
        else:
            yield self._breach(path, f"an object ({type_})", shown(value), coordinate)

    def _composite(
        self, type_: Any, selections: Sequence[SelectionSetNode], value: dict[str, Any], path: Path
    ) -> Iterator[Breach]:
        """An object, a union or an interface: of the latter `__typename` says which object it is.

        Where the query does not ask for that, the object must fit one of the possible types; the nearest one is told.
        """
        from graphql import is_object_type

        if is_object_type(type_):
            yield from self._object(type_, selections, value, path)
            return
        possible = {each.name: each for each in self._schema.get_possible_types(type_)}
        answers = {
            name: field[0].name.value
            for each in possible.values()
            for name, field in self._collected(each, selections).items()
        }
        name = next((name for name, field in answers.items() if field == _TYPENAME and name in value), None)
        if name is not None:
            actual = possible.get(value[name]) if isinstance(value[name], str) else None
            if actual is not None:
                yield from self._object(actual, selections, value, path)
            else:
                near = nearest(str(value[name]), possible)
                expected = alternatives([quoted(each) for each in possible]) + f", as {type_} allows"
                got = shown(value[name]) + (f", like {near}" if near else "")
                yield self._breach((*path, name), expected, got, type_.name)
            return
        known = dict(self._unknown)
        trials: list[tuple[list[Breach], dict[str, None]]] = []
        for each in possible.values():
            self._unknown = dict(known)
            trials.append((list(self._object(each, selections, value, path)), self._unknown))
        breaches, self._unknown = min(trials, key=lambda trial: (len(trial[0]), len(trial[1])))
        yield from breaches

    def _object(
        self, type_: GraphQLObjectType, selections: Sequence[SelectionSetNode], value: Any, path: Path
    ) -> Iterator[Breach]:
        if not isinstance(value, dict):
            yield self._breach(path, f"an object ({type_})", shown(value), type_.name)
            return
        collected = self._collected(type_, selections)
        others = [name for name in value if name not in collected]
        for name, fields in collected.items():
            field_name = fields[0].name.value
            coordinate = f"{type_.name}.{field_name}"
            if name not in value:
                near = nearest(name, others)
                got = f"no such member, but one named {quoted(near)}" if near else f"no such member in {shown(value)}"
                yield self._breach((*path, name), f"{quoted(name)}, which the query selects", got, coordinate)
            elif field_name == _TYPENAME:
                if value[name] != type_.name:
                    yield self._breach((*path, name), quoted(type_.name), shown(value[name]), type_.name)
            elif not field_name.startswith("__"):  # introspection has its own schema
                yield from self._value(type_.fields[field_name].type, fields, value[name], (*path, name), coordinate)
        for name in others:
            steps = ("*" if isinstance(step, int) else escaped(step) for step in (*path, name))
            self._unknown["/" + "/".join(steps)] = None

    def _collected(
        self, type_: GraphQLObjectType, selections: Sequence[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields of an object by the name they have in the answer; the same for every row of a list."""
        place = (type_.name, *(str(id(each)) for each in selections))
        if place not in self._known:
            self._known[place] = self._collect(type_, selections)
        return self._known[place]

    def _collect(self, type_: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """Put the fragments in (section 6.3.2)."""
        from graphql import FieldNode, FragmentSpreadNode

        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        pending = [node for selection in selections for node in selection.selections]
        while pending:
            node = pending.pop(0)
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
                fragment = self._fragments[node.name.value]
            condition = fragment.type_condition
            if condition is None or self._applies(self._schema.type_map[condition.name.value], type_):
                pending[:0] = fragment.selection_set.selections
        return found

    def _applies(self, condition: GraphQLNamedType, type_: GraphQLObjectType) -> bool:
        from graphql import is_abstract_type

        return condition is type_ or (is_abstract_type(condition) and self._schema.is_sub_type(condition, type_))

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value in {"skip", "include"}:
                given = directive.arguments[0].value
                name = getattr(given, "name", None)
                chosen = self._variables.get(name.value) if name is not None else given.value
                if bool(chosen) is (directive.name.value == "skip"):
                    return False
        return True

    def _excused(self, path: Path) -> bool:
        own = path[1:]  # an error's path starts below data
        return any(failed[: len(own)] == own for failed in self._failed)

    def _breach(self, path: Path, expected: str, got: str, coordinate: str) -> Breach:
        return Breach("graphql", self._key, pointer(path), expected, got, Location(self._sdl.file, coordinate))


def _leaf(type_: Any, value: Any) -> str:
    """What a scalar or an enum should have been; empty when it is that (section 3.5)."""
    from graphql import is_enum_type

    if is_enum_type(type_):
        fits = isinstance(value, str) and value in type_.values
        return "" if fits else f"{alternatives(list(type_.values))} ({type_.name})"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match type_.name:
        case "Int":
            fits = number and (isinstance(value, int) or value.is_integer()) and int(value) in _INT
            return "" if fits else "a whole number of 32 bits (Int)"
        case "Float":
            return "" if number else "a number (Float)"
        case "Boolean":
            return "" if isinstance(value, bool) else "true or false (Boolean)"
        case "String" | "ID":
            return "" if isinstance(value, str) else f"a text ({type_.name})"
    # What a scalar of the service's own is, no schema tells; none that is known holds members.
    return "" if isinstance(value, str) or number else f"a text or a number ({type_.name})"

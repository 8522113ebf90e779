"""The GraphQL schema: queries against it before they are sent, answers against the query and the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.described import Described
from paceline.contract.excerpt import pointer, quoted, shown
from paceline.contract.selection import Selection
from paceline.errors import FormatError, Location, nearest
from paceline.formats.files import read_bytes
from paceline.model.contract import Breach, UnknownField

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class Query:
    """What the body of a GraphQL request carries."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


class GraphQLTypes:
    """A GraphQL schema in SDL. It is read, and graphql-core imported, when the first query is checked.

    Args:
        path: of the SDL file.
    """

    def __init__(self, path: str | Path) -> None:
        self.at = Location(str(path))
        self._schema: GraphQLSchema | None = None
        self._documents: dict[str, DocumentNode | list[GraphQLError]] = {}

    def read(self) -> None:
        """Read the schema now, and not when the first query is checked. Raises as `check_query`."""
        self._built()

    def check_query(self, body: bytes | None, key: str) -> list[Breach]:
        """What would make a server refuse a request: syntax, names, types, variables.

        Args:
            body: of the request: JSON with `query`, and perhaps `variables` and `operationName`.

        Raises:
            FileError, FormatError: the schema cannot be read.
        """
        query = read_query(body)
        if isinstance(query, str):
            return [Breach("query", key, "", "JSON with a query", query, self.at)]
        document = self.document(query.text)
        if isinstance(document, list):
            return [self._refusal(error, key) for error in document]
        operation = _operation(document, query.operation_name)
        if isinstance(operation, str):
            return [Breach("query", key, "/operationName", "the name of an operation of the query", operation, self.at)]
        return [
            Breach("query", key, "/variables", "variables of the declared types", message, self.at)
            for message in self._variable_errors(operation, query.variables)
        ]

    def check_text(self, text: str, key: str) -> list[Breach]:
        """As `check_query`, for a query whose variables are not known."""
        document = self.document(text)
        return [self._refusal(error, key) for error in document] if isinstance(document, list) else []

    def check_data(self, query: Query, answer: Any, key: str) -> tuple[list[Breach], list[UnknownField]] | None:
        """Where an answer does not fit the selection of its query, and members nobody selected.

        Args:
            answer: the JSON of the body.

        Returns:
            None when the query itself cannot be, which `check_query` tells.

        Raises:
            FileError, FormatError: the schema cannot be read.
        """
        document = self.document(query.text)
        operation = document if isinstance(document, list) else _operation(document, query.operation_name)
        if isinstance(document, list) or isinstance(operation, (str, list)):
            return None
        envelope = list(self._envelope(answer, key))
        if envelope:
            return envelope, []
        selection = Selection(self._built(), document, query.variables, answer.get("errors") or (), key, self.at)
        breaches, unknown = selection.check(operation, answer["data"])
        others = [UnknownField(pointer([name])) for name in answer if name not in {"data", "errors", "extensions"}]
        return breaches, [*others, *unknown]

    def fields(self, query: Query) -> list[Described]:
        """Every place of the answer that a query selects; none where the query cannot be, which `check_query` tells.

        Raises:
            FileError, FormatError: the schema cannot be read.
        """
        from graphql import get_named_type, is_enum_type

        document = self.document(query.text)
        operation = document if isinstance(document, list) else _operation(document, query.operation_name)
        if isinstance(document, list) or isinstance(operation, (str, list)):
            return []
        found: dict[str, Described] = {"/data": Described("/data", (self.at,))}
        selection = Selection(self._built(), document, query.variables, (), "", self.at)
        for pointer_, coordinate, type_ in selection.selected(operation):
            named = get_named_type(type_)
            values = tuple(named.values) if is_enum_type(named) else ()
            known = found.get(pointer_, Described(pointer_))
            at = tuple(dict.fromkeys((*known.at, Location(self.at.file, coordinate))))
            found[pointer_] = Described(pointer_, at, known.values or values)
        return list(found.values())

    def is_enum(self, coordinate: str) -> bool:
        """Whether the values of a field, such as `User.followStatus`, are those of an enum.

        Raises:
            FileError, FormatError: the schema cannot be read.
        """
        from graphql import get_named_type, is_enum_type

        type_name, _, name = coordinate.partition(".")
        field = getattr(self._built().type_map.get(type_name), "fields", {}).get(name)
        return field is not None and is_enum_type(get_named_type(field.type))

    def document(self, text: str) -> DocumentNode | list[GraphQLError]:
        """The query parsed, or why it cannot be; each text is looked at once."""
        if text not in self._documents:
            from graphql import GraphQLSyntaxError, parse, validate

            try:
                document = parse(text)
                self._documents[text] = validate(self._built(), document) or document
            except GraphQLSyntaxError as error:
                self._documents[text] = [error]
            except RecursionError:
                self._documents[text] = [_too_deep()]
        return self._documents[text]

    def _built(self) -> GraphQLSchema:
        if self._schema is None:
            from graphql import GraphQLError, Source, build_schema  # costs 170 ms

            try:
                text = read_bytes(self.at.file).decode()
                self._schema = build_schema(Source(text, self.at.file))
            except (
                GraphQLError,
                TypeError,
                UnicodeDecodeError,
            ) as error:  # TypeError: a schema that contradicts itself
                place = _place(error) if isinstance(error, GraphQLError) else ""
                what = f"this is no GraphQL schema{place}"
                raise FormatError(what, self.at, getattr(error, "message", str(error))) from None
        return self._schema

    def _refusal(self, error: GraphQLError, key: str) -> Breach:
        expected = "a query that fits the schema"
        return Breach("query", key, "/query", expected, f"{error.message}{_place(error)}", self.at)

    def _variable_errors(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[str]:
        from graphql.execution.values import get_variable_values

        declared = operation.variable_definitions or ()
        result = get_variable_values(self._built(), declared, dict(variables), max_errors=20)
        # graphql-core 3.3 wraps the values; both versions give the errors as a list.
        return [_with_nearest(error.message, variables) for error in result] if isinstance(result, list) else []

    def _envelope(self, answer: Any, key: str) -> Iterator[Breach]:
        """The spec, section 7.1: data, errors, or both; errors is never empty, and tells at least a message."""

        def breach(path: str, expected: str, got: str) -> Breach:
            return Breach("graphql", key, path, expected, got, self.at)

        if not isinstance(answer, dict):
            yield breach("", "an object with data", shown(answer))
            return
        errors = answer.get("errors")
        if errors is not None and (not isinstance(errors, list) or not errors):
            yield breach("/errors", "a list of errors, or none at all", shown(errors))
            return
        for index, error in enumerate(errors or ()):
            if not isinstance(error, dict) or not isinstance(error.get("message"), str):
                yield breach(pointer(["errors", index]), "an object with a message", shown(error))
            elif not isinstance(error.get("path") or [], list):
                yield breach(pointer(["errors", index, "path"]), "a list of names and indexes", shown(error["path"]))
        if answer.get("data") is None:
            told = [error.get("message") for error in errors or () if isinstance(error, dict)]
            got = f"errors: {quoted(str(told[0]), 200)}" if told else "null" if "data" in answer else shown(answer)
            yield breach("/data", "data", got)


def read_query(body: bytes | None) -> Query | str:
    """The query in the body of a request; a text tells what is there instead.

    No variables, null and an empty text all mean none: clients send all three.
    """
    try:
        data = read_json(body or b"").value
    except UnreadableError as error:
        return str(error)
    if not isinstance(data, dict) or not isinstance(data.get("query"), str):
        return f"{shown(data)}, without a query"
    variables = data.get("variables") or {}
    if not isinstance(variables, dict):
        return f"variables that are {shown(variables)}"
    name = data.get("operationName") or None
    return Query(data["query"], variables, name if isinstance(name, str) else None)


def query_of(text: str, variables: Any, operation_name: str | None) -> Query:
    """The query of a body as a collection has it: variables that are text count if they are JSON of an object."""
    if isinstance(variables, str):
        try:
            variables = read_json(variables.encode("utf-8", "replace")).value
        except UnreadableError:
            variables = {}
    return Query(text, variables if isinstance(variables, dict) else {}, operation_name)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | str:
    from graphql import OperationDefinitionNode

    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    names = [each.name.value for each in operations if each.name]
    named = [each for each in operations if name is None or (each.name and each.name.value == name)]
    if len(named) == 1:
        return named[0]
    if name is None:
        return f"no name, and {len(operations)} operations"
    return f"{quoted(name)}, while the query has {', '.join(names) or 'one without a name'}"


def _with_nearest(message: str, variables: Mapping[str, Any]) -> str:
    """Most often a variable is missing because it is spelt otherwise."""
    told = re.search(r"\$(\w+)", message)
    near = nearest(told[1], variables) if told and told[1] not in variables else None
    return f"{message} There is {quoted(near)}." if near else message


def _place(error: GraphQLError) -> str:
    location = error.locations[0] if error.locations else None
    return f" (line {location.line}, column {location.column})" if location else ""


def _too_deep() -> GraphQLError:
    from graphql import GraphQLError

    return GraphQLError("The query is nested too deep.")

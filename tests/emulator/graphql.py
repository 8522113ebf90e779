"""The GraphQL door: real queries, parsed, validated and executed against the schema file by graphql-core."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.emulator import tags
from tests.emulator.call import Call
from tests.emulator.credentials import USER_ID
from tests.emulator.state import State

if TYPE_CHECKING:
    from graphql import GraphQLSchema

Json = dict[str, Any]

SCHEMA_FILE = Path(__file__).parents[2] / "schemas" / "graphql" / "peloton.graphql"


@cache
def _schema() -> GraphQLSchema:
    from graphql import build_schema  # costs more than all other imports: only when GraphQL is asked for

    return build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))


def _refused(status: int, code: str, message: str) -> Response:
    """An envelope without data. The codes are those Apollo servers use."""
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status_code=status)


def _root(state: State) -> Json:
    """The root fields of queries and mutations by name."""

    def user(_info: object, **arguments: Any) -> Json | None:
        member = state.members.get(arguments.get("id") or USER_ID)
        return tags.user_node(state, member) if member else None

    return {
        "user": user,
        "tag": lambda _info, **arguments: tags.tag_node(state, arguments["tagName"]),
        "searchTag": lambda _info, **arguments: tags.search_tags(
            state, arguments["input"]["query"], arguments["input"].get("after")
        ),
        "tagBrowseCategory": lambda _info, **arguments: tags.browse_category(state, arguments["categorySlug"]),
        "addTagToUser": lambda _info, **arguments: tags.add_tag(state, arguments["input"]["tagName"]),
        "removeTagFromUser": lambda _info, **arguments: tags.remove_tag(state, arguments["input"]["tagName"]),
        "setTagAsPrimary": lambda _info, **arguments: tags.set_primary_tag(state, arguments["input"]["tagName"]),
    }


def _request(raw_body: bytes) -> tuple[str, Json, str | None]:
    """Query, variables and operation name. Raises ValueError with what is wrong with the body.

    Clients send no variables as null, as {}, or as an empty text; all mean the same.
    """
    try:
        body = json.loads(raw_body)
    except ValueError as error:
        raise ValueError("the body is not JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise ValueError("the body has no query text")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        raise ValueError("variables is not an object")
    return body["query"], variables, body.get("operationName") or None


def graphql(call: Call) -> Response:
    """400 when the query does not parse or validate, 200 for everything after that, refusals included.

    Introspection is off, yet validation errors suggest near names, both as on the real service. Its answer to a
    missing credential is 401 with an unknown body: we send an envelope.
    """
    if call.caller is None:
        return _refused(401, "UNAUTHENTICATED", "Not logged in")
    try:
        query, variables, operation = _request(call.raw_body)
    except ValueError as error:
        return _refused(400, "BAD_REQUEST", str(error))
    from graphql import GraphQLSyntaxError, execute_sync, parse, specified_rules, validate
    from graphql.validation import NoSchemaIntrospectionCustomRule

    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        return JSONResponse({"errors": [error.formatted]}, status_code=400)
    if errors := validate(_schema(), document, [*specified_rules, NoSchemaIntrospectionCustomRule]):
        return JSONResponse({"errors": [error.formatted for error in errors]}, status_code=400)
    result = execute_sync(_schema(), document, _root(call.state), variable_values=variables, operation_name=operation)
    return JSONResponse(result.formatted)

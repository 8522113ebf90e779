"""One request as a handler sees it: already matched to a route, credential already looked up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response

from tests.emulator.credentials import USER_ID
from tests.emulator.effect import Hook
from tests.emulator.errors import forbidden, invalid, not_found
from tests.emulator.state import State
from tests.emulator.world import Member

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and the state of the server it came to.

    Attributes:
        path: values of the path's variables.
        caller: id of the logged-in member, None without a valid credential.
        session_id: the cookie's value as sent, valid or not.
        hooks: planted changes that the handler has to make by itself.
    """

    state: State
    path: dict[str, str]
    query: QueryParams
    headers: Headers
    raw_body: bytes
    caller: str | None
    session_id: str | None
    hooks: frozenset[Hook] = frozenset()

    def fields(self) -> Json:
        """The JSON object in the body, whatever its content type says; {} for an empty body."""
        if not self.raw_body.strip():
            return {}
        try:
            body = json.loads(self.raw_body)
        except ValueError as error:
            raise invalid("the body is not JSON") from error
        if not isinstance(body, dict):
            raise invalid("the body is not a JSON object")
        return body

    def text_field(self, name: str) -> str:
        value = self.fields().get(name)
        if not isinstance(value, str) or not value:
            raise invalid({name: "a text is required"})
        return value

    def whole_number(self, name: str, default: int, least: int) -> int:
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise invalid({name: f"a whole number from {least} is required"})
        return int(text)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def words(self, name: str) -> list[str]:
        """Values of a query member that is a comma list, may be repeated, or both."""
        return [word for value in self.query.getlist(name) for word in value.split(",") if word]

    def joins(self, *allowed: str) -> set[str]:
        """Related objects to embed; `ride.instructor` brings `ride` along. Others than `allowed` are refused."""
        wanted = set(self.words("joins"))
        if unfit := wanted.difference(allowed):
            raise invalid({"joins": f"unfit: {', '.join(sorted(unfit))}"})
        return wanted | {join.split(".")[0] for join in wanted}

    def own_account(self) -> Member:
        """The member in the path, who must be the caller."""
        member = self.member()
        if member.id != self.caller:
            raise forbidden("another member's account")
        return member

    def visible_member(self) -> Member:
        """The member in the path, unless private to the caller. Clients report 403 or 404 here; we chose 403."""
        member = self.member()
        if self.caller != member.id and self.state.is_private(member) and not self.state.follows(member.id):
            raise forbidden("private profile")
        return member

    def member(self) -> Member:
        member = self.state.members.get(self.path["user_id"])
        if member is None:
            raise not_found("User")
        return member

    @property
    def is_own(self) -> bool:
        return self.caller == USER_ID


Handler = Callable[[Call], "Json | Response"]

"""What a request is promised, and what an answer made of the promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from paceline.errors import Location

Rule = Literal[
    "request header",
    "query",
    "status",
    "content type",
    "cookie",
    "body",
    "schema",
    "graphql",
    "csv",
    "paging",
    "privilege",
]


@dataclass(frozen=True, slots=True)
class PagingRule:
    """How to walk a list.

    Attributes:
        kind: `rest`: numbered pages, counted from zero, until `show_next` is false; `graphql`: cursors, until
            `hasNextPage` is false.
        pointer: JSON Pointer of the rows (`rest`) or of the edges (`graphql`) in the body.
        limit: the largest page a list of kind `rest` gives.
        pages: how many pages a run looks at, at most; one: it does not walk on from the page it asked for.
    """

    kind: Literal["rest", "graphql"]
    pointer: str
    limit: int | None = None
    pages: int = 1
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class Contract:
    """What one request of a collection is promised, defaults merged in; contracts.schema.json tells the members.

    Attributes:
        key: stem of the collection file, a slash, name of the request.
        request: method and path, for the reader.
        status: of success.
        content_type: media type in lower case; None when unknown, and then the body may be empty.
        schema: stem of the schema file that a JSON body of success must fit.
        graphql: the body is held against the GraphQL schema and the query instead.
        columns: of a CSV body, in order; each with the names it may have.
        cookies: (name, JSON Pointer of the member of the body that has the same value).
        headers: (name, value) that the request must carry.
        errors: (HTTP status of a refusal, stem of the schema file its body must fit).
        places: where members stand that come from the file's defaults.
    """

    key: str
    request: str = ""
    status: int = 200
    content_type: str | None = None
    schema: str | None = None
    graphql: bool = False
    columns: tuple[tuple[str, ...], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    errors: tuple[tuple[int, str], ...] = ()
    paging: PagingRule | None = None
    privileged: bool | Literal["optional"] = True
    evidence: str = ""
    at: Location = Location()
    places: Mapping[str, Location] = field(default_factory=dict, repr=False, compare=False)

    def place(self, member: str) -> Location:
        """Where a member of this contract is written."""
        return self.places.get(member, self.at.child(member))


@dataclass(frozen=True, slots=True)
class Breach:
    """One point in which a request or its answer does not keep the contract.

    Attributes:
        key: of the contract.
        pointer: JSON Pointer of the place in the body; empty for the whole body and for what is not in the body.
            The rows of a CSV body count from 0, which is the header, and a cell goes by the name of its column.
        expected, got: for the reader; what came is shortened.
        at: file and JSON Pointer of the rule that is broken; for GraphQL a schema coordinate such as `Tag.name`
            stands for the pointer.
        page: of a walk through a list, counted from 1, the answer to the request itself; None outside of walks.
    """

    rule: Rule
    key: str
    pointer: str
    expected: str
    got: str
    at: Location
    page: int | None = None

    def __str__(self) -> str:
        place = [self.key, *([f"page {self.page} of the walk"] if self.page else []), *filter(None, [self.pointer])]
        lines = [
            f"{self.rule}: {', '.join(place)}",
            f"  expected: {self.expected}",
            f"  got:      {self.got}",
            f"  -->       {self.at}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A member of the body that no schema describes: told, but no breach.

    Attributes:
        pointer: JSON Pointer with `*` for every index of a list and every free key, so that a list of a hundred rows
            tells it once.
    """

    pointer: str


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """All that a contract says of one answer.

    Attributes:
        checked: the rules that were applied, in order; empty when there is no contract for the request.
        omitted: how many breaches more there were than `breaches` holds.
    """

    key: str
    breaches: tuple[Breach, ...] = ()
    unknown: tuple[UnknownField, ...] = ()
    checked: tuple[Rule, ...] = ()
    omitted: int = 0

    @property
    def kept(self) -> bool:
        """Whether everything that was checked held."""
        return not self.breaches

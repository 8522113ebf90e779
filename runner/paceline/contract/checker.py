"""The door for a run: contracts, schemas and the GraphQL schema of one folder, asked request by request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from paceline.contract.body import JsonBody
from paceline.contract.book import ContractBook, load_book
from paceline.contract.graphql import GraphQLTypes, read_query
from paceline.contract.paging import Walk
from paceline.contract.response import check_response, limited
from paceline.contract.schemas import SchemaStore
from paceline.errors import FormatError, Location
from paceline.model.contract import Breach, ContractVerdict, UnknownField
from paceline.model.exchange import HttpRequest, Trip

GRAPHQL_FOLDER = "graphql"


class ContractChecker:
    """Checks the requests of a run and their answers.

    Requests go by the stem of their collection's file, without `.postman_collection`, and their name. What has no
    contract is not checked: no breaches, and a verdict whose `checked` is empty.

    Args:
        types: the GraphQL schema; needed where a contract is of GraphQL.
    """

    def __init__(self, book: ContractBook, schemas: SchemaStore, types: GraphQLTypes | None = None) -> None:
        self.book = book
        self.schemas = schemas
        self.types = types

    def read(self, requests: Iterable[tuple[str, str]]) -> None:
        """Read what the answers to requests are held against, so that a broken schema shows before anything is sent.

        Args:
            requests: each as stem and name.

        Raises:
            FileError, FormatError: a schema cannot be read.
        """
        contracts = [found for found in (self.book.find(*each) for each in requests) if found is not None]
        if any(contract.schema is not None or contract.errors for contract in contracts):
            self.schemas.read()
        if self.types is not None and any(contract.graphql for contract in contracts):
            self.types.read()

    def before(self, stem: str, name: str, request: HttpRequest) -> tuple[Breach, ...]:
        """What is wrong with a GraphQL request before it is sent; nothing for any other.

        Raises:
            FileError, FormatError: the GraphQL schema cannot be read.
        """
        contract = self.book.find(stem, name)
        if contract is None or not contract.graphql or self.types is None:
            return ()
        return limited(self.types.check_query(request.body, contract.key))

    def after(
        self,
        stem: str,
        name: str,
        trip: Trip,
        *,
        refusals: bool = False,
        body: JsonBody | None = None,
        unknown: bool = True,
    ) -> ContractVerdict:
        """What is wrong with an answer, and with the headers of its request.

        A query that `before` refuses is not told again: then the data is not checked.

        Args:
            refusals: a refusal that the contract describes is as good as success.
            body: the JSON of the answer where it is known already; None reads it.
            unknown: whether to look for members that no schema describes.

        Raises:
            FileError, FormatError: a schema cannot be read.
        """
        contract = self.book.find(stem, name)
        if contract is None:
            return ContractVerdict(f"{stem}/{name}")
        query = read_query(trip.request.body) if contract.graphql else ""
        return check_response(
            contract,
            trip.response,
            self.schemas,
            self.types,
            query=None if isinstance(query, str) else query,
            request=trip.request,
            set_cookies=[
                value for hop in trip.hops for header, value in hop.response.headers if header.lower() == "set-cookie"
            ],
            refusals=refusals,
            body=body,
            unknown=unknown,
        )

    def follow(
        self,
        stem: str,
        name: str,
        request: HttpRequest,
        trip: Trip,
        send: Callable[[HttpRequest], Trip],
    ) -> ContractVerdict:
        """Walk the list that a request gives, and hold every further page against the contract as well.

        How far, `PagingRule.pages` of the contract says.

        Args:
            request: as it was handed to the transport.
            trip: its answer, the first page, in which `after` has found nothing wrong.
            send: sends the request of a further page.

        Returns:
            A verdict on the walk alone; nothing is checked where the contract has no paging rule.

        Raises:
            RequestError: `send` could not.
            FileError, FormatError: a schema cannot be read.
        """
        contract = self.book.find(stem, name)
        rule = None if contract is None else contract.paging
        if contract is None or rule is None or rule.pages == 1 or trip.response.status != contract.status:
            return ContractVerdict(f"{stem}/{name}")
        steps = Walk(contract, rule.pages)
        breaches: list[Breach] = []
        unknown: dict[UnknownField, None] = {}
        following = steps.take(request, trip.response)
        while following is not None:
            answer = send(following)
            following = steps.take(following, answer.response)
            if answer.response.status == contract.status:
                verdict = self.after(stem, name, answer)
                breaches += [replace(breach, page=steps.pages) for breach in verdict.breaches]
                unknown |= dict.fromkeys(verdict.unknown)
        found = [*steps.breaches, *breaches]
        kept = limited(found)
        return ContractVerdict(contract.key, kept, tuple(unknown), ("paging",), len(found) - len(kept))


def load_checker(path: str | Path) -> ContractChecker:
    """Read `contracts.yaml`; the schemas lie beside it, and the GraphQL schema in the folder `graphql` there.

    Raises:
        FileError: the file cannot be read.
        FormatError: it is not what it should be, or a contract of GraphQL has no schema.
    """
    book = load_book(path)
    folder = Path(path).parent
    sdl = sorted((folder / GRAPHQL_FOLDER).glob("*.graphql"))
    asks = next((contract for contract in book.contracts.values() if contract.graphql), None)
    if asks is not None and len(sdl) != 1:
        at = Location(str(folder / GRAPHQL_FOLDER))
        what = f"{asks.key} is checked against a GraphQL schema, of which this folder has {len(sdl) or 'none'}"
        raise FormatError(what, at, "put one <name>.graphql there")
    return ContractChecker(book, SchemaStore(folder), GraphQLTypes(sdl[0]) if len(sdl) == 1 else None)

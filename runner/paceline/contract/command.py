"""`paceline contract validate`: one body from a file against the contract of its request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from paceline.contract.checker import ContractChecker, load_checker
from paceline.contract.graphql import Query, query_of, read_query
from paceline.contract.response import check_response, limited
from paceline.errors import FormatError, UsageError, nearest
from paceline.model.contract import Breach, Contract, ContractVerdict, Rule
from paceline.model.exchange import HttpResponse

if TYPE_CHECKING:
    from paceline.model.collection import Body

COLLECTION_SUFFIX = ".postman_collection.json"


def validate(
    key: str,
    body: bytes,
    *,
    contracts: str | Path,
    collections: str | Path | None = None,
    status: int | None = None,
    content_type: str | None = None,
) -> ContractVerdict:
    """Hold a body against the contract of a request. Nothing is sent; cookies and request headers are not checked.

    Args:
        key: stem of the collection's file, a slash, name of the request.
        contracts: path of `contracts.yaml`.
        collections: folder of the collections, which have the GraphQL queries; the one beside that of `contracts` when
            None.
        status: HTTP status the body came with; None for that of success. With that of a refusal which the contract
            describes, the body must be that refusal's.
        content_type: Content-Type the body came with; None when it is not known.

    Raises:
        UsageError: there is no such contract, or no such request.
        FileError, FormatError: a file cannot be read, or is not what it should be.
    """
    checker = load_checker(contracts)
    contract = checker.book.get(key)
    folder = Path(contracts).parent.parent / "collections" if collections is None else Path(collections)
    actual = contract.status if status is None else status
    usual = contract.content_type if actual == contract.status else None
    response = HttpResponse(actual, headers=(("Content-Type", content_type or usual or "application/json"),), body=body)
    query, breaches = _query(contract, folder, checker) if contract.graphql else (None, [])
    verdict = check_response(contract, response, checker.schemas, checker.types, query=query, refusals=True)
    found = [*breaches, *verdict.breaches]
    kept = limited(found)
    given: dict[Rule, object] = {"status": status, "content type": content_type}  # what was not is taken for right
    checked: list[Rule] = ["query"] if contract.graphql else []
    checked += [rule for rule in verdict.checked if given.get(rule, True) is not None]
    omitted = verdict.omitted + len(found) - len(kept)
    return ContractVerdict(key, kept, verdict.unknown, tuple(checked), omitted)


def verdict_lines(verdict: ContractVerdict) -> Iterator[str]:
    """A verdict for the terminal: a block for each breach, unknown fields, and a last line that sums up."""
    for breach in verdict.breaches:
        yield f"{breach}\n"
    if verdict.omitted:
        yield f"and {verdict.omitted} more\n"
    if verdict.unknown:
        yield "unknown fields, which no schema describes:"
        yield from (f"  {field.pointer}" for field in verdict.unknown)
        yield ""
    count = len(verdict.breaches) + verdict.omitted
    outcome = f"{count} breach{'' if count == 1 else 'es'} of contract" if count else "contract kept"
    yield f"{verdict.key}: {outcome} ({', '.join(verdict.checked)} checked)"


def _query(contract: Contract, folder: Path, checker: ContractChecker) -> tuple[Query | None, list[Breach]]:
    """The query of a request in its collection, and what is wrong with it."""
    from paceline.formats.collection import load_collection

    stem, _, name = contract.key.partition("/")
    file = folder / f"{stem}{COLLECTION_SUFFIX}"
    collection = load_collection(folder / stem if (folder / stem).is_dir() and not file.exists() else file)
    items = {item.name: item for _, item in collection.items()}
    if name not in items:
        near = nearest(name, items)
        fix = f'did you mean "{near}"?' if near else "check the names in the collection"
        raise UsageError(f'the collection has no request "{name}"', collection.at, fix)
    item = items[name]
    query = _query_in(item.request.body)
    if query is None:
        raise FormatError(f'the request "{name}" carries no GraphQL query', item.at, "give it a body of mode graphql")
    assert checker.types is not None, "load_checker asks for the schema where a contract is of GraphQL"
    return query, checker.types.check_text(query.text, contract.key)


def _query_in(body: Body | None) -> Query | None:
    """The query of a body as written: templates stay templates, in the query and in its variables."""
    if body is None:
        return None
    if body.mode == "graphql":
        return query_of(body.query, body.variables, body.operation_name)
    query = read_query(body.raw.encode("utf-8", "replace"))
    return None if isinstance(query, str) else query

"""Where the contract of a request speaks of a place in its answer: rules of contracts.yaml, schemas, the SDL."""

from __future__ import annotations

from collections.abc import Iterator

from paceline.contract.checker import ContractChecker
from paceline.contract.excerpt import escaped
from paceline.contract.graphql import Query, read_query
from paceline.errors import Location
from paceline.model.contract import Contract, PagingRule

_FLAGS = {
    "rest": ("show_next", "page", "page_count", "count", "total"),
    "graphql": ("pageInfo/hasNextPage", "pageInfo/endCursor", "totalCount"),
}
_IDENTITY = {"rest": "id", "graphql": "node/id"}


def promised(
    checker: ContractChecker, contract: Contract, status: int, pointer: str, asked: bytes | None = None
) -> tuple[Location, ...]:
    """Every place where a contract describes a part of an answer, each once; nothing where none does.

    Args:
        status: of the answer; 0 means that of success.
        pointer: JSON Pointer into the body with `*` for items of lists and entries of maps, or, as in a finding,
            `status`, `privilege`, `content-type`, `cookie:sid`, `paging`, `body`.
        asked: body of a GraphQL request, whose query selects the answer.

    Raises:
        FileError, FormatError: a schema cannot be read.
    """
    success = status in {0, contract.status}
    if pointer[:1] not in {"", "/"}:
        return tuple(_rules(contract, pointer))
    found = list(_paging(contract.paging, pointer)) if success and contract.paging else []
    if success:
        found += [contract.place("cookies").child(name) for name, at in contract.cookies if at == pointer]
    refusal = dict(contract.errors).get(status)
    schema = contract.schema if success else refusal
    if schema is not None:
        found += checker.schemas.places(schema, pointer)
    elif success and contract.columns:
        found += _columns(contract, pointer)
    elif success and contract.graphql and checker.types is not None:
        query = read_query(asked)
        if isinstance(query, Query):
            places = {each.pointer: each.at for each in checker.types.fields(query)}
            # `*` also stands for the items of a list, which have no coordinate but that of their list.
            found += places.get(pointer) or places.get(pointer.removesuffix("/*"), ())
    return tuple(dict.fromkeys(found))


def _rules(contract: Contract, word: str) -> Iterator[Location]:
    kind, _, name = word.partition(":")
    body = next((each for each in ("schema", "graphql", "csv") if getattr(contract, each, None)), None)
    body = "csv" if contract.columns else body
    if kind == "status":
        yield contract.place("status")
        if contract.errors:
            yield contract.place("errors")
    elif kind == "privilege":
        yield contract.place("privileged")
    elif kind == "content-type" and contract.content_type is not None:
        yield contract.place("content_type")
    elif kind == "cookie" and name in dict(contract.cookies):
        yield contract.place("cookies").child(name)
    elif kind == "paging" and contract.paging is not None:
        yield contract.paging.at
    elif kind == "body" and body is not None:
        yield contract.place(body)


def _paging(rule: PagingRule, pointer: str) -> Iterator[Location]:
    around = rule.pointer.rpartition("/")[0]
    read = [rule.pointer, f"{rule.pointer}/*/{_IDENTITY[rule.kind]}"]
    read += [f"{around}/{flag}" for flag in _FLAGS[rule.kind]]
    if pointer and any(each == pointer or each.startswith(f"{pointer}/") for each in read):
        yield rule.at


def _columns(contract: Contract, pointer: str) -> Iterator[Location]:
    for index, names in enumerate(contract.columns):
        if pointer in {f"/*/{escaped(name)}" for name in names}:
            yield contract.place("csv").child(index)
    if pointer in {"", "/*"}:
        yield contract.place("csv")

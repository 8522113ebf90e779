"""From a run, the contracts and the lock to what they cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paceline.contract.checker import ContractChecker
from paceline.contract.described import ITEM, Described
from paceline.contract.excerpt import escaped
from paceline.contract.graphql import Query, query_of, read_query
from paceline.coverage.fields import FieldTree
from paceline.coverage.outcome import CoverageReport, RequestCoverage
from paceline.drift.facts import Answers, Lock, Observation
from paceline.drift.learning import sample_body
from paceline.engine.selection import Step, select
from paceline.model.collection import Collection
from paceline.model.contract import Contract
from paceline.model.outcome import ItemResult
from paceline.readers.readers import Readers
from paceline.readers.variables import key_of


def measure(
    collections: Sequence[Collection],
    results: Sequence[ItemResult],
    checker: ContractChecker | None,
    readers: Readers,
    lock: Lock | None = None,
) -> CoverageReport:
    """What a run covers of a suite.

    Args:
        collections: of the suite: their requests are all there is.
        results: what happened.
        readers: of these results.
        lock: what was learnt, for statuses and values that were seen before.

    Raises:
        SandboxError: scripts cannot be looked at.
        FileError, FormatError: a schema cannot be read.
    """
    by_key: dict[str, list[ItemResult]] = {}
    for result in results:
        by_key.setdefault(key_of(result), []).append(result)
    steps = {step.key: step for collection in collections for step in select(collection)}
    learnt = lock.requests if lock is not None else {}
    covered = [
        _request(step, by_key.get(key, []), checker, readers, learnt.get(key, {})) for key, step in steps.items()
    ]
    return CoverageReport(tuple(sorted(covered, key=_rank)))


def _rank(request: RequestCoverage) -> tuple[bool, bool, float, float, str]:
    fields, statuses = request.share("fields"), request.share("statuses")
    return request.ran, request.contract is not None, fields.percent, statuses.percent, request.key


def _request(
    step: Step,
    results: Sequence[ItemResult],
    checker: ContractChecker | None,
    readers: Readers,
    learnt: Mapping[int, Answers],
) -> RequestCoverage:
    ran = any(result.trip is not None for result in results)
    contract = checker.book.contracts.get(step.key) if checker is not None else None
    if checker is None or contract is None:
        return RequestCoverage(step.key, step.item.request.at, ran, "" if ran else _reason(results))
    answered = [result for result in results if result.trip is not None]
    tree = FieldTree(_described(checker, contract, step, answered))
    for body in _bodies(answered, contract.status):
        tree.come(body)
    for touched in readers.touched(step.key, contract.status):
        for place in touched.places:
            if place.startswith("/"):
                tree.look(place)
    if contract.status in learnt:
        tree.learn(learnt[contract.status].shape)
    seen = {result.trip.response.status for result in answered if result.trip is not None} | learnt.keys()
    statuses = dict.fromkeys((contract.status, *sorted(status for status, _ in contract.errors)))
    unknown = (field.pointer for result in answered if result.contract for field in result.contract.unknown)
    return RequestCoverage(
        key=step.key,
        at=step.item.request.at,
        ran=ran,
        reason="" if ran else _reason(results),
        contract=contract.at,
        fields=tuple(tree.fields()),
        unknown=tuple(sorted(set(unknown))),
        statuses=tuple((status, status in seen) for status in statuses),
        values=tuple(tree.values()),
    )


def _reason(results: Sequence[ItemResult]) -> str:
    if not results:
        return "it is not part of the run"
    last = results[-1]
    return last.skipped or (last.error.what.splitlines()[0] if last.error is not None else "it was not answered")


def _described(
    checker: ContractChecker, contract: Contract, step: Step, answered: Sequence[ItemResult]
) -> list[Described]:
    """What the body of success may have; of a table its columns."""
    if contract.schema is not None:
        return checker.schemas.fields(contract.schema)
    if contract.columns:
        at = (contract.place("csv"),)
        return [Described(f"/{ITEM}/{escaped(name)}", at) for names in contract.columns for name in names]
    if not contract.graphql or checker.types is None:
        return []
    query: Query | str = ""
    if answered and answered[0].trip is not None:
        query = read_query(answered[0].trip.request.body)
    elif (body := step.item.request.body) is not None:
        query = query_of(body.query, body.variables, body.operation_name)
    return checker.types.fields(query) if isinstance(query, Query) else []


def _bodies(answered: Sequence[ItemResult], status: int) -> Iterator[Any]:
    """The answers of success, further pages of a walk among them: JSON, and tables as lists of records."""
    for result in answered:
        for trip in (result.trip, *result.pages):
            if trip is not None and trip.response.status == status:
                yield sample_body(Observation("", status, trip.response.headers, trip.response.body))

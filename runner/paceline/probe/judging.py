"""Whether an answer to a request without a good session is the one that its contract promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.checker import ContractChecker
from paceline.contract.response import media_type
from paceline.model.contract import Breach, Contract, ContractVerdict
from paceline.model.exchange import HttpResponse, Trip
from paceline.report.screen import size
from paceline.transport.addresses import without_user

#: RFC 9110, section 15.5: 401 asks for credentials or better ones; 403 knows who asks.
_REFUSALS: Final = (401, 403)


def refusal(contract: Contract) -> tuple[int, str | None]:
    """The documented refusal of a request without a good session: its status, and the schema of its body.

    Of several the contract tells, 401 counts, which HTTP has for this case and the Peloton API uses. Where it tells
    neither, as with GraphQL, the body is unknown.
    """
    errors = dict(contract.errors)
    status = next((each for each in _REFUSALS if each in errors), _REFUSALS[0])
    return status, errors.get(status)


def judge_refusal(checker: ContractChecker, stem: str, name: str, trip: Trip) -> ContractVerdict:
    """What is wrong with an answer that should refuse.

    Raises:
        FileError, FormatError: a schema cannot be read.
    """
    contract = checker.book.contracts[f"{stem}/{name}"]
    status, schema = refusal(contract)
    wanted = f"a refusal: {status}" + (f" as in {schema}.schema.json" if schema else "")
    if trip.response.status != status:
        return _verdict(contract, "", wanted, _told(trip.response))
    if schema is None:
        given = _has_data(trip.response)
        return _verdict(contract, "/data", f"{wanted}, without data", given) if given else _verdict(contract)
    verdict = checker.after(stem, name, trip, refusals=True)
    return replace(verdict, checked=("privilege", *verdict.checked))


def judge_success(checker: ContractChecker, stem: str, name: str, trip: Trip) -> ContractVerdict:
    """What is wrong with an answer that should be as good as with a session.

    Raises:
        FileError, FormatError: a schema cannot be read.
    """
    contract = checker.book.contracts[f"{stem}/{name}"]
    verdict = checker.after(stem, name, trip)
    breaches = tuple(
        replace(
            breach,
            rule="privilege",
            expected=f"{contract.status} without a session",
            at=contract.place("privileged"),
        )
        if breach.rule == "status" and trip.response.status in _REFUSALS
        else breach
        for breach in verdict.breaches
    )
    return replace(verdict, breaches=breaches, checked=("privilege", *verdict.checked))


def gives_data(contract: Contract, response: HttpResponse) -> bool:
    """Whether an answer gives what its request asks for; one of GraphQL may be a success and give nothing."""
    if not 200 <= response.status < 300:
        return False
    return bool(_has_data(response)) if contract.graphql else True


def _verdict(contract: Contract, pointer: str = "", expected: str = "", got: str = "") -> ContractVerdict:
    breach = Breach("privilege", contract.key, pointer, expected, got, contract.place("privileged"))
    return ContractVerdict(contract.key, (breach,) if got else (), checked=("privilege",))


def _told(response: HttpResponse) -> str:
    """Status and kind of an answer. Of its content nothing: it may be somebody's."""
    status = f"{response.status} {response.reason}".rstrip()
    location = response.header("Location")
    if location is not None and 300 <= response.status < 400:
        return f"{status}, to {without_user(location)}"
    if not response.body:
        return f"{status} without a body"
    return f"{status} with {size(response.size)} of {media_type(response.header('Content-Type') or '') or 'something'}"


def _has_data(response: HttpResponse) -> str:
    """What a GraphQL answer that refuses gives all the same; empty when it gives nothing."""
    try:
        answer = read_json(response.body).value
    except UnreadableError:
        return ""
    data = answer.get("data") if isinstance(answer, dict) else None
    given = data.values() if isinstance(data, dict) else [data]
    return f"{response.status} with data" if any(value is not None for value in given) else ""

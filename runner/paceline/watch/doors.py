"""The privileges after a run: what is asked without a good session, and what of the answers drift is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paceline.contract.checker import ContractChecker
from paceline.drift.finding import Finding, FindingKind, Level
from paceline.engine.events import Event, ItemFinished, RunFinished
from paceline.engine.options import RunOptions
from paceline.engine.verdict import ExitCode
from paceline.model.outcome import ItemResult
from paceline.model.suite import Suite
from paceline.probe.judging import gives_data
from paceline.probe.run import probe_after


def probed(
    heard: Iterable[Event],
    suite: Suite,
    checker: ContractChecker,
    options: RunOptions,
    *,
    stale_session: str = "",
    ca_bundle: str | None = None,
) -> list[ItemResult]:
    """What comes of a probe after a run.

    Args:
        heard: of the run at least its start, its finished items and its end; for the rest see `probe_after`.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    results = []
    for event in probe_after(heard, suite, checker, options, stale_session=stale_session, ca_bundle=ca_bundle):
        if isinstance(event, ItemFinished):
            results.append(event.result)
        elif isinstance(event, RunFinished) and event.exit_code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
    return results


def refusable(results: Iterable[ItemResult], checker: ContractChecker | None) -> Iterator[ItemResult]:
    """Those of requests that must be refused: answers of their own kind, which can be learnt.

    What must not be refused answers as it does to the suite, and would tell everything twice.
    """
    for result in results:
        contract = checker.book.contracts.get(result.contract.key) if checker and result.contract else None
        if contract is not None and contract.privileged is True:
            yield result


def open_doors(results: Iterable[ItemResult], checker: ContractChecker | None) -> Iterator[Finding]:
    """What a probe found against the contracts, each thing once: who must be refused and is not, or the other way."""
    told: set[tuple[str, FindingKind]] = set()
    for result in results:
        if checker is None or result.contract is None or result.trip is None:
            continue
        contract = checker.book.contracts[result.contract.key]
        way = result.item.name.rpartition("(")[2].removesuffix(")")
        for breach in result.contract.breaches:
            if breach.rule != "privilege":
                continue  # the body of a refusal is for `paceline probe` to tell, that of a success for the suite
            response = result.trip.response
            harmless = contract.privileged is True and not gives_data(contract, response)
            kind: FindingKind = "status" if harmless else "privilege"
            level: Level = "risky" if harmless else "breaking"
            if (breach.key, kind) not in told:
                told.add((breach.key, kind))
                message = f"with {way}"
                yield Finding(level, kind, breach.key, response.status, kind, breach.expected, breach.got, message)

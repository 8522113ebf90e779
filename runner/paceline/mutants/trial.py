"""One mutant on trial: does the contract notice it, or a script of its step?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from paceline.contract.body import JsonBody
from paceline.engine.selection import Step
from paceline.model.exchange import Trip
from paceline.model.outcome import ItemResult
from paceline.mutants.operators import Answer, Mutant, otherwise, without
from paceline.mutants.outcome import Fate
from paceline.mutants.places import Place
from paceline.mutants.stage import RememberingChecker

Verdict = tuple[Fate, str]

#: Why a contract that describes a place lets such a change pass.
_ALLOWED: Final = {
    "drop": "the contract describes the field and does not require it",
    "type": "the contract describes the field and allows this type too",
    "null": "the contract describes the field and allows null",
    "empty-list": "the contract allows that there is no list at all",
}


class Trial:
    """Judges the mutants of one step.

    Args:
        original: the answer as it was recorded.
        play: executes the step with a mutant for its answer, and leaves no trace.
        checker: None where there are no contracts.
    """

    def __init__(
        self, step: Step, original: Answer, play: Callable[[Mutant], ItemResult], checker: RememberingChecker | None
    ) -> None:
        self._step = step
        self._original = original
        self._play = play
        self._checker = checker
        self._described: dict[str, bool] = {}

    def judge(self, mutant: Mutant) -> Verdict:
        """What becomes of a mutant, and who noticed it or why it is allowed.

        The contract is asked first, since that takes least; then the step is played, with its walk and its scripts.
        """
        rule = self._breach(mutant.trip, mutant.body)
        if rule:
            return "contract", rule
        noticed = _noticed(self._play(mutant))
        if noticed is not None:
            return noticed
        if mutant.met:
            return "allowed", f"the service does it: {mutant.met}"
        if mutant.place is not None and self._allows(mutant.operator, mutant.place):
            return "allowed", _ALLOWED[mutant.operator]
        return "survived", ""

    def _breach(self, trip: Trip, body: JsonBody | None) -> str:
        """The rule of the contract that an answer breaks first; empty when it breaks none."""
        if self._checker is None:
            return ""
        verdict = self._checker.after(self._step.collection.stem, self._step.item.name, trip, body=body)
        return "" if verdict.kept else verdict.breaches[0].rule

    def _allows(self, operator: str, place: Place) -> bool:
        """Whether the contract, which a change at a place did not break, speaks of that place."""
        if operator not in _ALLOWED or not self._describes(place):
            return False
        return operator != "empty-list" or any(not self._breach(*less) for less in without(self._original, place))

    def _describes(self, place: Place) -> bool:
        """Whether the contract says what belongs at a place: then there is a type that it refuses there."""
        if place.pointer not in self._described:
            self._described[place.pointer] = any(self._breach(*each) for each in otherwise(self._original, place))
        return self._described[place.pointer]


def _noticed(result: ItemResult) -> Verdict | None:
    """Who noticed the change while the step was played.

    That a further page, or a request of a script, was not recorded is no finding: it is our recording that ends there.
    """
    failures = list(result.failures())
    if result.contract is not None and not result.contract.kept:
        return "contract", result.contract.breaches[0].rule
    assertion = next((failure for failure in failures if failure.kind == "assertion"), None)
    if assertion is not None:
        return "assertion", assertion.assertion or ""
    script = next((failure for failure in failures if failure.kind == "script"), None)
    return None if script is None else ("script", script.problem.name)  # its message may hold values of the answer

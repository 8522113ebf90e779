"""Variables over a run: who set what is used where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paceline.engine.events import RunStarted
from paceline.model.outcome import ItemResult
from paceline.model.variables import Variable, VariableSet
from paceline.report.masking import Mask
from paceline.report.secret_names import is_declared


class VariableLines:
    """Follows variables through the results, which have to come in the order of the run.

    Args:
        numbers: number of each execution by its `ref`.
    """

    def __init__(self, started: RunStarted, numbers: Mapping[str, int], mask: Mask) -> None:
        self._numbers = numbers
        self._mask = mask
        self._declared = set(_declared_secret(started))
        self._uses: dict[tuple[str, int], list[int]] = {}

    def add(self, number: int, result: ItemResult) -> dict[str, list[dict[str, Any]]]:
        """Take in the next result.

        Returns:
            `reads` with the number of the item that set each (`by`), and `writes`; an empty list is left out.
        """
        reads: list[dict[str, Any]] = []
        for read in result.reads:
            entry = {
                "name": self._mask.text(read.name),
                "scope": read.scope,
                "value": self._value(read.name, read.value),
            }
            by = self._numbers.get(read.set_by)
            if by is not None:
                entry["by"] = by
                users = self._uses.setdefault((entry["name"], by), [])
                if users[-1:] != [number]:
                    users.append(number)
            reads.append(entry)
        writes = [
            {"name": self._mask.text(write.name), "scope": write.scope}
            | ({"unset": True} if write.unset else {"value": self._value(write.name, write.value)})
            for write in result.writes
        ]
        return {name: entries for name, entries in (("reads", reads), ("writes", writes)) if entries}

    def json(self) -> list[list[Any]]:
        """Which items used what another set: a list of [name, number of the setter, numbers of the users]."""
        return [[name, by, users] for (name, by), users in self._uses.items()]

    def _value(self, name: str, value: Any) -> Any:
        variable = Variable(name, value, "secret" if name in self._declared else "any")
        return self._mask.variables(VariableSet("", (variable,))).variables[0].value


def _declared_secret(started: RunStarted) -> Iterable[str]:
    """Names that a file declares secret."""
    lists = [started.environment.variables, started.globals.variables]
    lists += [collection.variables for collection in started.collections]
    return (variable.key for variables in lists for variable in variables if is_declared(variable.type))

"""Variables as a file lists them; at run time `paceline.resolve.scopes` holds and changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from paceline.errors import Location


@dataclass(frozen=True, slots=True)
class Variable:
    """One entry of a variable list.

    Attributes:
        key: the name, exactly as written: blanks count.
        value: any JSON value; scripts keep the type, templates render it as text.
        type: Postman's label (`default`, `secret`, `string`, `any`, ...); `secret` is masked in every report.
        enabled: a disabled entry is passed over and the search goes on in the wider scopes.
    """

    key: str
    value: Any = None
    type: str = "any"
    enabled: bool = True
    at: Location = Location()


@dataclass(frozen=True, slots=True)
class VariableSet:
    """An environment or a set of globals: a named list of variables.

    Attributes:
        kind: which of the two it is; both share one file format.
        id: Postman's id of the set; made from the name when the file has none.

    >>> VariableSet("local", (Variable("token", "t-1", type="secret"),)).variables[0].value
    't-1'
    """

    name: str
    variables: tuple[Variable, ...] = ()
    kind: Literal["environment", "globals"] = "environment"
    id: str = ""
    at: Location = Location()

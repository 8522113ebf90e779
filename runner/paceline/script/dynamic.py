"""Dynamic variables that only the sandbox can make: it carries faker."""

from __future__ import annotations

from typing import Any

from paceline.errors import SandboxError
from paceline.model.collection import Script
from paceline.model.outcome import ConsoleMessage
from paceline.resolve.randomness import Randomness
from paceline.script.execution import Environment, execute
from paceline.script.process import Turns


def ask_faker(sandbox: Turns, name: str, chance: Randomness | None = None) -> str:
    """A fresh value of a dynamic variable such as `$randomCity`, in Postman's wording.

    Args:
        chance: drawn from when it has a seed; what ran before in the sandbox then makes no difference.

    Raises:
        SandboxError: the sandbox does not start, or does not know the name.
    """
    script = Script("prerequest", f"console.log(pm.variables.replaceIn('{{{{{name}}}}}'))")
    values = [
        said.values[0]
        for said in execute(sandbox, script, {}, {}, {}, Environment(_nothing, _nothing, chance=chance))
        if isinstance(said, ConsoleMessage)
    ]
    if not values or values[0] == f"{{{{{name}}}}}":
        raise SandboxError(f"the sandbox has no value for {{{{{name}}}}}", fix="report this as a defect of paceline")
    return str(values[0])


def _nothing(*_: Any) -> Any:
    raise SandboxError("a dynamic variable asked for the network", fix="report this as a defect of paceline")

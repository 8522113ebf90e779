"""What a request needs of those before it: the variables that it reads, and who sets them.

Seen in templates and scripts, without running anything. A name that a script makes while it runs is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paceline.engine.preflight import names_set
from paceline.engine.selection import Step
from paceline.model.collection import Script
from paceline.resolve.auth import effective_auth
from paceline.resolve.substitute import templates
from paceline.resolve.template import TOKEN

#: `pm.environment.get('x')`, `pm.variables.has("x")`, the legacy `getEnvironmentVariable('x')`.
_GETS: Final = re.compile(
    r"""(?:\.\s*(?:get|has)|get(?:Environment|Global)Variable)\s*\(\s*(["'`])([^"'`\\\n]+)\1\s*\)"""
)

#: The legacy objects: `environment.x`, `globals["x"]`.
_LEGACY: Final = re.compile(r"""(?<![\w.])(?:environment|globals)(?:\.(\w+)|\[\s*(["'`])([^"'`\\\n]+)\2\s*\])""")


@dataclass(frozen=True, slots=True)
class Need:
    """A variable that a step reads, and the step that sets it last before; None where nothing before sets it."""

    name: str
    producer: Step | None


def needs(steps: Sequence[Step], step: Step) -> list[Need]:
    """What a step reads, in the order of first use.

    Args:
        steps: everything there is, in the order in which it runs.
    """
    at = next(index for index, one in enumerate(steps) if one.item is step.item)
    before = list(reversed(steps[:at]))
    own = [one for one in before if one.collection is step.collection]
    others = [one for one in before if one.collection is not step.collection]
    return [Need(name, _setter(name, (*own, *others))) for name in reads(step)]


def _setter(name: str, steps: Iterable[Step]) -> Step | None:
    return next((step for step in steps if name in writes(step)), None)


def reads(step: Step) -> list[str]:
    """Names of the variables that a step's request and scripts read."""
    auth = effective_auth(step.item.request.auth, *step.inherited_auth)
    texts = [text for _, text in templates(step.item.request, auth)]
    for script in (*step.prerequests, *step.tests):
        texts.append(script.source)
        texts += (f"{{{{{name}}}}}" for name in _read_by(script))
    names = (name for text in texts for name in TOKEN.findall(text))
    return [name for name in dict.fromkeys(names) if not name.startswith("$")]


def _read_by(script: Script) -> Iterable[str]:
    for call in _GETS.finditer(script.source):
        yield call[2]
    for use in _LEGACY.finditer(script.source):
        yield use[1] or use[3]


def writes(step: Step) -> set[str]:
    """Names that the step's own scripts set; those of its folders and collection set them for every step alike."""
    return {name for script in step.item.scripts if script.enabled for name in names_set(script.source) if name}

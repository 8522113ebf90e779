"""What a request needs of those before it: the variables that it reads, and who sets them.

Seen in templates and scripts, without running anything. A name that a script makes while it runs is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from paceline.engine.preflight import names_set
from paceline.engine.selection import Step, select
from paceline.errors import UsageError, nearest
from paceline.model.collection import Collection, Script
from paceline.model.suite import Suite
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


def graph_lines(collections: Sequence[Collection], suite: Suite, key: str | None = None) -> Iterator[str]:
    """The graph for people: each request with what it needs below it.

    Args:
        key: of the only request to show, with all that it needs in turn.

    Raises:
        UsageError: there is no such request.
    """
    steps = [step for collection in collections for step in select(collection)]
    setup = [errand.key for errand in suite.setup]
    if key is None:
        yield from (f"every request needs {one}" for one in setup)
        for step in steps:
            yield step.key
            yield from (f"  {line}" for line in _told(needs(steps, step), setup))
        return
    shown = [step for step in steps if step.key == key]
    if not shown:
        near = nearest(key, [step.key for step in steps])
        advice = f"did you mean `{near}`?" if near else "write <collection>/<name of the request>"
        raise UsageError(f"there is no request `{key}`", fix=advice)
    yield from (f"{one} (setup)" for one in setup if one != key)
    pending, seen = [(shown[0], 0)], {id(shown[0].item)}
    yield key
    while pending:
        step, depth = pending.pop()
        for need in needs(steps, step):
            if need.producer is None or need.producer.key in setup:
                continue
            yield f"{'  ' * (depth + 1)}{need.name} from {need.producer.key}"
            if id(need.producer.item) not in seen:
                seen.add(id(need.producer.item))
                pending.append((need.producer, depth + 1))


def _told(found: Iterable[Need], setup: Sequence[str]) -> Iterator[str]:
    for need in found:
        if need.producer is not None and need.producer.key not in setup:
            yield f"{need.name} from {need.producer.key}"


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

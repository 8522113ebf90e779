"""What a request needs of those before it: the variables that it reads and the cookies it sends, and who sets them.

Variables are seen in templates and scripts, without running anything; cookies, and names that a script makes while it
runs, only in what was recorded (`paceline.engine.seen`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from paceline.engine.preflight import names_set
from paceline.engine.seen import NOTHING_SEEN, Kind, Seen
from paceline.engine.selection import Step
from paceline.errors import UsageError, nearest
from paceline.model.collection import Script
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
    """Something that a step uses, and the step that sets it last before; None where nothing before sets it."""

    name: str
    producer: Step | None
    kind: Kind = "variable"

    def __str__(self) -> str:
        return self.name if self.kind == "variable" else f"cookie {self.name}"


class Graph:
    """Who needs whom.

    Args:
        steps: everything there is, in the order in which it runs.
        seen: what recorded runs tell; what templates and scripts say of a variable counts before it.
    """

    def __init__(self, steps: Sequence[Step], seen: Seen = NOTHING_SEEN) -> None:
        self._at = {id(step.item): at for at, step in enumerate(steps)}
        self._by_place = {(step.collection.stem, step.path): step for step in steps}
        self._seen = seen
        self._setters: dict[str, list[Step]] = {}
        for step in reversed(steps):
            for name in writes(step):
                self._setters.setdefault(name, []).append(step)

    def needs(self, step: Step) -> list[Need]:
        """What a step uses, in the order of first use, cookies last."""
        found = {("variable", name): Need(name, self._setter(name, step)) for name in reads(step)}
        for use in self._seen.get((step.collection.stem, step.path), ()):
            known = found.get((use.kind, use.name))
            producer = self._by_place.get(use.setter)
            if producer is not None and (known is None or known.producer is None):
                found[use.kind, use.name] = Need(use.name, producer, use.kind)
        return list(found.values())

    def _setter(self, name: str, step: Step) -> Step | None:
        """The last one before; one of the same collection rather than one of another."""
        before = [one for one in self._setters.get(name, ()) if self._at[id(one.item)] < self._at[id(step.item)]]
        return next((one for one in before if one.collection is step.collection), before[0] if before else None)


def graph_lines(
    steps: Sequence[Step], suite: Suite, key: str | None = None, seen: Seen = NOTHING_SEEN
) -> Iterator[str]:
    """The graph for people: each request with what it needs below it.

    Args:
        steps: everything there is, in the order in which it runs.
        key: of the only request to show, with all that it needs in turn.
        seen: what recorded runs tell.

    Raises:
        UsageError: there is no such request.
    """
    graph = Graph(steps, seen)
    setup = [errand.key for errand in suite.setup]
    if key is None:
        yield from (f"every request needs {one}" for one in setup)
        for step in steps:
            yield step.key
            yield from (f"  {line}" for line, _ in _told(graph.needs(step), setup))
        return
    shown = [step for step in steps if step.key == key]
    if not shown:
        near = nearest(key, [step.key for step in steps])
        advice = f"did you mean `{near}`?" if near else "write <collection>/<name of the request>"
        raise UsageError(f"there is no request `{key}`", fix=advice)
    yield from (f"{one} (setup)" for one in setup if one != key)
    pending, shown_already = [("", shown[0])], {id(shown[0].item)}
    yield key
    while pending:
        margin, step = pending.pop()
        for line, producer in _told(graph.needs(step), setup):
            yield f"{margin}  {line}"
            if id(producer.item) not in shown_already:
                shown_already.add(id(producer.item))
                pending.append((f"{margin}  ", producer))


def _told(found: Iterable[Need], setup: Sequence[str]) -> Iterator[tuple[str, Step]]:
    for need in found:
        if need.producer is not None and need.producer.key not in setup:
            yield f"{need} from {need.producer.key}", need.producer


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

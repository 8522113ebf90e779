"""The places that a contract describes, as a tree on which is marked what came and who looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from paceline.contract.described import ITEM, Described
from paceline.contract.excerpt import escaped
from paceline.coverage.outcome import FieldCoverage, ValueCoverage
from paceline.drift.forms import mark
from paceline.drift.pointers import field_name
from paceline.drift.shape import Shape


@dataclass(slots=True)
class _Node:
    """A place, the values that are told of it, and what is known of it."""

    values: tuple[Any, ...] = ()
    inside: dict[str, _Node] = field(default_factory=dict)
    came: bool = False
    looked_at: bool = False
    seen: list[Any] = field(default_factory=list)

    def step(self, name: str) -> _Node | None:
        return self.inside.get(name) or self.inside.get(ITEM)


class FieldTree:
    """Marks what bodies have, what scripts look at, and what was learnt."""

    def __init__(self, described: Iterable[Described]) -> None:
        self._root = _Node()
        self._places: list[tuple[Described, _Node]] = []
        for each in described:
            node = self._root
            for step in each.pointer.split("/")[1:]:
                node = node.inside.setdefault(step, _Node())
            node.values = each.values
            self._places.append((each, node))

    def come(self, body: Any) -> None:
        """An answer came."""
        pending: list[tuple[_Node, Any]] = [(self._root, body)]
        while pending:
            node, value = pending.pop()
            members = value.items() if isinstance(value, dict) else ()
            inside = [(node.step(escaped(name)), member) for name, member in members]
            inside += [(node.inside.get(ITEM), item) for item in (value if isinstance(value, list) else ())]
            for inner, member in inside:
                if inner is not None:
                    inner.came = True
                    _see(inner, member)
                    pending.append((inner, member))

    def look(self, pointer: str) -> None:
        """A script looked at a place."""
        node = self._root
        for step in pointer.split("/")[1:]:
            inner = node.step(step if step == ITEM else escaped(field_name(step)))
            if inner is None:
                return
            node = inner
        node.looked_at = True

    def learn(self, shape: Shape) -> None:
        """What answers have looked like so far: of that only the values of lists count."""
        pending = [(self._root, shape)]
        while pending:
            node, known = pending.pop()
            if known.strings is not None:
                marks = known.strings.marks or {}
                told = [each for each in node.values if isinstance(each, str)]
                node.seen += [each for each in told if each in known.strings.values or mark(each) in marks]
            fields = known.objects.fields if known.objects else {}
            inside = [(node.step(escaped(name)), one.shape) for name, one in fields.items()]
            rows = [known.arrays.items] if known.arrays else []
            rows += [known.objects.entries] if known.objects else []
            inside += [(node.inside.get(ITEM), one) for one in rows]
            pending += [(inner, one) for inner, one in inside if inner is not None]

    def fields(self) -> Iterator[FieldCoverage]:
        """What is described, in the order of the contract; items of lists and free members are no fields."""
        for described, node in self._places:
            if not described.pointer.endswith(f"/{ITEM}"):
                yield FieldCoverage(described.pointer, node.came, node.looked_at)

    def values(self) -> Iterator[ValueCoverage]:
        """What is told of values."""
        for described, node in self._places:
            yield from (ValueCoverage(described.pointer, each, each in node.seen) for each in node.values)


def _see(node: _Node, value: Any) -> None:
    if value in node.values and value not in node.seen:
        node.seen.append(value)

"""What came against what was learnt, request by request and status by status."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from paceline.drift.alike import alikeness
from paceline.drift.compare_shape import Circumstances, differences
from paceline.drift.facts import BODY_KINDS, Answers, Lock, Observation, Presence
from paceline.drift.finding import Finding, FindingKind, Known, Level, in_order
from paceline.drift.judging import DEFAULT, Thresholds, absence, evidence, is_slower
from paceline.drift.learning import observed, sample_body
from paceline.drift.pointers import plain, values_at
from paceline.drift.wording import masked

_DENIED = frozenset({"UNAUTHENTICATED", "UNAUTHORIZED", "FORBIDDEN", "ACCESS_DENIED"})
_CALLED: frozenset[str] = frozenset({"csv", "html", "text"})  # texts, told apart by the content type alone
_FAREWELLS = frozenset({"sunset", "deprecation"})  # RFC 8594, RFC 9745: the route will end
_PROTECTING = frozenset({"secure", "httponly", "samesite=lax", "samesite=strict"})
_WITH_SAMPLE: frozenset[FindingKind] = frozenset({"type", "form", "range", "new field"})

Pointers = Mapping[str, Collection[str]]
"""Pointers with `*`, by the key of the request."""


def compare(
    lock: Lock,
    observations: Iterable[Observation],
    *,
    documented: Pointers | None = None,
    history: Pointers | None = None,
    thresholds: Thresholds = DEFAULT,
) -> list[Finding]:
    """In what answers differ from what was learnt; all answers to one request count together.

    Hand over all of a run at once: what one answer lacks may be chance, what twenty lack is not. Requests that nothing
    was learnt of have no findings.

    Args:
        documented: fields that a schema describes; `history`: fields that came at some time. For fields that are new.

    Returns:
        the gravest first.
    """
    listed = list(observations)
    found = compare_locks(
        lock, observed(listed), documented=documented, history=history, thresholds=thresholds, complete=False
    )
    return with_samples(found, listed)


def with_samples(findings: Iterable[Finding], observations: Sequence[Observation]) -> list[Finding]:
    """The findings, those about values with the first one that came at their place, masked."""
    return [_with_sample(each, observations) if each.kind in _WITH_SAMPLE else each for each in findings]


def compare_locks(
    before: Lock,
    after: Lock,
    *,
    documented: Pointers | None = None,
    history: Pointers | None = None,
    thresholds: Thresholds = DEFAULT,
    complete: bool = True,
) -> list[Finding]:
    """In what a lock differs from an earlier one; the arguments and the result as for `compare`.

    Args:
        complete: `after` is all that is known, not a few answers: values of an enum that it does not have are gone.
    """
    found = raw_findings(before, after, thresholds, complete=complete)
    return in_order(_known(each, documented or {}, history or {}) for each in found)


def raw_findings(
    before: Lock, after: Lock, thresholds: Thresholds = DEFAULT, *, complete: bool = True
) -> Iterator[Finding]:
    """The findings of `compare_locks` in no order, with pointers as a lock has them."""
    for key, by_status in after.requests.items():
        known = before.requests.get(key, {})
        if not known:
            continue
        yield from _statuses(key, known, by_status)
        for status, answers in by_status.items():
            if status in known:
                yield from _Comparison(key, status, known[status], answers, thresholds, complete).findings()


def _statuses(key: str, known: Mapping[int, Answers], now: Mapping[int, Answers]) -> Iterator[Finding]:
    succeeded, succeeds = any(map(_is_success, known)), any(map(_is_success, now))
    refused = all(status in {401, 403} for status in known)
    old = ", ".join(map(str, sorted(known)))
    for status in sorted(now.keys() - known.keys()):
        lost = status in {401, 403} and succeeded and not known.keys() & {401, 403}
        # What was refused so far is looked up now, whether it is there or not.
        denied = bool(_DENIED & now[status].errors.keys())  # GraphQL may refuse with a success
        opened = refused and status not in {401, 403, 429} and status < 500 and not denied
        kind: FindingKind = "privilege" if lost or opened else "status"
        level: Level
        if opened:
            level = "breaking"
        elif _is_success(status) and not succeeded and not denied:
            level = "additive"
        elif succeeded and not succeeds and not _is_success(status) and status < 500 and status != 429:
            level = "breaking"
        else:
            level = "risky"  # now and then a request fails, and a server that is down has not changed
        times = now[status].count
        yield Finding(level, kind, key, 0, kind, old, str(status), f"{times} different answers")


def _are_alike(known: Collection[str], now: Collection[str], thresholds: Thresholds) -> bool:
    """Whether each answer is of the same data as one that was known, by their sketches."""
    if not known:
        return True
    return all(max(alikeness(one, other) for one in known) >= thresholds.alike for other in now)


def _is_success(status: int) -> bool:
    return 200 <= status < 300


class _Comparison:
    """Compares the answers of one status to one request."""

    def __init__(
        self, key: str, status: int, locked: Answers, now: Answers, thresholds: Thresholds, complete: bool
    ) -> None:
        self._key = key
        self._status = status
        self._locked = locked
        self._now = now
        self._thresholds = thresholds
        self._complete = complete
        self._asked_again = bool(now.asked) and now.asked.keys() <= locked.asked.keys()
        self._same = self._asked_again and all(
            _are_alike(locked.asked[each], sketches, thresholds) for each, sketches in now.asked.items()
        )

    def findings(self) -> Iterator[Finding]:
        if not self._locked.count:
            return
        body = list(self._bodies())
        yield from body
        if not body:
            yield from self._types()
        refused = list(self._graphql())
        yield from refused
        yield from self._headers()
        yield from self._cookies()
        yield from self._paging()
        yield from self._latency()
        if not body and not (refused and sum(self._now.errors.values()) >= self._now.count):
            yield from self._shape(hidden={"/errors"} if refused else set())

    def _finding(self, level: Level, kind: FindingKind, pointer: str, old: str, new: str, message: str = "") -> Finding:
        return Finding(level, kind, self._key, self._status, pointer, old, new, message)

    def _bodies(self) -> Iterator[Finding]:
        """A body of another kind; what is in it is not told besides."""
        known = self._locked.bodies
        strange = [kind for kind in BODY_KINDS if self._now.bodies.get(kind) and not known.get(kind)]
        if strange and known:
            all_ = sum(self._now.bodies[kind] for kind in strange) == sum(self._now.bodies.values())
            if {*strange, *known} <= _CALLED and list(self._types()):
                return  # only what it is called makes it another kind
            yield self._finding("breaking" if all_ else "risky", "body", "body", _listed(known), _listed(strange))
        elif self._now.bodies.keys() == {"csv"} and not (columns := _columns(self._now)) & (
            before := _columns(self._locked)
        ):
            yield self._finding("breaking", "body", "body", f"columns {_listed(before)}", f"columns {_listed(columns)}")

    def _types(self) -> Iterator[Finding]:
        """Another media type, or the same with other parameters."""
        known = self._locked.types
        strange = [type_ for type_ in sorted(self._now.types) if type_ not in known]
        if strange and known:
            others = {each.partition(";")[0] for each in strange} - {each.partition(";")[0] for each in known}
            level: Level = "risky" if others else "additive"
            yield self._finding(level, "content type", "content-type", _listed(known), _listed(strange))

    def _graphql(self) -> Iterator[Finding]:
        if not self._now.errors or self._locked.errors:
            return
        kind: FindingKind = "privilege" if _DENIED & self._now.errors.keys() else "graphql"
        # An answer counts once for each code it has.
        times, of = min(sum(self._now.errors.values()), self._now.count), self._now.count
        level: Level = "breaking" if times == of else "risky"
        codes = ", ".join(sorted(code for code in self._now.errors if code != "-"))
        yield self._finding(
            level, kind, "/errors", "no errors", f"errors {codes}".rstrip(), f"in {times} of {of} answers"
        )

    def _headers(self) -> Iterator[Finding]:
        level: Level
        gone = self._gone(self._locked.headers, self._now.headers)
        for name, level, message in gone:
            yield self._finding(level, "header", f"header:{name}", name, "no such header", message)
        for name in sorted(self._now.headers.keys() - self._locked.headers.keys()):
            level = "risky" if name in _FAREWELLS else "additive"
            yield self._finding(level, "new header", f"header:{name}", "no such header", name)

    def _cookies(self) -> Iterator[Finding]:
        before = {name: facts.presence for name, facts in self._locked.cookies.items()}
        after = {name: facts.presence for name, facts in self._now.cookies.items()}
        for name, level, message in self._gone(before, after):
            yield self._finding(level, "cookie", f"cookie:{name}", name, "no such cookie", message)
        for name in sorted(after):
            if name not in before:
                yield self._finding("additive", "new cookie", f"cookie:{name}", "no such cookie", name)
            else:
                yield from self._attributes(name)

    def _attributes(self, name: str) -> Iterator[Finding]:
        was, is_ = self._locked.cookies[name], self._now.cookies[name]
        lost = [
            each for each, count in was.attributes.items() if count == was.presence.seen and each not in is_.attributes
        ]
        new = [
            each for each, count in is_.attributes.items() if count == is_.presence.seen and each not in was.attributes
        ]
        if not lost and not new:
            return
        level: Level = "risky"
        if (set(lost) & _PROTECTING and "samesite=strict" not in new) or any("path=" in each for each in [*lost, *new]):
            level = "breaking"  # others may read it, or it goes to other addresses
        pointer = f"cookie:{name}"
        yield self._finding(level, "cookie", pointer, _listed(lost) or "not so", _listed(new) or "not so")

    def _gone(self, before: Mapping[str, Presence], after: Mapping[str, Presence]) -> Iterator[tuple[str, Level, str]]:
        """What every answer had and no answer has any more. One answer alone promises nothing."""
        for name in sorted(before.keys() - after.keys()):
            promised = before[name]
            few = promised.of < self._thresholds.header_after and not self._same
            if promised.seen < promised.of or few:
                continue
            count = self._now.count
            by = evidence(promised.of, count, same=self._same, thresholds=self._thresholds)
            level = absence(0, promised.of, count, count, by, listed=False, thresholds=self._thresholds)
            if level:
                yield name, level, f"in none of {count} answers; in all of {promised.of} before"

    def _paging(self) -> Iterator[Finding]:
        """Another page size for the same request."""
        before, after = self._locked.pages, self._now.pages
        if self._asked_again and before and after and not after & before:
            yield self._finding(
                "risky", "paging", "/limit", f"pages of {_numbers(before)}", f"pages of {_numbers(after)}"
            )

    def _latency(self) -> Iterator[Finding]:
        """Longer times of the same host: an emulator is no measure for the service, nor one server for another."""
        for host in sorted(self._locked.latency.keys() & self._now.latency.keys()):
            before, after = list(self._locked.latency[host]), list(self._now.latency[host])
            if not is_slower(before, after, self._thresholds):
                continue
            old, new = f"{median(before):.0f} ms", f"{median(after):.0f} ms"
            at = f"at {host}, " if host else ""
            message = f"{at}the middle one of {len(after)} times, and of {len(before)} before"
            yield self._finding("risky", "latency", "latency", old, new, message)

    def _shape(self, hidden: Collection[str]) -> Iterator[Finding]:
        circumstances = Circumstances(
            by=evidence(self._locked.count, self._now.count, same=self._same, thresholds=self._thresholds),
            noise=self._locked.noise | self._now.noise,
            fickle=self._locked.fickle | self._now.fickle,
            both_complete=self._complete,
            thresholds=self._thresholds,
        )
        for each in differences(self._locked.shape, self._now.shape, circumstances):
            if each.pointer not in hidden:
                yield self._finding(each.level, each.kind, each.pointer, each.old, each.new, each.message)


def _columns(answers: Answers) -> set[str]:
    """The columns of a table."""
    rows = answers.shape.arrays.items.objects if answers.shape.arrays else None
    return set(rows.fields) if rows else set()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(word or "none" for word in words))


def _numbers(sizes: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(sizes)))


def _known(finding: Finding, documented: Pointers, history: Pointers) -> Finding:
    """The finding with pointers as users write them; a new field with where else it is known from."""
    pointer = plain(finding.pointer)
    known: Known = ""
    if finding.kind == "new field":
        in_history: Known = "history" if pointer in history.get(finding.key, ()) else "never seen"
        known = "documented" if pointer in documented.get(finding.key, ()) else in_history
    return replace(finding, pointer=pointer, known=known)


def _with_sample(finding: Finding, observations: Iterable[Observation]) -> Finding:
    """The finding with the first value that came at its place."""
    for each in observations:
        if (each.key, each.status) == (finding.key, finding.status):
            for value in values_at(sample_body(each), finding.pointer):
                if value is not None:
                    return replace(finding, sample=masked(value))
    return finding

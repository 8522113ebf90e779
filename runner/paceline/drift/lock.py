"""`contract.lock`: what was learnt, as YAML that reads well in the diff of a pull request.

Everything is sorted and every place of a body has one line, which `lock_lines` tells how to read. The file holds
neither bodies nor secrets: of texts only the values of enums, of numbers only bounds on a coarse scale, of answers and
requests digests of ten digits.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from paceline.contract.excerpt import printable
from paceline.drift.alike import BINS
from paceline.drift.facts import BODY_KINDS, Answers, CookieFacts, Lock, Presence
from paceline.drift.lock_lines import Line, UnreadableLineError, Variants, lines_of, shape_of_lines
from paceline.drift.pointers import shape_at
from paceline.drift.shape import Objects, Shape, Variant
from paceline.errors import FormatError, Location
from paceline.formats.files import read_bytes, write_text
from paceline.formats.yaml_file import parse_yaml

VERSION: Final = 1

_HEAD: Final = """\
# What answers have looked like so far: learnt by `paceline contract learn`, changed by `paceline contract accept`.
# Each line tells a place of the body, how often it was there, of how many, and what stood there.
"""
_FIX: Final = "restore the file from git, or delete it and learn again"
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_/.~$@+=-]*(?: [A-Za-z0-9_/.~$@+=-]+)*")
_POINTER: Final = re.compile(r"/[A-Za-z0-9_/*.{}~$@+=-]*")  # not within braces, which end at the first brace
_HOST: Final = re.compile(r"[0-9][a-z0-9-]*(?:\.[a-z0-9-]+){2,}")  # no number: those have one dot at most
_LINE: Final = re.compile(r"(?:[a-z]+ |[0-9]+/)[A-Za-z0-9_./+=, ;-]*[A-Za-z0-9+/]")
_NOT_PLAIN: Final = frozenset("true false yes no on off null y n".split())
_UNCLEAN: Final = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CONFLICT: Final = re.compile(rb"^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)", re.MULTILINE)
_SKETCH: Final = re.compile(rf"(?:[0-9a-f]{{2}}|\.\.){{{BINS}}}")
_DIGEST: Final = re.compile(r"[0-9a-f]{10}")
_MEMBERS: Final = tuple(
    "answers asked types bodies headers cookies latency errors pages noise fickle variants body".split()
)


def write_lock(path: str | Path, lock: Lock, note: str = "") -> None:
    """Write the file whole or not at all. Comments above its first line of content stay; others are lost.

    Args:
        note: a comment for a new file, one line.

    Raises:
        FileError: it cannot be written, or the one that is there not read.
    """
    notes = (
        _notes(read_bytes(path).decode("utf-8", "replace")) if Path(path).exists() else [f"# {note}"] if note else []
    )
    write_text(path, lock_text(lock, notes))


def _notes(text: str) -> list[str]:
    """The comments above the content that are not ours."""
    head = itertools.takewhile(lambda line: line.startswith("#") or not line.strip(), text.splitlines())
    return [line for line in head if line.strip() and line not in _HEAD.splitlines()]


def read_lock(path: str | Path) -> Lock:
    """Read the file.

    Raises:
        FileError: it cannot be read.
        FormatError: it is not what `write_lock` writes; with the place.
    """
    return parse_lock_text(read_bytes(path), Location(str(path)))


def parse_lock_text(content: bytes, at: Location = Location()) -> Lock:
    """The lock in the content of a file.

    Raises:
        FormatError: as `read_lock`; a merge conflict is told as such.
    """
    if conflict := _CONFLICT.search(content):
        line = content.count(b"\n", 0, conflict.start()) + 1
        fix = (
            "take one side, `git checkout --ours` or `--theirs` and the path, and learn what the other side knew again"
        )
        raise FormatError(f"git left a merge conflict in it, in line {line}", at, fix)
    return parse_lock(parse_yaml(content, at), at)


def lock_text(lock: Lock, notes: Iterable[str] = ()) -> str:
    """The content of the file: the same for the same lock, on every machine.

    Args:
        notes: further lines of comment.
    """
    return _HEAD + "\n".join([*notes, *lock_body(lock)]) + "\n"


def lock_body(lock: Lock) -> Iterator[str]:
    """The lines of the file below its head."""
    yield f"version: {VERSION}"
    yield "requests:" if lock.requests else "requests: {}"
    for key, by_status in sorted(lock.requests.items()):
        yield f"  {_scalar(key)}:"
        for status, answers in sorted(by_status.items()):
            yield f"    {status}:"
            yield from (f"      {line}" for line in _answers(answers))


def parse_lock(data: Any, at: Location = Location()) -> Lock:
    """The lock that a file holds.

    Args:
        data: the content of the file as JSON would hold it.

    Raises:
        FormatError: as `read_lock`.
    """
    _mapping(data, at)
    if data.get("version") != VERSION:
        what = f"this lock has version {data.get('version')!r}, and only {VERSION} can be read"
        raise FormatError(what, at.child("version"), "use the paceline that wrote it, or learn again")
    requests: dict[str, dict[int, Answers]] = {}
    for key, by_status in _mapping(data.get("requests"), at.child("requests")).items():
        place = at.child("requests", key)
        requests[key] = {}
        for status, answers in _mapping(by_status, place).items():
            if not (status.isascii() and status.isdigit()):
                raise FormatError(f"{status!r} is no HTTP status", place.child(status), _FIX)
            requests[key][int(status)] = _Reader(place.child(status)).answers(answers)
    return Lock(requests)


# --- Writing ---


def _answers(answers: Answers) -> Iterator[str]:
    """The lines of one status, in the order of `_MEMBERS`."""
    yield f"answers: {_words(answers.samples)}"
    if answers.asked:
        yield "asked:"
        yield from (f"  {quoted(each)}: {_words(sketches)}" for each, sketches in sorted(answers.asked.items()))
    yield from _counts("types", answers.types)
    yield from _counts("bodies", answers.bodies)
    yield from _block("headers", {name: _presence(each) for name, each in answers.headers.items()})
    yield from _block("cookies", {name: _cookie(each) for name, each in answers.cookies.items()})
    if answers.latency:
        yield "latency:"
        for host, times in sorted(answers.latency.items()):
            yield f"  {_scalar(host, _HOST)}: {quoted(' '.join(f'{time:.10g}' for time in sorted(times)))}"
    yield from _counts("errors", answers.errors)
    if answers.pages:
        yield f"pages: {quoted(' '.join(map(str, sorted(answers.pages))))}"
    yield from _list("noise", answers.noise)
    yield from _list("fickle", answers.fickle)
    lines = lines_of(answers.shape)
    variants = {line.pointer: line.variants for line in lines if line.variants != {}}
    if variants:
        yield "variants:"
        for pointer, each in variants.items():
            yield from (f"  {line}" for line in _variants(pointer, each, _objects_at(answers.shape, pointer)))
    yield from _block("body", {line.pointer: line.text for line in lines}, in_order=True)


def _variants(pointer: str, variants: Variants, objects: Objects) -> Iterator[str]:
    if variants is None:
        yield f"{_scalar(pointer, _POINTER)}: too many"
        return
    yield f"{_scalar(pointer, _POINTER)}:"
    for name, variant in sorted(variants.items()):
        usual = _usual(variant.count, objects)
        names = sorted({*usual, *variant.fields})
        told = {each: variant.fields.get(each, 0) for each in names}
        fields = [f"{_scalar(each)}: {count}" for each, count in told.items() if count != usual.get(each, 0)]
        yield f"  {_scalar(name)}: {{answers: {variant.count}, fields: {{{', '.join(fields)}}}}}"


def _usual(count: int, objects: Objects) -> dict[str, int]:
    """How many of a variant have which field, where it is as in all records: fields that all have go without saying."""
    return {name: count for name, member in objects.fields.items() if not member.absent}


def _objects_at(shape: Shape, pointer: str) -> Objects:
    found = shape_at(shape, pointer)
    assert found is not None, "its line has just been written"
    assert found.objects is not None, "only objects have variants"
    return found.objects


def _presence(presence: Presence) -> str:
    return f"{presence.seen}/{presence.of}"


def _cookie(facts: CookieFacts) -> str:
    return ", ".join([_presence(facts.presence), *(f"{name} {n}" for name, n in sorted(facts.attributes.items()) if n)])


def _block(name: str, members: Mapping[str, str], *, in_order: bool = False) -> Iterator[str]:
    if members:
        yield f"{name}:"
        listed = members.items() if in_order else sorted(members.items())
        yield from (f"  {_scalar(key, _POINTER)}: {_scalar(text, _LINE)}" for key, text in listed)


def _counts(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"{name}: {{{', '.join(f'{_scalar(each)}: {count}' for each, count in sorted(counts.items()))}}}"


def _words(words: Iterable[str]) -> str:
    return quoted(" ".join(sorted(words)))


def _list(name: str, pointers: frozenset[str]) -> Iterator[str]:
    if pointers:
        yield f"{name}:"
        yield from (f"  - {_scalar(pointer, _POINTER)}" for pointer in sorted(pointers))


def _scalar(text: str, *forms: re.Pattern[str]) -> str:
    """A text in YAML: plain where it is a name, or has one of these forms, and nothing else could be read from it."""
    if any(form.fullmatch(text) for form in (_PLAIN, *forms)) and text.lower() not in _NOT_PLAIN:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes: with JSON's escapes, which are YAML's too, and for the rest of what it needs YAML's."""
    return _UNCLEAN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(printable(text), ensure_ascii=False))


# --- Reading ---


def _mapping(value: Any, at: Location) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError("this must be a mapping of names to values", at, _FIX)
    return value


class _Reader:
    """Reads what is known of one status."""

    def __init__(self, at: Location) -> None:
        self._at = at

    def answers(self, data: Any) -> Answers:
        _mapping(data, self._at)
        for member in data:
            if member not in _MEMBERS:
                raise FormatError(f"nothing is known of {member!r}", self._at.child(member), _FIX)
        bodies = self._counts(data, "bodies")
        if not bodies.keys() <= set(BODY_KINDS):
            raise FormatError("a kind of body that is not known", self._at.child("bodies"), _FIX)
        return Answers(
            samples=self._digests(data, "answers"),
            asked={digest: self._sketches(digest, text) for digest, text in self._block(data, "asked")},
            types=self._counts(data, "types"),
            bodies=bodies,
            headers={name: self._presence(text, "headers", name) for name, text in self._block(data, "headers")},
            cookies={name: self._cookie(text, name) for name, text in self._block(data, "cookies")},
            latency={host: self._times(text, host) for host, text in self._block(data, "latency")},
            errors=self._counts(data, "errors"),
            pages=frozenset(map(int, self._numbers(data, "pages"))),
            noise=self._list(data, "noise"),
            fickle=self._list(data, "fickle"),
            shape=self._shape(data),
        )

    def _shape(self, data: dict[str, Any]) -> Shape:
        texts = dict(self._block(data, "body"))
        told = _mapping(data.get("variants", {}), self._at.child("variants"))
        try:
            plain = shape_of_lines(Line(pointer, text) for pointer, text in texts.items())
            if not told:
                return plain
            lines = [
                Line(pointer, text, self._variants(told[pointer], pointer, plain) if pointer in told else {})
                for pointer, text in texts.items()
            ]
            return shape_of_lines(lines)
        except UnreadableLineError as error:
            raise FormatError(error.what, self._at.child("body", error.pointer), _FIX) from None

    def _variants(self, data: Any, pointer: str, shape: Shape) -> Variants:
        if data == "too many":
            return None
        at = self._at.child("variants", pointer)
        objects = _objects_at(shape, pointer)
        found = {}
        for name, each in _mapping(data, at).items():
            place = at.child(name)
            members = _mapping(each, place)
            count = members.get("answers")
            fields = _mapping(members.get("fields"), place.child("fields"))
            if type(count) is not int or not all(type(n) is int for n in fields.values()):
                raise FormatError("counts must be whole numbers", place, _FIX)
            every = _usual(count, objects) | fields
            found[name] = Variant(count, {field: n for field, n in every.items() if n})
        return found

    def _block(self, data: dict[str, Any], member: str) -> Iterator[tuple[str, str]]:
        at = self._at.child(member)
        for name, text in _mapping(data.get(member, {}), at).items():
            if not isinstance(text, str):
                raise FormatError("this must be a text", at.child(name), _FIX)
            yield name, text

    def _counts(self, data: dict[str, Any], member: str) -> dict[str, int]:
        at = self._at.child(member)
        counts = _mapping(data.get(member, {}), at)
        if not all(type(count) is int for count in counts.values()):
            raise FormatError("counts must be whole numbers", at, _FIX)
        return counts

    def _list(self, data: dict[str, Any], member: str) -> frozenset[str]:
        listed = data.get(member, [])
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise FormatError("this must be a list of JSON Pointers", self._at.child(member), _FIX)
        return frozenset(listed)

    def _digests(self, data: dict[str, Any], member: str) -> frozenset[str]:
        words = self._text(data, member).split()
        if not all(map(_DIGEST.fullmatch, words)):
            raise FormatError("this must be digests of ten digits", self._at.child(member), _FIX)
        return frozenset(words)

    def _numbers(self, data: dict[str, Any], member: str) -> list[float]:
        try:
            return [float(word) for word in self._text(data, member).split()]
        except ValueError:
            raise FormatError("this must be numbers", self._at.child(member), _FIX) from None

    def _text(self, data: dict[str, Any], member: str) -> str:
        text = data.get(member, "")
        if not isinstance(text, str):
            raise FormatError("this must be a text", self._at.child(member), _FIX)
        return text

    def _sketches(self, digest: str, text: str) -> frozenset[str]:
        words = text.split()
        if not _DIGEST.fullmatch(digest) or not all(map(_SKETCH.fullmatch, words)):
            raise FormatError("this must be sketches of answers", self._at.child("asked", digest), _FIX)
        return frozenset(words)

    def _times(self, text: str, host: str) -> frozenset[float]:
        try:
            return frozenset(float(word) for word in text.split())
        except ValueError:
            raise FormatError("this must be numbers", self._at.child("latency", host), _FIX) from None

    def _presence(self, text: str, *steps: str) -> Presence:
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        if match is None:
            raise FormatError(f"{text!r} are no counts", self._at.child(*steps), _FIX)
        return Presence(int(match[1]), int(match[2]))

    def _cookie(self, text: str, name: str) -> CookieFacts:
        first, *others = text.split(", ")
        attributes = {}
        for each in others:
            attribute, _, count = each.rpartition(" ")
            if not count.isdecimal():
                raise FormatError(f"{each!r} is no attribute and its count", self._at.child("cookies", name), _FIX)
            attributes[attribute] = int(count)
        return CookieFacts(self._presence(first, "cookies", name), attributes)

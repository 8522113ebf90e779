"""Cassettes as text: vcrpy's format, so that its tools can read them, with what is ours under keys of its own.

vcrpy keeps headers as a mapping and forgets the order of names that repeat, cuts off HTTP version and timings, and
knows nothing of steps: all that is told under `paceline`, beside `request` and `response`, where vcrpy does not look.
Bodies are stored decoded, under the headers that came with them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from paceline.errors import FormatError, Location
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse
from paceline.transport.cassette import Cassette, Recording
from paceline.transport.message import Headers

_FORMAT: Final = 1  # CASSETTE_FORMAT_VERSION in vcr/serialize.py

#: What PyYAML writes and reads back as it is. CR, NEL and others count as ends of lines in YAML and would become LF.
_CLEAN: Final = re.compile("[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]*")


class _Block(str):
    """A text to be written as it stands, line by line."""

    __slots__ = ()


def to_text(cassette: Cassette) -> str:
    """The content of the file, the same on every machine.

    Raises:
        ValueError: reading it would give something else; a defect, found before anything is lost by it.
    """
    import yaml

    data = {
        "version": _FORMAT,
        "paceline": {
            "collection": cassette.collection,
            "path": list(cassette.path),
            "recorded_at": cassette.recorded_at,
            "recorded_against": {"base_url": cassette.base_url, "emulator": cassette.emulator},
            "recorded_by": f"paceline {cassette.recorded_by}",
            "seed": cassette.seed,
        },
        "interactions": list(_interactions(cassette)),
    }
    # The safe dumper writes only what a safe loader reads. Not the C one: whether it is there differs by machine.
    text: str = yaml.dump(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=sys.maxsize)
    if _vcr_serializer().deserialize(text) != data:
        raise ValueError(f"the recording of {cassette.path} cannot be written as YAML")
    return text


def from_text(text: str, file: str) -> Cassette:
    """What a file holds.

    Raises:
        FormatError: it is not YAML, or not a cassette that paceline recorded.
    """
    import yaml

    try:
        data = _vcr_serializer().deserialize(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f": line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        raise _unreadable(f"this cassette is not YAML{place}", Location(file)) from None
    at = Location(file)
    try:
        own = data["paceline"]
        against = own["recorded_against"]
        head = (str(own["collection"]), tuple(map(str, own["path"])), _moment(own["recorded_at"]))
        recordings: list[Recording] = []
        interactions = data["interactions"]
        for index, interaction in enumerate(interactions):
            at = Location(file).child("interactions", index)
            _collect(recordings, index, interaction)
        seed, version = str(own["seed"]), str(own["recorded_by"]).removeprefix("paceline ")
        base_url, emulator = str(against["base_url"]), bool(against["emulator"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        missing = f": {error.args[0]!r} is missing" if isinstance(error, KeyError) else ""
        raise _unreadable(f"this is not a cassette of paceline{missing}", at) from None
    return Cassette(*head, base_url, emulator, seed, version, tuple(recordings))


def _unreadable(what: str, at: Location) -> FormatError:
    return FormatError(what, at, "delete the file and record the request again: --record new")


# --- Writing ---


def _interactions(cassette: Cassette) -> Iterator[dict[str, Any]]:
    for recording in cassette.recordings:
        for hop, exchange in enumerate(recording.hops):
            request, response = exchange.request, exchange.response
            own: dict[str, Any] = {"occurrence": recording.occurrence, "call": recording.call, "hop": hop}
            if recording.recorded_at is not None:
                own["recorded_at"] = recording.recorded_at
            own["http_version"] = response.http_version
            own["elapsed_ms"] = response.elapsed_ms
            own["wire_bytes"] = response.wire_bytes
            for name, headers in (
                ("request_header_order", request.headers),
                ("response_header_order", response.headers),
            ):
                if _flat(_grouped(headers)) != headers:
                    own[name] = [key for key, _ in headers]
            if response.url != request.url:
                own["response_url"] = response.url
            yield {
                "request": {
                    "method": request.method,
                    "uri": request.url,
                    "headers": _grouped(request.headers),
                    "body": None if request.body is None else _written(request.body),
                },
                "response": {
                    "status": {"code": response.status, "message": response.reason},
                    "headers": _grouped(response.headers),
                    "body": {"string": _written(response.body)},
                },
                "paceline": own,
            }


def _grouped(headers: Headers) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in headers:
        groups.setdefault(name, []).append(value)
    return groups


def _flat(groups: Mapping[str, Iterable[str]]) -> Headers:
    return tuple((name, value) for name, values in groups.items() for value in values)


def _written(body: bytes) -> _Block | bytes:
    """Text as text; what is not becomes base64 (YAML's type `!!binary`)."""
    try:
        return _Block(body.decode("utf-8"))
    except UnicodeDecodeError:
        return body


@lru_cache(maxsize=1)
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes bodies line by line, and whatever YAML would not read back in double quotes, escaped."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - else equal headers become `*id001`
            return True

    def represent(dumper: Any, text: str) -> Any:
        style = "|" if isinstance(text, _Block) and text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style if _CLEAN.fullmatch(text) else '"')

    Dumper.add_representer(str, represent)
    Dumper.add_representer(_Block, represent)
    return Dumper


@lru_cache(maxsize=1)
def _vcr_serializer() -> Any:
    """vcrpy's module that reads YAML safely, without the rest of vcrpy.

    To import it by name would run the package's `__init__`, which brings asyncio, requests, urllib3, wrapt and what
    patches them: 70 ms and more than all of a replay needs.
    """
    from importlib.util import find_spec, module_from_spec, spec_from_file_location

    if "vcr.serializers.yamlserializer" in sys.modules:
        return sys.modules["vcr.serializers.yamlserializer"]
    package = find_spec("vcr")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "serializers" / "yamlserializer.py"
    spec = spec_from_file_location("paceline._vcr_yamlserializer", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- Reading ---


def _collect(recordings: list[Recording], index: int, interaction: Mapping[str, Any]) -> None:
    """Put an interaction at the end of the recording it belongs to, or begin one with it."""
    own = interaction["paceline"]
    exchange = _exchange(interaction, own)
    key = (int(own["occurrence"]), int(own["call"]))
    if own["hop"]:
        last = recordings[-1]
        if (last.occurrence, last.call, len(last.hops)) != (*key, own["hop"]):
            raise ValueError
        recordings[-1] = Recording(*key, (*last.hops, exchange), last.recorded_at, last.index)
    else:
        later = own.get("recorded_at")
        recordings.append(Recording(*key, (exchange,), None if later is None else _moment(later), index))


def _exchange(interaction: Mapping[str, Any], own: Mapping[str, Any]) -> Exchange:
    sent, came = interaction["request"], interaction["response"]
    body = sent["body"]
    request = HttpRequest(
        method=str(sent["method"]),
        url=str(sent["uri"]),
        headers=_ordered(sent["headers"], own.get("request_header_order")),
        body=None if body is None else _bytes(body),
    )
    response = HttpResponse(
        status=int(came["status"]["code"]),
        reason=str(came["status"]["message"]),
        headers=_ordered(came["headers"], own.get("response_header_order")),
        body=_bytes(came["body"]["string"]),
        url=str(own.get("response_url", request.url)),
        http_version=str(own["http_version"]),
        elapsed_ms=float(own["elapsed_ms"]),
        wire_bytes=int(own["wire_bytes"]),
    )
    return Exchange(request, response)


def _ordered(groups: Mapping[str, list[str]], order: Iterable[str] | None) -> Headers:
    if not all(isinstance(group, list) for group in groups.values()):
        raise ValueError
    flat = tuple((str(name), _header(value)) for name, value in _flat(groups))
    if order is None:
        return flat
    names = list(order)
    if sorted(names) != sorted(name for name, _ in flat):
        raise ValueError
    values = {name: iter([value for key, value in flat if key == name]) for name in groups}
    return tuple((name, next(values[name])) for name in names)


def _header(value: Any) -> str:
    """The value of a header; written by hand, a number may stand without quotes."""
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError


def _moment(value: Any) -> str:
    datetime.fromisoformat(str(value))  # a ValueError when it is none
    return str(value)


def _bytes(body: str | bytes) -> bytes:
    return body if isinstance(body, bytes) else body.encode("utf-8")

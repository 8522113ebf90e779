"""From answers to what is known of them: evidence adds up, and the same evidence counts once."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.response import media_type
from paceline.drift.alike import sketch_of
from paceline.drift.facts import Answers, BodyKind, CookieFacts, Lock, Observation, Presence
from paceline.drift.forms import below, is_token
from paceline.drift.hidden import MASK
from paceline.drift.noise import noise_of
from paceline.drift.retelling import recalled, told
from paceline.drift.shape import merge
from paceline.drift.shaping import shape_of
from paceline.drift.wording import number
from paceline.transport.cassette import Cassette
from paceline.transport.cassette_placeholders import PLACEHOLDER
from paceline.transport.set_cookie import parse_set_cookie

MOST_TIMES: Final = 30
_MOST_PAGES: Final = 5
_MOST_SKETCHES: Final = 3
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_GRAPHQL: Final = {"data", "errors", "extensions"}

#: Headers of servers, proxies and networks on the way, and those that depend on the single answer.
_PASSING: Final = frozenset(
    "accept-ranges age alt-svc cache-control connection content-encoding content-length content-type date etag expires "
    "keep-alive last-modified nel pragma priority proxy-connection report-to retry-after server server-timing "
    "set-cookie traceparent tracestate trailer transfer-encoding vary via warning x-cache x-cache-hits "
    "x-cloud-trace-context x-correlation-id x-fastly-request-id x-powered-by x-request-id "
    "x-response-time x-runtime x-served-by x-timer x-trace-id".split()
)
_PASSING_STARTS: Final = (
    "cf-",
    "x-amz",
    "x-akamai",
    "akamai-",
    "x-b3-",
    "x-envoy-",
    "x-datadog-",
    "x-vercel-",
    "fly-",
    "x-azure-",
)
_PASSING_COOKIES: Final = (
    "__cf",
    "_cfuvid",
    "__cfduid",
    "__cfruid",
    "cf_",
    "AWSALB",
    "_px",
    "__ddg",
    "incap_ses",
    "visid_incap",
    "ak_bmsc",
    "bm_",
)


def learn(lock: Lock, observations: Iterable[Observation]) -> Lock:
    """What is known after these answers as well.

    An answer whose status, headers, cookies and body were learnt from before changes no count: not when the same files
    are read again, and not when a request is answered alike a hundred times.

    >>> first = learn(Lock(), [Observation("a/List", 200, body=b'[{"id": 7}]')])
    >>> learn(first, [Observation("a/List", 200, body=b'[{"id": 7}]')]) == first
    True
    """
    requests = {key: dict(by_status) for key, by_status in lock.requests.items()}
    for key, status, group in _grouped(observations):
        by_status = requests.setdefault(key, {})
        answers = _learnt(by_status.get(status, Answers()), group)
        by_status[status] = replace(answers, shape=told(answers.shape))
    return Lock(requests)


def observed(observations: Iterable[Observation]) -> Lock:
    """What these answers alone tell, to compare and not to write: it still has values of what may be no enum."""
    requests: dict[str, dict[int, Answers]] = {}
    for key, status, group in _grouped(observations):
        requests.setdefault(key, {})[status] = _learnt(Answers(), group)
    return Lock(requests)


def _grouped(observations: Iterable[Observation]) -> Iterator[tuple[str, int, list[Observation]]]:
    groups: dict[tuple[str, int], list[Observation]] = {}
    for observation in observations:
        groups.setdefault((observation.key, observation.status), []).append(observation)
    return ((key, status, group) for (key, status), group in groups.items())


def learn_noise(lock: Lock, repeated: Iterable[Sequence[Observation]]) -> Lock:
    """What is known, and besides it where answers to the same request differ.

    Args:
        repeated: the answers to one request each, made a few times at once.
    """
    requests = {key: dict(by_status) for key, by_status in lock.requests.items()}
    for answers in repeated:
        by_status: dict[tuple[str, int], list[Any]] = {}
        for each in answers:
            by_status.setdefault((each.key, each.status), []).append(_read(each).value)
        for (key, status), values in by_status.items():
            known = requests.setdefault(key, {}).get(status, Answers())
            noise, fickle = noise_of(values)
            requests[key][status] = replace(known, noise=known.noise | noise, fickle=known.fickle | fickle)
    return Lock(requests)


def asked_again(observations: Iterable[Observation]) -> list[list[Observation]]:
    """The answers to one and the same request together, where there are several: what `learn_noise` takes."""
    groups: dict[tuple[str, str], list[Observation]] = {}
    for each in observations:
        if each.subject:
            groups.setdefault((each.key, each.subject), []).append(each)
    return [group for group in groups.values() if len(group) > 1]


def from_cassette(cassette: Cassette) -> Iterator[Observation]:
    """The answers to the item's own requests, without those to its scripts'."""
    for recording in cassette.recordings:
        if recording.call:
            continue
        response, request = recording.hops[-1].response, recording.request
        yield Observation(
            key=f"{cassette.collection}/{cassette.path[-1]}",
            status=response.status,
            headers=response.headers,
            body=response.body,
            elapsed_ms=response.elapsed_ms,
            host=host_of(request.url),
            subject=subject(request.method, request.url, request.body),
            set_cookies=tuple(
                value for hop in recording.hops for name, value in hop.response.headers if name.lower() == "set-cookie"
            ),
        )


def sample_body(observation: Observation) -> Any:
    """The JSON of a body as it is learnt from: CSV as a list of records; None for what is neither."""
    return _read(observation).value


def subject(method: str, url: str, body: bytes | None = None) -> str:
    """What a request asks for, as one text; whichever server it asks, and whatever was put in place of its secrets.

    >>> subject("GET", "https://example.org/me?key=********") == subject("GET", "http://localhost/me?key=scrubbed-key")
    True
    """
    content = (body or b"").decode("utf-8", "replace")
    return PLACEHOLDER.sub(MASK, f"{method} /{url.partition('://')[2].partition('/')[2]}\n{content}")


def host_of(url: str) -> str:
    """The host of an address, in lower case and without port; empty when it has none.

    >>> host_of("https://API.example.org:8443/me"), host_of("http://[::1]:8900/")
    ('api.example.org', '::1')
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class _Body:
    kind: BodyKind
    value: Any = None


def _learnt(known: Answers, group: list[Observation]) -> Answers:
    bodies: dict[str, tuple[Observation, _Body]] = {}
    asked: list[tuple[str, str]] = []
    for observation in group:
        digest = _digest(observation)
        if digest not in bodies:
            bodies[digest] = (observation, _read(observation))
        if observation.subject:
            asked.append((_short(observation.subject.encode("utf-8", "replace")), digest))
    new = [pair for digest, pair in bodies.items() if digest not in known.samples]
    old = [body for digest, (_, body) in bodies.items() if digest in known.samples]
    values = [body.value for _, body in new if body.kind in {"json", "csv"}]
    shape = merge(known.shape, shape_of(values))
    # What was seen before tells nothing new but the values of an enum that was none yet when they were seen.
    shape = recalled(shape, shape_of([body.value for body in old if body.kind in {"json", "csv"}]))
    codes = Counter(code for _, body in new for code in graphql_errors(body.value))
    pages = known.pages | {size for _, body in new if (size := _page_size(body.value)) is not None}
    return Answers(
        samples=known.samples | frozenset(bodies),
        asked=_asked(known.asked, asked, {digest: body.value for digest, (_, body) in bodies.items()}),
        types=_added(known.types, Counter(_type(each) for each, _ in new)),
        bodies=_added(known.bodies, Counter(body.kind for _, body in new)),
        headers=_present(known.headers, known.count, [_headers(each) for each, _ in new]),
        cookies=_cookies(known.cookies, known.count, [each for each, _ in new]),
        latency=_times(known.latency, group),
        errors=_added(known.errors, codes),
        pages=frozenset(sorted(pages)[:_MOST_PAGES]),
        noise=known.noise,
        fickle=known.fickle,
        shape=shape,
    )


# --- Single answers ---


def _digest(observation: Observation) -> str:
    cookies = [f"{name} {' '.join(sorted(told_))}" for name, told_ in sorted(_set_cookies(observation).items())]
    around = "\n".join([f"{observation.status} {_type(observation)}", *sorted(_headers(observation)), *cookies, ""])
    return _short(around.encode("utf-8", "surrogatepass") + observation.body)


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _type(observation: Observation) -> str:
    """The content type, with the charset where it names one: `application/json; charset=utf-8`."""
    given = next((value for name, value in observation.headers if name.lower() == "content-type"), "")
    charset = _CHARSET.search(given)
    return f"{media_type(given)}; charset={charset[1].lower()}" if charset else media_type(given)


def _read(observation: Observation) -> _Body:
    type_ = _type(observation).partition(";")[0]
    if not observation.body.strip():
        return _Body("empty")
    if type_ == "text/csv":
        return _csv(observation.body)
    try:
        return _Body("json", read_json(observation.body).value)
    except UnreadableError:
        pass
    try:
        observation.body.decode("utf-8")
    except UnicodeDecodeError:
        return _Body("bytes")
    return _Body("html" if "html" in type_ else "text")


def _csv(body: bytes) -> _Body:
    """The rows as records; a table without rows as one row of nulls, so that its columns are known."""
    try:
        rows = [row for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        return _Body("bytes")
    header, *cells = rows or [[]]
    # Cells stay texts: a title that happens to be a number is no change of type.
    records = [{name: cell or None for name, cell in zip(header, row, strict=False)} for row in cells]
    return _Body("csv", records or [dict.fromkeys(header)])


def graphql_errors(value: Any) -> set[str]:
    """The codes of an answer's errors, when it is one of GraphQL; `-` for errors without a code.

    >>> graphql_errors({"data": None, "errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]})
    {'FORBIDDEN'}
    """
    if not isinstance(value, dict) or not value.keys() <= _GRAPHQL or not isinstance(value.get("errors"), list):
        return set()
    codes: set[str] = set()
    for error in value["errors"]:
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        codes.add(code if isinstance(code, str) and is_token(code) else "-")
    return codes


def _page_size(value: Any) -> int | None:
    if not isinstance(value, dict) or not {"show_next", "page_count", "page"} & value.keys():
        return None
    size = value.get("limit")
    return size if type(size) is int else None


def _headers(observation: Observation) -> set[str]:
    names = {name.lower() for name, _ in observation.headers}
    return {name for name in names if name not in _PASSING and not name.startswith(_PASSING_STARTS)}


def _set_cookies(observation: Observation) -> dict[str, set[str]]:
    lines = observation.set_cookies
    if lines is None:
        lines = tuple(value for name, value in observation.headers if name.lower() == "set-cookie")
    found: dict[str, set[str]] = {}
    for line in lines:
        cookie = parse_set_cookie(line)
        if cookie is None or not cookie.name or cookie.name.startswith(_PASSING_COOKIES):
            continue
        told_ = {
            "secure": cookie.secure,
            "httponly": cookie.http_only,
            f"samesite={cookie.same_site}": cookie.same_site is not None,
            f"path={cookie.path}": cookie.path is not None,
            f"max-age={number(below(cookie.max_age or 0))}": cookie.max_age is not None,
            "lasting": cookie.expires is not None and cookie.max_age is None,
        }
        found[cookie.name] = {name for name, holds in told_.items() if holds}
    return found


# --- Adding up ---


def _added(known: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {name: known.get(name, 0) + new.get(name, 0) for name in {*known, *new}}


def _present(known: Mapping[str, Presence], count: int, new: list[set[str]]) -> dict[str, Presence]:
    names = {*known, *(name for each in new for name in each)}
    return {
        name: Presence(
            (known[name].seen if name in known else 0) + sum(name in each for each in new),
            (known[name].of if name in known else count) + len(new),
        )
        for name in names
    }


def _cookies(known: Mapping[str, CookieFacts], count: int, new: list[Observation]) -> dict[str, CookieFacts]:
    set_ = [_set_cookies(each) for each in new]
    presences = _present({name: facts.presence for name, facts in known.items()}, count, [set(each) for each in set_])
    found = {}
    for name, presence in presences.items():
        attributes = Counter(attribute for each in set_ for attribute in each.get(name, ()))
        found[name] = CookieFacts(presence, _added(known[name].attributes if name in known else {}, attributes))
    return found


def _asked(
    known: Mapping[str, frozenset[str]], asked: Iterable[tuple[str, str]], values: Mapping[str, Any]
) -> dict[str, frozenset[str]]:
    """What was asked, with sketches of a few of the answers: always the same ones, in whatever order they came."""
    answers = {subject_: {*each} for subject_, each in known.items()}
    sketches = {digest: sketch_of(value) for digest, value in values.items()}
    for subject_, digest in asked:
        answers.setdefault(subject_, set()).update({sketches[digest]} - {""})
    return {subject_: frozenset(sorted(each)[:_MOST_SKETCHES]) for subject_, each in answers.items()}


def _times(known: Mapping[str, frozenset[float]], group: list[Observation]) -> dict[str, frozenset[float]]:
    """Of each host a sample of all different times: always the same one, in whatever order they came."""
    times = {host: set(each) for host, each in known.items()}
    for each in group:
        if each.elapsed_ms is not None and (told_ := round(each.elapsed_ms, 3)) > 0:
            times.setdefault(each.host, set()).add(told_)
    return {host: frozenset(sorted(each, key=_shuffled)[:MOST_TIMES]) for host, each in times.items()}


def _shuffled(time: float) -> bytes:
    return hashlib.sha256(repr(time).encode()).digest()

"""What a run tells of its secrets: variables, credentials, cookies, and fields of what was sent and received."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import unquote

from paceline.engine.events import Event, ItemFinished, RunFinished, RunStarted
from paceline.model.collection import Auth, Collection, Folder, Item, Script, Url
from paceline.model.exchange import HttpRequest, Trip
from paceline.model.outcome import ItemResult
from paceline.model.variables import Variable
from paceline.report.secret_fields import literal_fields, secret_fields
from paceline.report.secret_names import is_declared, is_secret_header, is_secret_name, is_secret_parameter
from paceline.report.secret_values import SecretValues
from paceline.resolve.auth import effective_auth
from paceline.resolve.url import in_parts

#: The parts of a header and of an address that hold secrets: scheme and credential, user and password, cookies.
SCHEME: Final = re.compile(r"([A-Za-z][\w-]*)[ ]+(.+)", re.DOTALL)
USER: Final = re.compile(r"(?<=://)([^/?#\\@:\s\"'<>]*)(?::([^/?#\\\s\"'<>]*))?@")
COOKIE: Final = re.compile(r"(?<![^;,\s])([^=;,\s]++)(\s*=\s*)(\"[^\"]*\"|[^;\s]*)")

#: Bytes at the start of a body that are looked at for a NUL, which no text has.
BINARY_LOOK: Final = 1024

#: Levels of data that are looked at; nobody reads deeper ones in a report.
DEEPEST: Final = 100

_RANDOM_COOKIE: Final = 8
_LONG_COOKIE: Final = 16


class Learner:
    """Tells the secrets that it learns to `values`."""

    def __init__(self, values: SecretValues) -> None:
        self._values = values

    def observe(self, event: Event) -> None:
        """Learn the secrets of an event."""
        if isinstance(event, ItemFinished):
            self._learn_item(event.result)
        elif isinstance(event, RunStarted):
            self._learn_variables((*event.environment.variables, *event.globals.variables))
            self._learn_variables(Variable(key, value) for row in event.data for key, value in row.items())
            for collection in event.collections:
                self._learn_variables(collection.variables)
                for auth in _auths(collection):
                    self._learn_auth(auth)
                for script in _scripts(collection):
                    for field in literal_fields(script.source):
                        self._values.add(field.value)
        elif isinstance(event, RunFinished):
            self._learn_variables((*event.environment.variables, *event.globals.variables))
            for result, _ in event.failures:  # an interruption may have kept their own event back
                self._learn_item(result)

    def _learn_variables(self, variables: Iterable[Variable]) -> None:
        for variable in variables:
            if is_declared(variable.type):
                self._learn(variable.value, declared=True)
            elif is_secret_name(variable.key):
                self._learn(variable.value)
            elif isinstance(variable.value, str):
                self._learn_text(variable.value)

    def _learn(self, value: Any, *, declared: bool = False) -> None:
        """Learn every text and number within a value."""
        for each in _leaves(value):
            self._values.add(each if isinstance(each, str) else str(each), declared=declared)
            if isinstance(each, str):
                self._learn_text(each)

    def _learn_text(self, text: str) -> None:
        for field in secret_fields(text):
            self._values.add(field.value)
        if "@" in text:
            for user in USER.finditer(text):
                # A user without password is a token, as Git services have it.
                self._values.add(unquote(user[1] if user[2] is None else user[2]))

    def _learn_auth(self, auth: Auth) -> None:
        for name, value in auth.params:
            if is_secret_parameter(auth.type, name):
                self._learn(value)

    def _learn_item(self, result: ItemResult) -> None:
        if result.request is not None and result.request.auth is not None:
            self._learn_auth(result.request.auth)
        sent = result.outgoing if result.trip is None else result.trip.request
        if sent is not None:
            self._learn_request(sent)
            self._learn_api_key(result, sent)
        if result.trip is not None:
            self._learn_trip(result.trip)
        for call in result.calls:
            if call.trip is not None:
                self._learn_trip(call.trip)
            else:
                self._learn_request(call.request)
        for message in result.console:
            for value in message.values:
                self._learn_within(value)

    def _learn_api_key(self, result: ItemResult, sent: HttpRequest) -> None:
        """Learn the key that Postman's auth put into a header or the query, by whatever name."""
        folders = [folder.auth for folder in result.folders]
        auth = effective_auth(result.item.request.auth, folders, result.collection.auth)
        if auth is None or auth.type != "apikey":
            return
        name = str(auth.get("key"))
        for header, value in sent.headers:
            if header.lower() == name.lower():
                self._values.add(value)
        for parameter in in_parts(Url(raw=sent.url)).query:
            if parameter.key == name:
                self._values.add(unquote(parameter.value or ""))

    def _learn_trip(self, trip: Trip) -> None:
        for hop in trip.hops:
            self._learn_request(hop.request)
            self._learn_headers(hop.response.headers)
            if hop.response.body:
                self._learn_body(hop.response.body)
        for cookie in trip.cookies:
            self._learn_cookie(cookie.name, cookie.value)

    def _learn_request(self, request: HttpRequest) -> None:
        if "?" in request.url or "@" in request.url:
            self._learn_text(request.url)
        self._learn_headers(request.headers)
        if request.body:
            self._learn_body(request.body)

    def _learn_headers(self, headers: tuple[tuple[str, str], ...]) -> None:
        for name, value in headers:
            if is_secret_header(name):
                self._learn_header(name.lower(), value)
            elif "=" in value or "@" in value:
                self._learn_text(value)

    def _learn_header(self, name: str, value: str) -> None:
        if name in {"cookie", "set-cookie"}:
            pairs = value.partition(";")[0] if name == "set-cookie" else value
            for cookie in COOKIE.finditer(pairs):
                self._learn_cookie(cookie[1], cookie[3])
            return
        scheme = SCHEME.fullmatch(value)
        if scheme is None:
            self._values.add(value)
        elif "=" not in scheme[2].rstrip("=") and "," not in scheme[2]:  # else it is a signature made for this request
            self._values.add(scheme[2])
            if scheme[1].lower() == "basic":
                self._values.add(_password(scheme[2]))

    def _learn_cookie(self, name: str, value: str) -> None:
        """Learn a cookie's value; one such as `theme=dark` is hidden in its own place only."""
        value = value.strip('"')
        random = len(value) >= _LONG_COOKIE or (
            len(value) >= _RANDOM_COOKIE and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
        )
        if random or is_secret_name(name):
            self._values.add(value)
            if "%" in value:
                self._values.add(unquote(value))

    def _learn_body(self, body: bytes) -> None:
        if b"\0" not in body[:BINARY_LOOK]:
            self._learn_text(body.decode("utf-8", "surrogateescape"))

    def _learn_within(self, value: Any, levels: int = DEEPEST) -> None:
        """Learn what stands under the name of a secret inside data."""
        if isinstance(value, str):
            self._learn_text(value)
        elif isinstance(value, dict) and levels:
            for name, each in value.items():
                if is_secret_name(name):
                    self._learn(each)
                else:
                    self._learn_within(each, levels - 1)
        elif isinstance(value, list) and levels:
            for each in value:
                self._learn_within(each, levels - 1)


def _owners(collection: Collection) -> Iterator[Collection | Folder | Item]:
    """The collection, its folders and its items, each once."""
    yield collection
    seen: set[int] = set()
    for folders, item in collection.items():
        for folder in reversed(folders):
            if id(folder) in seen:
                break
            seen.add(id(folder))
            yield folder
        yield item


def _auths(collection: Collection) -> Iterator[Auth]:
    for owner in _owners(collection):
        auth = owner.request.auth if isinstance(owner, Item) else owner.auth
        if auth is not None:
            yield auth


def _scripts(collection: Collection) -> Iterator[Script]:
    for owner in _owners(collection):
        yield from owner.scripts


def _leaves(value: Any) -> Iterator[str | int | float]:
    """Every text and number within a value, without recursion."""
    rest = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            rest += each.values()
        elif isinstance(each, list | tuple):
            rest += each
        elif isinstance(each, str | int | float) and not isinstance(each, bool):
            yield each


def _password(credentials: str) -> str:
    """The password of Basic credentials (RFC 7617); empty when they are none."""
    try:
        return b64decode(credentials, validate=True).decode("utf-8", "surrogateescape").partition(":")[2]
    except ValueError:
        return ""

"""The one place where secrets are taken out of what a report shows.

A `Mask` listens to the run like a report and learns its secrets: values of variables that are declared secret or named
like one, credentials, cookies, keys, and fields of bodies so named. Whatever a report writes goes through it first. A
secret is hidden where it stands under its name, and wherever else its value turns up.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from paceline.engine.events import Event
from paceline.model.exchange import Cookie, HttpRequest, HttpResponse
from paceline.model.variables import Variable, VariableSet
from paceline.report.secret_fields import MASK, literal_fields, masked_fields, secret_fields, tells_something
from paceline.report.secret_learning import BINARY_LOOK, COOKIE, DEEPEST, SCHEME, USER, Learner
from paceline.report.secret_names import is_declared, is_secret_header, is_secret_name
from paceline.report.secret_values import SecretValues

_REMEMBERED: Final = 300  # characters; of longer texts few come twice
_MOST_REMEMBERED: Final = 10_000

_TOO_DEEP: Final = "[nested too deep to be shown]"

Pairs = tuple[tuple[str, str], ...]


class Mask:
    """Knows the secrets of a run and hides them.

    Every report tells it every event before it uses it; several reports may share one mask, which then learns each
    event once.
    """

    def __init__(self) -> None:
        self._values = SecretValues()
        self._learner = Learner(self._values)
        self._last: Event | None = None
        self._seen: dict[str, str] = {}  # names, headers and addresses come again and again
        self._count = 0

    def observe(self, event: Event) -> None:
        """Learn the secrets that an event brings to light."""
        if event is not self._last:
            self._last = event
            self._learner.observe(event)

    @property
    def learnt(self) -> int:
        """A number that grows with every secret: what was masked before it grew may hold the newest."""
        return self._values.count

    def text(self, text: str) -> str:
        """A text without its secrets."""
        if len(text) > _REMEMBERED:
            return self._text(text)
        if self._count != self._values.count or len(self._seen) > _MOST_REMEMBERED:
            self._count = self._values.count
            self._seen.clear()
        hidden = self._seen.get(text)
        if hidden is None:
            hidden = self._seen[text] = self._text(text)
        return hidden

    def _text(self, text: str) -> str:
        # Known values first: what a name seems to stand for may end too early, and leave half of a value unknown.
        text = self._values.hide(text)
        fields = secret_fields(text)
        if fields:
            text = masked_fields(text, fields)
        return USER.sub(_without_user, text) if "@" in text and "://" in text else text

    def source(self, source: str) -> str:
        """A script without its secrets; unlike in other text only literals count as such."""
        source = self._values.hide(source)
        fields = literal_fields(source)
        return masked_fields(source, fields) if fields else source

    def body(self, body: bytes) -> bytes:
        """A body without its secrets; in JSON it stays JSON, with the same members."""
        body = self._values.hide_bytes(body)
        if b"\0" in body[:BINARY_LOOK]:
            return body
        text = body.decode("utf-8", "surrogateescape")
        fields = secret_fields(text)
        return masked_fields(text, fields).encode("utf-8", "surrogateescape") if fields else body

    def url(self, url: str) -> str:
        """An address without user, password and secret parameters."""
        return self.text(url)

    def headers(self, headers: Pairs) -> Pairs:
        """Headers in which credentials, keys and the values of cookies are hidden."""
        return tuple((name, self.header(name, value)) for name, value in headers)

    def header(self, name: str, value: str) -> str:
        """The value of one header; the scheme of a credential and the names of cookies stay."""
        if not is_secret_header(name):
            return self.text(value)
        folded = name.lower()
        if folded == "cookie":
            return COOKIE.sub(_without_value, value)
        if folded == "set-cookie":
            pair, semicolon, attributes = value.partition(";")
            return COOKIE.sub(_without_value, pair, count=1) + semicolon + attributes
        return _secret(value)

    def request(self, request: HttpRequest) -> HttpRequest:
        """A request of which nothing has to be hidden any more."""
        body = None if request.body is None else self.body(request.body)
        return replace(request, url=self.url(request.url), headers=self.headers(request.headers), body=body)

    def response(self, response: HttpResponse) -> HttpResponse:
        """A response of which nothing has to be hidden any more."""
        return replace(
            response,
            reason=self.text(response.reason),
            headers=self.headers(response.headers),
            body=self.body(response.body),
            url=self.url(response.url),
        )

    def cookie(self, cookie: Cookie) -> Cookie:
        """A cookie without its value."""
        return replace(cookie, value=MASK if cookie.value else "", name=self.text(cookie.name))

    def variables(self, variables: VariableSet) -> VariableSet:
        """An environment or globals in which secret values are hidden."""
        return replace(variables, variables=tuple(map(self._variable, variables.variables)))

    def _variable(self, variable: Variable) -> Variable:
        if is_declared(variable.type) or is_secret_name(variable.key):
            return replace(variable, value=hidden(variable.value))
        return replace(variable, value=self.data(variable.value))

    def data(self, value: Any) -> Any:
        """JSON data, such as a part of a collection or what a script logged, without its secrets.

        Entries such as `{"key": "password", "value": "..."}` are understood; the shape stays, but for what is nested
        deeper than a hundred levels.
        """
        return self._data(value, DEEPEST)

    def _data(self, value: Any, levels: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self._object(value, levels - 1) if levels else _TOO_DEEP
        if isinstance(value, list | tuple):
            return [self._data(each, levels - 1) for each in value] if levels else _TOO_DEEP
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = str(value)
            return value if self.text(text) == text else MASK
        return value

    def _labelled(self, label: Any, value: Any) -> Any:
        """The secret value of an entry with this key."""
        is_header = isinstance(label, str) and isinstance(value, str) and is_secret_header(label)
        return self.header(label, value) if is_header else hidden(value)

    def _object(self, value: dict[str, Any], levels: int) -> dict[str, Any]:
        label = value.get("key", value.get("name"))
        hides_value = "value" in value and (
            (isinstance(label, str) and is_secret_header(label)) or is_declared(value.get("type"))
        )
        masked: dict[str, Any] = {}
        for name, each in value.items():
            if name == "value" and hides_value:
                masked[name] = self._labelled(label, each)
            elif name == "apikey" and isinstance(each, list):
                masked[name] = [self._data(_as_secret_entry(entry), levels) for entry in each]
            elif name == "auth" and isinstance(each, dict) and "user" in each:
                masked[name] = hidden(each)  # of a URL in parts
            elif name in {"cookie", "cookies"} and isinstance(each, list):
                masked[name] = [_as_cookie(self._data(entry, levels)) for entry in each]
            elif name == "exec":
                masked[name] = self.source(each) if isinstance(each, str) else list(map(self.source, each or ()))
            elif is_secret_name(name):
                masked[name] = hidden(each)
            else:
                masked[self.text(name)] = self._data(each, levels)
        return masked


def _as_cookie(entry: Any) -> Any:
    """A cookie in the JSON of a saved response."""
    return {**entry, "value": hidden(entry["value"])} if isinstance(entry, dict) and "value" in entry else entry


def _as_secret_entry(entry: Any) -> Any:
    """A parameter of an API key: `value` is the key itself."""
    if isinstance(entry, dict) and entry.get("key") == "value":
        return {**entry, "value": hidden(entry.get("value"))}
    return entry


def hidden(value: Any, levels: int = DEEPEST) -> Any:
    """The same shape with every text and number hidden; what is only a template stays."""
    if isinstance(value, str):
        return _secret(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dict) and levels:
        return {name: hidden(each, levels - 1) for name, each in value.items()}
    if isinstance(value, list | tuple) and levels:
        return [hidden(each, levels - 1) for each in value]
    return MASK


def _secret(value: str) -> str:
    if not tells_something(value):
        return value
    scheme = SCHEME.fullmatch(value)
    if scheme is None or scheme[1].lower() not in _SCHEMES:
        return MASK
    return f"{scheme[1]} {MASK if tells_something(scheme[2]) else scheme[2]}"


#: IANA's registry of HTTP authentication schemes, and what services use besides.
_SCHEMES: Final = frozenset(
    "basic bearer digest dpop gnap hoba mutual negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256 vapid token "
    "apikey api-key key hawk jwt aws4-hmac-sha256 eg1-hmac-sha256 hmac signature sharedkey ssws".split()
)


def _without_value(cookie: re.Match[str]) -> str:
    return f"{cookie[1]}{cookie[2]}{_secret(cookie[3])}"


def _without_user(user: re.Match[str]) -> str:
    return f"{_secret(user[1])}@" if user[2] is None else f"{_secret(user[1])}:{_secret(user[2])}@"

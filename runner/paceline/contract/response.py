"""An answer against its contract: status, type, cookies, and the body by schema, query or columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from paceline.contract.body import JsonBody, UnreadableError, read_json
from paceline.contract.csv_body import check_csv
from paceline.contract.excerpt import at_pointer, quoted
from paceline.contract.graphql import GraphQLTypes, Query
from paceline.contract.schemas import SchemaStore
from paceline.errors import Location
from paceline.model.contract import Breach, Contract, ContractVerdict, Rule, UnknownField
from paceline.model.exchange import HttpRequest, HttpResponse

MAX_BREACHES = 20
MAX_ALIKE = 3  # of breaches of one rule in one list: a hundred rows with one fault must not hide the next fault

_JSON_TYPE = "application/json"


def check_response(  # noqa: PLR0913  all but the first four go by name
    contract: Contract,
    response: HttpResponse,
    schemas: SchemaStore,
    types: GraphQLTypes | None = None,
    *,
    query: Query | None = None,
    request: HttpRequest | None = None,
    set_cookies: Iterable[str] | None = None,
    refusals: bool = False,
    body: JsonBody | None = None,
    unknown: bool = True,
) -> ContractVerdict:
    """Hold an answer against a contract.

    Args:
        types: the GraphQL schema; needed where the contract is of GraphQL.
        query: what was asked, for GraphQL; without it the data is not checked.
        request: as it was sent, for the headers it must carry; None where that is not known.
        set_cookies: the `Set-Cookie` headers of all hops; None where they are not known.
        refusals: a refusal that the contract describes is as good as success, as long as its body is right.
        body: the JSON of the answer where it is known already; None reads it.
        unknown: whether to look for members that no schema describes.

    Raises:
        FileError, FormatError: a schema cannot be read.
    """
    check = _Check(contract, schemas, types, body, look_for_unknown=unknown)
    if request is not None:
        check.request_headers(request)
    refusal = dict(contract.errors).get(response.status)
    check.status(response, allowed=refusals and refusal is not None)
    if response.status == contract.status:
        check.content_type(response, contract.content_type)
        value = check.success(response, query)
        if set_cookies is not None:
            check.cookies(set_cookies, value)
    elif refusal is not None:
        check.content_type(response, _JSON_TYPE)
        check.schema(response.body, refusal)
    return check.verdict()


class _Check:
    """Collects what is found out about one answer."""

    def __init__(
        self,
        contract: Contract,
        schemas: SchemaStore,
        types: GraphQLTypes | None,
        body: JsonBody | None,
        *,
        look_for_unknown: bool,
    ) -> None:
        self._body = body
        self._looks_for_unknown = look_for_unknown
        self._contract = contract
        self._schemas = schemas
        self._types = types
        self._breaches: list[Breach] = []
        self._unknown: list[UnknownField] = []
        self._checked: dict[Rule, None] = {}

    def verdict(self) -> ContractVerdict:
        kept = limited(self._breaches)
        return ContractVerdict(
            self._contract.key, kept, tuple(self._unknown), tuple(self._checked), len(self._breaches) - len(kept)
        )

    def request_headers(self, request: HttpRequest) -> None:
        for name, wanted in self._contract.headers:
            sent = [value for header, value in request.headers if header.lower() == name.lower()]
            is_type = name.lower() == "content-type"
            fits = any(media_type(each) == media_type(wanted) if is_type else each.strip() == wanted for each in sent)
            if not fits:
                got = quoted(sent[0]) if sent else "the request has no such header"
                self._add("request header", f"{name}: {wanted}", got, "headers", name)
            self._checked["request header"] = None

    def status(self, response: HttpResponse, *, allowed: bool) -> None:
        self._checked["status"] = None
        wanted = self._contract.status
        if response.status != wanted and not allowed:
            reason = f" {response.reason}" if response.reason else ""
            self._add("status", str(wanted), f"{response.status}{reason}{_message(response.body)}", "status")

    def content_type(self, response: HttpResponse, wanted: str | None) -> None:
        if wanted is None:
            return
        self._checked["content type"] = None
        header = response.header("Content-Type")
        if header is None:
            self._add("content type", wanted, "no Content-Type", "content_type")
        elif media_type(header) != wanted:
            self._add("content type", wanted, quoted(header), "content_type")

    def success(self, response: HttpResponse, query: Query | None) -> Any:
        """Check the body of a success. Returns its JSON, None when it has none."""
        contract = self._contract
        if contract.columns:
            self._checked["csv"] = None
            breaches, unknown = check_csv(response.body, contract.columns, contract.key, contract.place("csv"))
            self._breaches += breaches
            self._unknown += unknown
            return None
        if contract.graphql:
            return self._graphql(response.body, query)
        loose = contract.content_type is None
        if contract.schema is None or (loose and not _is_json(response)):
            return None
        return self.schema(response.body, contract.schema)

    def schema(self, body: bytes, name: str) -> Any:
        json_body = self._json(body, self._schemas.at(name))
        if json_body is None:
            return None
        self._checked["schema"] = None
        try:
            self._breaches += self._schemas.check(name, json_body.value, self._contract.key)
            if self._looks_for_unknown:
                self._unknown += self._schemas.unknown(name, json_body.value)
        except RecursionError:
            self._add_body(
                "a body that fits the schema", "a body nested too deep to be checked", self._schemas.at(name)
            )
        return json_body.value

    def cookies(self, set_cookies: Iterable[str], body: Any) -> None:
        received = dict(_cookie(header) for header in set_cookies)
        for name, pointer in self._contract.cookies:
            self._checked["cookie"] = None
            try:
                wanted = at_pointer(body, pointer)
            except (LookupError, ValueError):
                wanted = None  # that the member is missing is for the schema to say
            if name not in received:
                got = f"no such cookie among {', '.join(received)}" if received else "no cookie at all"
                self._add("cookie", f"the cookie {name}", got, "cookies", name)
            elif isinstance(wanted, str) and received[name] != wanted:
                # Never the values: this is how sessions are proved.
                expected = f"the cookie {name} with the value of {pointer} in the body"
                self._add("cookie", expected, "another value", "cookies", name)

    def _graphql(self, body: bytes, query: Query | None) -> Any:
        types = self._types
        assert types is not None, "a contract of GraphQL goes with a schema of GraphQL"
        json_body = self._json(body, types.at)
        if json_body is None:
            return None
        try:
            found = types.check_data(query, json_body.value, self._contract.key) if query is not None else None
        except RecursionError:
            self._add_body("data that fits the query", "a body nested too deep to be checked", types.at)
            found = None
        if found is not None:
            self._checked["graphql"] = None
            self._breaches += found[0]
            self._unknown += found[1]
        return json_body.value

    def _json(self, body: bytes, at: Location) -> JsonBody | None:
        self._checked["body"] = None
        try:
            json_body = read_json(body) if self._body is None else self._body
        except UnreadableError as error:
            self._add_body("JSON", str(error), at)
            return None
        for pointer in json_body.repeated:
            self._breaches.append(
                Breach("body", self._contract.key, pointer, "a name that stands once", "the same name again", at)
            )
        return json_body

    def _add(self, rule: Rule, expected: str, got: str, member: str, *steps: str) -> None:
        at = self._contract.place(member).child(*steps)
        self._breaches.append(Breach(rule, self._contract.key, "", expected, got, at))

    def _add_body(self, expected: str, got: str, at: Location) -> None:
        self._breaches.append(Breach("body", self._contract.key, "", expected, got, at))


def limited(breaches: Sequence[Breach]) -> tuple[Breach, ...]:
    """At most `MAX_BREACHES`, and of those that differ only in the row of a list at most `MAX_ALIKE`."""
    alike: Counter[tuple[str, str, Location, str]] = Counter()
    kept: list[Breach] = []
    for breach in breaches:
        steps = ("*" if step.isdigit() else step for step in breach.pointer.split("/"))
        kind = (breach.rule, "/".join(steps), breach.at, breach.expected)
        alike[kind] += 1
        if alike[kind] <= MAX_ALIKE and len(kept) < MAX_BREACHES:
            kept.append(breach)
    return tuple(kept)


def media_type(header: str) -> str:
    """The media type of a Content-Type, without its parameters, in lower case (RFC 9110, section 8.3.1)."""
    return header.partition(";")[0].strip().lower()


def _is_json(response: HttpResponse) -> bool:
    type_ = media_type(response.header("Content-Type") or "")
    return bool(response.body.strip()) and (type_ == _JSON_TYPE or type_.endswith("+json"))


def _message(body: bytes) -> str:
    """What a refusal says of itself."""
    try:
        value = read_json(body).value
        told = value.get("message") or value["errors"][0]["message"]
    except (UnreadableError, LookupError, AttributeError, TypeError):
        return ""
    return f", which says {quoted(told, 200)}" if isinstance(told, str) else ""


def _cookie(header: str) -> tuple[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return name.strip(), value.strip().strip('"')

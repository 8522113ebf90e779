"""Lists in pages: where the next page is, and whether the pages of a walk agree with each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.excerpt import at_pointer, quoted, shown
from paceline.model.contract import Breach, Contract, PagingRule
from paceline.model.exchange import HttpRequest, HttpResponse

MAX_PAGES = 100

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself, whichever kind it is of; None where it does not say.

    Attributes:
        rows: identities: the `id` of a row, or all of it where it has none.
        more: whether another page follows.
        cursor: where that one starts, for GraphQL.
        number: of the page, from zero; `pages`: how many there are; both for REST.
        count: rows on the page as told; `total`: rows on all pages as told.
    """

    rows: tuple[str, ...]
    more: bool
    cursor: str | None = None
    number: int | None = None
    pages: int | None = None
    count: int | None = None
    total: int | None = None


def read_page(rule: PagingRule, body: Any) -> Page | None:
    """The page in a body; None when there is no list, or not the members that paging needs."""
    try:
        rows = at_pointer(body, rule.pointer)
        around = at_pointer(body, rule.pointer.rpartition("/")[0])
        more = around["show_next"] if rule.kind == "rest" else around["pageInfo"]["hasNextPage"]
        identities = tuple(_identity(row if rule.kind == "rest" else row["node"]) for row in rows)
    except (LookupError, TypeError, ValueError):
        return None
    if not isinstance(rows, list) or not isinstance(more, bool):
        return None
    if rule.kind == "graphql":
        cursor = around["pageInfo"].get("endCursor")
        return Page(identities, more, None if cursor is None else str(cursor), total=_number(around, "totalCount"))
    return Page(
        identities,
        more,
        number=_number(around, "page"),
        pages=_number(around, "page_count"),
        count=_number(around, "count"),
        total=_number(around, "total"),
    )


def next_request(rule: PagingRule, request: HttpRequest, body: Any) -> HttpRequest | None:
    """The request of the page after the one in `body`; None when that is the last, or is not a page at all.

    REST: `page` in the query is one higher, nothing else of the address changes. GraphQL: the variable `after` is
    the page's `endCursor`; a body that is not JSON has no next page.
    """
    page = read_page(rule, body)
    if page is None or not page.more:
        return None
    if rule.kind == "rest":
        return replace(request, url=with_query(request.url, "page", str(page_number(request) + 1)))
    if page.cursor is None:
        return None
    try:
        asked = read_json(request.body or b"").value
    except UnreadableError:
        return None
    if not isinstance(asked, dict):
        return None
    variables = asked.get("variables")
    asked["variables"] = {**(variables if isinstance(variables, dict) else {}), "after": page.cursor}
    content = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = tuple(
        (name, str(len(content)) if name.lower() == "content-length" else value) for name, value in request.headers
    )
    return replace(request, body=content, headers=headers)


def page_number(request: HttpRequest) -> int:
    """The page a REST request asks for, from zero; zero when it does not say."""
    query = request.url.partition("#")[0].partition("?")[2]
    pairs = (pair.partition("=") for pair in query.split("&"))
    value = next((unquote_plus(value) for name, _, value in pairs if unquote_plus(name) == "page"), "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def with_query(url: str, name: str, value: str) -> str:
    """The address with one parameter of the query set, at its place or at the end; the rest stays byte for byte.

    >>> with_query("http://a/b?joins=ride&page=1#top", "page", "2")
    'http://a/b?joins=ride&page=2#top'
    """
    address, hash_, fragment = url.partition("#")
    base, _, query = address.partition("?")
    pairs = query.split("&") if query else []
    places = [index for index, pair in enumerate(pairs) if unquote_plus(pair.partition("=")[0]) == name]
    pairs = [pair for index, pair in enumerate(pairs) if index not in places[1:]]
    if places:
        pairs[places[0]] = f"{name}={value}"
    else:
        pairs.append(f"{name}={value}")
    return f"{base}?{'&'.join(pairs)}{hash_}{fragment}"


def walk(
    contract: Contract,
    request: HttpRequest,
    response: HttpResponse,
    send: Callable[[HttpRequest], HttpResponse],
    max_pages: int = MAX_PAGES,
) -> list[Breach]:
    """Follow a list to its end, and tell where its pages contradict each other.

    Ends in any case: at the first page that was there before, that has no rows, or that should not be there, and after
    `max_pages` pages.

    Args:
        request: of the first page, as it was handed to the transport: without what the transport adds.
        response: to it, the first page.
        send: sends the request of a further page.

    Raises:
        RequestError: `send` could not.
    """
    steps = Walk(contract, max_pages)
    following = steps.take(request, response)
    while following is not None:
        following = steps.take(following, send(following))
    return steps.breaches


@dataclass(slots=True)
class Walk:
    """A walk through the pages of a list, page by page.

    Attributes:
        breaches: what was wrong so far.
        pages: how many pages were taken.
    """

    contract: Contract
    max_pages: int = MAX_PAGES
    breaches: list[Breach] = field(default_factory=list)
    pages: int = 0
    _seen: dict[str, int] = field(default_factory=dict)  # identity of a row: the page it was on
    _cursors: set[str] = field(default_factory=set)
    _whole: bool = True  # whether the walk began with the first page of the list
    _total: int | None = None

    def take(self, request: HttpRequest, response: HttpResponse) -> HttpRequest | None:
        """Look at a page. Returns the request of the next one; None when the walk is over."""
        rule = self.contract.paging
        assert rule is not None, "only a list is walked"
        self.pages += 1
        if self.pages == 1:
            self._whole = page_number(request) == 0 if rule.kind == "rest" else not _cursor_asked(request)
        body, page = self._read(rule, response)
        if page is None:
            return None
        before = len(self.breaches)
        self.breaches += self._repeated(rule, page)
        self.breaches += self._rest(rule, request, page) if rule.kind == "rest" else self._cursor(rule, page)
        if len(self.breaches) == before:
            self.breaches += self._totals(rule, page)
        if len(self.breaches) > before or not page.more:
            return None
        if self.pages >= self.max_pages:
            if self._total is None or len(self._seen) >= self._total:  # otherwise it is just a long list
                self._add(rule, self._flag(rule), "a last page", f"one more after {self.pages} pages")
            return None
        following = next_request(rule, request, body)
        if following is None:
            self._add(rule, self._flag(rule), "a request whose variables can carry the cursor", "another body")
        return following

    def _read(self, rule: PagingRule, response: HttpResponse) -> tuple[Any, Page | None]:
        if response.status != self.contract.status:
            reason = f"{response.status} {response.reason}".rstrip()
            self._add(rule, "", f"status {self.contract.status}, as on the page before", reason)
            return None, None
        try:
            body = read_json(response.body).value
        except UnreadableError as error:
            self._add(rule, "", "JSON", str(error))
            return None, None
        page = read_page(rule, body)
        if page is None:
            members = "show_next" if rule.kind == "rest" else "pageInfo.hasNextPage"
            self._add(rule, rule.pointer, f"a list, and beside it {members}", shown(body))
        return body, page

    def _repeated(self, rule: PagingRule, page: Page) -> Iterator[Breach]:
        for index, row in enumerate(page.rows):
            if row in self._seen:
                got = f"{_name(row)}, which was on page {self._seen[row]} of the walk"
                yield self._breach(rule, f"{rule.pointer}/{index}", "a row that no page had yet", got)
                break  # one is enough to know that the list turns in a circle
            self._seen[row] = self.pages

    def _rest(self, rule: PagingRule, request: HttpRequest, page: Page) -> Iterator[Breach]:
        asked = page_number(request)
        around = rule.pointer.rpartition("/")[0]
        if page.number is not None and page.number != asked:
            yield self._breach(rule, f"{around}/page", f"page {asked}, as asked", str(page.number))
        if page.count is not None and page.count != len(page.rows):
            got = f"{page.count}, while the page has {len(page.rows)}"
            yield self._breach(rule, f"{around}/count", "the number of rows on the page", got)
        last = page.pages is not None and asked + 1 >= page.pages
        if page.more and last:
            got = f"true on page {asked} of {page.pages}"
            yield self._breach(rule, f"{around}/show_next", "false on the last page", got)
        elif page.more and not page.rows:
            yield self._breach(rule, f"{around}/show_next", "false, since this page is empty", "true")
        elif not page.more and page.pages is not None and not last and page.total == len(self._seen):
            # Every row has come, so it is not the end that is wrong.
            yield self._breach(rule, f"{around}/page_count", f"{self.pages}, the number of pages", str(page.pages))
        elif not page.more and page.pages is not None and not last:
            got = f"false on page {asked} of {page.pages}"
            yield self._breach(rule, f"{around}/show_next", "true until the last page", got)

    def _cursor(self, rule: PagingRule, page: Page) -> Iterator[Breach]:
        around = f"{rule.pointer.rpartition('/')[0]}/pageInfo"
        if not page.more:
            return
        if page.cursor is None:
            yield self._breach(rule, f"{around}/endCursor", "a cursor, since hasNextPage is true", "null")
        elif page.cursor in self._cursors:
            got = f"{quoted(page.cursor)} once more"
            yield self._breach(rule, f"{around}/endCursor", "a cursor that no page had yet", got)
        elif not page.rows:
            yield self._breach(rule, f"{around}/hasNextPage", "false, since this page is empty", "true")
        else:
            self._cursors.add(page.cursor)

    def _totals(self, rule: PagingRule, page: Page) -> Iterator[Breach]:
        if self.pages == 1:
            self._total = page.total
        if page.total is None or self._total is None:
            return
        place = rule.pointer.rpartition("/")[0] + ("/total" if rule.kind == "rest" else "/totalCount")
        if page.total != self._total:
            got = f"{page.total}; perhaps the list changed during the walk"
            yield self._breach(rule, place, f"{self._total}, as on the first page", got)
        elif self._whole and not page.more and page.total != len(self._seen):
            yield self._breach(rule, place, f"{len(self._seen)}, the number of rows on all pages", str(page.total))

    def _flag(self, rule: PagingRule) -> str:
        return rule.pointer.rpartition("/")[0] + ("/show_next" if rule.kind == "rest" else "/pageInfo/hasNextPage")

    def _add(self, rule: PagingRule, pointer: str, expected: str, got: str) -> None:
        self.breaches.append(self._breach(rule, pointer, expected, got))

    def _breach(self, rule: PagingRule, pointer: str, expected: str, got: str) -> Breach:
        return Breach("paging", self.contract.key, pointer, expected, got, rule.at, self.pages)


def _cursor_asked(request: HttpRequest) -> bool:
    try:
        return bool(at_pointer(read_json(request.body or b"").value, "/variables/after"))
    except (UnreadableError, LookupError):
        return False


def _identity(row: Any) -> str:
    id_ = row.get("id", _MISSING) if isinstance(row, dict) else _MISSING
    if isinstance(id_, (str, int)):
        return f"id {id_}"
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _name(identity: str) -> str:
    return quoted(identity) if identity.startswith("id ") else "the same row"


def _number(around: Any, member: str) -> int | None:
    value = around.get(member)
    return value if type(value) is int else None

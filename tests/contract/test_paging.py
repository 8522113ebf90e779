"""Walks through lists: to the end of good ones, and away from those that never end."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.contract.conftest import Api
from tests.emulator import USER_ID
from tests.servers import Request, answering, response, serving

from paceline.contract.checker import ContractChecker
from paceline.contract.paging import next_request, walk
from paceline.model.contract import Contract, PagingRule
from paceline.model.exchange import HttpRequest, HttpResponse, SendOptions
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

REST = PagingRule("rest", "/data", 100)
GRAPHQL = PagingRule("graphql", "/data/tag/users/edges")
QUERY = {"query": "query($after: Cursor) { ... }", "variables": {"tagName": "a"}}

Serve = Callable[[int], Any]
"""The body for the nth request, counted from zero."""


def walked(rule: PagingRule, serve: Serve, path: str = "/list?limit=2", max_pages: int = 9) -> tuple[Any, list[str]]:
    """Walk a list on a real server. Returns the breaches, and what each request asked for."""
    numbers = count()
    asked: list[str] = []

    def respond(request: Request) -> bytes:
        if rule is REST:
            asked.append(request.target)
        else:
            asked.append(json.loads(request.body)["variables"].get("after", "-"))
        body = serve(next(numbers))
        status = 500 if body is None else 200
        return response(status, [("Content-Type", "application/json")], json.dumps(body).encode())

    with serving(answering(respond)) as server:
        transport = LiveTransport(CookieJar())

        def send(request: HttpRequest) -> HttpResponse:
            return transport.send(request, SendOptions()).response

        content = None if rule is REST else json.dumps(QUERY).encode()
        headers = (("Content-Length", str(len(content))),) if content else ()
        first = HttpRequest("POST" if content else "GET", server.url + path, headers, content)
        breaches = walk(Contract("users/List", paging=rule), first, send(first), send, max_pages)
        transport.close()
    return [(breach.page, breach.pointer, breach.expected, breach.got) for breach in breaches], asked


def rows(page: int, pages: int = 3, size: int = 2, **members: Any) -> Any:
    """A REST page of a list that is as it should be, save for `members`."""
    data = [{"id": f"{page * size + index}"} for index in range(size)]
    good = {"page": page, "page_count": pages, "total": pages * size, "count": size, "show_next": page + 1 < pages}
    return {"data": data, **good, **members}


def edges(page: int, pages: int = 3, total: int | None = None, **info: Any) -> Any:
    """A GraphQL page of two users, as it should be, save for `info`."""
    more = page + 1 < pages
    page_info = {"hasNextPage": more, "endCursor": f"c{page}" if more else None, **info}
    users = {"edges": [{"node": {"id": f"{2 * page + index}"}} for index in (0, 1)], "pageInfo": page_info}
    return {"data": {"tag": {"users": users | ({} if total is None else {"totalCount": total})}}}


def test_a_rest_list_is_walked_to_its_end() -> None:
    """`page` goes up by one, the rest of the query stays."""
    assert walked(REST, rows) == ([], ["/list?limit=2", "/list?limit=2&page=1", "/list?limit=2&page=2"])


def test_a_graphql_list_is_walked_to_its_end() -> None:
    """The cursor of each page is the variable `after` of the next request."""
    assert walked(GRAPHQL, lambda page: edges(page, total=6)) == ([], ["-", "c0", "c1"])


def test_a_walk_may_start_in_the_middle() -> None:
    """Then the total is more than what was walked."""
    assert walked(REST, lambda n: rows(n + 1), "/list?page=1&x=1") == ([], ["/list?page=1&x=1", "/list?page=2&x=1"])


def test_rows_without_an_id_are_told_apart_by_their_content() -> None:
    """Tags have only a name."""
    bodies = [rows(0, 2, data=[{"name": "a"}, {"name": "b"}]), rows(1, 2, data=[{"name": "c"}, {"name": "a"}])]

    [(page, pointer, _, got)], _ = walked(REST, lambda n: bodies[n])

    assert (page, pointer, got) == (2, "/data/1", "the same row, which was on page 1 of the walk")


@pytest.mark.parametrize(
    ("serve", "page", "pointer", "expected", "got"),
    [
        pytest.param(
            lambda _: rows(0), 2, "/data/0", "a row that no page had yet", '"id 0", which was on page 1 of the walk',
            id="the first page for ever",
        ),
        pytest.param(
            lambda n: rows(n, 3, show_next=True), 3, "/show_next", "false on the last page", "true on page 2 of 3",
            id="a last page that promises more",
        ),
        pytest.param(
            lambda n: rows(n, 3, show_next=False), 1, "/show_next", "true until the last page", "false on page 0 of 3",
            id="an end too early",
        ),
        pytest.param(
            lambda n: rows(n, 3, page_count=4, show_next=n < 2), 3, "/page_count", "3, the number of pages", "4",
            id="a page too many",
        ),
        pytest.param(
            lambda n: rows(n, data=[] if n else [{"id": "a"}], page_count=None, total=None, count=None, show_next=True),
            2, "/show_next", "false, since this page is empty", "true",
            id="empty pages for ever",
        ),
        pytest.param(
            lambda n: rows(n, page_count=None, total=None, show_next=True), 9, "/show_next", "a last page",
            "one more after 9 pages",
            id="new rows for ever",
        ),
        pytest.param(
            lambda n: rows(n, total=7), 3, "/total", "6, the number of rows on all pages", "7", id="a total too high"
        ),
        pytest.param(
            lambda n: rows(n, total=6 + n), 2, "/total", "6, as on the first page",
            "7; perhaps the list changed during the walk",
            id="a total that changes",
        ),
        pytest.param(
            lambda n: rows(n, count=5), 1, "/count", "the number of rows on the page", "5, while the page has 2",
            id="count",
        ),
        pytest.param(lambda n: rows(n) | {"page": n + 1}, 1, "/page", "page 0, as asked", "1", id="another page"),
        pytest.param(
            lambda n: rows(n) if n == 0 else None, 2, "", "status 200, as on the page before", "500 Fine",
            id="a failure",
        ),
        pytest.param(
            lambda n: rows(n) if n == 0 else {"data": []}, 2, "/data", "a list, and beside it show_next",
            "an object with data",
            id="no page",
        ),
    ],
)  # fmt: skip
def test_a_rest_list_that_contradicts_itself_is_told(
    serve: Serve, page: int, pointer: str, expected: str, got: str
) -> None:
    """On which page of the walk and at which member; the walk ends there."""
    breaches, asked = walked(REST, serve)

    assert breaches[0] == (page, pointer, expected, got)
    assert len(asked) == page


@pytest.mark.parametrize(
    ("serve", "page", "pointer", "expected", "got"),
    [
        pytest.param(
            lambda n: edges(n, 99, endCursor="c0"), 2, "/data/tag/users/pageInfo/endCursor",
            "a cursor that no page had yet", '"c0" once more',
            id="a cursor that loops over new rows",
        ),
        pytest.param(
            lambda n: edges(0, 99, endCursor=f"x{n}"), 2, "/data/tag/users/edges/0", "a row that no page had yet",
            '"id 0", which was on page 1 of the walk',
            id="rows that loop under new cursors",
        ),
        pytest.param(
            lambda n: edges(n, 3, endCursor=None), 1, "/data/tag/users/pageInfo/endCursor",
            "a cursor, since hasNextPage is true", "null",
            id="no cursor",
        ),
        pytest.param(
            lambda n: edges(n, 99), 9, "/data/tag/users/pageInfo/hasNextPage", "a last page", "one more after 9 pages",
            id="new rows for ever",
        ),
        pytest.param(
            lambda n: edges(n, 2, total=9), 2, "/data/tag/users/totalCount", "4, the number of rows on all pages", "9",
            id="a total too high",
        ),
        pytest.param(
            lambda _: {"data": {"tag": {"users": {"edges": []}}}}, 1, "/data/tag/users/edges",
            "a list, and beside it pageInfo.hasNextPage", "an object with data",
            id="a query without pageInfo",
        ),
    ],
)  # fmt: skip
def test_a_graphql_list_that_contradicts_itself_is_told(
    serve: Serve, page: int, pointer: str, expected: str, got: str
) -> None:
    """As for REST."""
    breaches, asked = walked(GRAPHQL, serve)

    assert breaches == [(page, pointer, expected, got)]
    assert len(asked) == page


def test_a_list_longer_than_the_limit_is_no_breach() -> None:
    """Its total says that there is more: it is long, not endless."""
    breaches, asked = walked(REST, lambda n: rows(n, 50), max_pages=4)

    assert breaches == []
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a/list", "http://a/list?page=1"),
        ("http://a/list?", "http://a/list?page=1"),
        ("http://a/list?page=4&q=%20x+y", "http://a/list?page=5&q=%20x+y"),
        ("http://a/list?q=1&page=0&page=7#f", "http://a/list?q=1&page=1#f"),
        ("http://a/list?page=last", "http://a/list?page=1"),
    ],
)
def test_the_next_page_changes_nothing_else_in_the_address(url: str, expected: str) -> None:
    """Not even the escapes; of several `page` the first counts."""
    following = next_request(REST, HttpRequest("GET", url, (("X", "y"),)), rows(0))

    assert following == HttpRequest("GET", expected, (("X", "y"),))


@pytest.mark.parametrize("variables", [{"tagName": "ä"}, {}, None, ""], ids=["some", "none", "null", "an empty text"])
def test_the_next_cursor_changes_nothing_else_in_the_body(variables: Any) -> None:
    """And `Content-Length` is that of the new body."""
    body = json.dumps({"query": "q", "operationName": "A", "variables": variables}).encode()
    request = HttpRequest("POST", "http://a/graphql", (("content-length", str(len(body))), ("X", "y")), body)

    following = next_request(GRAPHQL, request, edges(0))

    assert following is not None
    assert following.body is not None
    assert following.headers == (("content-length", str(len(following.body))), ("X", "y"))
    assert json.loads(following.body) == {
        "query": "q",
        "operationName": "A",
        "variables": {**(variables or {}), "after": "c0"},
    }


@pytest.mark.parametrize(
    ("rule", "body"),
    [(REST, rows(2)), (GRAPHQL, edges(2)), (REST, {"data": 5}), (REST, [1]), (GRAPHQL, {"data": None})],
    ids=["last page", "last cursor", "no list", "no object", "no data"],
)
def test_after_the_last_page_comes_nothing(rule: PagingRule, body: Any) -> None:
    """Nor after what is no page."""
    assert next_request(rule, HttpRequest("POST", "http://a/", (), json.dumps(QUERY).encode()), body) is None


@pytest.mark.parametrize(
    ("name", "path", "pages"),
    [
        ("users/User Workouts", f"/api/user/{USER_ID}/workouts?joins=ride&limit=10", 5),
        ("users/User Followers", f"/api/user/{USER_ID}/followers?limit=5", None),
        ("instructors/All Instructors", "/api/instructor?limit=4", None),
        ("rides-classes/List Archived Rides", "/api/v2/ride/archived?limit=50", None),
    ],
)
def test_the_lists_of_the_suite_can_be_walked(
    api: Api, checker: ContractChecker, name: str, path: str, pages: int | None
) -> None:
    """Every page keeps the contract, and they agree with each other."""
    request = api.request("GET", path)
    asked = []

    def send(following: HttpRequest) -> Any:
        asked.append(parse_qs(urlsplit(following.url).query)["page"][0])
        return api.send(following)

    stem, _, own = name.partition("/")
    verdict = checker.follow(stem, own, request, api.send(request), send)

    assert (verdict.breaches, verdict.unknown, verdict.checked) == ((), (), ("paging",))
    assert asked == [str(number) for number in range(1, len(asked) + 1)]
    assert len(asked) > 0
    assert pages is None or len(asked) == pages - 1

"""Lists that a contract has walked in a run: to their end, within a limit, against servers that are wrong about it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.building import item
from tests.servers import Peer, Request, Server, serving
from tests.suites import events_of, suite_in, told

from paceline.api import RunResult, gathered
from paceline.script.v8 import Sandbox

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://paceline.invalid/schemas/page.schema.json",
    "type": "object",
    "required": ["data"],
    "properties": {"data": {"type": "array", "items": {"properties": {"id": {"type": "integer"}}}}},
}
GRAPHQL = """
type Query { list(after: String): Connection! }
type Connection { totalCount: Int edges: [Edge!]! pageInfo: PageInfo! }
type Edge { node: Node! }
type Node { id: ID! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
"""
QUERY = """
query ($after: String) { list(after: $after) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } }
"""

Pages = Callable[[int], dict[str, Any]]


def rest(page: int, rows: list[int], *, more: bool, **others: Any) -> dict[str, Any]:
    """The body of a page."""
    return {"data": [{"id": row} for row in rows], "page": page, "count": len(rows), "show_next": more, **others}


def good(page: int) -> dict[str, Any]:
    """Five rows on three pages."""
    rows = [1, 2, 3, 4, 5][2 * page : 2 * page + 2]
    return rest(page, rows, more=page < 2, total=5, page_count=3)


class Lists:
    """A server of one list, and the run that asks for it."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.pages: Pages = good
        self.asked: list[int] = []
        self.server: Server | None = None
        self._folder = folder
        self._sandbox = sandbox

    def talk(self, peer: Peer) -> None:
        """`/list?page=2` and GraphQL with the variable `after`, which is the number of the page."""
        while request := peer.request():
            answer = self._answer(request)
            if answer is None:
                return
            peer.send(answer)

    def _answer(self, request: Request) -> bytes | None:
        if request.line.startswith("POST"):
            page = int(json.loads(request.body)["variables"].get("after") or 0)
        else:
            page = int(parse_qs(urlsplit(request.target).query).get("page", ["0"])[0])
        self.asked.append(page)
        body = self.pages(page)
        if "status" in body:
            return told({}, body["status"])
        return None if "cut" in body else told(body)

    def run(
        self, pages: Pages = good, paging: str = "follow", query: str = "", test: str = "", **options: Any
    ) -> RunResult:
        """One run; `paging` is what the contract says of it."""
        assert self.server is not None
        self.pages = pages
        if "graphql" in paging:
            graphql = {"query": QUERY, "variables": "{}"}
            one = item(
                "List", "{{base}}/graphql", method="POST", body={"mode": "graphql", "graphql": graphql}, test=test
            )
            kind = "graphql: true"
        else:
            one = item("List", f"{{{{base}}}}/list{query}", test=test)
            kind = "schema: page"
        (self._folder / "graphql").mkdir(exist_ok=True)
        (self._folder / "graphql" / "lists.graphql").write_text(GRAPHQL)
        (self._folder / "page.schema.json").write_text(json.dumps(SCHEMA))
        contracts = self._folder / "contracts.yaml"
        contracts.write_text(f"requests: {{lists/List: {{{kind}, content_type: application/json, paging: {paging}}}}}")
        path = suite_in(self._folder, self.server.url, {"lists": [one]})
        return gathered(events_of(path, self._sandbox, contracts, **options))


@pytest.fixture
def lists(tmp_path: Path, sandbox: Sandbox) -> Iterator[Lists]:
    lists = Lists(tmp_path, sandbox)
    with serving(lists.talk) as lists.server:
        yield lists


def breaches(result: RunResult) -> list[str]:
    return [failure.problem.message for _, failure in result.failures]


# --- Walking ---


def test_a_list_is_walked_to_its_end(lists: Lists) -> None:
    """`paging: follow`: each page is asked for once, and told and counted with the request."""
    result = lists.run()

    assert lists.asked == [0, 1, 2]
    [one] = result.items
    assert [json.loads(page.response.body)["page"] for page in one.pages] == [1, 2]
    assert one.contract is not None
    assert (one.contract.kept, "paging" in one.contract.checked, result.ok) == (True, True, True)
    assert result.summary.counts["requests"].total == 3


def test_nothing_is_walked_unless_the_contract_says_so(lists: Lists) -> None:
    """To say where the rows are is not yet to want them all."""
    lists.run(paging="{rest: /data}")

    assert lists.asked == [0]


def test_a_walk_may_be_limited(lists: Lists) -> None:
    """A long list is then good as far as it was looked at."""
    result = lists.run(paging="{rest: /data, follow: 2}")

    assert lists.asked == [0, 1]
    assert result.ok


def test_a_walk_begins_at_the_page_that_was_asked_for(lists: Lists) -> None:
    """Whatever else the query holds stays; totals are not counted up then, since rows before it are unseen."""
    result = lists.run(query="?page=1&limit=2")

    assert lists.asked == [1, 2]
    assert result.ok
    assert [page.request.url.partition("?")[2] for page in result.items[0].pages] == ["page=2&limit=2"]


def test_scripts_see_the_first_page(lists: Lists) -> None:
    """The request of the collection is the one that was sent; the walk is the contract's."""
    result = lists.run(test="pm.test('first', () => pm.expect(pm.response.json().page).to.equal(0));")

    assert result.ok
    assert [check.failed for check in result.items[0].assertions()] == [False]


def connection(page: int, rows: list[int], *, more: bool, cursor: Any = "", total: int | None = 5) -> dict[str, Any]:
    """The body of a page of GraphQL."""
    info = {"hasNextPage": more, "endCursor": str(page + 1) if cursor == "" else cursor}
    return {
        "data": {"list": {"totalCount": total, "edges": [{"node": {"id": str(row)}} for row in rows], "pageInfo": info}}
    }


EDGES = "{graphql: /data/list/edges, follow: true}"


def test_a_connection_is_walked_by_its_cursors(lists: Lists) -> None:
    """The variable `after` carries them."""
    result = lists.run(lambda page: connection(page, [[1, 2], [3, 4], [5]][page], more=page < 2), EDGES)

    assert lists.asked == [0, 1, 2]
    assert result.ok, breaches(result)


# --- Servers that are wrong ---


@pytest.mark.parametrize(
    ("pages", "most", "what"),
    [
        pytest.param(lambda page: good(page) | {"total": 6}, 3, "5, the number of rows on all pages", id="total"),
        pytest.param(lambda page: good(page) | {"total": 5 + page}, 2, "5, as on the first page", id="totals differ"),
        pytest.param(lambda page: good(page) | {"count": 9}, 1, "the number of rows on the page", id="count"),
        pytest.param(
            lambda page: rest(page, [page, page + 1], more=page < 2), 2, "a row that no page had yet", id="a row twice"
        ),
        pytest.param(
            lambda page: rest(page, [1, 2], more=True), 2, "a row that no page had yet", id="one page for ever"
        ),
        pytest.param(
            lambda page: rest(page % 2, [page % 2], more=True), 3, "a row that no page had yet", id="two pages in turn"
        ),
        pytest.param(lambda page: rest(0, [page], more=True), 2, "page 1, as asked", id="always page 0"),
        pytest.param(
            lambda page: rest(page, [page], more=True, page_count=2), 2, "false on the last page", id="no end is told"
        ),
        pytest.param(
            lambda page: rest(page, [page] if page < 2 else [], more=True), 3, "since this page is empty", id="empty"
        ),
        pytest.param(lambda page: rest(page, [page], more=True), 100, "a last page", id="new rows for ever"),
        pytest.param(
            lambda page: rest(page, [page], more=False, page_count=3), 1, "true until the last page", id="too early"
        ),
    ],
)
def test_a_list_that_contradicts_itself_fails(lists: Lists, pages: Pages, most: int, what: str) -> None:
    """And the walk ends, whatever the server says."""
    result = lists.run(pages)

    assert len(lists.asked) == most
    assert result.exit_code == 5
    assert what in breaches(result)[0]
    assert "lists/List" in breaches(result)[0]


@pytest.mark.parametrize(
    ("pages", "most", "what"),
    [
        pytest.param(
            lambda page: connection(page, [page], more=True, cursor="1"), 2, "a cursor that no page had yet", id="loop"
        ),
        pytest.param(
            lambda page: connection(page, [page], more=True, cursor=None), 1, "a cursor, since hasNextPage", id="none"
        ),
        pytest.param(lambda page: connection(page, [1], more=True), 2, "a row that no page had yet", id="a row twice"),
        pytest.param(lambda page: connection(page, [], more=True), 1, "since this page is empty", id="empty"),
        pytest.param(
            lambda page: connection(page, [page], more=page < 1, total=3), 2, "2, the number of rows", id="total"
        ),
    ],
)
def test_a_connection_that_contradicts_itself_fails(lists: Lists, pages: Pages, most: int, what: str) -> None:
    """In the same words."""
    result = lists.run(pages, EDGES)

    assert len(lists.asked) == most
    assert result.exit_code == 5
    assert what in breaches(result)[0]


def test_every_page_is_held_against_the_schema(lists: Lists) -> None:
    """A breach says on which page it is."""
    result = lists.run(lambda page: rest(page, [page], more=page < 2) | ({"data": [{"id": "x"}]} if page == 2 else {}))

    assert result.exit_code == 5
    assert "page 3 of the walk" in breaches(result)[0]
    assert "/data/0/id" in breaches(result)[0]


def test_a_first_page_that_breaks_its_contract_is_not_walked_from(lists: Lists) -> None:
    """What it says of more pages is not to be trusted."""
    result = lists.run(lambda page: good(page) | {"data": [{"id": "x"}]})

    assert lists.asked == [0]
    assert result.exit_code == 5


def test_a_page_of_another_status_is_a_breach(lists: Lists) -> None:
    """It is an answer, though none that the contract has."""
    result = lists.run(lambda page: {"status": 500} if page else good(0))

    assert result.exit_code == 5
    assert "status 200, as on the page before" in breaches(result)[0]


def test_a_page_that_is_not_answered_is_a_failed_request(lists: Lists) -> None:
    """The first answer is there all the same, and its scripts run."""
    result = lists.run(lambda page: {"cut": True} if page else good(0), test="pm.test('in', () => {});")

    [one] = result.items
    assert (result.exit_code, one.trip is not None, one.error is not None) == (3, True, True)
    assert [check.failed for check in one.assertions()] == [False]


def test_a_run_out_of_time_ends_a_walk(lists: Lists) -> None:
    """Within a page or between two."""

    def slow(page: int) -> dict[str, Any]:
        time.sleep(0.03)
        return rest(page, [page], more=True)

    result = lists.run(slow, timeout_ms=200)

    assert len(lists.asked) < 100
    assert result.exit_code == 3

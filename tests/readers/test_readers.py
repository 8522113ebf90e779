"""Who relies on a place of an answer: test scripts, contracts, and the requests that take a variable made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.building import collection, folder, item
from tests.servers import Request, answering, response, serving

import paceline
from paceline.contract.checker import load_checker
from paceline.readers.readers import Readers
from paceline.script.v8 import Sandbox

KEY = "shop/orders"
CONTRACTS = """
requests:
  shop/orders:
    schema: orders
    errors: {"404": error}
    cookies: {sid: /session}
    paging: {rest: /data}
  shop/order: {schema: order, content_type: application/json}
  shop/table: {csv: [id, [name, title]], content_type: text/csv}
  shop/graph: {graphql: true}
"""
SCHEMAS: dict[str, dict[str, Any]] = {
    "orders": {"properties": {"data": {"items": {"$ref": "order.schema.json"}}, "session": True}},
    "order": {
        "properties": {"id": {"type": "string"}, "lines": {"additionalProperties": {"properties": {"sku": {}}}}},
        "anyOf": [{"properties": {"paid": {"const": True}}}, {"properties": {"paid": {"const": False}}}],
    },
    "error": {"properties": {"message": {"type": "string"}}},
}
SDL = """
type Query { node: Node, orders: [Order!] }
union Node = Order | User
type Order { id: ID, state: State }
type User { id: ID }
enum State { OPEN PAID }
"""
ORDERS = {"data": [{"id": "o-1", "paid": False}, {"id": "o-2", "paid": True}], "session": "s-1", "total": 2}
FIRST = """pm.test('there are orders', () => {
    const { data } = pm.response.json();
    pm.environment.set('order', data.find((each) => each.paid).id);
});"""


class Shop:
    """A service whose answers can be changed, its collection, and the folder of its contracts."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.answers: dict[str, Any] = {"/orders": ORDERS, "/order/o-2": {"id": "o-2"}}
        self._folder = folder
        self._sandbox = sandbox
        (folder / "graphql").mkdir()
        (folder / "graphql" / "shop.graphql").write_text(SDL, encoding="utf-8")
        (folder / "contracts.yaml").write_text(CONTRACTS, encoding="utf-8")
        for name, schema in SCHEMAS.items():
            content = json.dumps({"$id": f"http://x/{name}.schema.json", **schema})
            (folder / f"{name}.schema.json").write_text(content, encoding="utf-8")

    def talk(self, request: Request) -> bytes:
        answer = self.answers.get(request.target)
        if isinstance(answer, str):
            return response(200, [("Content-Type", "text/csv")], answer.encode())
        status = 404 if answer is None else 200
        body = {"message": "no"} if answer is None else answer
        return response(status, [("Content-Type", "application/json")], json.dumps(body).encode())

    def readers(self, *children: Any, test: str = "", contracts: bool = True) -> Readers:
        """Run the requests, and look at the run."""
        path = self._folder / "shop.postman_collection.json"
        path.write_text(json.dumps(collection(*children, test=test)), encoding="utf-8")
        with serving(answering(self.talk)) as server:
            result = paceline.run(str(path), environment={"base": server.url})
        checker = load_checker(self._folder / "contracts.yaml") if contracts else None
        return Readers(result.items, checker, self._sandbox)


@pytest.fixture
def shop(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    return Shop(tmp_path, sandbox)


def orders(test: str = FIRST) -> Any:
    return item("orders", "{{base}}/orders", test=test)


def told(readers: Readers, pointer: str, key: str = KEY, status: int = 200) -> list[str]:
    """Kind, name, file and pointer of each reader, and the variable."""
    return [
        f"{one.kind} {one.name} {Path(one.at.file).name}#{one.at.pointer} {one.variable}".rstrip()
        for one in readers.of(key, status, pointer)
    ]


SCRIPT = "script shop/orders shop.postman_collection.json#/item/0/event/0/script/exec"
TAKER = "request shop/order shop.postman_collection.json#/item/1/request order"


def test_scripts_contracts_and_later_requests(shop: Shop) -> None:
    """In this order: who looks at it, what describes it, who takes what was made of it."""
    readers = shop.readers(orders(), item("order", "{{base}}/order/{{order}}"))

    assert told(readers, "/data/*/id") == [
        SCRIPT,
        "contract contracts.yaml contracts.yaml#/requests/shop~1orders/paging",
        "contract order.schema.json order.schema.json#/properties/id",
        TAKER,
    ]
    assert told(readers, "/data/*/paid") == [
        SCRIPT,
        "contract order.schema.json order.schema.json#/anyOf/0/properties/paid",
        "contract order.schema.json order.schema.json#/anyOf/1/properties/paid",
    ]


def test_what_is_around_takes_its_members_along(shop: Shop) -> None:
    """When a list goes, all go that rely on its rows."""
    readers = shop.readers(orders(), item("order", "{{base}}/order/{{order}}"))

    assert told(readers, "/data") == [
        SCRIPT,
        "contract contracts.yaml contracts.yaml#/requests/shop~1orders/paging",
        "contract orders.schema.json orders.schema.json#/properties/data",
        TAKER,
    ]


def test_nobody(shop: Shop) -> None:
    """A new field has no readers; nor has a request that did not run."""
    readers = shop.readers(orders())

    assert told(readers, "/data/*/fresh") == []
    assert told(readers, "/data", key="shop/nothing") == []


def test_a_field_that_is_gone(shop: Shop) -> None:
    """The run that lacks a field still tells who relies on it: the script looked for it, and set nothing."""
    shop.answers["/orders"] = {"data": [{"paid": True}]}
    readers = shop.readers(orders(), item("order", "{{base}}/order/{{order}}"))

    assert SCRIPT in told(readers, "/data/*/id")
    assert TAKER in told(readers, "/data/*/id")


def test_a_list_that_is_gone(shop: Shop) -> None:
    """A script that breaks before it sets a variable is its source all the same, and who lacks that its taker."""
    shop.answers["/orders"] = {"rows": []}
    readers = shop.readers(orders(), item("order", "{{base}}/order/{{order}}"))

    assert told(readers, "/data") == [
        SCRIPT,
        "contract contracts.yaml contracts.yaml#/requests/shop~1orders/paging",
        "contract orders.schema.json orders.schema.json#/properties/data",
        TAKER,
    ]


def test_variables_are_followed_until_they_are_set_anew(shop: Shop) -> None:
    """Requests after another one set the variable take that one's value; scripts that read it count as well."""
    readers = shop.readers(
        orders(),
        item("by script", "{{base}}/orders", prerequest="pm.variables.get('order')"),
        item("other", "{{base}}/orders", test="pm.environment.set('order', 'mine')"),
        item("order", "{{base}}/order/{{order}}"),
    )

    takers = [one for one in told(readers, "/data/*/id") if one.startswith("request")]
    assert takers == ["request shop/by script shop.postman_collection.json#/item/1/request order"]


def test_scripts_of_folders_and_collections(shop: Shop) -> None:
    """Each script is told with its own place."""
    check = "pm.response.json().total"
    readers = shop.readers(folder("f", orders(check), test=check), test=check, contracts=False)

    assert told(readers, "/total") == [
        "script shop/orders shop.postman_collection.json#/event/0/script/exec",
        "script shop/orders shop.postman_collection.json#/item/0/event/0/script/exec",
        "script shop/orders shop.postman_collection.json#/item/0/item/0/event/0/script/exec",
    ]


def test_answers_of_another_status(shop: Shop) -> None:
    """Each status has its own readers: the schema of a refusal, and the scripts that saw one."""
    shop.answers["/orders"] = None
    readers = shop.readers(orders("pm.response.json().message"))

    assert told(readers, "/message", status=404) == [
        SCRIPT,
        "contract error.schema.json error.schema.json#/properties/message",
    ]
    assert told(readers, "/message", status=200) == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("status", ["status", "errors"]),
        ("privilege", ["privileged"]),
        ("cookie:sid", ["cookies/sid"]),
        ("cookie:other", []),
        ("paging", ["paging"]),
        ("body", ["schema"]),
        ("header:link", []),
        ("latency", []),
    ],
)
def test_rules_of_the_contract(shop: Shop, word: str, expected: list[str]) -> None:
    """What is not of the body is promised by members of the contract."""
    places = [one.at.pointer for one in shop.readers(orders("")).of(KEY, 200, word)]

    assert places == [f"/requests/shop~1orders/{member}" for member in expected]


def test_scripts_look_at_the_status(shop: Shop) -> None:
    """A lost privilege shows in the status."""
    readers = shop.readers(orders("pm.test('ok', () => pm.response.to.have.status(200))"), contracts=False)

    assert told(readers, "privilege") == [SCRIPT]


def test_the_member_that_a_cookie_repeats(shop: Shop) -> None:
    """A rule about a cookie names a member of the body."""
    assert told(shop.readers(orders("")), "/session") == [
        "contract contracts.yaml contracts.yaml#/requests/shop~1orders/cookies/sid",
        "contract orders.schema.json orders.schema.json#/properties/session",
    ]


def test_maps(shop: Shop) -> None:
    """Entries of a map go by `*`, in answers as in schemas."""
    shop.answers["/order/1"] = {"lines": {"8f14e45fceea167a5a36dedd4bea2543": {"sku": 1}}}
    test = "Object.values(pm.response.json().lines).map((line) => line.sku)"
    readers = shop.readers(item("order", "{{base}}/order/1", test=test))

    assert told(readers, "/lines/*/sku", key="shop/order") == [
        "script shop/order shop.postman_collection.json#/item/0/event/0/script/exec",
        "contract order.schema.json order.schema.json#/properties/lines/additionalProperties/properties/sku",
    ]


def test_tables(shop: Shop) -> None:
    """A column is promised by the contract; a script that takes the text of a table relies on all of it."""
    shop.answers["/table"] = "id,title\n1,x\n"
    readers = shop.readers(item("table", "{{base}}/table", test="pm.response.text().split(',')"))

    assert told(readers, "/*/title", key="shop/table") == [
        "script shop/table shop.postman_collection.json#/item/0/event/0/script/exec",
        "contract contracts.yaml contracts.yaml#/requests/shop~1table/csv/1",
    ]


def test_graphql(shop: Shop) -> None:
    """A selected field goes by its coordinate; one of a union by all that it may be."""
    shop.answers["/graph"] = {"data": {"node": {"id": "1"}, "orders": [{"state": "OPEN"}]}}
    query = "{ node { ... on Order { id } ... on User { id } } orders { now: state } }"
    body = {"mode": "graphql", "graphql": {"query": query}}
    readers = shop.readers(item("graph", "{{base}}/graph", method="POST", body=body))

    def places(pointer: str) -> list[str]:
        return [one.at.pointer for one in readers.of("shop/graph", 200, pointer)]

    assert places("/data/node/id") == ["Order.id", "User.id"]
    assert places("/data/orders/*/now") == ["Order.state"]
    assert places("/data/orders/*") == places("/data/orders") == ["Query.orders"]
    assert places("/data/orders/*/state") == []


def test_scripts_are_traced_when_they_are_asked_for(shop: Shop) -> None:
    """What was looked at, for whoever counts it; the trips of the run stay as they were."""
    readers = shop.readers(orders())
    [touched] = readers.touched(KEY)

    assert touched.places == {"", "/data", "/data/*", "/data/*/paid", "/data/*/id"}
    assert touched.origins == {"order": frozenset({"/data/*/id"})}
    assert readers.touched(KEY, 404) == ()

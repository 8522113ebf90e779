"""Runs to look at: one with something of everything, one that means harm, and a long one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.report.building import BROKEN, STARTED, Run, checks, entry, folder, shop

from paceline.errors import Location, RequestError
from paceline.model.contract import Breach, ContractVerdict, UnknownField
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import (
    Assertion,
    ConsoleMessage,
    Cursor,
    ItemResult,
    Problem,
    ScriptCall,
    VariableRead,
    VariableWrite,
)

JSON = ("Content-Type", "application/json")
ORDERS = {
    "orders": [{"id": 1, "total": 20}, {"id": 2, "total": "20"}],
    "page": {"next": None},
    "big": 12345678901234567,
}


def exchange(
    url: str,
    body: bytes = b"{}",
    *,
    status: int = 200,
    reason: str = "OK",
    method: str = "GET",
    sent: bytes | None = None,
    send: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (JSON,),
) -> Exchange:
    response = HttpResponse(status, reason, headers, body, url, elapsed_ms=12.5, wire_bytes=len(body))
    return Exchange(HttpRequest(method, url, send, sent), response)


def varied() -> Run:
    """A shop with logins, redirects, cookies, variables, a contract that is broken and a check that fails."""
    orders = (entry("List orders"), entry("Create order"), entry("Pay"))
    run = Run([shop(entry("Login"), folder("Orders", *orders), entry("Down"), entry("Skipped"), entry("Export"))])
    cookie = ("Set-Cookie", "basket=b-1; Path=/; HttpOnly")
    moved = exchange("http://shop.test/login", b"", status=302, reason="Found", headers=(("Location", "/home"), cookie))
    home = exchange("http://shop.test/home", b'{"hello": "you"}', send=(("Cookie", "basket=b-1"),))
    run.add("Login", trip=Trip((moved, home)), tests=(checks(Assertion("logged in")),))
    login = run.results[0].cursor.ref
    at = Location("schemas/orders.json", "/properties/orders/items/properties/total/type")
    breaches = (
        Breach("schema", "shop/List orders", "/orders/1/total", "a number", '"20", a string', at),
        Breach("schema", "shop/List orders", "/page/total", "a member `total`", "nothing", at),
    )
    run.add(
        "List orders",
        trip=Trip(
            (exchange("http://shop.test/orders", json.dumps(ORDERS).encode(), send=(("Cookie", "basket=b-1"),)),)
        ),
        contract=ContractVerdict("shop/List orders", breaches, (UnknownField("/big"),), ("status", "schema")),
        reads=(VariableRead("order_id", "environment", "o-7", login), VariableRead("host", "globals", "shop.test")),
    )
    run.add(
        "Create order",
        trip=Trip((exchange("http://shop.test/orders", method="POST", sent=b'{"item": 3}', send=(JSON,)),)),
        writes=(VariableWrite("order_id", "environment", "o-8"), VariableWrite("old", "globals", unset=True)),
        console=(ConsoleMessage("log", ("created", {"id": 8})), ConsoleMessage("error", ("stock is low",))),
        visualizer={"template": "<h1>{{title}}</h1><style>h1{color:green}</style>", "data": {"title": "A picture"}},
        calls=(ScriptCall(HttpRequest("GET", "http://shop.test/stock"), Trip((exchange("http://shop.test/stock"),))),),
    )
    broken = checks(Assertion("it is paid", 0), Assertion("at once", 1, problem=BROKEN), Assertion("later", 2, True))
    run.add("Pay", trip=Trip((exchange("http://shop.test/pay", status=500, reason="Broken"),)), tests=(broken,))
    error = RequestError("the server refused the connection", fix="start it", code="ECONNREFUSED")
    run.add("Down", outgoing=HttpRequest("GET", "http://down.test/"), error=error)
    run.add("Skipped", skipped="a script said so")
    rows = b'id,note\r\n1,"two\nlines"\r\n2,ok\r\n'
    breach = Breach("csv", "shop/Export", "/2/note", "a number", "ok", Location("schemas/export.json"))
    run.add(
        "Export",
        trip=Trip((exchange("http://shop.test/export", rows, headers=(("Content-Type", "text/csv"),)),)),
        contract=ContractVerdict("shop/Export", (breach,), (), ("csv",)),
    )
    run.results[:] = [replace(result, started=STARTED + 0.03 * at) for at, result in enumerate(run.results)]
    return run


#: Each would run, load or show something if it were taken for anything but text.
PAYLOADS = (
    "<script>alert('script')</script>",
    "</script><script>alert('breakout')</script>",
    "<img src=x onerror=alert('image')>",
    "\"><svg onload=alert('svg')>",
    "' autofocus onfocus=alert('focus') x='",
    "javascript:alert('address')",
    "{{7*7}}${7*7}{% raw %}#{7*7}<%= 7*7 %>",
    "{{constructor.constructor('alert(1)')()}}",
    "</title></style></textarea></iframe><script>alert('raw text')</script>",
    "<!--<script>alert('comment')//--><script>",
    "<iframe srcdoc=\"<script>parent.alert('frame')</script>\"></iframe>",
    "<meta http-equiv=refresh content='0;url=http://evil.test/'>",
    "<link rel=stylesheet href=http://evil.test/a.css><base href=http://evil.test/>",
    "<a href=javascript:alert('link')>click</a><form action=http://evil.test/><button>go</button></form>",
    "\u2028\u2029\0]]>&lt;script&gt;__proto__",
)


def hostile() -> Run:
    """A run in which every place that text can come from has a payload."""
    everything = "\n".join(PAYLOADS)
    run = Run([shop(*(entry(f"{at}: {payload}") for at, payload in enumerate(PAYLOADS)), name=PAYLOADS[0])])
    for at, payload in enumerate(PAYLOADS):
        url = f"javascript:alert({at})//{payload}" if at % 2 else f"http://shop.test/?q={payload}"
        plain = payload.replace("\0", "")
        headers = (("Content-Type", ("application/json", "text/html", "text/csv")[at % 3]), (plain, plain))
        cookie = (("Set-Cookie", f"{plain.replace('=', '')}=1; Path=/{plain}; {plain}"),)
        body = json.dumps({payload: [payload, {"__proto__": payload}]}) if at % 3 == 0 else everything
        hop = exchange(
            url,
            body.encode(),
            reason=payload,
            method=payload,
            sent=payload.encode(),
            send=headers,
            headers=headers + cookie,
        )
        problem = Problem(payload, payload, f"at {payload} (line 1:1)", payload)
        place = Location(payload, f"/{payload}")
        pointer = "/" + payload.replace("~", "~0").replace("/", "~1")
        verdict = ContractVerdict(
            payload,
            (Breach("schema", payload, pointer, payload, payload, place),),
            (UnknownField(payload),),
            ("schema",),
        )
        run.add(
            f"{at}: {payload}",
            trip=Trip((hop,)),
            tests=(checks(Assertion(payload, 0, problem=problem), problem=problem, source=payload),),
            contract=verdict,
            calls=(ScriptCall(hop.request, Trip((hop,)), problem),),
            pages=(Trip((hop,)),),
            console=(ConsoleMessage(payload, (payload, {payload: payload})),),
            reads=(VariableRead(payload, payload, {payload: payload}, run.results[0].cursor.ref if at else ""),),
            writes=(VariableWrite(payload, payload, payload),),
            visualizer={
                "template": f"{everything}{payload}{{{{{{raw}}}}}}" if at % 2 else payload,
                "data": {"raw": everything},
            },
        )
    return run


def long(items: int) -> Run:
    """A run of many small requests; a few of them fail."""
    collection = shop(folder("Orders", entry("Order")), name="Long")
    run = Run([collection])
    ((folders, item),) = collection.items()
    for number in range(items):
        url = f"http://shop.test/orders/{number}"
        told: dict[str, Any] = {"trip": Trip((exchange(url, f'{{"id": {number}}}'.encode()),))}
        if number % 997 == 500:
            told["tests"] = (checks(Assertion("there is an order", problem=BROKEN)),)
        result = ItemResult(
            Cursor(0, 1, number, items, f"ref-{number}"),
            collection,
            folders,
            item,
            request=item.request,
            outgoing=told["trip"].request,
            started=STARTED + number / 100,
            elapsed_ms=9,
            **told,
        )
        run.results.append(result)
    return run

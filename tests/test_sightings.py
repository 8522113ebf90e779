"""What recorded runs tell of who needs whom: cookies, and variables whose names scripts make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paceline.cli import main
from paceline.engine.seen import Place, Use, joined, seen_in_recordings
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse
from tests.building import item, written
from tests.servers import Request, Server, answering, response, serving

HOME: Place = ("shop", ("Home",))
LOGIN: Place = ("shop", ("Login",))
ORDERS: Place = ("shop", ("Orders",))


def answer(request: Request) -> bytes:
    return response(200, [("Set-Cookie", "sid=s-1; Path=/")] if request.target == "/login" else [], b'{"id": 7}')


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(answer)) as running:
        yield running


@pytest.fixture
def suite(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that sets a cookie, a list whose script makes up the name of a variable, and one that needs both."""
    monkeypatch.chdir(tmp_path)
    sets = "pm.environment.set(['order', 'id'].join('_'), pm.response.json().id)"
    written(
        Path("shop.postman_collection.json"),
        item("Login", f"{server.url}/login"),
        item("Orders", f"{server.url}/orders", test=sets),
        item("Order", f"{server.url}/orders/{{{{order_id}}}}"),
    )
    Path("paceline.yaml").write_text("collections: [shop.postman_collection.json]\ncassettes: tapes\n", "utf-8")


def hop(sent: str = "", *received: str) -> Exchange:
    """A request with a Cookie header, and its response with Set-Cookie headers."""
    request = HttpRequest("GET", "http://shop.test/", (("Cookie", sent),) if sent else ())
    return Exchange(request, HttpResponse(200, headers=tuple(("Set-Cookie", value) for value in received)))


@pytest.mark.usefixtures("suite")
def test_an_event_log_tells_cookies_and_names_made_by_scripts(capsys: Any) -> None:
    """`paceline graph --from` shows them beside what the collection says itself."""
    assert main(["run", "-r", "jsonl", "--reporter-jsonl-export", "run.jsonl"]) == 0
    capsys.readouterr()
    assert main(["graph", "--request", "shop/Order"]) == 0
    assert capsys.readouterr().out == "shop/Order\n"
    assert main(["graph", "--request", "shop/Order", "--from", "run.jsonl"]) == 0

    assert capsys.readouterr().out == (
        "shop/Order\n  order_id from shop/Orders\n  cookie sid from shop/Login\n    cookie sid from shop/Login\n"
    )


@pytest.mark.usefixtures("suite")
def test_the_cassettes_of_a_suite_tell_cookies(capsys: Any) -> None:
    """They are looked at whenever the suite has some."""
    assert main(["run", "--record", "once"]) == 0
    capsys.readouterr()
    assert main(["graph"]) == 0

    assert "shop/Orders\n  cookie sid from shop/Login\n" in capsys.readouterr().out


def test_a_log_that_cannot_be_read(tmp_path: Path, capsys: Any) -> None:
    """It is bad input."""
    collection = written(tmp_path / "a.json", item("A", "http://localhost/"))

    assert main(["graph", collection, "--from", "nope.jsonl"]) == 2
    assert "--> nope.jsonl" in capsys.readouterr().err


def test_the_last_one_that_changed_a_cookie_counts() -> None:
    """A login gives the session of the home page another value."""
    runs = [(HOME, [hop("", "sid=guest")]), (LOGIN, [hop("sid=guest", "sid=member")]), (ORDERS, [hop("sid=member")])]

    assert seen_in_recordings(runs) == {
        HOME: (),
        LOGIN: (Use("cookie", "sid", HOME),),
        ORDERS: (Use("cookie", "sid", LOGIN),),
    }


def test_a_cookie_that_only_lives_longer_is_not_set_anew() -> None:
    """Who sends the value that it had does not count, or each request would need the one before it."""
    runs = [(LOGIN, [hop("", "sid=member")]), (HOME, [hop("sid=member", "sid=member; Max-Age=60")])]

    assert seen_in_recordings([*runs, (ORDERS, [hop("sid=member")])])[ORDERS] == (Use("cookie", "sid", LOGIN),)


def test_a_deleted_cookie_is_nobodys() -> None:
    """What is sent under its name later was set by something that no recording tells of."""
    runs = [(LOGIN, [hop("", "sid=member")]), (HOME, [hop("", "sid=; Max-Age=0")]), (ORDERS, [hop("sid=other")])]

    assert seen_in_recordings(runs)[ORDERS] == ()


def test_of_several_sources_the_first_counts() -> None:
    """What one does not know, the next one may."""
    first = {ORDERS: (Use("cookie", "sid", LOGIN),)}
    second = {ORDERS: (Use("cookie", "sid", HOME), Use("variable", "id", HOME)), LOGIN: (Use("cookie", "a", HOME),)}

    assert joined([first, second]) == {
        ORDERS: (Use("cookie", "sid", LOGIN), Use("variable", "id", HOME)),
        LOGIN: (Use("cookie", "a", HOME),),
    }

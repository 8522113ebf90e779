"""`paceline probe`: who is not logged in is refused, as the contract documents it, and what is public works."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from paceline.cli import main
from paceline.engine.events import Event, ItemFinished, RunFinished
from paceline.model.outcome import ItemResult
from paceline.probe.run import probe
from paceline.probe.session import made_up
from tests.building import Json, collection, environment, folder, item
from tests.emulator import EXPIRED_TOKEN, VALID_TOKEN, serve
from tests.servers import Request, Server, answering, free_port, response, serving

ROOT = Path(__file__).parents[1]
SUITE = ROOT / "paceline.yaml"

TOKEN = "token-of-a-live-session"
COOKIE = "0123456789abcdef0123456789abcdef"
KNOWN_ID = "5f0e8c4b5f0e8c4b5f0e8c4b5f0e8c4b"

JSON = [("Content-Type", "application/json")]
REFUSED = response(401, JSON, b'{"status": 401, "message": "Not logged in"}', "Unauthorized")
GIVEN = response(200, JSON, b'{"id": 1}')


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def results(events: Iterator[Event]) -> tuple[dict[str, ItemResult], RunFinished]:
    """What came of each request by its name, and the end."""
    told = list(events)
    assert isinstance(told[-1], RunFinished)
    return {one.result.item.name: one.result for one in told if isinstance(one, ItemFinished)}, told[-1]


# --- The emulator of the Peloton API ---


def part_of_the_suite(*stems: str) -> Path:
    """A suite of some of the Peloton collections, to save time; it names no mutations."""
    whole = yaml.safe_load(SUITE.read_text(encoding="utf-8"))
    listed = [str(ROOT / "collections" / f"{stem}.postman_collection.json") for stem in ("auth", *stems)]
    kept = {name: whole[name] for name in ("tokens", "setup", "teardown")}
    Path("part.yaml").write_text(
        json.dumps({"collections": listed, "contracts": str(ROOT / whole["contracts"]), **kept})
    )
    return Path("part.yaml")


def probe_emulator(url: str, suite: Path = SUITE, **more: Any) -> tuple[dict[str, ItemResult], RunFinished]:
    """The Peloton suite; collection and name tell which of several requests of one name is meant."""
    values = {"base_url": url, "graphql_url": f"{url}/graphql"}
    file = json.loads((ROOT / "environments" / "emulator.postman_environment.json").read_text(encoding="utf-8"))
    known = {entry["key"]: entry["value"] for entry in file["values"]} | values | more.pop("variables", {})
    told = list(probe(suite, environment=known, **more))
    assert isinstance(told[-1], RunFinished)
    finished = [one.result for one in told if isinstance(one, ItemFinished)]
    return {f"{one.collection.stem}/{one.item.name}": one for one in finished}, told[-1]


def found(finished: RunFinished) -> dict[str, str]:
    """The requests at which something was found, each with the rule and the pointer."""
    return {
        f"{result.collection.stem}/{result.item.name}": f"{breach.rule}{breach.pointer}"
        for result, _ in finished.failures
        for breach in (result.contract.breaches if result.contract is not None else ())
    }


def test_the_emulator_refuses_everybody_without_a_session() -> None:
    """With the session of the login: every request of the suite is asked, those that need a session in both ways."""
    contracts = yaml.safe_load((ROOT / "schemas" / "contracts.yaml").read_text(encoding="utf-8"))
    mutations = yaml.safe_load(SUITE.read_text(encoding="utf-8"))["mutations"]
    both = {
        key
        for key, contract in contracts["requests"].items()
        if contract.get("privileged", True) is True and key not in mutations and not key.startswith("auth/")
    }
    with serve() as url:
        asked, finished = probe_emulator(url)

    assert (finished.exit_code, finished.problem) == (0, None)
    assert {name for name in asked if name.endswith("(no session)")} == {
        f"{key} (no session)" for key in contracts["requests"]
    }
    assert {name for name in asked if name.endswith("(stale session)")} == {f"{key} (stale session)" for key in both}
    assert [name for name, one in asked.items() if one.skipped is not None] == []
    assert finished.notes == (
        "the suite ran first, and all was good",
        "stale session: the one that the suite ended (cookie peloton_session_id)",
    )


def test_the_emulator_refuses_everybody_without_a_token() -> None:
    """With an access token: nothing is left out but the login, which is not needed then."""
    with serve(auth="bearer") as url:
        asked, finished = probe_emulator(url, variables={"access_token": VALID_TOKEN})

    assert finished.exit_code == 0
    assert [name for name, one in asked.items() if one.skipped is not None] == ["auth/Login (no session)"]
    assert finished.notes == ("the suite ran first, and all was good", "stale session: made up")


def test_what_changed_in_who_may_ask_is_found() -> None:
    """A route left open, a public one closed, and refusals that are not as documented: nothing else is told."""
    drift = ["orders-open", "instructors-closed", "graphql-refusal-as-success"]
    with serve(drift=drift) as url:
        _, finished = probe_emulator(url, part_of_the_suite("ecommerce", "instructors", "graphql"))

    assert finished.exit_code == 5
    assert found(finished) == {
        "ecommerce/Peloton Account Order History (no session)": "privilege",
        "ecommerce/Peloton Account Order History (stale session)": "privilege",
        "graphql/MyTags (no session)": "privilege",
        "graphql/MyTags (stale session)": "privilege",
        "instructors/All Instructors (no session)": "privilege",
    }


def test_a_session_that_was_ended_and_still_works_is_found() -> None:
    """The session that the suite itself ended is the stale one, where there is one."""
    with serve(drift=["ended-session-accepted", "refusal-message-renamed"]) as url:
        _, finished = probe_emulator(url, part_of_the_suite("ecommerce"))

    assert finished.exit_code == 5
    assert found(finished) == {
        "ecommerce/Peloton Account Order History (no session)": "schema/message",
        "ecommerce/Peloton Account Order History (stale session)": "privilege",
        "ecommerce/Peloton Account Payment Info (stale session)": "privilege",
    }


def test_a_token_that_expired_and_still_works_is_found() -> None:
    """Nobody can make up an expired token with a good signature: `stale_session` brings one along."""
    with serve(auth="bearer", drift=["expired-token-accepted"]) as url:
        variables = {"access_token": VALID_TOKEN}
        _, finished = probe_emulator(url, part_of_the_suite("users"), variables=variables, stale_session=EXPIRED_TOKEN)

    assert found(finished) == {"users/Me (Logged in User) (stale session)": "privilege"}
    assert finished.notes[-1] == "stale session: the one that was given"


def test_without_any_session_to_begin_with_the_probe_goes_on() -> None:
    """The login fails, and with it the suite. What can be asked is asked; nothing public is made up."""
    with serve(auth="bearer") as url:
        asked, finished = probe_emulator(url)

    assert found(finished) == {"auth/Login (no session)": "privilege"}
    assert asked["users/Me (Logged in User) (stale session)"].contract is not None
    assert asked["rides-classes/Ride by Id (no session)"].skipped == (
        "the suite did not get there, and {{ride_id}} has no value"
    )
    assert finished.notes[0].startswith(
        "the suite ran first, with 3 failures and exit code 5: auth/Login, of the setup"
    )


# --- A shop ---

CONTRACTS = """
defaults:
  every: {status: 200, content_type: application/json, evidence: strong}
  rest: {errors: {"401": error, "404": error}}
  graphql: {}
requests:
"""
ANYTHING = {"type": "object"}
ERROR = {"type": "object", "required": ["status", "message"]}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shop(*children: Json, contracts: dict[str, Any], suite: dict[str, Any] | None = None, **variables: str) -> None:
    """`paceline.yaml` in this folder, with one collection, `shop`; contracts by the name of the request."""
    Path("shop.postman_collection.json").write_text(json.dumps(collection(*children, name="Shop")))
    Path("e.json").write_text(json.dumps(environment(**variables)))
    for name, schema in (("any", ANYTHING), ("error", ERROR)):
        base = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"https://x/{name}.schema.json"}
        Path(f"{name}.schema.json").write_text(json.dumps(base | schema))
    Path("graphql").mkdir()
    Path("graphql/shop.graphql").write_text("type Query { card: String }")
    entries = {
        f"shop/{name}": {"request": name, **({} if "graphql" in each else {"schema": "any"}), **each}
        for name, each in contracts.items()
    }
    Path("contracts.yaml").write_text(
        CONTRACTS + "\n".join(f"  {key}: {json.dumps(one)}" for key, one in entries.items())
    )
    listed = {"collections": ["shop.postman_collection.json"], "environment": "e.json", "contracts": "contracts.yaml"}
    Path("paceline.yaml").write_text(json.dumps(listed | (suite or {})))


def logged_in(request: Request) -> bool:
    """Whether a request has the session or the token, exactly."""
    cookie = f"session={COOKIE}" in (request.header("Cookie") or "")
    return cookie or request.header("Authorization") == f"Bearer {TOKEN}" or request.header("X-Key") == TOKEN


def guarded(request: Request) -> bytes:
    """Data for who is logged in; the login sets the cookie."""
    if request.target == "/login":
        return response(200, [*JSON, ("Set-Cookie", f"session={COOKIE}; Path=/")], b"{}")
    return GIVEN if logged_in(request) or request.target.startswith("/public") else REFUSED


def bearer(url: str, name: str = "card", **more: Any) -> Json:
    """A request with a token."""
    return item(name, url, header=[{"key": "Authorization", "value": f"Bearer {TOKEN}"}], **more)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(guarded)) as running:
        yield running


def after_the_suite(server: Server, requests_of_the_suite: int = 1) -> list[Request]:
    """What the probe sent."""
    return server.requests[requests_of_the_suite:]


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        pytest.param(REFUSED, "", id="the documented refusal"),
        pytest.param(GIVEN, "200 Fine with 9 B of application/json", id="data"),
        pytest.param(response(204), "204 Fine without a body", id="nothing at all"),
        pytest.param(
            response(302, [("Location", "http://a:b@localhost/login")]),
            "302 Fine, to http://localhost/login",
            id="a redirect",
        ),
        pytest.param(response(403, JSON, b"{}"), "403 Fine with 2 B of application/json", id="another refusal"),
        pytest.param(response(404, JSON, b"{}"), "404 Fine with 2 B of application/json", id="looked up all the same"),
        pytest.param(response(500, body=b"oops"), "500 Fine with 4 B of something", id="a server that breaks"),
    ],
)
def test_nothing_but_the_documented_refusal_will_do(answer: bytes, got: str) -> None:
    """For a request that needs a session; the place is the line of the contract that says so."""
    with serving(answering(lambda request: GIVEN if logged_in(request) else answer)) as server:
        shop(bearer(server.url), contracts={"card": {"privileged": True}})
        asked, finished = results(probe("paceline.yaml"))

    verdicts = [one.contract for one in asked.values()]
    assert finished.exit_code == (5 if got else 0)
    assert [[(one.rule, one.got) for one in each.breaches] for each in verdicts if each] == [
        [("privilege", got)] if got else []
    ] * 2
    if got:
        assert verdicts[0] is not None
        [breach] = verdicts[0].breaches
        assert (breach.key, breach.expected) == ("shop/card", "a refusal: 401 as in error.schema.json")
        assert str(breach.at).endswith("contracts.yaml#/requests/shop~1card/privileged")


@pytest.mark.parametrize(
    ("answer", "rules"),
    [
        pytest.param(response(401, JSON, b'{"status": 401}'), ["schema /message"], id="a member is missing"),
        pytest.param(
            response(401, [("Content-Type", "text/html")], b"<h1>Log in</h1>"), ["content type ", "body "], id="HTML"
        ),
    ],
)
def test_a_refusal_must_have_the_documented_body(answer: bytes, rules: list[str]) -> None:
    """It is told with the rule that it breaks, and with the field."""
    with serving(answering(lambda request: GIVEN if logged_in(request) else answer)) as server:
        shop(bearer(server.url), contracts={"card": {}})
        asked, finished = results(probe("paceline.yaml"))

    verdict = asked["card (no session)"].contract
    assert verdict is not None
    assert finished.exit_code == 5
    assert [f"{one.rule} {one.pointer}" for one in verdict.breaches] == rules


def test_where_no_401_is_documented_403_is_the_refusal(server: Server) -> None:
    """The contract decides."""
    shop(bearer(server.url), contracts={"card": {"errors": {"403": "error", "404": "error"}}})

    asked, finished = results(probe("paceline.yaml"))

    verdict = asked["card (no session)"].contract
    assert verdict is not None
    assert finished.exit_code == 5
    assert verdict.breaches[0].expected == "a refusal: 403 as in error.schema.json"


@pytest.mark.parametrize(
    ("answer", "pointers"),
    [
        pytest.param(response(401, body=b"go away"), [], id="any body"),
        pytest.param(response(401, JSON, b'{"data": {"card": null}, "errors": []}'), [], id="data of nulls"),
        pytest.param(response(401, JSON, b'{"data": {"card": "4111"}}'), ["/data"], id="data all the same"),
        pytest.param(response(200, JSON, b'{"errors": [{"message": "no"}]}'), [""], id="not 401"),
    ],
)
def test_graphql_refuses_with_401_and_gives_no_data(answer: bytes, pointers: list[str]) -> None:
    """The contract documents no body for it."""
    body = {"mode": "graphql", "graphql": {"query": "{ card }", "variables": ""}}
    given = response(200, JSON, b'{"data": {"card": "4111"}}')
    with serving(answering(lambda request: given if logged_in(request) else answer)) as server:
        shop(bearer(server.url, method="POST", body=body), contracts={"card": {"graphql": True}})
        asked, _ = results(probe("paceline.yaml"))

    verdict = asked["card (no session)"].contract
    assert verdict is not None
    assert [one.pointer for one in verdict.breaches] == pointers


@pytest.mark.parametrize("privileged", [False, "optional"])
def test_what_needs_no_session_must_work_without(server: Server, privileged: Any) -> None:
    """It is sent without one, and never with a stale one. A refusal is a finding, and so is a wrong body."""
    contract = {"privileged": privileged}
    closed = item("closed", f"{server.url}/card")
    shop(bearer(f"{server.url}/public", "open"), closed, contracts={"open": contract, "closed": contract})

    asked, finished = results(probe("paceline.yaml"))

    assert sorted(asked) == ["closed (no session)", "open (no session)"]
    verdict = asked["closed (no session)"].contract
    assert verdict is not None
    assert (finished.exit_code, [one.rule for one in verdict.breaches]) == (5, ["privilege"])
    assert verdict.breaches[0].expected == "200 without a session"
    assert 'which says "Not logged in"' in verdict.breaches[0].got
    assert [one.header("Authorization") for one in server.requests if one.target == "/public"] == [
        f"Bearer {TOKEN}",
        None,
    ]


def test_what_the_suite_sent_without_a_session_is_not_sent_again(server: Server) -> None:
    """The answer is known: a login is not done twice."""
    login = item("login", f"{server.url}/login", method="POST")
    shop(login, item("card", f"{server.url}/card"), contracts={"login": {"privileged": False}, "card": {}})

    asked, finished = results(probe("paceline.yaml"))

    assert finished.exit_code == 0
    assert [one.target for one in server.requests] == ["/login", "/card", "/card", "/card"]
    trip = asked["login (no session)"].trip
    assert trip is not None
    assert trip.response.status == 200


def test_without_a_session_nothing_that_could_prove_one_goes_out(server: Server) -> None:
    """No cookie, no credential, no secret parameter; a known value is replaced even in the body."""
    card = item(
        "card",
        f"{server.url}/card?api_key={TOKEN}&page=1",
        method="POST",
        header=[{"key": "X-Auth-Token", "value": TOKEN}, {"key": "Peloton-Platform", "value": "web"}],
        body={"mode": "raw", "raw": json.dumps({"session": COOKIE, "n": 1})},
        auth={"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": TOKEN}]},
    )
    shop(item("login", f"{server.url}/login"), card, contracts={"card": {}})

    results(probe("paceline.yaml"))

    first, _ = after_the_suite(server, 2)
    body = json.loads(first.body)
    assert first.target == "/card?page=1"
    assert {name for name, _ in first.headers} & {"Cookie", "X-Auth-Token", "X-Key", "Authorization"} == set()
    assert first.header("Peloton-Platform") == "web"
    assert body == {"session": made_up(COOKIE), "n": 1}
    assert TOKEN.encode() not in first.head


def test_a_header_that_the_contract_asks_for_stays(server: Server) -> None:
    """Whatever it sounds like: it may be the key of the application, which everybody has."""
    card = bearer(f"{server.url}/card")
    card["request"]["header"].append({"key": "X-Client-Secret", "value": "of-the-application"})
    shop(card, contracts={"card": {"headers": {"X-Client-Secret": "of-the-application"}}})

    assert results(probe("paceline.yaml"))[1].exit_code == 0
    assert [one.header("X-Client-Secret") for one in server.requests] == ["of-the-application"] * 3


@pytest.mark.parametrize(
    ("request_", "stale"),
    [
        pytest.param({}, {"Cookie": f"session={made_up(COOKIE)}"}, id="a cookie of the jar"),
        pytest.param(
            {"header": [{"key": "Cookie", "value": f"theme=dark; session={COOKIE}"}]},
            {"Cookie": f"session={made_up(COOKIE)}"},
            id="a cookie that is written there",
        ),
        pytest.param(
            {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": TOKEN}]}},
            {"Authorization": f"Bearer {made_up(TOKEN)}"},
            id="a token",
        ),
        pytest.param(
            {
                "auth": {
                    "type": "apikey",
                    "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": TOKEN}],
                }
            },
            {"X-Key": made_up(TOKEN)},
            id="an API key",
        ),
    ],
)
def test_a_stale_session_goes_the_way_the_session_went(
    server: Server, request_: Json, stale: dict[str, str | None]
) -> None:
    """As cookie or as header, in the form of the real one; cookies count by the names that contracts know."""
    cookies = {"privileged": False, "cookies": {"session": "/id"}}
    shop(
        item("login", f"{server.url}/login"),
        item("card", f"{server.url}/card", **request_),
        contracts={"login": cookies, "card": {}},
    )

    results(probe("paceline.yaml"))

    last = server.requests[-1]
    assert {name: last.header(name) for name in stale} == stale
    assert COOKIE not in last.head.decode()


def test_what_the_suite_ended_is_the_stale_session() -> None:
    """The cookie that the service took back, as it was; also where the contracts name no cookies."""

    def answer(request: Request) -> bytes:
        if request.target == "/logout":
            return response(200, [*JSON, ("Set-Cookie", "session=; Max-Age=0; Path=/")], b"{}")
        return guarded(request)

    with serving(answering(answer)) as server:
        shop(
            item("login", f"{server.url}/login"),
            item("card", f"{server.url}/card"),
            item("logout", f"{server.url}/logout"),
            contracts={"card": {}},
            suite={"setup": [{"request": "shop/login"}], "teardown": [{"request": "shop/logout"}]},
        )
        _, finished = results(probe("paceline.yaml"))

        assert server.requests[-1].header("Cookie") == f"session={COOKIE}"
    assert finished.exit_code == 5  # this service takes it all the same
    assert finished.notes[-1] == "stale session: the one that the suite ended (cookie session)"


@pytest.mark.parametrize(
    ("cookies", "stale"),
    [
        pytest.param({}, {"Authorization": f"Bearer {made_up('')}", "Cookie": None}, id="a token"),
        pytest.param({"session": "/id"}, {"Authorization": None, "Cookie": f"session={made_up('')}"}, id="a cookie"),
    ],
)
def test_a_stale_session_is_made_up_where_the_suite_had_none(
    server: Server, cookies: dict[str, str], stale: dict[str, str | None]
) -> None:
    """A cookie where the contracts name one, else what many services take."""
    login = {"privileged": False, "cookies": cookies}
    shop(item("card", f"{server.url}/card"), contracts={"card": {}})
    Path("contracts.yaml").write_text(
        Path("contracts.yaml").read_text() + f"\n  auth/login: {json.dumps({'schema': 'any', **login})}"
    )

    assert results(probe("paceline.yaml"))[1].exit_code == 0
    assert {name: server.requests[-1].header(name) for name in stale} == stale


def test_what_is_made_up_has_the_form_of_the_real_one_and_tells_nothing_of_it() -> None:
    """A JSON Web Token is well-formed and expired long ago (RFC 7519, section 4.1.4)."""
    parts = made_up(VALID_TOKEN).split(".")
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))

    assert claims["exp"] < 1_000_000_000
    assert [len(part) for part in parts][2] == len(VALID_TOKEN.split(".")[2])
    assert re.fullmatch("[0-9a-f]{32}", made_up(COOKIE))
    assert made_up(COOKIE) == made_up(KNOWN_ID)
    assert len(made_up("7")) == 32


def test_an_answer_sets_no_cookie_for_the_next_request() -> None:
    """Each request comes from somebody new."""
    guest = response(401, [*JSON, ("Set-Cookie", "guest=1; Path=/")], b'{"status": 401, "message": "no"}')
    with serving(answering(lambda _: guest)) as server:
        shop(item("a", f"{server.url}/a"), item("b", f"{server.url}/b"), contracts={"a": {}, "b": {}})
        results(probe("paceline.yaml"))

    assert [one.header("Cookie") for one in server.requests if one.target == "/b"][1] is None


# --- What changes state ---


def test_what_changes_state_is_asked_without_a_session_only_and_means_nothing(server: Server) -> None:
    """Mutations, and what sets up or tears down: ids are zeros in the form of theirs, everything else stays."""
    delete = bearer(f"{server.url}/cards/{{{{card_id}}}}?force={{{{force}}}}", "delete", method="DELETE")
    logout = bearer(f"{server.url}/logout", "logout", method="POST", body={"mode": "raw", "raw": "{{session_id}}"})
    shop(
        delete,
        logout,
        contracts={"delete": {}, "logout": {}},
        suite={"mutations": ["shop/delete"], "teardown": [{"request": "shop/logout"}]},
        card_id=KNOWN_ID,
        force="yes",
        session_id="",
    )

    asked, finished = results(probe("paceline.yaml"))

    assert (finished.exit_code, sorted(asked)) == (0, ["delete (no session)", "logout (no session)"])
    assert [(one.target, one.body) for one in after_the_suite(server, 2)] == [
        (f"/cards/{'0' * 32}?force=yes", b""),
        ("/logout", b"0" * 32),
    ]


def test_on_a_live_host_state_changes_are_asked_and_public_ones_left_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suite sends neither there; the probe sends what must be refused. A proxy plays the live host."""
    monkeypatch.setenv("http_proxy", server.url)
    live = "http://shop.example"
    shop(
        item("card", f"{live}/card"),
        item("order", f"{live}/order", method="POST"),
        item("review", f"{live}/review", method="POST"),
        contracts={"card": {}, "order": {}, "review": {"privileged": "optional"}},
        suite={"mutations": ["shop/order", "shop/review"]},
    )

    asked, finished = results(probe("paceline.yaml"))

    assert finished.exit_code == 0
    assert [one.line.split(" ")[1] for one in server.requests] == [*[f"{live}/card"] * 3, f"{live}/order"]
    assert asked["review (no session)"].skipped == (
        "the suite does not send it: it changes state on a live host; --allow-mutations lets it run"
    )


# --- What the suite did not send ---


def test_what_the_suite_did_not_send_is_made_from_its_template(server: Server) -> None:
    """With the variables as scripts left them, and zeros where there is none. Nothing public is made up."""
    script = "pm.collectionVariables.set('page', 7); pm.variables.set('size', 's');"
    skips = "pm.execution.skipRequest();"
    shop(
        item("first", f"{server.url}/public", test=script),
        folder(
            "f", bearer(f"{server.url}/a/{{{{other_id}}}}/{{{{page}}}}/{{{{size}}}}/{{{{x}}}}", "a", prerequest=skips)
        ),
        item("b", f"{server.url}/public/{{{{other_id}}}}", prerequest=skips),
        contracts={"a": {}, "b": {"privileged": False}},
        card_id=KNOWN_ID,
        other_id="",
        x="",
    )

    asked, finished = results(probe("paceline.yaml"))

    assert finished.exit_code == 0
    assert [one.target for one in after_the_suite(server)] == [f"/a/{'0' * 32}/7/s/0"] * 2
    assert [one.header("Authorization") for one in after_the_suite(server)] == [None, f"Bearer {made_up(TOKEN)}"]
    assert asked["first (no session)"].skipped == "no contract says whether it needs a session"
    assert asked["b (no session)"].skipped == (
        "the suite does not send it: a pre-request script called pm.execution.skipRequest"
    )


def test_a_suite_that_fails_does_not_stop_the_probe(server: Server) -> None:
    """Nor does it make the exit code; it is told."""
    failing = "pm.test('no', () => { throw new Error('no') });"
    shop(bearer(f"{server.url}/card", test=failing), contracts={"card": {}})

    _, finished = results(probe("paceline.yaml"))

    assert finished.exit_code == 0
    assert finished.notes[0] == "the suite ran first, with 1 failure and exit code 1; see `paceline run`"


def test_where_nobody_answers_nothing_is_probed() -> None:
    """One error instead of one for each request."""
    shop(bearer(f"http://127.0.0.1:{free_port()}/"), contracts={"card": {}})

    asked, finished = results(probe("paceline.yaml"))

    assert (asked, finished.exit_code) == ({}, 3)
    assert finished.problem is not None
    assert finished.problem.message.startswith("nothing was probed: GET http://127.0.0.1:")


def test_a_request_that_is_not_answered_is_told() -> None:
    """It is no finding, and nothing is known: exit code 3."""

    def answer(request: Request) -> bytes:
        return GIVEN if logged_in(request) else b"nonsense\r\n\r\n"

    with serving(answering(answer)) as broken:
        shop(bearer(broken.url), contracts={"card": {}})
        asked, finished = results(probe("paceline.yaml"))

    assert finished.exit_code == 3
    assert [failure.kind for _, failure in finished.failures] == ["request"] * 2
    assert asked["card (no session)"].contract is None


def test_without_any_contract_nothing_is_probed(server: Server) -> None:
    """Exit code 6, as when nothing ran."""
    shop(item("card", f"{server.url}/public"), item("other", f"{server.url}/public"), contracts={"card": {}})
    Path("contracts.yaml").write_text("requests: {}")

    assert results(probe("paceline.yaml"))[1].exit_code == 6


def test_an_interruption_ends_the_probe_with_what_it_has(server: Server) -> None:
    """So that the reports are written."""
    shop(bearer(server.url), contracts={"card": {}})
    events = probe("paceline.yaml")
    for event_ in events:
        if isinstance(event_, ItemFinished):
            break

    told = [events.throw(KeyboardInterrupt), *events]

    assert isinstance(told[-1], RunFinished)
    assert (told[-1].exit_code, told[-1].summary.counts["items"].total) == (130, 1)


# --- The command line ---


def test_findings_stand_in_every_report_without_secrets(capsys: Any) -> None:
    """Under the name of the request and the way in which it was asked."""
    with serving(answering(lambda _: GIVEN)) as open_to_all:
        shop(
            folder("Cards", bearer(f"{open_to_all.url}/card")),
            contracts={"card": {}},
            suite={"environment": "e.json"},
            token=TOKEN,
        )
        options = ["-r", "cli,json,junit", "--reporter-json-export", "r.json", "--reporter-junit-export", "r.xml"]
        code = main(["probe", *options, "--verbose"])

    shown, report, junit = capsys.readouterr().out, Path("r.json").read_text(), Path("r.xml").read_text()
    names = ["card (no session)", "card (stale session)"]
    executions = json.loads(report)["run"]["executions"]
    assert code == 5
    assert "Shop › Cards › card (no session)" in shown
    assert "ContractBreach: privilege: shop/card\n" in shown
    assert [one["item"]["name"] for one in executions] == names
    assert [one["contract"]["breaches"][0]["rule"] for one in executions] == ["privilege"] * 2
    assert [one["name"] for one in json.loads(report)["collection"]["item"][0]["item"]] == names
    assert [one.get("name") for one in ET.parse("r.xml").iter("testsuite")] == [
        f"Shop / Cards / {name}" for name in names
    ]
    assert [TOKEN in text for text in (shown, report, junit)] == [False] * 3


def test_the_command_line_takes_the_suite_of_this_folder(server: Server, capsys: Any) -> None:
    """Its options reach the requests of the probe."""
    shop(bearer("{{url}}/card"), contracts={"card": {}}, url="http://127.0.0.1:1")
    variables = ["--env-var", f"url={server.url}"]

    codes = [
        main(["probe", *variables, "--stale-session", "over-for-long", "--silent"]),
        main(["probe", "paceline.yaml", *variables, "--contracts", "contracts.yaml", "--stale-session", TOKEN]),
    ]

    assert codes == [0, 5]
    assert server.requests[2].header("Authorization") == "Bearer over-for-long"
    assert "stale session: the one that was given" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "no suite is named, and there is no paceline.yaml in this folder", id="no suite"),
        pytest.param(["c.json"], "c.json is not the YAML file of a suite", id="a collection"),
        pytest.param(["none.yaml"], "there is no such file", id="no such suite"),
        pytest.param(["bare.yaml"], "the suite names no contracts", id="no contracts"),
        pytest.param(["bare.yaml", "--contracts", "none.yaml"], "there is no such file", id="no such contracts"),
        pytest.param(
            ["bare.yaml", "--contracts", "c.yaml", "--stale-session", "a\nb"], "cannot be sent", id="two lines"
        ),
        pytest.param(["bare.yaml", "--bail"], "there is no option --bail", id="an option of run"),
    ],
)
def test_what_cannot_be_is_told_in_words(arguments: Sequence[str], said: str, capsys: Any) -> None:
    """Exit code 2, and nothing is sent."""
    Path("c.json").write_text(json.dumps(collection(item("a", "http://127.0.0.1:1"))))
    Path("bare.yaml").write_text("collections: [c.json]")
    Path("c.yaml").write_text("requests: {}")

    assert main(["probe", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_every_option_is_documented(capsys: Any) -> None:
    """docs/probe.md names each one that the help names; where reports go, their own page tells."""
    with pytest.raises(SystemExit):
        main(["probe", "--help"])
    options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", capsys.readouterr().out))
    told = (ROOT / "docs" / "probe.md").read_text(encoding="utf-8")

    assert {each for each in options if not each.startswith("--reporter-") and f"`{each}" not in told} == set()
    assert {"--stale-session", "-e", "--reporters"} <= options
    assert "`--reporter-NAME-export FILE`" in told

"""The pytest plugin: pytest inside pytest, as a user starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.building import item, written
from tests.inner_pytest import started
from tests.servers import Request, Server, answering, response, serving

ROOT = Path(__file__).parents[1]
Pytest = Callable[..., tuple[int, str]]


def answer(request: Request) -> bytes:
    if request.target == "/login" and b"wrong" in request.body:
        return response(403, body=b'{"password": "canary-of-the-plugin"}')
    return response(200, [("Content-Type", "application/json")], b'{"id": 7}')


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(answer)) as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path, server: Server) -> Path:
    """A project with a suite: a login, a list that gives the id, and a request that needs it."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    login = item("Login", f"{server.url}/login", method="POST", body={"mode": "raw", "raw": "{{password}}"})
    login["event"] = [{"listen": "test", "script": {"exec": ["pm.test('in', () => pm.response.to.have.status(200));"]}}]
    orders = item("Orders", f"{server.url}/orders", test="pm.environment.set('id', pm.response.json().id)")
    order = item(
        "Order", f"{server.url}/orders/{{{{id}}}}", test="pm.test('found', () => pm.response.to.have.status(200))"
    )
    written(tmp_path / "auth.postman_collection.json", login)
    written(tmp_path / "shop.postman_collection.json", orders, order)
    (tmp_path / "paceline.yaml").write_text(
        "collections: [auth.postman_collection.json, shop.postman_collection.json]\n"
        "setup: [auth/Login]\nmutations: {shop/Orders: }\ncassettes: tapes\n",
        encoding="utf-8",
    )
    return tmp_path


def test_every_request_is_a_test(shop: Path) -> None:
    """Files and names make the node ids; all of them run and pass."""
    code, output = started(shop, "-v", "--env-var", "password=right")

    assert code == 0, output
    for name in ("auth.postman_collection.json::Login", "shop.postman_collection.json::Order"):
        assert f"{name} PASSED" in output
    assert "3 passed" in output


def test_a_request_alone_runs_with_what_it_needs(shop: Path, server: Server) -> None:
    """The login and whoever sets its variables run first, once each, and are no tests."""
    code, output = started(shop, "-k", "Order and not Orders", "--env-var", "password=right")

    assert (code, "1 passed, 2 deselected" in output) == (0, True), output
    assert [request.target for request in server.requests] == ["/login", "/orders", "/orders/7"]


def test_who_set_a_cookie_is_learnt_from_recorded_runs(tmp_path: Path) -> None:
    """A login that no variable leads to runs as setup, once a recorded run has shown what it is good for."""

    def session(request: Request) -> bytes:
        if request.target == "/login":
            return response(200, [("Set-Cookie", "sid=1; Path=/")])
        return response(200 if b"sid=1" in request.head else 401)

    with serving(answering(session)) as server:
        ok = "pm.test('ok', () => pm.response.to.have.status(200))"
        items = [item("Login", f"{server.url}/login", method="POST"), item("Mine", f"{server.url}/mine", test=ok)]
        written(tmp_path / "a.postman_collection.json", *items)
        alone, _ = started(tmp_path, "-k", "Mine")
        log = ["-r", "jsonl", "--reporter-jsonl-export", "run.jsonl"]
        command = [sys.executable, "-m", "paceline", "run", "a.postman_collection.json", *log]
        subprocess.run(command, cwd=tmp_path, check=True)
        code, output = started(tmp_path, "-k", "Mine", "--setup-show", "--learn-from", "run.jsonl")

    assert (alone, code) == (1, 0)
    assert "SETUP    R a/Login  POST 200" in output
    assert "1 passed, 1 deselected" in output


def test_a_long_chain_is_run_from_its_beginning(tmp_path: Path, server: Server) -> None:
    """Each of eleven hundred requests needs the one before it."""
    items = [
        item(f"R{at}", f"{server.url}/{at}/{{{{v{at}}}}}", prerequest=f"pm.environment.set('v{at + 1}', {at})")
        for at in range(1100)
    ]
    items[0]["request"]["url"] = f"{server.url}/0"
    written(tmp_path / "a.postman_collection.json", *items)
    code, output = started(tmp_path, "-k", "R1099")

    assert (code, "1 passed, 1099 deselected" in output) == (0, True), output
    assert 1100 == len(server.requests)


def test_a_row_of_data_is_a_parameter(tmp_path: Path, server: Server) -> None:
    """Each request is a test for each row; one alone runs with what it needs, for its own row, and so it replays."""
    sets = "pm.environment.set('order', pm.iterationData.get('user') + '-1')"
    items = [item("New", f"{server.url}/{{{{user}}}}", test=sets), item("Order", f"{server.url}/{{{{order}}}}")]
    written(tmp_path / "a.postman_collection.json", *items)
    (tmp_path / "rows.json").write_text('[{"user": "ann"}, {"user": "bob"}]', encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npaceline_iteration_data = rows.json\n", encoding="utf-8")
    code, output = started(tmp_path, "-q", "--cassettes", "tapes", "--record", "once")
    sent = [request.target for request in server.requests]
    alone, last = started(tmp_path, "-q", "--cassettes", "tapes", "--replay", "-k", "Order[2]")

    assert (code, alone) == (0, 0), output + last
    assert [f". a/{name}  GET 200" for name in ("New[1]", "Order[1]", "New[2]", "Order[2]")] == output.splitlines()[:4]
    assert ["/ann", "/ann-1", "/bob", "/bob-1"] == sent == [request.target for request in server.requests]
    assert "1 passed, 3 deselected" in last


def test_words_without_and_are_the_words_of_a_name(shop: Path) -> None:
    """pytest itself refuses `-k "two words"`, and names of requests are several words."""
    code, output = started(shop, "-k", "shop Orders", "--env-var", "password=right")

    assert (code, "1 passed, 2 deselected" in output) == (0, True), output


def test_a_broken_login_is_told_once_and_the_rest_skipped(shop: Path, server: Server) -> None:
    """It is tried once for all files; what depends on it is skipped with the reason, and no secret is shown."""
    code, output = started(shop, "-rs", "--showlocals", "--env-var", "password=wrong")

    assert code == 1
    assert "1 failed, 2 skipped" in output
    assert (
        "auth/Login failed, which this request needs: expected response to have status code 200 but got 403" in output
    )
    assert "canary-of-the-plugin" not in output
    assert ["/login"] == [request.target for request in server.requests]


def test_a_broken_login_fails_the_only_test(shop: Path) -> None:
    """Where the login is no test itself, the first that needs it tells, without the traceback of anything."""
    code, output = started(shop, "shop.postman_collection.json", "--env-var", "password=wrong")

    assert (code, "1 skipped, 1 error" in output) == (1, True), output
    assert "During handling" not in output
    assert ".py:" not in output


def test_quiet_gives_a_line_to_each_request(shop: Path) -> None:
    """With `-q` it has the name, the method and the status; `-qq` leaves dots."""
    _, output = started(shop, "-q", "--env-var", "password=right")
    _, terse = started(shop, "-qq", "--env-var", "password=right")

    assert [". auth/Login  POST 200", ". shop/Orders  GET 200", ". shop/Order  GET 200"] == output.splitlines()[:3]
    assert terse.startswith("...")


def test_setup_is_shown(shop: Path) -> None:
    """`--setup-show` tells the requests that were run for another one."""
    _, output = started(shop, "--setup-show", "-k", "Order and not Orders", "--env-var", "password=right")

    assert ["SETUP    R auth/Login  POST 200", "SETUP    R shop/Orders  GET 200"] == [
        row.strip() for row in output.splitlines() if "SETUP" in row
    ]


def test_the_summary_says_why(tmp_path: Path, server: Server) -> None:
    """Its line has the check that failed, and with a worker in between too; what scripts logged stands below."""
    test = "console.log('seen', {id: 7}); pm.test('is nine', () => pm.expect(pm.response.json().id).to.eql(9))"
    written(tmp_path / "shop.postman_collection.json", item("Order", f"{server.url}/orders/7", test=test))
    for more in ([], ["-n", "1"]):
        _, output = started(tmp_path, "-vv", *more)

        assert "shop.postman_collection.json::Order - is nine: expected 7 to deeply equal 9" in output
        assert 'log: seen {"id": 7}' in output


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--replay"], "fix: add --cassettes DIR"),
        (["--replay", "--live"], "--live and --replay exclude each other"),
        (["--env-var", "x"], "--env-var x is not a pair"),
        (["--environment", "nope.json"], "there is no such file\n  --> nope.json"),
        (["--contracts", "nope.yaml"], "there is no such file\n  --> nope.yaml"),
        (["--suite", "nope.yaml"], "there is no such file\n  --> nope.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_errors_of_the_collection(options: list[str], expected: str, tmp_path: Path) -> None:
    """They say what is wrong and what to do, and show nothing of the plugin's code."""
    written(tmp_path / "a.postman_collection.json", item("A", "http://127.0.0.1:1/"))
    code, output = started(tmp_path, *options)

    assert (code, expected in output, ".py" in output) == (2, True, False), output


def test_a_fixture_without_a_suite(tmp_path: Path) -> None:
    """It says that there is none, and shows nothing of the plugin's code."""
    (tmp_path / "test_a.py").write_text("def test_a(paceline): ...\n", encoding="utf-8")
    code, output = started(tmp_path)

    assert (code, "there is no paceline.yaml" in output, "Traceback" in output) == (1, True, False), output
    assert "pytest_plugin" not in output


def test_a_variable_without_a_value_fails_its_own_request(tmp_path: Path, server: Server) -> None:
    """The others are run; with `--allow-unresolved` it is sent as it stands."""
    items = [item("Typo", f"{server.url}/{{{{tpyo}}}}"), item("Fine", f"{server.url}/fine")]
    written(tmp_path / "a.postman_collection.json", *items)
    code, output = started(tmp_path)
    allowed, _ = started(tmp_path, "--allow-unresolved")

    assert (code, allowed) == (1, 0)
    assert "1 failed, 1 passed" in output
    assert "variable {{tpyo}} is not defined" in output
    assert ["/fine", "/%7B%7Btpyo%7D%7D", "/fine"] == [request.target for request in server.requests]


def test_marks_come_from_suite_and_folders(shop: Path) -> None:
    """`mutating` is what the suite says."""
    code, output = started(shop, "-m", "mutating", "--collect-only", "-q", "--strict-markers")

    assert code == 0
    assert "shop.postman_collection.json::Orders" in output
    assert "::Order\n" not in output


def test_ci_replays(shop: Path, server: Server) -> None:
    """Where CI is set and there are cassettes, nothing is sent; a request without a recording fails."""
    recorded, output = started(shop, "--record", "once", "--env-var", "password=right")
    assert recorded == 0, output
    nowhere = ["--env-var", "password=right"]
    sent = len(server.requests)

    assert started(shop, *nowhere, ci=True)[0] == 0
    (shop / "tapes" / "shop" / "order.yaml").unlink()
    code, output = started(shop, *nowhere, ci=True)
    assert (code, "--record new" in output or "--record once" in output) == (1, True), output
    assert sent == len(server.requests)


def test_python_tests_continue_a_chain(shop: Path) -> None:
    """The fixture runs requests by name, with what they need, and gives responses and variables."""
    (shop / "test_shop.py").write_text(
        "def test_order(paceline):\n"
        "    response = paceline.run('shop/Order').check()\n"
        "    assert (response.status, response.json(), paceline.variables['id']) == (200, {'id': 7}, 7)\n",
        encoding="utf-8",
    )
    code, output = started(shop, "test_shop.py", "--env-var", "password=right")

    assert (code, "1 passed" in output) == (0, True), output


def test_hooks_look_at_requests(shop: Path) -> None:
    """Before with the variables, after with the result; an assertion there fails the test."""
    (shop / "conftest.py").write_text(
        "def pytest_paceline_before_request(item, variables):\n"
        "    variables.environment.set('password', 'right')\n"
        "def pytest_paceline_after_request(item, result):\n"
        "    assert item.name != 'Order', 'no such order'\n",
        encoding="utf-8",
    )
    code, output = started(shop, "--env-var", "password=right")

    assert (code, "2 passed" in output, "1 failed" in output, "no such order" in output) == (1, True, True, True), (
        output
    )


def test_workers_share_nothing(shop: Path) -> None:
    """With pytest-xdist a collection stays in one worker, and the verdicts are the same."""
    code, output = started(shop, "-n", "2", "--env-var", "password=right")

    assert (code, "3 passed" in output) == (0, True), output


def test_the_peloton_suite_is_green_offline(tmp_path: Path) -> None:
    """All requests of this repository, from its cassettes; the rows of pytest-html hold what was sent."""
    page = tmp_path / "page.html"
    code, output = started(ROOT, "collections", "--replay", "-q", f"--html={page}", "--self-contained-html")

    assert (code, "64 passed" in output) == (0, True), output
    html = page.read_text(encoding="utf-8")
    assert "Request and response" in html
    assert "correct-horse" not in html

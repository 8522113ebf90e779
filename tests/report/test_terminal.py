"""The report for people."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from tests.report.building import BROKEN, Run, checks, entry, folder, shop, tell, terminal, trip
from tests.report.screens import on_terminal

from paceline.errors import Location, RequestError, UnresolvedVariableError
from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Trip
from paceline.model.outcome import Assertion, ConsoleMessage, Problem, ScriptCall
from paceline.model.variables import Variable, VariableSet
from paceline.report.masking import Mask
from paceline.report.terminal import TerminalReport

REFUSED = RequestError(
    "GET http://shop.test/down: shop.test:80 refused the connection",
    Location("shop.json", "/item/1/request"),
    "start the service",
    "ECONNREFUSED",
)


def varied() -> Run:
    """A bit of everything."""
    run = Run([shop(folder("Orders", entry(), entry("Create"), folder("Lines", entry("Add"))), entry("Down"))])
    run.add(trip=trip(), tests=(checks(Assertion("ok"), Assertion("bad", 1, problem=BROKEN)),))
    run.add("Create", skipped="a script said so", tests=())
    run.add(
        "Add",
        trip=trip(status=201, reason="Created"),
        tests=(checks(Assertion("later", skipped=True), problem=Problem("TypeError", "x is undefined")),),
        calls=(ScriptCall(HttpRequest("GET", "http://shop.test/x"), trip(b"")),),
        console=(ConsoleMessage("log", ("added", {"id": 17})), ConsoleMessage("warn", ("two\nlines",))),
    )
    run.add("Down", outgoing=HttpRequest("GET", "http://shop.test/down"), error=REFUSED)
    return run


def test_the_whole() -> None:
    """A tree of what ran, the failures by the numbers they have there, the sum, the verdict."""
    assert WHOLE == terminal(varied().events())


WHOLE = """\
paceline 0.1.0 · 4 requests

Shop
  Orders
    ↳ List orders
      GET http://shop.test/orders  200 OK  13 ms  10 B
      ✓ ok
      1. bad
         expected 1 to equal 2
    ↳ Create
      skipped: a script said so
    Lines
      ↳ Add
        GET http://shop.test/orders  201 Created  13 ms  10 B
        script GET http://shop.test/orders  200 OK  13 ms  0 B
        │ added {"id": 17}
        │ warn two
        │ warn lines
        - later (skipped)
        2. test-script: TypeError: x is undefined
  ↳ Down
    GET http://shop.test/down  no response
    3. shop.test:80 refused the connection

Failures

 Shop › Orders › List orders
   GET http://shop.test/orders  200 OK  13 ms  10 B
   1. bad
      AssertionError: expected 1 to equal 2
         2 │ check()
   │ {"id": 17}
   curl http://shop.test/orders -A ''

 Shop › Orders › Lines › Add
   GET http://shop.test/orders  201 Created  13 ms  10 B
   2. test-script
      TypeError: x is undefined
   │ {"id": 17}
   curl http://shop.test/orders -A ''

 Shop › Down
   GET http://shop.test/down  no response
   3. request
      RequestError: GET http://shop.test/down: shop.test:80 refused the connection
      --> shop.json#/item/1/request
      fix: start the service
   curl http://shop.test/down -A '' -H Accept:


┌─────────────────────┬──────────┬────────┬─────────┐
│                     │ executed │ failed │ skipped │
├─────────────────────┼──────────┼────────┼─────────┤
│ requests            │        4 │      1 │       1 │
│ pre-request scripts │        0 │      0 │         │
│ test scripts        │        2 │      1 │         │
│ assertions          │        2 │      1 │       1 │
└─────────────────────┴──────────┴────────┴─────────┘
1.5 s in all · 20 B received · response times 13 ms on average (13 ms to 13 ms)

✗ FAILED  3 failures, exit code 3: a request was not sent, not answered, or not as it was recorded
"""


def test_a_run_without_failures() -> None:
    """There is nothing between the tree and the sum, and the last line is good news."""
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(checks(Assertion("ok"), Assertion("fine")),))
    text = terminal(run.events())

    assert "Failures" not in text
    assert text.endswith("\n✓ PASSED  2 assertions held, exit code 0: all good\n")


@pytest.mark.parametrize(
    ("results", "ended", "last"),
    [
        pytest.param([{"trip": trip()}], {}, "✓ PASSED  no assertions, exit code 0: all good", id="nothing checked"),
        pytest.param([{"skipped": "x"}], {}, "✗ NOTHING RAN  exit code 6: no request was executed", id="nothing ran"),
        pytest.param(
            [{"trip": trip()}],
            {"interrupted": True, "problem": Problem("Interrupted", "the run was interrupted")},
            "✗ INTERRUPTED  exit code 130: interrupted",
            id="interrupted",
        ),
        pytest.param(
            [{"trip": trip(), "tests": (checks(problem=BROKEN),)}],
            {},
            "✗ FAILED  1 failure, exit code 4: a script broke",
            id="a script broke",
        ),
    ],
)
def test_the_verdict(results: list[dict[str, Any]], ended: dict[str, Any], last: str) -> None:
    """The last line says how it ended, and what the exit code means."""
    run = Run([shop(entry())])
    for result in results:
        run.add(**result)
    text = terminal(run.events(**ended))

    assert last == text.splitlines()[-1]
    assert ("the run was interrupted\n" in text) == ("problem" in ended)


def test_iterations_are_set_apart() -> None:
    """Each begins with a line of its own and the name of the collection; failures tell theirs."""
    run = Run([shop(entry())], iterations=2)
    run.add(trip=trip())
    run.add(iteration=1, trip=trip(), tests=(checks(Assertion("bad", problem=BROKEN)),))
    text = terminal(run.events())

    assert ["── Iteration 1 of 2 ", "── Iteration 2 of 2 "] == re.findall("── Iteration . of 2 ", text)
    assert 2 == text.count("\nShop\n")
    assert " Shop › List orders  iteration 2 of 2\n" in text
    assert "│ iterations          │        2 │" in text


def test_several_collections() -> None:
    """Each collection, and each folder that was not open, is named once."""
    run = Run([shop(folder("A", folder("B", entry("one")), entry("two"))), shop(entry("three"), name="Depot")])
    for name in ("one", "two", "three"):
        run.add(name, trip=trip())
    rows = [row for row in terminal(run.events()).splitlines() if row and "GET" not in row]

    assert ["Shop", "  A", "    B", "      ↳ one", "    ↳ two", "Depot", "  ↳ three"] == rows[1:8]


def test_redirects() -> None:
    """The first line has the request and the final response, the others what the redirects led to."""
    request = HttpRequest("POST", "http://shop.test/a")
    second = HttpRequest("GET", "http://shop.test/b")
    hops = (Exchange(request, HttpResponse(302)), Exchange(second, HttpResponse(200, "OK", elapsed_ms=7)))
    run = Run([shop(entry())])
    run.add(trip=Trip(hops), tests=(checks(Assertion("bad", problem=BROKEN)),))
    text = terminal(run.events())

    assert "POST http://shop.test/a  200 OK  7 ms  0 B\n    302 ↪ GET http://shop.test/b\n" in text
    assert "curl -X POST http://shop.test/a --location" in text


def test_a_variable_without_a_value() -> None:
    """The item was not sent; the advice is that of the error."""
    error = UnresolvedVariableError("variable {{hots}} is not defined: did you mean `host`?", fix="define it")
    run = Run([shop(entry(url="http://{{hots}}/"))])
    run.add(error=error)
    text = terminal(run.events())

    assert "GET http://{{hots}}/  not sent\n" in text
    assert "1. variable {{hots}} is not defined: did you mean `host`?\n" in text
    assert "fix: define it\n" in text


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        pytest.param(b"a\nb\n", "text/plain", ["│ a", "│ b"], id="lines"),
        pytest.param(b"x" * 1000, "text/plain", [f"│ {'x' * 800}", "│ … 200 more bytes"], id="long"),
        pytest.param("é".encode() * 801, "text/plain", [f"│ {'é' * 800}", "│ … 2 more bytes"], id="long, in bytes"),
        pytest.param(b"\x89PNG\0" * 3, "image/png", ["│ 15 B of binary data"], id="binary"),
        pytest.param(b"caf\xe9", "text/plain; charset=latin-1", ["│ café"], id="another charset"),
        pytest.param(b"caf\xe9", "text/plain", ["│ caf\ufffd"], id="not in its charset"),
        pytest.param(b"caf\xe9", "application/octet-stream", ["│ 4 B of binary data"], id="no text at all"),
        pytest.param(b"\x1b[2Jgone", "text/plain", ["│ \\x1b[2Jgone"], id="escapes"),
        pytest.param(b"", "text/plain", [], id="empty"),
    ],
)
def test_the_excerpt_of_a_body(body: bytes, content_type: str, shown: list[str]) -> None:
    """Text as text, with what is left out counted; what is no text is only said to be there."""
    run = Run([shop(entry())])
    answer = trip(body, headers=(("Content-Type", content_type),))
    run.add(trip=answer, tests=(checks(Assertion("bad", problem=BROKEN)),))
    rows = [row.strip() for row in terminal(run.events()).partition("Failures")[2].partition("┌")[0].splitlines()]

    assert shown == [row for row in rows if row.startswith("│")]


def test_many_failures_of_one_request_stand_together() -> None:
    """Request, response and command are shown once; the numbers go on from one request to the next."""
    run = Run([shop(entry())])
    for _ in range(2):
        run.add(trip=trip(), tests=(checks(*(Assertion(f"bad {n}", n, problem=replace(BROKEN)) for n in range(2))),))
    tree, _, details = terminal(run.events()).partition("Failures")
    numbered = ["1. bad 0", "2. bad 1", "3. bad 0", "4. bad 1"]

    assert [2, 2] == [details.count("curl "), details.count('│ {"id": 17}')]
    assert [numbered, numbered] == [re.findall(r"\d\. bad \d", text) for text in (tree, details)]


def test_the_line_of_the_script() -> None:
    """The stack is shown as the lines of the script, with the place of the script in its file."""
    source = "function check() {\n  boom();\n}\ncheck();"
    problem = Problem("ReferenceError", "boom is not defined", "at check (line 2:3)\nat eval (line 4:1)")
    script = replace(checks(source=source).script, at=Location("shop.json", "/item/0/event/0/script/exec"))
    run = Run([shop(entry())])
    run.add(trip=trip(), tests=(replace(checks(), script=script, problem=problem),))

    assert (
        "      ReferenceError: boom is not defined\n"
        "      --> shop.json#/item/0/event/0/script/exec\n"
        "         2 │   boom();\n"
        "         4 │ check();\n"
    ) in terminal(run.events())


def test_verbose_shows_headers_and_bodies() -> None:
    """Of every request, also of scripts; masked."""
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer abc"))
    sent = HttpRequest("POST", "http://shop.test/login", headers, b'{"password": "hunter2"}')
    run = Run([shop(entry())])
    run.add(trip=trip(b'{\n"token": "t"}', request=sent))
    text = terminal(run.events(), verbose=True)

    assert (
        "    > POST http://shop.test/login\n"
        "    > Content-Type: application/json\n"
        "    > Authorization: Bearer ********\n"
        "    >\n"
        '    > {"password": "********"}\n'
        "    < HTTP/1.1 200 OK\n"
        "    < Content-Type: application/json\n"
        "    <\n"
        "    < {\n"
        '    < "token": "********"}\n'
    ) in text


def test_nothing_is_told_before_the_secrets_of_an_item_are_known() -> None:
    """A script may log a token the moment it has it; its lines wait for the end of the item."""
    run = Run([shop(entry())])
    run.add(trip=trip(b'{"token": "k-12345"}'), console=(ConsoleMessage("log", ("got k-12345",)),))
    run.add(trip=trip(), console=(ConsoleMessage("log", ("still k-12345",)),))
    text = terminal(run.events())

    assert ["│ got ********", "│ still ********"] == re.findall("│ (?:got|still).*", text)


def test_names_cannot_play_tricks() -> None:
    """Escape sequences in names, messages, reasons and console lines are shown and not obeyed."""
    evil = "\x1b]0;title\x07\r\x9b2J"
    run = Run([shop(folder(evil, entry(evil)), name=evil)], environment=VariableSet(evil, (Variable("a"),)))
    run.add(
        trip=trip(evil.encode(), reason=evil, headers=((evil, evil),)),
        tests=(checks(Assertion(evil), Assertion(evil, 1, problem=Problem(evil, evil, evil, evil)), source=evil),),
        calls=(ScriptCall(HttpRequest(evil, evil), problem=Problem(evil, evil)),),
        console=(ConsoleMessage("log", (evil, {evil: evil})),),
    )
    text = terminal(run.events(), verbose=True)

    assert not set("\x1b\x07\r\x9b") & set(text)
    assert "\\x1b]0;title\\x07\\r\\x9b2J" in text


def test_colours_add_nothing_but_colours() -> None:
    """The text is the same with them and without."""
    plain, colored = terminal(varied().events()), terminal(varied().events(), color=True)

    assert "\x1b" not in plain
    assert plain == re.sub(r"\x1b\[\d+m", "", colored)
    assert colored.count("\x1b[31m") == colored.count("\x1b[39m") - len(re.findall(r"\x1b\[(?:32|33|36|90)m", colored))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("progress", [False, True])
def test_every_encoding_will_do(encoding: str, progress: bool) -> None:
    """Where the signs cannot be encoded there are others, and text that cannot be is spelt out."""
    run = Run([shop(folder("Ω", entry("日本")))])
    body = "œuvre ✓ \ud83d".encode("utf-8", "surrogatepass")
    run.add(trip=trip(body), tests=(checks(Assertion("ü", problem=BROKEN)),))
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    tell(run.events(), TerminalReport(stream, color=False, progress=progress, verbose=False, mask=Mask()))
    text = written.getvalue().decode(encoding)

    assert ("↳ 日本" if encoding == "utf-8" else "-> \\u65e5\\u672c") in text
    assert (encoding == "ascii") == ("\\xfc" in text)


# --- On a terminal ---


def test_narrow_terminals() -> None:
    """Rows of the tree are cut to fit, of an address the middle; what must be copied whole is not cut."""
    long = "http://shop.test/a/very/long/way/to/the/orders/of/the/day"
    run = Run([shop(entry("a name that is quite a bit too long for this"))])
    run.add(trip=trip(request=HttpRequest("GET", long)), tests=(checks(Assertion("b" * 80, problem=BROKEN)),))
    tree, _, rest = on_terminal(run.events(), 40, progress=False).partition("Failures")

    assert all(len(row) <= 40 for row in tree.splitlines()[1:])
    assert "    GET http:…/day  200 OK  13 ms  10 B\n" in tree
    assert f"curl {long} " in rest


def test_elsewhere_nothing_is_cut() -> None:
    """A log has no width."""
    run = Run([shop(entry("n" * 300))])
    run.add(trip=trip(request=HttpRequest("GET", "http://shop.test/" + "p" * 300)))
    text = terminal(run.events())

    assert "n" * 300 in text
    assert "p" * 300 in text


def test_progress() -> None:
    """A line tells what is under way; it is cleared before anything else is written, and leaves nothing behind."""
    with_it = on_terminal(varied().events(), 80, progress=True)
    shown = re.findall(r"\r?(\S \d/4[^\r\n]*)\r( *)\r", with_it)

    assert [
        "⠋ 0/4  Shop › Orders › List orders",
        "⠙ 1/4, 1 failure  Shop › Orders › Create",
        "⠹ 2/4, 1 failure  Shop › Orders › Lines › Add",
        "⠸ 3/4, 2 failures  Shop › Down",
    ] == [line for line, _ in shown]
    assert all(len(blanks) == len(line) for line, blanks in shown)
    assert re.sub(r"\S \d/4[^\r\n]*\r *\r", "", with_it) == on_terminal(varied().events(), 80, progress=False)

"""One answer against its contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paceline.contract.response import MAX_ALIKE, MAX_BREACHES, check_response
from paceline.contract.schemas import SchemaStore
from paceline.errors import Location
from paceline.model.contract import Contract, ContractVerdict
from paceline.model.exchange import HttpRequest, HttpResponse

AT = Location("contracts.yaml", "/requests/users~1Me")
CONTRACT = Contract(
    "users/Me", content_type="application/json", schema="user", errors=((401, "error"), (404, "error")), at=AT
)
JSON = ("Content-Type", "application/json; charset=UTF-8")
USER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
ERROR = {"type": "object", "required": ["message"], "properties": {"message": True}}


@pytest.fixture
def schemas(tmp_path: Path) -> SchemaStore:
    for name, schema in (("user", USER), ("error", ERROR)):
        content = {"$id": f"https://example.invalid/{name}.schema.json", **schema}
        (tmp_path / f"{name}.schema.json").write_text(json.dumps(content))
    return SchemaStore(tmp_path)


def answer(body: Any, status: int = 200, headers: Sequence[tuple[str, str]] = (JSON,)) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, headers=tuple(headers), body=content)


def told(verdict: ContractVerdict) -> list[tuple[str, str, str, str]]:
    return [(breach.rule, breach.pointer, breach.expected, breach.got) for breach in verdict.breaches]


def test_a_good_answer_keeps_the_contract(schemas: SchemaStore) -> None:
    """The verdict says what was checked, and what came besides."""
    verdict = check_response(CONTRACT, answer({"id": "1", "new": 2}), schemas)

    assert verdict.kept
    assert verdict.checked == ("status", "content type", "body", "schema")
    assert [field.pointer for field in verdict.unknown] == ["/new"]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(answer({"id": 1}), [("schema", "/id", "a text", "1 (a number)")], id="a body of another shape"),
        pytest.param(
            answer({"id": "1"}, headers=[("content-type", "Text/HTML")]),
            [("content type", "", "application/json", '"Text/HTML"')],
            id="another content type",
        ),
        pytest.param(
            answer({"id": "1"}, headers=[]),
            [("content type", "", "application/json", "no Content-Type")],
            id="no content type",
        ),
        pytest.param(answer(b""), [("body", "", "JSON", "an empty body")], id="an empty body"),
        pytest.param(
            answer(b'{"id": NaN}'),
            [("body", "", "JSON", "Expecting value in line 1, column 8, at NaN}")],
            id="NaN",
        ),
        pytest.param(
            answer(b'{"id": "1", "id": "2"}'),
            [("body", "/id", "a name that stands once", "the same name again")],
            id="a name twice",
        ),
        pytest.param(
            answer({"message": "Not logged in"}, 401),
            [("status", "", "200", '401, which says "Not logged in"')],
            id="a described refusal",
        ),
        pytest.param(
            answer({"error": 1}, 404),
            [
                ("status", "", "200", "404"),
                ("schema", "/message", 'a member "message"', "no such member in an object with error"),
            ],
            id="a refusal of another shape",
        ),
        pytest.param(answer(b"<html>", 502, []), [("status", "", "200", "502")], id="a status nobody described"),
        pytest.param(answer(b"", 204, []), [("status", "", "200", "204")], id="another success"),
    ],
)
def test_what_is_not_as_promised_is_a_breach(
    schemas: SchemaStore, response: HttpResponse, expected: list[tuple[str, str, str, str]]
) -> None:
    """Each point by itself; a header's case and parameters do not matter."""
    assert told(check_response(CONTRACT, response, schemas)) == expected


def test_a_breach_points_at_the_line_of_the_contract(schemas: SchemaStore) -> None:
    """Be it in the contract or in the defaults of the file."""
    defaults = Location("contracts.yaml", "/defaults/every/status")
    contract = replace(CONTRACT, places={"status": defaults})

    [status] = check_response(contract, answer({}, 500), schemas).breaches
    [type_] = check_response(contract, answer({"id": "1"}, headers=[]), schemas).breaches

    assert (status.at, type_.at) == (defaults, AT.child("content_type"))


def test_a_described_refusal_can_be_what_is_wanted(schemas: SchemaStore) -> None:
    """A probe without a session asks for it; its body still has to be right."""
    good = check_response(CONTRACT, answer({"message": "no"}, 401), schemas, refusals=True)
    wrong_body = check_response(CONTRACT, answer([], 401), schemas, refusals=True)
    undescribed = check_response(CONTRACT, answer({"message": "no"}, 403), schemas, refusals=True)

    assert told(good) == []
    assert told(wrong_body) == [("schema", "", "an object", "an empty list")]
    assert told(undescribed) == [("status", "", "200", '403, which says "no"')]


@pytest.mark.parametrize(
    ("response", "breaches"),
    [
        pytest.param(answer(b"", 200, []), 0, id="empty"),
        pytest.param(answer(b"OK", 200, [("Content-Type", "text/plain")]), 0, id="text"),
        pytest.param(answer({"id": "1"}), 0, id="JSON that fits"),
        pytest.param(answer({"id": 1}), 1, id="JSON that does not fit"),
    ],
)
def test_where_the_content_type_is_unknown_the_body_may_be_anything(
    schemas: SchemaStore, response: HttpResponse, breaches: int
) -> None:
    """But JSON has to fit the schema."""
    contract = replace(CONTRACT, content_type=None)

    assert len(check_response(contract, response, schemas).breaches) == breaches


@pytest.mark.parametrize(
    ("set_cookies", "expected"),
    [
        pytest.param(["a=1; Path=/", "sid=1; HttpOnly"], [], id="the value of the body"),
        pytest.param(['sid="1"'], [], id="in quotes"),
        pytest.param(["a=1"], [("the cookie sid", "no such cookie among a")], id="another cookie"),
        pytest.param([], [("the cookie sid", "no cookie at all")], id="none"),
        pytest.param(
            ["sid=2"], [("the cookie sid with the value of /id in the body", "another value")], id="another value"
        ),
    ],
)
def test_cookies_have_the_value_that_the_body_tells(
    schemas: SchemaStore, set_cookies: list[str], expected: list[tuple[str, str]]
) -> None:
    """The values themselves are never told: they are sessions."""
    contract = replace(CONTRACT, cookies=(("sid", "/id"),))

    verdict = check_response(contract, answer({"id": "1"}), schemas, set_cookies=set_cookies)

    assert [(breach.expected, breach.got) for breach in verdict.breaches] == expected
    assert verdict.checked[-1] == "cookie"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([("x-platform", "web"), ("content-type", "Application/JSON; charset=utf-8")], [], id="all there"),
        pytest.param(
            [("X-Platform", "ios"), ("Content-Type", "application/json")],
            [("X-Platform: web", '"ios"')],
            id="another value",
        ),
        pytest.param(
            [("X-Platform", "web")],
            [("Content-Type: application/json", "the request has no such header")],
            id="a header is missing",
        ),
    ],
)
def test_the_request_must_carry_its_headers(
    schemas: SchemaStore, headers: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    """Names in any case, values exactly, save for a media type's parameters."""
    contract = replace(CONTRACT, headers=(("X-Platform", "web"), ("Content-Type", "application/json")))
    request = HttpRequest("GET", "http://a.example/", tuple(headers))

    verdict = check_response(contract, answer({"id": "1"}), schemas, request=request)

    assert [(breach.expected, breach.got) for breach in verdict.breaches] == expected


CSV = replace(CONTRACT, schema=None, content_type="text/csv", columns=(("Title",), ("km", "mi"), ("Watts",)))


@pytest.mark.parametrize(
    ("body", "expected", "unknown"),
    [
        pytest.param("Title,mi,Watts\r\nA,1,2\r\n", [], [], id="as promised"),
        pytest.param('\ufeffTitle,km,Watts\n"A,\n\'B",1,2\n\n', [], [], id="BOM, quotes, blank lines"),
        pytest.param("Title,km,Watts\n", [], [], id="no rows"),
        pytest.param("Title,New,mi,Watts,More\nA,1,2,3,4\n", [], ["/*/New", "/*/More"], id="new columns"),
        pytest.param(
            "Title,Watts\nA,1\n",
            [("/0/km", 'a column "km" or "mi"', "no such column among Title, Watts")],
            [],
            id="missing",
        ),
        pytest.param(
            "Title,Watts,mi\nA,1,2\n", [("/0/Watts", '"Watts" after "mi"', "it comes before")], [], id="another order"
        ),
        pytest.param(
            "Title,mi,Watts\nA,1,2\nA,1\n", [("/2", "a row of 3 cells, as the header", "2 cells")], [], id="a short row"
        ),
        pytest.param("Title,mi,mi,Watts\n", [("/0/mi", "each column once", '"mi" 2 times')], [], id="a column twice"),
        pytest.param("", [("", "a row with the names of the columns", "an empty body")], [], id="empty"),
        pytest.param('Title,"mi', [("", "CSV", "unexpected end of data in line 1")], [], id="an open quote"),
    ],
)
def test_csv_has_its_columns(
    schemas: SchemaStore, body: str, expected: list[tuple[str, str, str]], unknown: list[str]
) -> None:
    """In order, for a reader by position must not take wrong numbers; a column may have one of several names."""
    verdict = check_response(CSV, answer(body.encode(), headers=[("Content-Type", "text/csv")]), schemas)

    assert [(breach.pointer, breach.expected, breach.got) for breach in verdict.breaches] == expected
    assert [field.pointer for field in verdict.unknown] == unknown


def test_one_fault_in_many_rows_does_not_hide_the_others(tmp_path: Path) -> None:
    """A few of each kind are told, twenty at most; the rest is counted."""
    names = [f"n{number}" for number in range(10)]
    rows = {"$id": "https://example.invalid/rows.schema.json", "items": {"properties": dict.fromkeys(names, False)}}
    (tmp_path / "rows.schema.json").write_text(json.dumps(rows))
    contract = replace(CONTRACT, schema="rows")

    verdict = check_response(contract, answer([dict.fromkeys(names, 1)] * 50), SchemaStore(tmp_path))
    alike = check_response(contract, answer([{"n1": 1}, {"n2": 2}, *[{"n1": 1}] * 9]), SchemaStore(tmp_path))

    assert (len(verdict.breaches), verdict.omitted) == (MAX_BREACHES, 500 - MAX_BREACHES)
    assert [breach.pointer for breach in alike.breaches] == ["/0/n1", "/1/n2", "/2/n1", "/3/n1"]
    assert alike.omitted == 10 - MAX_ALIKE


def test_a_body_nested_too_deep_is_a_breach_and_no_crash(tmp_path: Path) -> None:
    """Deeper than a recursive schema can follow, yet JSON."""
    tree = {"$id": "https://example.invalid/user.schema.json", "properties": {"a": {"$ref": "#"}}}
    (tmp_path / "user.schema.json").write_text(json.dumps(tree))

    [breach] = check_response(CONTRACT, answer(b'{"a":' * 900 + b"1" + b"}" * 900), SchemaStore(tmp_path)).breaches

    assert breach.got == "a body nested too deep to be checked"

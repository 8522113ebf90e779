"""`contracts.yaml`: what is read from it, and what is said when it is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paceline.contract.book import ContractBook, load_book
from paceline.contract.paging import MAX_PAGES
from paceline.errors import FileError, FormatError, Location, UsageError
from paceline.model.contract import Contract, PagingRule

DEFAULTS = """
defaults:
  every: {status: 200, content_type: application/json, privileged: true}
  rest: {errors: {"401": error}}
  graphql: {headers: {Content-Type: application/json}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("user", "users_page", "error"):
        (tmp_path / f"{name}.schema.json").write_text("{}")
    return tmp_path


def book_of(folder: Path, text: str) -> ContractBook:
    path = folder / "contracts.yaml"
    path.write_text(text)
    return load_book(path)


def test_a_contract_takes_what_it_lacks_from_its_kind_and_then_from_every_kind(folder: Path) -> None:
    """Own members count before those of `rest` or `graphql`, and these before those of `every`."""
    book = book_of(
        folder,
        DEFAULTS
        + """
requests:
  users/Me: {schema: user, status: 201, evidence: weak}
  tags/Mine: {graphql: true}
""",
    )

    assert book.contracts["users/Me"] == Contract(
        key="users/Me",
        status=201,
        content_type="application/json",
        schema="user",
        errors=((401, "error"),),
        evidence="weak",
        at=Location(str(folder / "contracts.yaml"), "/requests/users~1Me"),
    )
    assert book.contracts["tags/Mine"] == Contract(
        key="tags/Mine",
        content_type="application/json",
        graphql=True,
        headers=(("Content-Type", "application/json"),),
        at=Location(str(folder / "contracts.yaml"), "/requests/tags~1Mine"),
    )


def test_a_member_from_the_defaults_keeps_its_own_place(folder: Path) -> None:
    """A breach of it points at the line that has to change."""
    contract = book_of(folder, DEFAULTS + "requests: {users/Me: {schema: user}}").contracts["users/Me"]

    assert contract.place("status").pointer == "/defaults/every/status"
    assert contract.place("errors").pointer == "/defaults/rest/errors"
    assert contract.place("schema").pointer == "/requests/users~1Me/schema"


def test_every_member_is_read(folder: Path) -> None:
    """Columns with several names, paging, cookies; a content type `any` is none at all."""
    book = book_of(
        folder,
        """
requests:
  users/Export: {csv: [Title, [Distance (mi), Distance (km)]], content_type: Text/CSV}
  users/Follow: {schema: user, content_type: any, privileged: optional}
  users/Unfollow: {schema: user, cookies: {sid: /session_id}}
  users/List: {schema: users_page, paging: {rest: /data, limit: 100}, headers: {X-Platform: web}}
""",
    )

    assert book.get("users/Export").columns == (("Title",), ("Distance (mi)", "Distance (km)"))
    assert book.get("users/Export").content_type == "text/csv"
    assert book.get("users/Follow").content_type is None
    assert book.get("users/Follow").privileged == "optional"
    assert book.get("users/Unfollow").cookies == (("sid", "/session_id"),)
    assert book.get("users/List").headers == (("X-Platform", "web"),)
    at = Location(str(folder / "contracts.yaml"), "/requests/users~1List/paging")
    assert book.get("users/List").paging == PagingRule("rest", "/data", 100, at=at)


@pytest.mark.parametrize(
    ("kind", "paging", "rule"),
    [
        pytest.param("schema: user", "follow", PagingRule("rest", "/data", None, MAX_PAGES), id="just follow"),
        pytest.param("schema: user", "{rest: /rows}", PagingRule("rest", "/rows", None, 1), id="do not follow"),
        pytest.param(
            "schema: user", "{rest: /a, follow: false}", PagingRule("rest", "/a", None, 1), id="not, in words"
        ),
        pytest.param("schema: user", "{rest: /a, follow: true}", PagingRule("rest", "/a", None, MAX_PAGES), id="all"),
        pytest.param("schema: user", "{rest: /a, limit: 9, follow: 3}", PagingRule("rest", "/a", 9, 3), id="some"),
        pytest.param(
            "graphql: true",
            "{graphql: /data/a/edges, follow: true}",
            PagingRule("graphql", "/data/a/edges", None, MAX_PAGES),
            id="a connection",
        ),
    ],
)
def test_paging_tells_how_far_a_list_is_walked(folder: Path, kind: str, paging: str, rule: PagingRule) -> None:
    """`follow` alone is a list at /data, to its end; a number of pages is a limit; without it there is no walk."""
    book = book_of(folder, f"requests: {{users/List: {{{kind}, paging: {paging}}}}}")

    at = Location(str(folder / "contracts.yaml"), "/requests/users~1List/paging")
    assert book.get("users/List").paging == replace(rule, at=at)


def test_the_contracts_of_the_suite_are_read() -> None:
    """The file in this repository, with all its requests."""
    book = load_book(Path(__file__).parents[2] / "schemas" / "contracts.yaml")

    assert len(book.contracts) == 64
    assert book.find("users", "User Overview") is not None
    assert book.find("users", "No Such Request") is None


@pytest.mark.parametrize(
    ("text", "what", "pointer", "fix"),
    [
        pytest.param("requests: {users/Me: {schema: usr}}", "there is no schema file", "/schema", "user", id="schema"),
        pytest.param("requests: {users/Me: {shema: user}}", "has no member", "/shema", "schema", id="member"),
        pytest.param("requests: {users/Me: {status: 200}}", "exactly one of", "", "say what", id="no body"),
        pytest.param(
            "requests: {users/Me: {schema: user, csv: [a]}}", "exactly one of", "", "say what", id="two bodies"
        ),
        pytest.param("requests: {users/Me: {schema: user, status: ok}}", "`status`", "/status", "100", id="status"),
        pytest.param(
            "requests: {users/Me: {schema: user, privileged: 1}}",
            "`privileged`",
            "/privileged",
            "true, false",
            id="flag",
        ),
        pytest.param(
            "requests: {users/Me: {schema: user, errors: {200: error}}}", "refusal", "/errors/200", "400", id="error"
        ),
        pytest.param(
            "requests: {users/Me: {schema: user, mutates: true}}", "no member", "/mutates", "", id="what suites say"
        ),
        pytest.param(
            "requests: {users/Me: {schema: user, paging: {rest: data}}}",
            "JSON Pointer",
            "/paging/rest",
            "/data",
            id="list",
        ),
        pytest.param(
            "requests: {users/Me: {schema: user, paging: {limit: 5}}}", "either", "/paging", "say where", id="paging"
        ),
        pytest.param(
            "requests: {users/Me: {graphql: true, paging: follow}}", "edges", "/paging", "graphql: /…", id="which edges"
        ),
        pytest.param("requests: {users/Me: {schema: user, paging: all}}", "an object", "/paging", "", id="a word"),
        *(
            pytest.param(
                f"requests: {{users/Me: {{schema: user, paging: {{rest: /data, follow: {pages}}}}}}}",
                "`follow` cannot be",
                "/paging/follow",
                "from 2 up",
                id=f"follow {pages}",
            )
            for pages in ("1", "0", "-1", "2.5", "all", "null")
        ),
        *(
            pytest.param(
                f"requests: {{users/Me: {{schema: user, paging: {{rest: /data, limit: {limit}}}}}}}",
                "`limit` cannot be",
                "/paging/limit",
                "from 1 up",
                id=f"limit {limit}",
            )
            for limit in ("0", "true", "many")
        ),
        pytest.param(
            "requests: {users/Me: {schema: user, evidence: sure}}", "`evidence`", "/evidence", "strong", id="evidence"
        ),
    ],
)
def test_a_wrong_member_is_told_with_its_place_and_remedy(
    folder: Path, text: str, what: str, pointer: str, fix: str
) -> None:
    """What is wrong, where in the file, and what to write instead."""
    with pytest.raises(FormatError) as caught:
        book_of(folder, text)

    assert what in caught.value.what
    assert caught.value.where == Location(str(folder / "contracts.yaml"), f"/requests/users~1Me{pointer}")
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "the file is empty", id="nothing"),
        pytest.param("- a", "must be an object, not a list", id="a list"),
        pytest.param("requests: [a]", "must be an object, not a list", id="requests in a list"),
        pytest.param("request: {}", 'has no member "request"', id="a slip at the top"),
        pytest.param("requests: [a}\n", "this is not YAML: line 1", id="no YAML"),
        pytest.param("requests: {me: {schema: user}}", '"me" is no key', id="a key without a collection"),
        pytest.param("requests: {a/b: {status: 2026-01-01}}", "takes for more than a text", id="a date"),
        pytest.param("requests: &a {a/b: *a}", "within itself", id="an alias of itself"),
        pytest.param("requests: !!set {a/b}", "line 1 has the tag tag:yaml.org,2002:set", id="a set"),
        pytest.param("requests: {a/b: {csv: !!python/tuple [A]}}", "has the tag", id="an object of Python"),
        pytest.param(
            "requests:\n  a/b: {schema: user}\n  a/b: {schema: user}",
            '"a/b" stands here twice, again in line 3',
            id="twice",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(folder: Path, text: str, what: str) -> None:
    """No traceback of PyYAML, and no silent choice between two contracts of one key."""
    with pytest.raises(FormatError) as caught:
        book_of(folder, text)

    assert what in caught.value.what


def test_a_missing_file_is_told(folder: Path) -> None:
    """As for every file that paceline reads."""
    with pytest.raises(FileError, match="no such file"):
        load_book(folder / "contract.yaml")


def test_an_unknown_key_is_told_with_the_nearest(folder: Path) -> None:
    """Names of requests are long; slips are likely."""
    book = book_of(folder, "requests: {users/User Overview: {schema: user}}")

    with pytest.raises(UsageError) as caught:
        book.get("users/User Overveiw")

    assert caught.value.fix == 'did you mean "users/User Overview"?'


@pytest.mark.parametrize(
    ("names", "what"),
    [
        pytest.param(["Me", "Other"], None, id="one request of the name"),
        pytest.param(["me"], 'users has no request "Me"', id="none"),
        pytest.param(["Me", "Me"], '2 requests of users are named "Me"', id="two"),
    ],
)
def test_each_contract_means_one_request(folder: Path, names: list[str], what: str | None) -> None:
    """Otherwise it would be checked never, or in a place where it was not meant; folders make no difference."""
    book = book_of(folder, "requests: {users/Me: {schema: user}, other/You: {schema: user}}")

    if what is None:
        book.agree("users", names)
    else:
        with pytest.raises(FormatError, match=what):
            book.agree("users", names)

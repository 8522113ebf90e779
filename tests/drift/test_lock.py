"""`contract.lock`: what is written, that it reads back as it was, and what is wrong with a file that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.observing import JSON, ROWS, VALUES, answer, learnt

from paceline.drift.facts import Lock
from paceline.drift.learning import learn, learn_noise
from paceline.drift.lock import lock_text, parse_lock, read_lock, write_lock
from paceline.errors import FormatError

SKETCH = f"{'.' * 60}f5......9b..............8c..........e2..b8................46{'.' * 8}"

GOLDEN = f"""\
# What answers have looked like so far: learnt by `paceline contract learn`, changed by `paceline contract accept`.
# Each line tells a place of the body, how often it was there, of how many, and what stood there.
version: 1
requests:
  users/List:
    200:
      answers: "84bb3c03f3"
      asked:
        "81b519e198": "{SKETCH}"
      types: {{application/json: 1}}
      bodies: {{json: 1}}
      headers:
        x-total: 1/1
      cookies:
        sid: 1/1, httponly 1, max-age=50 1
      latency:
        api.example.org: "12.34"
      pages: "100"
      variants:
        /data/*:
          type=rest: {{answers: 10, fields: {{}}}}
          type=ride: {{answers: 10, fields: {{pace: 10}}}}
      body:
        "": object 1
        /counts: always 1/1; object 1, keys hex
        /counts/{{key}}: number 2, 1..20
        /data: always 1/1; array 1
        /data/*: object 20
        /data/*/at: required 20/20; number 20, 1e9..2e9, epoch-seconds 20
        /data/*/id: required 20/20; string 20, hex32 20, open
        /data/*/pace: optional 10/20; null 5; number 5, 5..10, decimal
        /data/*/status: required 20/20; string 20, of DONE OPEN 9x283 9x6e1
        /data/*/type: required 20/20; string 20, of rest ride 9x2e0 9xe04
        /limit: always 1/1; number 1, 100..100
        /page: always 1/1; number 1, 0..0, zero 1
        /tags: always 1/1; array 1, empty 1
"""


HOSTS = ("", "localhost", "127.0.0.1", "::1", "api.example.org", "1.example.org")


def parsed(text: str) -> Any:
    """The content of a lock as JSON would hold it."""
    return json.loads(json.dumps(yaml.safe_load(text)))


def test_what_a_lock_looks_like() -> None:
    """One line for each place, sorted, with what decides whether an answer differs."""
    rows = [
        {
            "id": f"{n:032x}",
            "status": "OPEN" if n % 2 else "DONE",
            "at": 1_600_000_000 + n,
            **({"type": "ride", "pace": None if n % 4 else 7.5} if n % 2 == 0 else {"type": "rest"}),
        }
        for n in range(20)
    ]
    body = {"data": rows, "page": 0, "limit": 100, "tags": [], "counts": {"0" * 32: 1, "1" * 32: 20}}
    headers = JSON, ("X-Total", "20"), ("Set-Cookie", "sid=secret; HttpOnly; Max-Age=60")

    only = answer(body, *headers, asked="GET /list", elapsed_ms=12.34, host="api.example.org")

    assert lock_text(learn(Lock(), [only])) == GOLDEN


@given(st.lists(VALUES | ROWS, max_size=4), st.lists(VALUES, max_size=3), st.text(min_size=1, max_size=6))
def test_a_lock_reads_back_as_it_was_written(bodies: list[Any], repeated: list[Any], name: str) -> None:
    """Whatever the names of fields, headers and cookies are."""
    cookie = "".join(each for each in name if each.isalnum() and each.isascii())
    headers = JSON, (f"X {name}", "1"), ("Set-Cookie", f"{cookie}=x; Path=/a b; Secure")
    lock = learn(
        Lock(), [answer(body, *headers, asked="x", elapsed_ms=7, host=host) for body in bodies for host in HOSTS]
    )
    lock = learn_noise(lock, [[answer(body) for body in repeated]])

    text = lock_text(lock)

    assert parse_lock(parsed(text)) == lock
    assert lock_text(parse_lock(parsed(text))) == text


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    """By the reader of our YAML files, which takes no key twice."""
    lock = learnt([{"id": 1, "on": True, "y": None, "1.5": "no", "a: b": {"#": [1]}}])
    write_lock(tmp_path / "contract.lock", lock)

    assert read_lock(tmp_path / "contract.lock") == lock


def test_no_value_can_be_read_off_a_lock() -> None:
    """Neither texts, nor exact numbers, nor what cookies, headers and addresses held."""
    body = {
        "username": "cody",
        "weight": 73.25,
        "token": "s3cr3tvalue",
        "bio": "I ride",
        "email": "ann@example.org",
        "ride": "deadbeefdeadbeefdeadbeefdeadbeef",
        "mood": "happy",
        "by_mail": {"bob@example.org": 1},
    }
    headers = JSON, ("X-Key", "s3cr3tvalue"), ("Set-Cookie", "sid=s3cr3tvalue")
    text = lock_text(learn(Lock(), [answer(body, *headers, asked="GET /?token=s3cr3tvalue")] * 30))

    for secret in ("cody", "73", "s3cr3t", "I ride", "ann@", "deadbeef", "happy", "bob@"):
        assert secret not in text


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version: 1", "version: 2", "/version"),
        ("    200:", "    ok:", "/requests/users~1List/ok"),
        ('answers: "84bb3c03f3"', 'answers: "84bb"', "/requests/users~1List/200/answers"),
        ('"81b519e198":', '"81b5":', "/requests/users~1List/200/asked/81b5"),
        ("..46........", "..4.........", "/requests/users~1List/200/asked/81b519e198"),
        ("bodies: {json: 1}", "bodies: {yaml: 1}", "/requests/users~1List/200/bodies"),
        ("bodies: {json: 1}", "bodies: {json: x}", "/requests/users~1List/200/bodies"),
        ("x-total: 1/1", "x-total: often", "/requests/users~1List/200/headers/x-total"),
        ("sid: 1/1, httponly 1,", "sid: 1/1, httponly,", "/requests/users~1List/200/cookies/sid"),
        ('org: "12.34"', 'org: "soon"', "/requests/users~1List/200/latency/api.example.org"),
        ("pages:", "pagez:", "/requests/users~1List/200/pagez"),
        (
            "type=rest: {answers: 10,",
            "type=rest: {answers: x,",
            "/requests/users~1List/200/variants/~1data~1*/type=rest",
        ),
        ("/data/*: object 20", "/data/*: objects 20", "/requests/users~1List/200/body/~1data~1*"),
        ("/data/*: object 20", "/data/*: object many", "/requests/users~1List/200/body/~1data~1*"),
        ("1e9..2e9", "1e9", "/requests/users~1List/200/body/~1data~1*~1at"),
        ("hex32 20, open", "hex33 20, open", "/requests/users~1List/200/body/~1data~1*~1id"),
        ("/limit: always 1/1; ", "/limit: ", "/requests/users~1List/200/body/~1limit"),
        ("/data: always 1/1; array 1", "/data: always 1/1; null 1", "/requests/users~1List/200/body/~1data~1*"),
        ("        /data: always 1/1; array 1\n", "", "/requests/users~1List/200/body/~1data~1*"),
        ("        /limit:", "        limit:", "/requests/users~1List/200/body/limit"),
    ],
)
def test_a_lock_that_is_damaged(old: str, new: str, place: str) -> None:
    """The error names the place, and the way out: a lock is not repaired by hand."""
    assert old in GOLDEN

    with pytest.raises(FormatError) as caught:
        parse_lock(parsed(GOLDEN.replace(old, new)))

    assert caught.value.where is not None
    assert caught.value.where.pointer == place
    assert "learn again" in caught.value.fix


def test_a_file_that_is_no_lock(tmp_path: Path) -> None:
    """Such as a list, or YAML that is cut off."""
    for text in ("- 1\n", "version: 1\n", "version: [1\n"):
        (tmp_path / "contract.lock").write_text(text)
        with pytest.raises(FormatError):
            read_lock(tmp_path / "contract.lock")

"""Whatever an answer holds, the verdict is a verdict: checks never crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paceline.contract.checker import ContractChecker
from paceline.contract.graphql import Query
from paceline.contract.paging import next_request
from paceline.contract.response import check_response
from paceline.model.exchange import HttpRequest, HttpResponse

NAMES = st.sampled_from(
    "data errors message path tag users edges node id pageInfo hasNextPage endCursor __typename show_next page "
    "total workout_counts streaks name total_work peloton ride \ud800 a/b".split()
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6))

QUERY = Query(
    '{ tag(tagName: "a") { users { edges { node { id protectedFields { ... on Error { message } } } } '
    "pageInfo { hasNextPage endCursor } } } }"
)


def answer(value: Any) -> HttpResponse:
    body = json.dumps(value).encode()
    return HttpResponse(200, headers=(("Content-Type", "application/json"),), body=body)


@pytest.mark.parametrize(
    "key", ["users/User Overview", "users/User Workouts", "workouts/Workout by Id", "graphql/TagDetail", "auth/Login"]
)
@settings(max_examples=25, deadline=None)
@given(value=JSON)
def test_any_json_gets_a_verdict(checker: ContractChecker, key: str, value: Any) -> None:
    """None of these fits, and each breach can be printed and put into a report."""
    contract = checker.book.get(key)

    verdict = check_response(
        contract, answer(value), checker.schemas, checker.types, query=QUERY, set_cookies=["a=b"], refusals=True
    )

    assert not verdict.kept
    assert "".join(map(str, [*verdict.breaches, *verdict.unknown])).encode()


@pytest.mark.parametrize("key", ["users/User Workouts", "graphql/TagDetail"])
@settings(max_examples=25, deadline=None)
@given(value=JSON, asked=JSON)
def test_any_json_has_a_next_page_or_none(checker: ContractChecker, key: str, value: Any, asked: Any) -> None:
    """The request may be anything too."""
    rule = checker.book.get(key).paging
    assert rule is not None

    following = next_request(rule, HttpRequest("POST", "http://a/?page=1", (), json.dumps(asked).encode()), value)

    assert following is None or following != HttpRequest("POST", "http://a/?page=1", (), json.dumps(asked).encode())

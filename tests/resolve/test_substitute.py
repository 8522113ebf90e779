"""A request with its values put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from paceline.formats.request import request_from_json
from paceline.formats.url_text import parse
from paceline.model.collection import Auth, Body, FormPart, Param, RequestTemplate, Url
from paceline.resolve.scopes import MISSING
from paceline.resolve.substitute import substitute, substitute_auth, templates

VALUES = {"a": "A", "b": "B", "path": "x/y?z=1", "n": 5}


def find(name: str) -> Any:
    return VALUES.get(name, MISSING)


def request(**more: Any) -> RequestTemplate:
    return RequestTemplate(Url(host=("h",)), **more)


def test_the_address_is_resolved_as_one_text() -> None:
    """So that one variable may hold path and query together; path variables are put in on the way."""
    written = request_from_json(
        {"url": {"host": ["{{a}}"], "path": ["{{path}}", ":id"], "variable": [{"key": "id", "value": "{{n}}"}]}}
    )

    assert substitute(written, find).url == parse("A/x/y?z=1/5", at=written.url.at)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({"method": "{{a}}"}, {"method": "A"}, id="method"),
        pytest.param(
            {"headers": (Param("{{a}}", "{{b}}"), Param("k", None))},
            {"headers": (Param("A", "B"), Param("k", None))},
            id="headers",
        ),
        pytest.param(
            {"headers": (Param("{{a}}", "{{b}}", enabled=False),)},
            {"headers": (Param("{{a}}", "{{b}}", enabled=False),)},
            id="disabled ones stay as they are",
        ),
        pytest.param(
            {"auth": Auth("x", (("k", "{{a}}"), ("n", 5), ("t", True)))},
            {"auth": Auth("x", (("k", "A"), ("n", 5), ("t", True)))},
            id="authorization, text only",
        ),
        pytest.param({"body": Body("raw", raw="{{a}}")}, {"body": Body("raw", raw="A")}, id="raw"),
        pytest.param(
            {"body": Body("urlencoded", params=(Param("{{a}}", "{{n}}"),))},
            {"body": Body("urlencoded", params=(Param("A", "5"),))},
            id="urlencoded",
        ),
        pytest.param(
            {
                "body": Body(
                    "formdata",
                    parts=(
                        FormPart("{{a}}", "file", sources=("{{a}}.txt", "{{b}}.txt"), content_type="{{a}}/{{b}}"),
                        FormPart("{{a}}", value="{{b}}", enabled=False),
                    ),
                )
            },
            {
                "body": Body(
                    "formdata",
                    parts=(
                        FormPart("A", "file", sources=("A.txt", "B.txt"), content_type="A/B"),
                        FormPart("{{a}}", value="{{b}}", enabled=False),
                    ),
                )
            },
            id="formdata",
        ),
        pytest.param({"body": Body("file", source="{{a}}")}, {"body": Body("file", source="A")}, id="file"),
        pytest.param(
            {"body": Body("graphql", query="{{a}}", operation_name="{{b}}", variables='{"v": {{n}}}')},
            {"body": Body("graphql", query="A", operation_name="B", variables='{"v": 5}')},
            id="graphql with text",
        ),
        pytest.param(
            {"body": Body("graphql", variables={"{{a}}": ["{{b}}", 1, None]})},
            {"body": Body("graphql", variables={"{{a}}": ["B", 1, None]})},
            id="graphql with JSON",
        ),
    ],
)
def test_every_part_is_substituted(written: Any, expected: Any) -> None:
    """What is text and enabled."""
    after = substitute(request(**written), find)

    assert replace(after, url=request().url) == request(**expected)


def test_inherited_authorization_is_substituted_by_itself() -> None:
    """It is not part of the request."""
    assert substitute_auth(Auth("bearer", (("token", "{{a}}{{nope}}"),)), find) == Auth(
        "bearer", (("token", "A{{nope}}"),)
    )


BODIES: list[Callable[[str], Body]] = [
    lambda text: Body("raw", raw=text),
    lambda text: Body("urlencoded", params=(Param(text, ""),)),
    lambda text: Body("urlencoded", params=(Param("k", text),)),
    lambda text: Body("formdata", parts=(FormPart("k", value=text),)),
    lambda text: Body("formdata", parts=(FormPart("k", "file", sources=("x", text)),)),
    lambda text: Body("formdata", parts=(FormPart("k", value="v", content_type=text),)),
    lambda text: Body("formdata", parts=(FormPart("k", "file", sources=("x",), file_name=text),)),
    lambda text: Body("file", source=text),
    lambda text: Body("graphql", query=text),
    lambda text: Body("graphql", operation_name=text),
    lambda text: Body("graphql", variables=text),
    lambda text: Body("graphql", variables={"a": [text]}),
]


@pytest.mark.parametrize("body", BODIES)
def test_what_is_substituted_is_looked_through_for_unknown_names(body: Callable[[str], Body]) -> None:
    """Nothing that would be sent is forgotten when unknown variables are looked for."""
    told = " ".join(text for _, text in templates(request(body=body("{{u}}")), None))

    assert "{{u}}" in told
    assert "{{u}}" not in " ".join(text for _, text in templates(request(body=body("{{u}}")), None, with_body=False))
    assert substitute(request(body=body("{{a}}")), find).body == body("A")

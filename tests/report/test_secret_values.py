"""Secrets found in text by what they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.secret_forms import FORMS

from paceline.report.secret_values import SecretValues, is_telling

SECRET = 'hun"ter/2 +é&<\\x>'


def values(*secrets: str) -> SecretValues:
    found = SecretValues()
    for secret in secrets:
        found.add(secret)
    return found


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_is_found_in_every_form(form: Callable[[str], str]) -> None:
    """Nothing but the mask is left of it, be it one of a few secrets or of thousands."""
    few, many = values(SECRET), values(SECRET, *(f"other-secret-{number}" for number in range(500)))
    text = f"before {form(SECRET)} after"

    hidden = few.hide(text)

    assert hidden.replace('\\"', "").replace('"', "").removesuffix("=") == "before ******** after"
    assert hidden == many.hide(text)
    assert hidden.encode() == few.hide_bytes(text.encode())


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=4, max_size=20).filter(is_telling),
    form=st.sampled_from(list(FORMS.values())),
)
def test_any_secret_is_found_in_every_form(secret: str, form: Callable[[str], str]) -> None:
    """No value with which a report tells more than that there is one."""
    written = form(secret)
    hidden = values(secret).hide(f" {written} ")

    assert "********" in hidden
    assert secret not in hidden
    assert written.strip('"\\ ') not in hidden


def test_the_longest_secret_counts() -> None:
    """Of secrets within each other or overlapping nothing is left."""
    assert "********" == values("abc123", "abc123def").hide("abc123def")
    assert "x********x" == values("abc123", "123def").hide("xabc123defx")


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        pytest.param("blue", "a bluetooth device, blue", "a bluetooth device, ********", id="a word"),
        pytest.param("482913", "id 1482913, code 482913", "id 1482913, code ********", id="a number"),
        pytest.param("hunter2", "xhunter2x", "x********x", id="what is neither, everywhere"),
        pytest.param("blue", r"\nblue%20blue%20", r"\n********%20********%20", id="a word after an escape"),
    ],
)
def test_short_words_and_numbers_count_as_a_whole(secret: str, text: str, expected: str) -> None:
    """A part of a longer word or number is not the secret."""
    assert expected == values(secret).hide(text)


@pytest.mark.parametrize("value", ["", "abc", "true", "False", "null", "1234", "password", "Admin", "****", "    "])
def test_what_is_hidden_in_its_own_field_only(value: str) -> None:
    """Short values, short numbers and words of every report would turn half of it into stars."""
    assert not is_telling(value)
    assert values(value).count == 0


def test_what_is_declared_a_secret_may_be_a_common_word() -> None:
    """The user has said that it is one; as a word, and not below four characters."""
    secrets = SecretValues()
    secrets.add("admin", declared=True)
    secrets.add("abc", declared=True)

    assert "******** administers abc" == secrets.hide("admin administers abc")


def test_templates_and_addresses_are_no_secrets() -> None:
    """`{{token}}` is not sent, and the address of a token service is known to everybody."""
    assert not is_telling("Bearer {{token}}")
    assert not is_telling("https://login.test/token")
    assert is_telling("https://hooks.test/?sig=x7")


def test_a_text_without_secrets_is_the_same_object() -> None:
    """So that nobody has to compare."""
    text, data = "no secrets", b"no secrets \xff"

    assert values("hunter2").hide(text) is text
    assert values("hunter2").hide_bytes(data) is data


def test_bytes_that_are_no_text() -> None:
    """What stands around a secret is kept, whatever it is."""
    assert b"\xff\x00********\xfe" == values("hunter2").hide_bytes(b"\xff\x00hunter2\xfe")

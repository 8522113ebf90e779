"""Names that stand for secrets, and names that only look like it."""

from __future__ import annotations

import pytest

from paceline.report.secret_names import STEMS, is_secret_header, is_secret_name, is_secret_parameter

SECRET = """
    password Password PASSWORD userPassword user_password newPassword password_confirmation user[password] passwd pwd pw
    db_pass pass passphrase PGPASSWORD passwort
    token access_token accessToken ACCESS_TOKEN id_token refreshToken csrftoken X-CSRF-Token xsrf OAuth2Token
    access_token2 token_v2 tokens jwt bearer_token X-Amz-Security-Token
    secret client_secret clientSecret SECRETKEY secret_access_key secret_id webhookSecret
    api_key apiKey APIKey apikey X-Api-Key x-functions-key Ocp-Apim-Subscription-Key private_key aws_access_key_id
    Authorization Proxy-Authorization auth_token authKey auth_code
    session_id sessionId SESSION-ID peloton_session_id JSESSIONID PHPSESSID ASP.NET_SessionId connect.sid sessionToken
    credentials X-Amz-Credential Cookie Set-Cookie session_cookie X-Amz-Signature signature otp
"""

HARMLESS = """
    id user_id username email key keys sort_key foreign_key publicKey primaryKey monkey keyboard name url base_url
    session sessions session_count token_type tokenUrl access_token_url token_expires_at expires_in max_tokens
    total_tokens completion_tokens nextPageToken page_token has_password isSecret password_length passwordPolicy
    password_hint requires_token passed passes compass passenger author authority auth_url authUrl authenticated
    secretary tokenizer secret_name cookie_policy signature_algorithm code status state grant_type client_id addTokenTo
    Postman-Token postman-token Access-Control-Allow-Credentials Content-Type ETag WWW-Authenticate
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_name_of_a_secret(name: str) -> None:
    """Words, pairs of words and ends of words tell a secret, however they are joined."""
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_a_name_that_is_none(name: str) -> None:
    """A name that is about a secret, or only holds the letters of one, is none."""
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", SECRET.split())
def test_the_quick_look_overlooks_no_name(name: str) -> None:
    """Text without any of the stems is not searched for names, so every name has one."""
    assert any(stem in name.lower() for stem in STEMS)


def test_a_header_without_a_telling_name() -> None:
    """`X-Auth` is a credential by custom, while a field `auth` is mostly a structure."""
    assert is_secret_header("X-Auth")
    assert not is_secret_name("auth")


def test_the_value_of_an_api_key() -> None:
    """Of Postman's API key auth it is the parameter called `value`, and only there."""
    assert is_secret_parameter("apikey", "value")
    assert not is_secret_parameter("apikey", "key")
    assert not is_secret_parameter("oauth1", "value")

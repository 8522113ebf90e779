"""The one account of the emulator and its two bearer tokens. All of it is made up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from tests.emulator.ids import hex_id

EMAIL = "rider@example.com"
USERNAME = "paceline_rider"
PASSWORD = "correct-horse"
USER_ID = hex_id("user", 0)

_SIGNING_KEY = b"synthetic-key-of-the-emulator"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _signature(signed: str) -> str:
    return _base64url(hmac.new(_SIGNING_KEY, signed.encode(), hashlib.sha256).digest())


def make_token(expires_at: int, user_id: str = USER_ID) -> str:
    """A JWT-shaped access token (RFC 7519) that only this emulator accepts.

    Args:
        expires_at: unix seconds; compared with the emulator's frozen clock, not with the real one.
    """
    header = {"alg": "HS256", "typ": "JWT", "kid": "synthetic"}
    claims = {"iss": "https://auth.example.com/", "sub": user_id, "aud": "https://api.example.com/", "exp": expires_at}
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{_signature(signed)}"


VALID_TOKEN = make_token(4102444800)
"""Expires on 2100-01-01."""

EXPIRED_TOKEN = make_token(1577836800)
"""Expired on 2020-01-01."""


def user_of_token(token: str, now: int) -> str | None:
    """Id of the member a bearer token stands for; None when it is not ours, not a token, or expired by `now`."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(signed).encode()):
        return None
    payload = signed.partition(".")[2]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"]) if claims["exp"] > now else None

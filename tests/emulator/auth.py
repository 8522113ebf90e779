"""Logging in and out, and finding out who calls."""

from __future__ import annotations

import hmac
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, Response

from tests.emulator.call import Call
from tests.emulator.clock import DAY, NOW
from tests.emulator.credentials import PASSWORD, USER_ID, user_of_token
from tests.emulator.errors import login_failed
from tests.emulator.state import State
from tests.emulator.users import user_me

Json = dict[str, Any]

COOKIE = "peloton_session_id"
COOKIE_SECONDS = 30 * DAY
"""That the cookie has a max-age is known, how long it is not."""


def sent_session(headers: Headers) -> str | None:
    """Value of the session cookie as sent, valid or not."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE)


def caller_of(state: State, headers: Headers, now: int = NOW) -> str | None:
    """Id of the member the credential stands for, None without a valid one.

    In session mode only the cookie counts, in bearer mode only the Authorization header.

    Args:
        now: unix seconds, for the time until which a token is valid.
    """
    if state.auth == "session":
        return state.sessions.owner(sent_session(headers) or "")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return user_of_token(token.strip(), now) if scheme.lower() == "bearer" else None


def _set_cookie(response: Response, value: str, seconds: int) -> Response:
    """Attributes but the max-age are unknown. No Secure, as we speak plain HTTP, and no Domain: this host only."""
    response.headers.append("set-cookie", f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly")
    return response


def login(call: Call) -> Response:
    """Opens a session; in bearer mode the closed door of today, before anything is looked at.

    The body is read as JSON whatever its content type says, as the real service did.
    """
    if call.state.auth == "bearer":
        closed = {"status": 403, "message": "Access forbidden. Endpoint no longer accepting requests."}
        return JSONResponse(closed, status_code=403)
    name, password = call.text_field("username_or_email"), call.text_field("password")
    profile = call.state.profile
    known = name.lower() in (profile["email"].lower(), profile["username"].lower())
    if not known or not hmac.compare_digest(password.encode(), PASSWORD.encode()):
        raise login_failed()
    session_id = call.state.sessions.open(USER_ID)
    pubsub = {"channel": f"synthetic-{session_id[:8]}"} if call.fields().get("with_pubsub") else {}
    body = {
        "session_id": session_id,
        "user_id": USER_ID,
        "user_data": user_me(call.state),
        "pubsub_session": pubsub,
    }
    return _set_cookie(JSONResponse(body), session_id, COOKIE_SECONDS)


def logout(call: Call) -> Response:
    """Ends the session of the cookie, whatever session the body names. A bearer token stays valid. All a guess."""
    call.fields()
    response = JSONResponse({"is_authed": False, "is_valid": False})
    if call.state.auth == "bearer":
        return response
    if "ended session" not in call.hooks:
        call.state.sessions.close(call.session_id or "")
    return _set_cookie(response, "", 0)


def check_session(call: Call) -> Json:
    """200 either way; `user` only with a valid credential."""
    if call.caller is None:
        return {"is_authed": False, "is_valid": False}
    return {"is_authed": True, "is_valid": True, "user": user_me(call.state)}

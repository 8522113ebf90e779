"""Refusals: the JSON error body of the API, and the HTML page of an unknown route."""

from __future__ import annotations

from typing import Any

LOGIN_FAILED = 3010
"""The only `error_code` the public evidence shows."""

NOT_FOUND_PAGE = """<!DOCTYPE html>
<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>No such page.</p></body></html>
"""


class ApiError(Exception):
    """A refusal that reaches the client as status and JSON body."""

    def __init__(self, status: int, message: str, error_code: int | None = None, details: Any = None) -> None:
        super().__init__(status, message, error_code, details)
        self.status = status
        self.message = message
        self.error_code = error_code
        self.details = details

    def body(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "error_code": self.error_code,
            "subcode": None,
            "message": self.message,
            "details": self.details,
        }


def not_logged_in() -> ApiError:
    return ApiError(401, "Not logged in")


def login_failed() -> ApiError:
    return ApiError(401, "Login failed", LOGIN_FAILED)


def forbidden(details: str) -> ApiError:
    """Somebody else's data. The status is reported by clients, the body is a guess."""
    return ApiError(403, "Forbidden", details=details)


def not_found(what: str) -> ApiError:
    """An unknown id. That the body is the JSON one is reported, the wording is a guess."""
    return ApiError(404, f"{what} not found")


def invalid(details: Any) -> ApiError:
    """A request that does not fit. The message is reported for unfit joins; `details` are ours."""
    return ApiError(400, "Request was invalid", details=details)

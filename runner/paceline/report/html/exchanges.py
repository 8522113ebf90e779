"""Requests and responses as data for the page, without their secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from paceline.model.exchange import Exchange, HttpRequest, HttpResponse, Timings, Trip
from paceline.model.outcome import ItemResult
from paceline.report.curl import curl_command
from paceline.report.html.bodies import beginning, body_json
from paceline.report.masking import Mask

_LONGEST_CURL_BODY: Final = 8192
_PHASES: Final = ("dns", "connect", "tls", "send", "wait", "download")


def trip_json(trip: Trip, mask: Mask) -> dict[str, Any]:
    """A request with all its redirects: `hops` in order, the time of all, and the command that repeats it."""
    masked = [mask.request(hop.request) for hop in trip.hops]
    return {
        "hops": [_hop(request, hop, mask) for request, hop in zip(masked, trip.hops, strict=True)],
        "ms": round(trip.response.elapsed_ms, 2),
        "curl": _curl(masked[0], follow=len(masked) > 1),
    }


def unanswered_json(request: HttpRequest, mask: Mask) -> dict[str, Any]:
    """A request without a response, in the same shape."""
    masked = mask.request(request)
    return {"hops": [{"request": _request(masked, request)}], "curl": _curl(masked)}


def command(result: ItemResult, mask: Mask) -> str:
    """The command that sends the request of an item again; empty where nothing was to be sent."""
    if result.trip is not None:
        return _curl(mask.request(result.trip.request), follow=len(result.trip.hops) > 1)
    return "" if result.outgoing is None else _curl(mask.request(result.outgoing))


def _curl(masked: HttpRequest, *, follow: bool = False) -> str:
    return curl_command(masked, follow=follow, longest_body=_LONGEST_CURL_BODY)


def _hop(masked: HttpRequest, hop: Exchange, mask: Mask) -> dict[str, Any]:
    data = {"request": _request(masked, hop.request), "response": _response(hop.response, mask)}
    return data if hop.timings is None else {**data, "timings": _timings(hop.timings)}


def _timings(timings: Timings) -> dict[str, float | bool]:
    """The phases there were, in milliseconds."""
    phases = {name: getattr(timings, name) for name in _PHASES}
    return {name: round(ms, 2) for name, ms in phases.items() if ms is not None} | {"reused": timings.reused}


def _request(masked: HttpRequest, request: HttpRequest) -> dict[str, Any]:
    data: dict[str, Any] = {"method": masked.method, "url": masked.url, "headers": masked.headers}
    shown = body_json(beginning(masked.body or b""), request.size, _content_type(masked.headers))
    return data if shown is None else {**data, "body": shown}


def _response(response: HttpResponse, mask: Mask) -> dict[str, Any]:
    masked = mask.response(replace(response, body=beginning(response.body)))
    data: dict[str, Any] = {
        "status": masked.status,
        "reason": masked.reason,
        "version": masked.http_version,
        "headers": masked.headers,
        "ms": round(masked.elapsed_ms, 2),
        "size": response.size,
        "wire": masked.wire_bytes,
    }
    shown = body_json(masked.body, response.size, _content_type(masked.headers))
    return data if shown is None else {**data, "body": shown}


def _content_type(headers: tuple[tuple[str, str], ...]) -> str | None:
    return next((value for name, value in headers if name.lower() == "content-type"), None)

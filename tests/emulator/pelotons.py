"""Sessions of classes (the API says pelotons) and reservations of places in them."""

from __future__ import annotations

import base64
from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.clock import DAY, NOW
from tests.emulator.errors import forbidden, not_found
from tests.emulator.state import State

Json = dict[str, Any]


def join_token(session: world.Session) -> str:
    """Opaque to clients."""
    return base64.b64encode(f"join:{session.id}".encode()).decode()


def peloton_session(state: State, session: world.Session, is_own: bool) -> Json:
    """Times in unix seconds, null before the session began; scheduled_start_time is null on demand.

    Args:
        is_own: whether the caller's reservation may be shown.
    """
    over = session.status == "COMPLETE"
    reserved = session.id in state.reservations
    scheduled = session.id in state.peloton_sessions
    return {
        "id": session.id,
        "ride_id": session.ride.id,
        "status": session.status,
        "server_time": NOW,
        "scheduled_start_time": session.start if scheduled else None,
        "start_time": session.start if over else None,
        "end_time": session.start + session.ride.minutes * 60 if over else None,
        "pedaling_start_time": session.start + 60 if over else None,
        "pedaling_end_time": session.start + 60 + session.ride.minutes * 60 if over else None,
        "created_at": session.start - 14 * DAY,
        "countdown": None,
        "seconds_since_start": None,
        "is_live": session.is_live,
        "is_studio": session.is_studio,
        "is_encore": not session.is_live,
        "is_complete": over,
        "is_session": False,
        "total_workouts": 100 + session.number if over else 0,
        "total_home_reservations": 10 + session.number + int(reserved),
        "authed_user_reservation_id": session.id if is_own and reserved else None,
        "join_token": join_token(session),
    }


def create_reservation(call: Call) -> Json:
    """Reserves a place; twice is the same as once. The reservation has the session's id, as in the known example."""
    session = call.state.peloton_sessions.get(call.text_field("peloton_id"))
    if session is None:
        raise not_found("Peloton")
    if call.text_field("user_id") != call.caller:
        raise forbidden("another member's reservation")
    call.state.reservations.add(session.id)
    return {
        "id": session.id,
        "join_token": join_token(session),
        "peloton_id": session.id,
        "user_id": call.caller,
    }


def remove_reservation(call: Call) -> Json:
    if call.path["reservation_id"] not in call.state.reservations:
        raise not_found("Reservation")
    call.state.reservations.remove(call.path["reservation_id"])
    return {"deleted": True}

"""Follow state between the own account and other members."""

from __future__ import annotations

from typing import Any

from tests.emulator.call import Call
from tests.emulator.credentials import USER_ID
from tests.emulator.errors import invalid, not_found
from tests.emulator.state import State

Json = dict[str, Any]


def relationship(state: State, member_id: str) -> Json:
    """Both directions between the own account and a member: following, follow_pending, none, or null."""
    if member_id == USER_ID:
        return {"me_to_user": None, "user_to_me": None}
    return {"me_to_user": state.me_to_user[member_id], "user_to_me": state.user_to_me[member_id]}


def change_relationship(call: Call) -> Json:
    """Follow or unfollow. A private member has to agree first, and nobody here ever does."""
    action, member_id = call.text_field("action"), call.text_field("user_id")
    member = call.state.members.get(member_id)
    if member is None:
        raise not_found("User")
    if action not in ("follow", "unfollow"):
        raise invalid({"action": "follow or unfollow is required"})
    if member_id == call.caller:
        raise invalid({"user_id": "nobody follows themselves"})
    if action == "unfollow":
        call.state.me_to_user[member_id] = "none"
    elif not call.state.follows(member_id):
        call.state.me_to_user[member_id] = "follow_pending" if call.state.is_private(member) else "following"
    return relationship(call.state, member_id)

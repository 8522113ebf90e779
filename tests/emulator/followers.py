"""Lists of members: followers, following, search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.errors import invalid
from tests.emulator.paging import paginate
from tests.emulator.relationships import relationship
from tests.emulator.users import location, total_followers, total_following

Json = dict[str, Any]


def user_summary(call: Call, member: world.Member) -> Json:
    """A row of a member list. The counters of private members are null."""
    state, hidden = call.state, call.state.is_private(member) and member.id != call.caller
    return {
        "id": member.id,
        "username": state.username(member),
        "image_url": picture(f"user-{member.number}"),
        "is_profile_private": state.is_private(member),
        "location": location(state, member),
        "total_followers": None if hidden else total_followers(state, member),
        "total_following": None if hidden else total_following(state, member),
        "total_workouts": None if hidden else len(state.workouts_of(member.id)),
        "authed_user_follows": state.follows(member.id),
        "relationship": relationship(state, member.id),
        "category": "following" if state.follows(member.id) else "others",
    }


def _page(call: Call, members: Sequence[world.Member]) -> Json:
    shown, counters = paginate(members, call)
    following = {"page": counters["page"] + 1} if counters["show_next"] else {"page": None}
    return {
        "data": [user_summary(call, member) for member in shown],
        **counters,
        "sort_by": None,
        "next": following,
    }


def _neighbours(member: world.Member) -> list[world.Member]:
    """Whom another member follows and is followed by, besides the own account: the next five."""
    others = world.MEMBERS[1:]
    return [others[(member.number + step) % len(others)] for step in range(5)]


def list_followers(call: Call) -> Json:
    member = call.visible_member()
    if member.id == call.caller:
        followers = call.state.followers()
        pending = sum(call.state.user_to_me[each.id] == "follow_pending" for each in followers)
    else:
        me = [world.MEMBERS[0]] if call.state.follows(member.id) else []
        followers, pending = me + _neighbours(member), 0
    return _page(call, followers) | {"total_non_pending_followers": len(followers) - pending}


def list_following(call: Call) -> Json:
    member = call.visible_member()
    if member.id == call.caller:
        return _page(call, call.state.following())
    me = [world.MEMBERS[0]] if call.state.user_to_me[member.id] == "following" else []
    return _page(call, me + _neighbours(member))


def search_users(call: Call) -> Json:
    """Members whose leaderboard name contains `user_query`, in any case."""
    wanted = call.query.get("user_query", "").lower()
    if not wanted:
        raise invalid({"user_query": "a text is required"})
    found = [each for each in world.MEMBERS if wanted in call.state.username(each).lower()]
    return _page(call, found)

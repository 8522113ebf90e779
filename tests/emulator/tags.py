"""Tags as GraphQL objects: plain dicts whose fields with arguments are functions of (info, **arguments)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.emulator.catalogue import picture
from tests.emulator.credentials import USER_ID
from tests.emulator.state import TAG_SLOTS, State, Tag
from tests.emulator.world import Member

Json = dict[str, Any]
Row = TypeVar("Row")

TAGS_PER_PAGE = 5
USERS_PER_PAGE = 10
_NAME = re.compile(r"\w{1,30}", re.ASCII)

CATEGORY_NAMES = {"FEATURED": "Featured", "FRIENDS": "Friends", "POPULAR": "Popular", "TRENDING": "Trending"}
_FOLLOW_STATUS = {"following": "FOLLOWING", "follow_pending": "FOLLOW_PENDING"}


class BadCursorError(ValueError):
    """A cursor that this list never gave out."""


def _cursor(listing: str, offset: int) -> str:
    return base64.b64encode(f"{listing} {offset}".encode()).decode()


def _offset(listing: str, cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        name, _, offset = base64.b64decode(str(cursor), validate=True).decode().rpartition(" ")
        if name == listing:
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise BadCursorError("the cursor does not belong to this list")


def _connection(listing: str, rows: Sequence[Row], after: str | None, size: int, node: Callable[[Row], Json]) -> Json:
    """One page of a list. Cursors name their list, so that one cannot be used for another."""
    start = _offset(listing, after)
    has_next = start + size < len(rows)
    return {
        "totalCount": len(rows),
        "edges": [{"node": node(row)} for row in rows[start : start + size]],
        "pageInfo": {"hasNextPage": has_next, "endCursor": _cursor(listing, start + size) if has_next else None},
    }


def _image(name: str) -> Json:
    return {"location": picture(name)}


def user_node(state: State, member: Member) -> Json:
    own = member.id == USER_ID
    hidden = not own and state.is_private(member) and not state.follows(member.id)
    protected: Json = {"__typename": "UserProtectedFields", "totalWorkoutCounts": len(state.workouts_of(member.id))}
    if hidden:
        protected = _refusal("UserPrivacyError", "PRIVATE_PROFILE", "This profile is private.")
    return {
        "id": member.id,
        "username": state.username(member),
        "assets": {"image": _image(f"user-{member.number}")},
        "followStatus": "SELF" if own else _FOLLOW_STATUS.get(state.me_to_user[member.id] or "", "NONE"),
        "protectedFields": protected,
        "remainingTagSlotCount": TAG_SLOTS - len(state.own_tags) if own else None,
        "userTags": lambda _info: _user_tags(state, member),
    }


def _user_tags(state: State, member: Member) -> Json:
    """The caller's tags in the order of adding; others have no primary tag."""
    if member.id == USER_ID:
        names, primary = state.own_tags, state.primary_tag
    else:
        names, primary = [key for key, tag in state.tags.items() if member.id in tag.member_ids], None
    return {
        "primary": tag_node(state, primary) if primary else None,
        "allTags": [{"isPrimary": name == primary, "tag": tag_node(state, name)} for name in names],
    }


def tag_node(state: State, name: str) -> Json:
    """Also for a name that nobody has: then `exists` is false and the counts are 0."""
    tag = state.tags.get(name.lower(), Tag(name, []))
    members = [state.members[member_id] for member_id in tag.member_ids]

    def users(_info: object, after: str | None = None) -> Json:
        listing = f"users {name.lower()}"
        return _connection(listing, members, after, USERS_PER_PAGE, lambda member: user_node(state, member))

    return {
        "name": tag.name,
        "exists": bool(members),
        "hasAdded": name.lower() in state.own_tags,
        "followingCount": _followed(state, tag),
        "users": users,
        "assets": {
            "backgroundImage": _image(f"tag-{name.lower()}"),
            "detailBackgroundImage": _image(f"tag-{name.lower()}-detail"),
        },
        "metaTag": {"displayName": "Featured"} if tag.is_featured else None,
    }


def _followed(state: State, tag: Tag) -> int:
    return sum(state.follows(member_id) for member_id in tag.member_ids)


def _in_category(state: State, slug: str) -> list[str]:
    """Lower-case names: FRIENDS and POPULAR by size, TRENDING in alphabetical order (a stand-in), FEATURED marked."""
    existing = {key: tag for key, tag in state.tags.items() if tag.member_ids}
    if slug == "FEATURED":
        return [key for key, tag in existing.items() if tag.is_featured]
    if slug == "TRENDING":
        return sorted(existing)
    if slug == "FRIENDS":
        friends = {key: _followed(state, tag) for key, tag in existing.items()}
        return sorted((key for key in existing if friends[key]), key=lambda key: (-friends[key], key))
    return sorted(existing, key=lambda key: (-len(existing[key].member_ids), key))


def browse_category(state: State, slug: str) -> Json:
    def tags(_info: object, after: str | None = None) -> Json:
        names = _in_category(state, slug)
        return _connection(f"category {slug}", names, after, TAGS_PER_PAGE, lambda name: tag_node(state, name))

    return {"displayName": CATEGORY_NAMES[slug], "tags": tags}


def search_tags(state: State, text: str, after: str | None) -> Json:
    found = [key for key, tag in state.tags.items() if text.lower() in key and tag.member_ids]
    return _connection(f"search {text.lower()}", found, after, TAGS_PER_PAGE, lambda name: tag_node(state, name))


def _refusal(typename: str, code: str, message: str) -> Json:
    return {"__typename": typename, "code": code, "message": message}


def _not_added() -> Json:
    return _refusal("TagNotAddedError", "TAG_NOT_ADDED", "You do not have this tag.")


def add_tag(state: State, name: str) -> Json:
    """Adding a tag that nobody has creates it."""
    key = name.lower()
    if not _NAME.fullmatch(name):
        return _refusal("TagNameInvalidError", "TAG_NAME_INVALID", "A tag is made of letters, digits and underscores.")
    if key in state.own_tags:
        return _refusal("TagAlreadyAddedError", "TAG_ALREADY_ADDED", "You have this tag already.")
    if len(state.own_tags) >= TAG_SLOTS:
        return _refusal("TagSlotsUsedUpError", "TAG_SLOTS_USED_UP", f"You have {TAG_SLOTS} tags, which is the limit.")
    state.tags.setdefault(key, Tag(name, [])).member_ids.append(USER_ID)
    state.own_tags.append(key)
    return {"__typename": "AddTagToUserSuccess", "tag": tag_node(state, key)}


def remove_tag(state: State, name: str) -> Json:
    """Removing the primary tag leaves none as primary."""
    key = name.lower()
    if key not in state.own_tags:
        return _not_added()
    state.tags[key].member_ids.remove(USER_ID)
    state.own_tags.remove(key)
    if state.primary_tag == key:
        state.primary_tag = None
    return {"__typename": "RemoveTagFromUserSuccess", "tag": tag_node(state, key)}


def set_primary_tag(state: State, name: str) -> Json:
    key = name.lower()
    if key not in state.own_tags:
        return _not_added()
    state.primary_tag = key
    return {"__typename": "SetTagAsPrimarySuccess", "tag": tag_node(state, key)}

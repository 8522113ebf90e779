"""What mutations change. Each server start has its own `State`, and a new start begins afresh."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulator import world
from tests.emulator.credentials import EMAIL, USER_ID, USERNAME
from tests.emulator.ids import digest

Json = dict[str, Any]
AuthMode = Literal["session", "bearer"]
Direction = str | None
"""following, follow_pending, none, or null: the evidence shows null too."""

TAG_SLOTS = 10


class Sessions:
    """Login sessions. Ids are hashes of a counter, so the n-th login of every start gets the same id."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._opened = 0

    def open(self, user_id: str) -> str:
        self._opened += 1
        session_id = digest(f"session {self._opened}")
        self._owners[session_id] = user_id
        return session_id

    def owner(self, session_id: str) -> str | None:
        return self._owners.get(session_id)

    def close(self, session_id: str) -> None:
        self._owners.pop(session_id, None)


@dataclass
class Tag:
    """A tag somebody has. Names carry no `#`."""

    name: str
    member_ids: list[str]
    is_featured: bool = False


def _profile() -> Json:
    """The fields of the own account that Update User may change. Height is in inches, weight in pounds."""
    return {
        "username": USERNAME,
        "email": EMAIL,
        "first_name": "Riley",
        "last_name": "Example",
        "location": "Springfield, ZZ",
        "phone_number": "+1 555 0100",
        "birthday": 652060800,
        "gender": "non_binary",
        "height": 68.0,
        "weight": 150.5,
    }


def _settings() -> Json:
    """`timezone` is an integer by one specification only; seconds east of UTC is our reading."""
    privacy = dict.fromkeys(
        (
            "is_profile_private gender age weight height bmi share_music_profile workout_maps_private "
            "effort_zones_private new_facebook_friend_email_notification"
        ).split(),
        False,
    )
    shown = dict.fromkeys("friends_can_chat_me classmates_can_chat_me new_follower_email_notification".split(), True)
    captions = [{"locale": "en-US", "locale_name": "English", "enabled": False}]
    return {
        "weight_unit": "imperial",
        "height_unit": "imperial",
        "distance_unit": "imperial",
        "timezone": -18000,
        "block_explicit": False,
        "auto_post_workout_to_strava": False,
        "auto_post_workout_to_fitbit": False,
        "class_language_preferences": [
            {"locale": "en-US", "locale_name": "English", "display_all_classes": True, "captions": captions},
            {"locale": "de-DE", "locale_name": "German", "display_all_classes": False, "captions": []},
        ],
        "privacy": privacy | shown,
        "closed_captions": {"enabled": False, "language_preference": None},
    }


def _me_to_user(member: world.Member) -> Direction:
    if member.number % 3 != 1:
        return "following"
    return "follow_pending" if member.number == 7 else "none"


def _user_to_me(member: world.Member) -> Direction:
    special: dict[int, Direction] = {4: "follow_pending", 9: None}
    return special.get(member.number, "none" if member.number % 2 else "following")


def _tags() -> dict[str, Tag]:
    """The own tags, some popular ones, and a row of featured ones; by lower-case name, in list order."""
    own = {"PacelineTesters": 4, "PelotonDads": 25, "SunriseExamples": 7}
    tags = {name: Tag(name, [USER_ID, *_some_members(count)], is_featured=count == 25) for name, count in own.items()}
    tags["PelotonDevs"] = Tag("PelotonDevs", _some_members(12), is_featured=True)
    for number in range(1, 15):
        name = f"Example{world.number_word(number).title()}"
        tags[name] = Tag(name, _some_members(number + 1), is_featured=number % 2 == 0)
    return {name.lower(): tag for name, tag in tags.items()}


def _some_members(count: int) -> list[str]:
    return [member.id for member in world.MEMBERS[1 : count + 1]]


@dataclass
class State:
    """Everything that can change while the server runs.

    Attributes:
        me_to_user, user_to_me: relationship of the own account with each other member, by id.
        favorites: ids of bookmarked classes.
        reservations: ids of reserved sessions; a reservation has the id of its session.
        own_tags: lower-case names in the order of adding.
    """

    auth: AuthMode = "session"
    sessions: Sessions = field(default_factory=Sessions)
    profile: Json = field(default_factory=_profile)
    settings: Json = field(default_factory=_settings)
    workouts: dict[str, world.Workout] = field(default_factory=lambda: {each.id: each for each in world.workouts()})
    me_to_user: dict[str, Direction] = field(
        default_factory=lambda: {member.id: _me_to_user(member) for member in world.MEMBERS[1:]}
    )
    user_to_me: dict[str, Direction] = field(
        default_factory=lambda: {member.id: _user_to_me(member) for member in world.MEMBERS[1:]}
    )
    favorites: set[str] = field(default_factory=lambda: {world.RIDES[3].id})
    reservations: set[str] = field(default_factory=lambda: {world.SESSIONS[12].id})
    tags: dict[str, Tag] = field(default_factory=_tags)
    own_tags: list[str] = field(default_factory=lambda: ["pacelinetesters", "pelotondads", "sunriseexamples"])
    primary_tag: str | None = "pacelinetesters"

    members: dict[str, world.Member] = field(default_factory=lambda: {each.id: each for each in world.MEMBERS})
    rides: dict[str, world.Ride] = field(default_factory=lambda: {each.id: each for each in world.RIDES})
    peloton_sessions: dict[str, world.Session] = field(
        default_factory=lambda: {each.id: each for each in world.SESSIONS}
    )

    def follows(self, member_id: str) -> bool:
        return self.me_to_user.get(member_id) == "following"

    def following(self) -> list[world.Member]:
        return [member for member in world.MEMBERS[1:] if self.follows(member.id)]

    def followers(self) -> list[world.Member]:
        """Members who follow the own account or asked to."""
        wanted = ("following", "follow_pending")
        return [member for member in world.MEMBERS[1:] if self.user_to_me[member.id] in wanted]

    def username(self, member: world.Member) -> str:
        return str(self.profile["username"]) if member.id == USER_ID else member.username

    def is_private(self, member: world.Member) -> bool:
        return bool(self.settings["privacy"]["is_profile_private"]) if member.id == USER_ID else member.is_private

    def workouts_of(self, user_id: str) -> list[world.Workout]:
        """Newest upload first."""
        own = [workout for workout in self.workouts.values() if workout.user_id == user_id]
        return sorted(own, key=lambda workout: workout.created, reverse=True)

"""Members: the own account, others, lists of them, and changes of the own profile."""

from __future__ import annotations

from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.catalogue import DISCIPLINES, picture
from tests.emulator.clock import DAY, NOW
from tests.emulator.credentials import USER_ID
from tests.emulator.errors import invalid, not_found
from tests.emulator.ids import digest, hex_id
from tests.emulator.relationships import relationship
from tests.emulator.state import State

Json = dict[str, Any]


def streaks() -> Json:
    """Weeks and days in a row; best_weekly below current_weekly was met in a real answer."""
    return {
        "current_weekly": 8,
        "best_weekly": 7,
        "start_date_of_current_weekly": NOW - 56 * DAY,
        "current_daily": 0,
        "start_date_of_current_daily": None,
    }


def workout_counts(state: State, member: world.Member) -> list[Json]:
    """Number of workouts per discipline, also where it is 0."""
    done = [workout.discipline.slug for workout in state.workouts_of(member.id)]
    return [
        {"name": each.name, "slug": each.slug, "count": done.count(each.slug), "icon_url": picture(each.slug)}
        for each in DISCIPLINES.values()
    ]


def tags_info(state: State, member: world.Member) -> Json:
    primary = state.tags[state.primary_tag].name if member.id == USER_ID and state.primary_tag else "PelotonDads"
    return {
        "primary_name": primary,
        "primary_tag_background_image_url": picture(f"tag-{primary.lower()}"),
        "total_joined": sum(member.id in tag.member_ids for tag in state.tags.values()),
    }


def location(state: State, member: world.Member) -> str:
    """Free text; every fifth member left it empty."""
    if member.id == USER_ID:
        return str(state.profile["location"])
    return "Springfield, ZZ" if member.number % 5 else ""


def total_followers(state: State, member: world.Member) -> int:
    """Members who follow; those who only asked do not count."""
    if member.id == USER_ID:
        return sum(direction == "following" for direction in state.user_to_me.values())
    return 5 + state.follows(member.id)


def total_following(state: State, member: world.Member) -> int:
    if member.id == USER_ID:
        return len(state.following())
    return 5 + (state.user_to_me[member.id] == "following")


def user_public(state: State, member: world.Member, caller: str | None) -> Json:
    """A member as others see them; the relationship members only for a logged-in caller."""
    rows = state.workouts_of(member.id)
    pedaling = sum(row.discipline.is_pedaling for row in rows)
    shown = {
        "id": member.id,
        "username": state.username(member),
        "location": location(state, member),
        "image_url": picture(f"user-{member.number}"),
        "is_profile_private": state.is_private(member),
        "is_provisional": False,
        "created_at": NOW - (400 + member.number) * DAY,
        "last_workout_at": rows[0].start if rows else None,
        "total_workouts": len(rows),
        "total_pedaling_metric_workouts": pedaling,
        "total_non_pedaling_metric_workouts": len(rows) - pedaling,
        "total_followers": total_followers(state, member),
        "total_following": total_following(state, member),
        "workout_counts": workout_counts(state, member),
        "block_explicit": False,
        "block_prenatal": False,
        "disable_explicit_warning": False,
        "is_effort_score_enabled": member.number % 2 == 0,
        "tags_info": tags_info(state, member),
    }
    if caller is None:
        return shown
    return shown | {
        "authed_user_follows": state.follows(member.id),
        "relationship": relationship(state, member.id),
        "streaks": streaks(),
    }


def user_me(state: State) -> Json:
    """The own account: the public form, the changeable profile, and what only the owner sees."""
    profile, settings = state.profile, state.settings
    return {
        **user_public(state, world.MEMBERS[0], USER_ID),
        **profile,
        "name": f"{profile['first_name']} {profile['last_name']}",
        "middle_initial": "",
        "height_unit": settings["height_unit"],
        "weight_unit": settings["weight_unit"],
        "block_explicit": settings["block_explicit"],
        "total_pending_followers": sum(direction == "follow_pending" for direction in state.user_to_me.values()),
        **_heart_and_power(),
        **_standing(),
        **_payment(),
        **_linked_accounts(state),
        **_devices(),
    }


def _heart_and_power() -> Json:
    """Heart-rate zones are lower limits in beats per minute; FTP is in watts, 0 when there is none."""
    return {
        "default_max_heart_rate": 180,
        "default_heart_rate_zones": [0, 117, 135, 153, 171.0],
        "customized_max_heart_rate": 0,
        "customized_heart_rate_zones": [],
        "cycling_ftp": 180,
        "cycling_ftp_source": "ftp_manual_source",
        "cycling_ftp_workout_id": None,
        "cycling_workout_ftp": 0,
        "estimated_cycling_ftp": 175,
        "power_zone_always_on": False,
    }


def _standing() -> Json:
    agreements = ("terms_of_service", "privacy_policy", "subscription_terms")
    return {
        "instructor_id": None,
        "is_demo": False,
        "is_complete_profile": True,
        "is_internal_beta_tester": False,
        "is_external_beta_tester": False,
        "has_signed_waiver": True,
        "is_email_verified": True,
        "is_profile_image_default": False,
        "account_creation_method": "web",
        "allow_marketing": False,
        "created_country": "US",
        "locale": "en-US",
        "feed_privacy": "public",
        "member_groups": [],
        "corporate_wellness_group": None,
        "contract_agreements": [
            {
                "contract_type": kind,
                "contract_id": hex_id("contract", number),
                "contract_created_at": NOW - 500 * DAY,
                "bike_contract_url": f"https://www.example.com/{kind}/bike",
                "tread_contract_url": f"https://www.example.com/{kind}/tread",
                "agreed_at": NOW - 400 * DAY,
                "contract_display_name": kind.replace("_", " ").title(),
            }
            for number, kind in enumerate(agreements, start=1)
        ],
    }


def _payment() -> Json:
    return {
        "can_charge": True,
        "card_expires_at": NOW + 700 * DAY,
        "has_active_device_subscription": True,
        "has_active_digital_subscription": False,
        "subscription_credits": 0,
        "subscription_credits_used": 0,
        "referral_code": None,
        "referrals_made": 2,
        "v1_referrals_made": 0,
    }


def _linked_accounts(state: State) -> Json:
    return {
        "obfuscated_email": digest(state.profile["email"], 64),
        "facebook_id": None,
        "facebook_access_token": None,
        "is_fitbit_authenticated": False,
        "is_strava_authenticated": True,
        "social_connections": [{"social_provider_name": "example"}],
        "external_music_auth_list": [
            {"provider": "apple_music", "status": "disconnected", "email": None},
            {"provider": "spotify", "status": "connected", "email": "music@example.com"},
        ],
    }


def _devices() -> Json:
    caption_details = dict.fromkeys(("color", "opacity", "background", "edge", "font"), 0)
    return {
        "hardware_settings": None,
        "quick_hits": {"quick_hits_enabled": True, "speed_shortcuts": None, "incline_shortcuts": None},
        "paired_devices": [
            {"name": "Example Strap", "paired_device_type": "heart_rate_monitor", "serial_number": "EX-0001"},
            {"name": "Example Buds", "paired_device_type": "audio", "serial_number": "EX-0002"},
        ],
        "accessibility": {
            "is_set_by_user": False,
            "font_scale": 1.0,
            "caption_settings": {
                "caption_preset": "default",
                "caption_font_scale": 1.0,
                "caption_custom_details": caption_details,
            },
            "is_color_inverted": False,
            "is_magnification_enabled": False,
        },
    }


def me(call: Call) -> Json:
    """`is_onboarded` comes only when asked for; its members are not known."""
    return user_me(call.state) | ({"is_onboarded": {}} if "is_onboarded" in call.query else {})


def get_user(call: Call) -> Json:
    """By id or leaderboard name (in any case, a guess); the own account in its long form."""
    wanted = call.path["user_id"]
    for member in call.state.members.values():
        if wanted == member.id or wanted.lower() == call.state.username(member).lower():
            return user_me(call.state) if member.id == call.caller else user_public(call.state, member, call.caller)
    raise not_found("User")


_TEXTS = "email first_name last_name location phone_number username".split()
_CHOICES = {
    "gender": ("male", "female", "non_binary"),
    "height_unit": ("imperial", "metric"),
    "weight_unit": ("imperial", "metric"),
}
_NUMBERS = ("birthday", "height", "weight")


def _problem(name: str, value: Any) -> str | None:
    """What is wrong with one field of Update User, if anything."""
    if name in _TEXTS:
        return None if isinstance(value, str) else "a text is required"
    if name in _CHOICES:
        return None if value in _CHOICES[name] else f"one of {', '.join(_CHOICES[name])} is required"
    if name in _NUMBERS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number else "a number is required"
    return "unknown field"


def update_user(call: Call) -> Json:
    """Answers the changed account (a guess, like the strictness: all or nothing, 400 for values out of range)."""
    call.own_account()
    state, changes = call.state, call.fields()
    problems = {name: problem for name, value in changes.items() if (problem := _problem(name, value))}
    taken = {member.username.lower() for member in world.MEMBERS[1:]}
    if not problems and str(changes.get("username", "")).lower() in taken:
        problems = {"username": "already taken"}
    if problems:
        raise invalid(problems)
    for name, value in changes.items():
        (state.settings if name.endswith("_unit") else state.profile)[name] = value
    return user_me(state)

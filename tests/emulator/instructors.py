"""Instructors: the list, single ones, and the object that classes join in."""

from __future__ import annotations

from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.errors import not_found
from tests.emulator.ids import hex_id
from tests.emulator.paging import paginate

Json = dict[str, Any]


def instructor(coach: world.Instructor) -> Json:
    """Missing links are empty texts, missing pictures null; which of them are missing varies by number."""
    last_name = "" if coach.is_group else "Example"
    return {
        "id": coach.id,
        "user_id": hex_id("user", 128 + coach.number),
        "username": f"coach_{coach.number}",
        "name": f"{coach.first_name} {last_name}".strip(),
        "first_name": coach.first_name,
        "last_name": last_name,
        **_texts(coach),
        **_pictures(coach),
        "is_visible": True,
        "is_filterable": not coach.is_group,
        "is_instructor_group": coach.is_group,
        "is_announced": True,
        "is_active": True,
        "individual_instructor_ids": [each.id for each in world.INSTRUCTORS[:2]] if coach.is_group else [],
        "featured_profile": coach.number % 3 == 0,
        "list_order": coach.number,
        "coach_type": "guest_coach" if coach.number % 5 == 0 else "peloton_coach",
        "fitness_disciplines": list(coach.disciplines),
        "default_cross_fade": 0.5,
        "default_cue_delay": 2,
    }


def _texts(coach: world.Instructor) -> Json:
    handle = f"coach-{coach.number}.example"
    return {
        "bio": f"{coach.first_name} is synthetic and teaches nobody.",
        "short_bio": "" if coach.is_group else "A synthetic coach.",
        "background": "Made of running numbers.",
        "quote": "Count on me.",
        "music_bio": "Plays whatever is deterministic.",
        "ordered_q_and_as": [["Favourite number?", str(coach.number)], ["Coffee or tea?", "Water"], ["", ""]],
        "instagram_profile": f"https://social.example.com/{handle}",
        "twitter_profile": "",
        "facebook_fan_page": f"https://social.example.com/fans/{handle}" if coach.number % 2 else "",
        "strava_profile": "",
        "spotify_playlist_uri": f"spotify:playlist:synthetic{coach.number}" if coach.number % 2 else "",
        "film_link": "",
    }


def _pictures(coach: world.Instructor) -> Json:
    base = f"instructor-{coach.number}"
    even = coach.number % 2 == 0
    return {
        "image_url": picture(base),
        "instructor_hero_image_url": picture(f"{base}-hero"),
        "jumbotron_url": picture(f"{base}-jumbotron") if even else None,
        "jumbotron_url_dark": picture(f"{base}-jumbotron-dark") if even else None,
        "jumbotron_url_ios": picture(f"{base}-jumbotron-ios"),
        "life_style_image_url": None if even else picture(f"{base}-life"),
        "about_image_url": picture(f"{base}-about") if coach.number % 3 else None,
        "web_instructor_list_display_image_url": picture(f"{base}-web"),
        "web_instructor_list_gif_image_url": None,
        "ios_instructor_list_display_image_url": picture(f"{base}-ios"),
        "bike_instructor_list_display_image_url": None,
        "workout_share_images": [
            {"fitness_discipline": slug, "image_url": picture(f"{base}-share-{slug}")} for slug in coach.disciplines
        ],
    }


def list_instructors(call: Call) -> Json:
    shown, counters = paginate(world.INSTRUCTORS, call, default=100)
    return {"data": [instructor(coach) for coach in shown], **counters, "sort_by": "list_order"}


def get_instructor(call: Call) -> Json:
    for coach in world.INSTRUCTORS:
        if coach.id == call.path["instructor_id"]:
            return instructor(coach)
    raise not_found("Instructor")

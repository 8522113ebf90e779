"""Classes: the object itself, archived and live lists, bookmarks."""

from __future__ import annotations

import base64
import json
from typing import Any

from starlette.responses import Response

from tests.emulator import catalogue, world
from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.clock import NOW
from tests.emulator.errors import invalid, not_found
from tests.emulator.ids import hex_id
from tests.emulator.instructors import instructor
from tests.emulator.paging import paginate
from tests.emulator.pelotons import peloton_session

Json = dict[str, Any]

ARCHIVED_CAP = 1000
"""Archived classes took far larger limits than other lists; where that ends is not known."""


def ride(taken: world.Ride) -> Json:
    """The members every form of a class has. Offsets and lengths in seconds, times in unix seconds."""
    aired = taken.aired or NOW
    return {
        "id": taken.id,
        "title": taken.title,
        "description": f"A synthetic class of {taken.minutes} minutes.",
        "fitness_discipline": taken.discipline.slug,
        "fitness_discipline_display_name": taken.discipline.name,
        "metrics": list(taken.discipline.metrics),
        "has_pedaling_metrics": taken.discipline.is_pedaling,
        "instructor_id": taken.instructor.id if taken.instructor else None,
        "individual_instructor_ids": [],
        "series_id": hex_id("series", taken.discipline.number),
        "ride_type_id": catalogue.class_type_ids(taken.discipline)[0],
        "ride_type_ids": catalogue.class_type_ids(taken.discipline),
        "class_type_ids": catalogue.class_type_ids(taken.discipline),
        "scheduled_start_time": aired + 60,
        "original_air_time": taken.aired,
        **_lengths(taken),
        **_ratings(taken),
        **_streams(taken),
        **_access(taken),
        **_place(taken),
    }


def _lengths(taken: world.Ride) -> Json:
    seconds = taken.minutes * 60
    return {
        "duration": seconds,
        "length": seconds + 120,
        "pedaling_start_offset": 60,
        "pedaling_end_offset": 60 + seconds,
        "pedaling_duration": seconds,
    }


def _ratings(taken: world.Ride) -> Json:
    number = taken.number
    return {
        "rating": 0,
        "total_ratings": 0,
        "overall_estimate": round(0.9 + number % 10 / 100, 4),
        "overall_rating_avg": round(0.9 + number % 10 / 100, 4),
        "overall_rating_count": 100 + number,
        "difficulty_estimate": 5 if number % 5 == 0 else round(4 + number % 40 / 10, 4),
        "difficulty_rating_avg": round(4 + number % 40 / 10, 4),
        "difficulty_rating_count": 90 + number,
        "difficulty_level": (None, "beginner", "intermediate", "advanced")[number % 4],
        "class_avg_follow_along_score": 0.0,
        "total_workouts": 10000 - 7 * number,
        "total_in_progress_workouts": number % 3,
    }


def _streams(taken: world.Ride) -> Json:
    has_stream = taken.number % 8 == 0
    return {
        "live_stream_id": f"{taken.id}-live",
        "live_stream_url": f"https://video.example.com/{taken.number}/live.m3u8" if has_stream else None,
        "vod_stream_id": f"{taken.id}-vod",
        "vod_stream_url": f"https://video.example.com/{taken.number}/vod.m3u8" if has_stream else None,
        "sample_vod_stream_url": None,
        "sample_preview_stream_url": f"https://video.example.com/{taken.number}/sample.m3u8" if has_stream else None,
        "has_closed_captions": True,
        "is_closed_caption_shown": False,
        "captions": ["en-US", "de-DE"],
        "user_caption_locales": [],
        "content_format": "audio" if taken.number % 9 == 0 else "video",
        "home_peloton_id": hex_id("peloton", 128 + taken.number) if taken.number % 2 else None,
        "studio_peloton_id": hex_id("peloton", 192 + taken.number) if taken.number % 3 else None,
        "image_url": picture(f"ride-{taken.number}") if taken.number % 10 else None,
        "extra_images": [],
    }


def _access(taken: world.Ride) -> Json:
    return {
        "content_provider": "peloton" if taken.instructor else "virtual_active",
        "content_availability": "all_access_only" if taken.discipline.has_power else "digital_and_above",
        "content_availability_level": "all_access_only" if taken.discipline.has_power else "digital_and_above",
        "availability": {"is_available": True, "reason": None},
        "free_for_limited_time": False,
        "is_limited_ride": False,
        "is_archived": True,
        "is_live_in_studio_only": False,
        "sold_out": False,
        "is_explicit": taken.number % 6 == 0,
        "explicit_rating": int(taken.number % 6 == 0),
        "language": "english",
        "origin_locale": "en-US",
        "excluded_platforms": [],
        "flags": [],
        "leaderboard_filter_type": None,
        "membership_tiering_info": {
            "tier_type": "none",
            "limited_classes_taken": 0,
            "limited_classes_total": 0,
            "limited_classes_reset_date": None,
        },
    }


def _place(taken: world.Ride) -> Json:
    """Scenic content has a place and a speed, strength classes need equipment and name muscles."""
    scenic = taken.instructor is None
    strength = taken.discipline.slug == "strength"
    muscle = {"muscle_group": "arms", "score": 1.5, "percentage": 60, "bucket": 2, "display_name": "Arms"}
    return {
        "location": "example-studio",
        "is_outdoor": False,
        "has_free_mode": False,
        "has_tread_pace_target": taken.discipline.metrics_type == "running",
        "is_dynamic_video_eligible": scenic,
        "is_fixed_distance": scenic,
        "dynamic_video_recorded_speed_in_mph": 12.5 if scenic else None,
        "thumbnail_title": "Example Valley" if scenic else None,
        "thumbnail_location": "Springfield, ZZ" if scenic else None,
        "distance": 3.1 if scenic else None,
        "distance_unit": "mi" if scenic else None,
        "distance_display_value": 3.1 if scenic else None,
        "muscle_group_score": [muscle] if strength else [],
        "equipment_ids": [each["id"] for each in catalogue.equipment()] if strength else [],
        "equipment_tags": catalogue.equipment() if strength else [],
    }


def join_token(taken: world.Ride) -> str:
    """Opaque to clients: base64 of a small JSON object that names the class."""
    return base64.b64encode(json.dumps({"home_peloton_id": None, "ride_id": taken.id}).encode()).decode()


def ride_row(call: Call, taken: world.Ride) -> Json:
    """A class with the caller's own members, as in lists and in the details; counters are 0 without login."""
    own = following = 0
    if call.is_own:
        takers = [workout.user_id for workout in call.state.workouts.values() if workout.ride == taken]
        own = takers.count(str(call.caller))
        following = sum(call.state.follows(taker) for taker in takers)
    return ride(taken) | {
        "is_favorite": call.is_own and taken.id in call.state.favorites,
        "total_user_workouts": own,
        "total_following_workouts": following,
        "join_tokens": {"on_demand": join_token(taken)},
    }


def find_ride(call: Call, ride_id: str) -> world.Ride:
    found = call.state.rides.get(ride_id)
    if found is None:
        raise not_found("Ride")
    return found


def with_instructor(taken: world.Ride, body: Json) -> Json:
    """`body` with the instructor joined in; scenic content has none."""
    return body | ({"instructor": instructor(taken.instructor)} if taken.instructor else {})


def get_ride(call: Call) -> Json:
    taken = find_ride(call, call.path["ride_id"])
    types = [each for each in catalogue.class_types() if each["id"] in catalogue.class_type_ids(taken.discipline)]
    return with_instructor(taken, ride_row(call, taken)) | {"ride_types": types}


def catalogues(rides: list[world.Ride]) -> Json:
    """The look-up lists beside `data`; instructors are those of `rides`, each once."""
    coaches = {taken.instructor.id: taken.instructor for taken in rides if taken.instructor}
    return {
        "instructors": [instructor(coach) for coach in coaches.values()],
        "ride_types": catalogue.class_types(),
        "class_types": catalogue.class_types(),
        "browse_categories": catalogue.browse_categories(),
        "fitness_disciplines": catalogue.fitness_disciplines(),
    }


_SORT_KEYS = ("original_air_time", "total_workouts", "overall_rating_avg", "difficulty_estimate")


def _wanted(call: Call, taken: world.Ride) -> bool:
    query, discipline = call.query, taken.discipline
    formats = call.words("content_format")
    return (
        query.get("browse_category", discipline.slug) == discipline.slug
        and (not formats or ride(taken)["content_format"] in formats)
        and query.get("duration", str(taken.minutes * 60)) == str(taken.minutes * 60)
        and query.get("instructor_id", "") in ("", taken.instructor.id if taken.instructor else None)
        and query.get("class_type_id", "") in ("", *catalogue.class_type_ids(discipline))
        and (not call.flag("is_favorite_ride") or (call.is_own and taken.id in call.state.favorites))
        and query.get("q", "").lower() in taken.title.lower()
    )


def list_archived(call: Call) -> Json:
    """Sorted by `sort_by`, descending with `desc=true`; the answer echoes that as a list with a minus sign."""
    key = call.query.get("sort_by", _SORT_KEYS[0])
    if key not in _SORT_KEYS:
        raise invalid({"sort_by": f"one of {', '.join(_SORT_KEYS)} is required"})
    descending = call.query.get("desc", "true").lower() == "true"
    fitting = [taken for taken in world.RIDES if _wanted(call, taken)]
    fitting.sort(key=lambda taken: ride(taken)[key] or 0, reverse=descending)
    shown, counters = paginate(fitting, call, cap=ARCHIVED_CAP)
    del counters["limit"]  # this list has none, unlike the others
    return {
        "data": [ride_row(call, taken) for taken in shown],
        **counters,
        "sort_by": [f"-{key}" if descending else key],
        **catalogues(list(shown)),
        "hide_explicit_rides": bool(call.is_own and call.state.settings["block_explicit"]),
    }


def list_live(call: Call) -> Json:
    """Sessions of a time window, not paged; their classes stand beside them under `rides`."""
    least = call.whole_number("start", 0, least=0)
    most = call.whole_number("end", 2**40, least=0)
    category = call.query.get("browse_category")
    sessions = [
        session
        for session in world.SESSIONS
        if least <= session.start <= most
        and (category in (None, session.ride.discipline.slug))
        and not (call.flag("exclude_complete") and session.status == "COMPLETE")
        and (session.is_studio or call.query.get("content_provider") != "studio")
    ]
    sessions.sort(key=lambda session: session.start)
    sessions = sessions[: call.whole_number("limit", len(sessions), least=1)]
    taught = list({session.ride.id: session.ride for session in sessions}.values())
    return {
        "data": [peloton_session(call.state, session, call.is_own) for session in sessions],
        "total": len(sessions),
        "count": len(sessions),
        "limit": None,
        "sort_by": "scheduled_start_time",
        "rides": [ride_row(call, taken) for taken in taught],
        "equipment": catalogue.equipment(),
        **catalogues(taught),
    }


def create_favorite(call: Call) -> Response:
    """An empty answer means success."""
    call.state.favorites.add(find_ride(call, call.text_field("ride_id")).id)
    return Response()


def delete_favorite(call: Call) -> Response:
    """Removing what is no favourite succeeds too: a guess."""
    call.state.favorites.discard(find_ride(call, call.text_field("ride_id")).id)
    return Response()


def get_favorite(call: Call) -> Json:
    """Not in the reference collection, but known: tells whether a class is bookmarked."""
    return {"is_favorite": find_ride(call, call.path["ride_id"]).id in call.state.favorites}

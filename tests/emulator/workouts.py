"""Workouts: the list, single ones, deletion, and the recent ones of followed members."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.emulator import world
from tests.emulator.achievements import template
from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.clock import ZONES, from_iso
from tests.emulator.effort import effort, zone_seconds
from tests.emulator.errors import forbidden, invalid, not_found
from tests.emulator.ids import NO_CLASS, digest
from tests.emulator.paging import paginate
from tests.emulator.pelotons import peloton_session
from tests.emulator.rides import find_ride, ride, with_instructor
from tests.emulator.users import user_public

Json = dict[str, Any]

_JOINS = ("ride", "ride.instructor", "user", "peloton", "peloton.ride")
FOLLOWING_CAP = 200
"""One client asks for 200 rows here with success, twice the cap of other lists."""

_NEWER_COUNTERS = ("v2_total_video_watch_time_seconds", "v2_total_video_buffering_seconds")
"""Null for some single workouts; never met as null in list rows."""

_DEVICES = {"cycling": ("home_bike_v1", "home_bike", "Bike"), "running": ("home_tread", "home_tread", "Tread")}
_APP = ("iPhone", "iOS_app", "App")


def _device(workout: world.Workout) -> tuple[str, str, str]:
    """Device slug, platform slug and display name."""
    return _DEVICES.get(workout.discipline.metrics_type or "", _APP) if workout.kind != "imported" else _APP


def _core(workout: world.Workout) -> Json:
    """The members list rows and single workouts share. Work in joules, times in unix seconds."""
    device, platform, _ = _device(workout)
    session = world.session_of_workout(workout)
    measured = workout.discipline.has_power and workout.kind != "imported"
    return {
        "id": workout.id,
        "user_id": workout.user_id,
        "peloton_id": session.id if session else None,
        "name": f"{workout.discipline.name} Workout",
        "title": "Just Ride" if workout.kind == "freestyle" else None,
        "fitness_discipline": workout.discipline.slug,
        "workout_type": "freestyle" if workout.kind == "imported" else workout.kind,
        "status": "IN_PROGRESS" if workout.in_progress else "COMPLETE",
        "created": workout.created,
        "created_at": workout.created,
        "device_time_created_at": workout.created + ZONES[workout.zone][0] * 3600,
        "start_time": workout.start,
        "end_time": workout.end,
        "timezone": workout.zone,
        "device_type": device,
        "platform": platform,
        "metrics_type": workout.discipline.metrics_type if measured else None,
        "has_pedaling_metrics": measured and workout.discipline.is_pedaling,
        "has_leaderboard_metrics": measured and workout.ride is not None,
        "is_total_work_personal_record": workout.number % 15 == 0 and measured,
        "is_outdoor": workout.kind == "imported",
        "total_work": effort(workout).joules,
        "strava_id": (None, "-1", f"90000{workout.number}")[workout.number % 3],
        "fitbit_id": f"80000{workout.number}" if workout.number == 6 else None,
        **_counters(workout),
    }


def _counters(workout: world.Workout) -> Json:
    """Seconds of video and music; null where the client was too old to count."""
    newer = workout.number % 5 != 0
    return {
        "total_video_watch_time_seconds": workout.seconds if workout.ride else 0,
        "total_video_buffering_seconds": workout.number % 3,
        "v2_total_video_watch_time_seconds": workout.seconds if workout.ride else 0,
        "v2_total_video_buffering_seconds": workout.number % 3,
        "total_music_audio_play_seconds": 30 if newer else None,
        "total_music_audio_buffer_seconds": 1 if newer else None,
    }


def ride_stub(workout: world.Workout) -> Json:
    """Stands for the class of a workout that followed none."""
    return {
        "id": NO_CLASS,
        "is_archived": False,
        "title": f"Just {workout.discipline.name}",
        "instructor": {"name": "JUST RIDE", "image_url": picture("just-ride")},
        "scheduled_start_time": workout.start,
        "duration": workout.seconds,
    }


def _joined_ride(workout: world.Workout, joins: set[str]) -> Json:
    if workout.ride is None:
        return ride_stub(workout)
    joined = ride(workout.ride)
    return with_instructor(workout.ride, joined) if "ride.instructor" in joins else joined


def _joined(call: Call, workout: world.Workout, joins: set[str]) -> Json:
    """Objects to embed besides the class itself."""
    embedded: Json = {}
    if "user" in joins:
        embedded["user"] = user_public(call.state, call.state.members[workout.user_id], call.caller)
    session = world.session_of_workout(workout)
    if session and "peloton" in joins:
        embedded["peloton"] = peloton_session(call.state, session, call.is_own)
        if "peloton.ride" in joins:
            embedded["peloton"]["ride"] = ride(session.ride)
    return embedded


def workout_row(call: Call, workout: world.Workout, joins: set[str]) -> Json:
    zones = zone_seconds(workout)
    points = {"total_effort_points": workout.seconds / 60, "heart_rate_zone_durations": zones}
    row = _core(workout) | {
        "effort_zones": points if zones else None,
        "is_splits_personal_record": workout.number == 3,
        "service_id": digest(workout.id, 12) if workout.kind == "imported" else None,
    }
    if "ride" in joins:
        row["ride"] = _joined_ride(workout, joins)
    return row | _joined(call, workout, joins)


def _moment(call: Call, name: str, default: int) -> int:
    try:
        return from_iso(call.query[name]) if call.query.get(name) else default
    except ValueError as error:
        raise invalid({name: "an ISO date-time is required"}) from error


def list_workouts(call: Call) -> Json:
    """Sorted by upload, newest first unless `sort_by=created`; `from` and `to` bound the start time."""
    member = call.visible_member()
    joins = call.joins(*_JOINS)
    sort_by = call.query.get("sort_by") or "-created"
    if sort_by not in ("-created", "created"):
        raise invalid({"sort_by": "created or -created is required"})
    everything = call.state.workouts_of(member.id)
    least, most = _moment(call, "from", 0), _moment(call, "to", 2**40)
    rows = [
        workout
        for workout in everything
        if least <= workout.start <= most
        and call.query.get("ride_id", "") in ("", workout.ride.id if workout.ride else NO_CLASS)
    ]
    if sort_by == "created":
        rows.reverse()
    shown, counters = paginate(rows, call)
    zones = [zones for zones in map(zone_seconds, rows) if zones]
    return {
        "data": [workout_row(call, workout, joins) for workout in shown],
        **counters,
        "sort_by": sort_by,
        "next": {"workout_id": shown[-1].id, "created_at": shown[-1].created} if shown else None,
        "summary": _months(everything),
        "aggregate_stats": [],
        "total_heart_rate_zone_durations": {key: sum(each[key] for each in zones) for key in zones[0]}
        if zones
        else None,
    }


def _months(rows: list[world.Workout]) -> dict[str, int]:
    """Number of workouts by month, YYYY-MM, of the start in UTC."""
    months: dict[str, int] = {}
    for workout in rows:
        month = datetime.fromtimestamp(workout.start, UTC).strftime("%Y-%m")
        months[month] = months.get(month, 0) + 1
    return months


def find_workout(call: Call) -> world.Workout:
    """The workout in the path; that of a private member counts as forbidden."""
    workout = call.state.workouts.get(call.path["workout_id"])
    if workout is None:
        raise not_found("Workout")
    owner = call.state.members[workout.user_id]
    if owner.id != call.caller and call.state.is_private(owner) and not call.state.follows(owner.id):
        raise forbidden("private profile")
    return workout


def get_workout(call: Call) -> Json:
    """The class is there even without joins; `limit` and `page` mean nothing here."""
    workout = find_workout(call)
    joins = call.joins(*_JOINS)
    if "peloton" in joins and workout.ride is None:
        raise invalid({"joins": "the workout followed no class"})
    ranked = workout.discipline.has_power and workout.ride is not None
    pauses = {"pause_time_remaining": None, "pause_time_elapsed": None, "pause_time_limit": 3600.0}
    if workout.in_progress:
        pauses |= {"pause_time_remaining": 3540.5, "pause_time_elapsed": 59.5}
    return {
        **_core(workout),
        **(dict.fromkeys(_NEWER_COUNTERS) if workout.number % 5 == 0 else {}),
        **pauses,
        "is_skip_intro_available": False,
        "is_paused": False,
        "has_paused": workout.in_progress,
        "is_pause_available": True,
        "service_id": 900000 + workout.number if workout.kind == "imported" else None,
        "ride": _joined_ride(workout, joins),
        "total_heart_rate_zone_durations": zone_seconds(workout),
        "average_effort_score": 20.5 if workout.has_heart_rate else None,
        "achievement_templates": [template(1)] if workout.number % 3 == 0 else [],
        "leaderboard_rank": 50 + workout.number if ranked else None,
        "total_leaderboard_users": 2000 if ranked else 0,
        "ftp_info": {
            "ftp": 180 if workout.discipline.is_pedaling else 0,
            "ftp_source": "ftp_manual_source" if workout.discipline.is_pedaling else None,
            "ftp_workout_id": None,
        },
        "device_type_display_name": _device(workout)[2],
        **_joined(call, workout, joins),
    }


def delete_workout(call: Call) -> Json:
    """No body of this answer is known; ours is an empty object."""
    workout = find_workout(call)
    if workout.user_id != call.caller:
        raise forbidden("another member's workout")
    del call.state.workouts[workout.id]
    return {}


def list_recent_following(call: Call) -> Json:
    """Workouts of followed members on one class, latest start first."""
    taken = find_ride(call, call.path["ride_id"])
    joins = call.joins("user")
    rows = [
        workout
        for workout in call.state.workouts.values()
        if workout.ride == taken and call.state.follows(workout.user_id)
    ]
    rows.sort(key=lambda workout: workout.start, reverse=True)
    shown, counters = paginate(rows, call, cap=FOLLOWING_CAP)
    return {"data": [workout_row(call, row, joins) for row in shown], **counters, "sort_by": "-start_time"}

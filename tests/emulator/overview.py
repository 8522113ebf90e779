"""What a profile page shows: overview, calendar, challenges."""

from __future__ import annotations

from typing import Any

from tests.emulator import world
from tests.emulator.achievements import NAMES, counted, template, times_earned
from tests.emulator.call import Call, Handler
from tests.emulator.catalogue import picture
from tests.emulator.clock import DAY, NOW, iso, local
from tests.emulator.effort import effort
from tests.emulator.ids import hex_id
from tests.emulator.users import streaks, workout_counts

Json = dict[str, Any]


def _personal_records(rows: list[world.Workout]) -> list[Json]:
    """The best output per class length of each discipline with power. `slug` is the length in seconds, as text."""
    records = []
    for slug in dict.fromkeys(row.discipline.slug for row in rows if row.discipline.has_power and not row.in_progress):
        own = [row for row in rows if row.discipline.slug == slug]
        best: dict[int, world.Workout] = {}
        for row in own:
            champion = best.get(row.seconds, row)
            best[row.seconds] = max(champion, row, key=lambda each: effort(each).joules)
        records.append(
            {
                "name": own[0].discipline.name,
                "slug": slug,
                "first_workout_date": iso(min(row.start for row in own)),
                "reset_date": iso(NOW - 365 * DAY) if slug == "running" else None,
                "records": [_record(seconds, row) for seconds, row in sorted(best.items())],
            }
        )
    return records


def _record(seconds: int, workout: world.Workout) -> Json:
    """`raw_value` in joules, `value` in kilojoules; odd workouts have microseconds in their date."""
    joules = effort(workout).joules
    return {
        "name": f"{seconds // 60} min",
        "slug": str(seconds),
        "value": round(joules / 1000),
        "raw_value": joules,
        "unit": "kj",
        "unit_slug": "kj",
        "workout_id": workout.id,
        "workout_date": iso(workout.start) + (".000001" if workout.number % 2 else ""),
    }


def user_overview(call: Call) -> Json:
    """With `version=1` badges are counted in `achievement_counts`, without it listed in `achievements`.

    The evidence has both forms and says that they exclude each other; that the version decides is our guess.
    """
    member = call.visible_member()
    rows = call.state.workouts_of(member.id)
    earned = [number for number in range(1, len(NAMES) + 1) if times_earned(number)]
    badges: Json = {"achievements": [template(number) for number in earned]}
    if call.query.get("version"):
        total = sum(map(times_earned, earned))
        badges = {"achievement_counts": {"total_count": total, "achievements": [counted(each) for each in earned]}}
    counts = [each | {"workout_name": each["name"]} for each in workout_counts(call.state, member)]
    return {
        "id": member.id,
        "workout_counts": {"total_workouts": len(rows), "workouts": counts},
        "personal_records": _personal_records(rows),
        "streaks": streaks(),
        **badges,
    }


def user_calendar(call: Call) -> Json:
    """Newest month first; days are those of the workout's own zone."""
    active: dict[tuple[int, int], set[int]] = {}
    for workout in call.state.workouts_of(call.visible_member().id):
        day = local(workout.start, workout.zone)
        active.setdefault((day.year, day.month), set()).add(day.day)
    return {
        "months": [
            {"year": year, "month": month, "active_days": sorted(days)}
            for (year, month), days in sorted(active.items(), reverse=True)
        ]
    }


_PERIODS = {"past": -40 * DAY, "current": -5 * DAY, "upcoming": 25 * DAY}


def _challenge(number: int, period: str, joined: bool) -> Json:
    """Progress is null when not joined; every second challenge has no tier yet and tells no participants."""
    start = NOW + _PERIODS[period]
    tier = {"metric_display_value": str(10 * number), "metric_display_unit": "min"}
    progress = {
        "current_tier": tier if number % 2 else None,
        "metric_value": 10.5 * number,
        "metric_display_unit": "min",
    }
    return {
        "challenge_summary": {
            "id": hex_id("challenge", number),
            "title": f"Example Challenge {number}",
            "challenge_type": "individual",
            "description": "Count synthetic minutes.",
            "start_time": start,
            "end_time": start + 28 * DAY,
            "background_image_url": picture(f"challenge-{number}"),
            "symbol_image_url": picture(f"challenge-{number}-symbol"),
        },
        "participants": {"total_count": 1000 + number} if number % 2 else None,
        "progress": progress if joined else None,
    }


def user_challenges(period: str) -> Handler:
    """Handler for past, current or upcoming: two joined challenges, and two others unless `has_joined=true`."""
    base = 1 + list(_PERIODS).index(period) * 4

    def handler(call: Call) -> Json:
        call.visible_member()
        shown = 2 if call.flag("has_joined") else 4
        return {"challenges": [_challenge(base + place, period, joined=place < 2) for place in range(shown)]}

    return handler

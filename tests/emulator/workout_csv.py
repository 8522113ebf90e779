"""The CSV export of the own workouts: one header row, oldest first, empty cells where nothing was measured."""

from __future__ import annotations

import csv
import io

from starlette.responses import Response

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.catalogue import class_types
from tests.emulator.clock import ZONES, local
from tests.emulator.effort import Units, effort


def columns(units: Units) -> list[str]:
    """Names carry the account's units."""
    return [
        "Workout Timestamp",
        "Live/On-Demand",
        "Instructor Name",
        "Length (minutes)",
        "Fitness Discipline",
        "Type",
        "Title",
        "Class Timestamp",
        "Total Output",
        "Avg. Watts",
        "Avg. Resistance",
        "Avg. Cadence (RPM)",
        f"Avg. Speed ({units.speed})",
        f"Distance ({units.distance})",
        "Calories Burned",
        "Avg. Heartrate",
        "Avg. Incline",
        f"Avg. Pace ({units.pace})",
    ]


def _timestamp(seconds: int | None, zone: str) -> str:
    """Local wall clock with the zone's abbreviation in brackets; minutes are the finest step."""
    if seconds is None:
        return ""
    return f"{local(seconds, zone):%Y-%m-%d %H:%M} ({ZONES[zone][1]})"


def _row(workout: world.Workout, units: Units) -> list[object]:
    did = effort(workout)
    taken, coach = workout.ride, workout.ride.instructor if workout.ride else None
    session = world.session_of_workout(workout)
    runs = did.mph is not None and not workout.discipline.is_pedaling
    types = [each["display_name"] for each in class_types() if each["fitness_discipline"] == workout.discipline.slug]
    cells: list[object] = [
        _timestamp(workout.start, workout.zone),
        "Live" if session and session.is_live else "On Demand",
        f"{coach.first_name} Example" if coach else None,
        workout.seconds // 60,
        workout.discipline.name,
        types[0] if taken else None,
        taken.title if taken else f"Just {workout.discipline.name}",
        _timestamp(taken.aired if taken else None, workout.zone),
        round(did.joules / 1000) if did.watts else None,
        did.watts,
        f"{did.resistance}%" if did.resistance else None,
        did.cadence,
        units.from_miles(did.mph) if did.mph else None,
        units.from_miles(did.miles) if did.miles else None,
        did.calories,
        f"{did.heart_rate:.2f}" if did.heart_rate else None,
        did.incline if runs else None,
        units.pace_of(did.mph) if did.mph and runs else None,
    ]
    return ["" if cell is None else cell for cell in cells]


def workout_history_csv(call: Call) -> Response:
    """All own workouts except imported ones and those in progress.

    The query's `timezone` changes nothing: each row is in the zone of its workout, as one set of working notes says
    of the real service.
    """
    member = call.own_account()
    units = Units(call.state.settings["distance_unit"])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns(units))
    for workout in sorted(call.state.workouts_of(member.id), key=lambda each: each.start):
        if workout.kind != "imported" and not workout.in_progress:
            writer.writerow(_row(workout, units))
    return Response(text.getvalue(), media_type="text/csv")

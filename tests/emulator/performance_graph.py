"""The performance graph of a workout: time series, totals, targets, splits."""

from __future__ import annotations

from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.effort import Units, effort, zone_seconds
from tests.emulator.ride_details import segments, target_graph, target_metrics
from tests.emulator.workouts import find_workout

Json = dict[str, Any]

DEFAULT_STEP = 5
_ZONE_LIMITS = (0, 117, 135, 153, 171, 200)


def _wave(average: float, swing: float, count: int) -> list[float]:
    """A triangle around the average, one full turn per 40 samples; whole-number steps, so the same everywhere."""
    return [round(average + swing * (abs(index % 40 - 20) - 10) / 10, 2) for index in range(count)]


def _series(name: str, slug: str, unit: str, average: float, swing: float, count: int) -> Json:
    values = _wave(average, swing, count)
    return {
        "display_name": name,
        "display_unit": unit,
        "slug": slug,
        "max_value": max(values),
        "average_value": round(sum(values) / count, 2),
        "values": values,
    }


def _heart_rate(workout: world.Workout, beats: int, count: int) -> Json:
    """With zones, and a gap: samples without signal are null."""
    series = _series("Heart Rate", "heart_rate", "bpm", beats, 15, count)
    beats_seen: list[int | None] = [int(value) for value in series["values"]]
    for index in range(3, min(5, count)):
        beats_seen[index] = None
    zones = [
        {
            "display_name": f"Zone {number}",
            "slug": f"zone{number}",
            "range": f"{low}-{high} bpm",
            "duration": seconds,
            "min_value": low,
            "max_value": high,
        }
        for number, (low, high, seconds) in enumerate(
            zip(_ZONE_LIMITS, _ZONE_LIMITS[1:], (zone_seconds(workout) or {}).values(), strict=False), start=1
        )
    ]
    return series | {"values": beats_seen, "zones": zones, "missing_data_duration": 2}


def _metrics(workout: world.Workout, units: Units, count: int) -> list[Json]:
    """Bike: output, cadence, resistance, speed. Tread: output, pace with speed beside it, incline. Then heart rate."""
    did = effort(workout)
    metrics = []
    if did.watts:
        metrics.append(_series("Output", "output", "watts", did.watts, 30, count))
    if did.cadence and did.resistance:
        metrics.append(_series("Cadence", "cadence", "rpm", did.cadence, 8, count))
        metrics.append(_series("Resistance", "resistance", "%", did.resistance, 6, count))
    if did.mph:
        speed = _series("Speed", "speed", units.speed, units.from_miles(did.mph), 1, count)
        pace = _series("Pace", "pace", units.pace, units.pace_of(did.mph), 1, count)
        metrics.append(speed if workout.discipline.is_pedaling else pace | {"alternatives": [speed]})
    if did.incline:
        metrics.append(_series("Incline", "incline", "%", did.incline, 1, count))
    if did.heart_rate:
        metrics.append(_heart_rate(workout, did.heart_rate, count))
    return metrics


def _total(name: str, slug: str, unit: str, value: float) -> Json:
    return {"display_name": name, "display_unit": unit, "value": value, "slug": slug}


def _summaries(workout: world.Workout, units: Units) -> list[Json]:
    did = effort(workout)
    totals = []
    if did.watts:
        totals.append(_total("Total Output", "total_output", "kj", round(did.joules / 1000)))
    if did.miles:
        totals.append(_total("Distance", "distance", units.distance, units.from_miles(did.miles)))
    totals.append(_total("Calories", "calories", "kcal", did.calories))
    if did.incline:
        totals.append(_total("Elevation", "elevation", units.height, units.from_feet(120)))
    return totals


def _averages(workout: world.Workout, units: Units) -> list[Json]:
    did = effort(workout)
    shown: list[tuple[str, str, str, float | None]] = [
        ("Avg Output", "avg_output", "watts", did.watts),
        ("Avg Cadence", "avg_cadence", "rpm", did.cadence),
        ("Avg Resistance", "avg_resistance", "%", did.resistance),
        ("Avg Speed", "avg_speed", units.speed, did.mph and units.from_miles(did.mph)),
        ("Avg Incline", "avg_incline", "%", did.incline),
    ]
    return [_total(name, slug, unit, value) for name, slug, unit, value in shown if value is not None]


def _splits(workout: world.Workout, units: Units) -> Json:
    """Splits of running work as an object and as a table; an empty list and no table for all other work.

    The evidence has both forms of `splits_data`, the list in older captures.
    """
    did = effort(workout)
    if did.incline is None or did.mph is None:
        return {"splits_data": []}
    seconds = round(units.pace_of(did.mph) * 60, 1)
    splits = [
        {
            "seconds": seconds + order,
            "elevation_change": None if order == 1 else units.from_feet(10.0),
            "is_best": order == 1,
            "distance_marker": float(order),
            "order": order,
            "has_floor_segment": False,
        }
        for order in (1, 2, 3)
    ]
    headers = (("split", "Split"), ("time", "Time"), ("elevation", "Elevation"))
    rows = [
        {
            "is_best": split["is_best"],
            "has_floor_segment": False,
            "data": [
                {"slug": "split", "value": split["distance_marker"], "unit": units.distance},
                {"slug": "time", "value": split["seconds"], "unit": "sec"},
                {"slug": "elevation", "value": split["elevation_change"], "unit": units.height},
            ],
        }
        for split in splits
    ]
    return {
        "splits_data": {
            "distance_marker_display_unit": units.distance,
            "elevation_change_display_unit": units.height,
            "splits": splits,
        },
        "splits_metrics": {
            "header": [{"slug": slug, "display_name": name} for slug, name in headers],
            "metrics": rows,
        },
    }


def _targets(workout: world.Workout) -> Json:
    """Bike classes have targets: every second workout in the older form, the rest in the newer one."""
    if workout.ride is None or not workout.discipline.is_pedaling:
        return {}
    if workout.number % 2:
        return {
            "target_performance_metrics": {
                "target_graph_metrics": target_graph(workout.ride),
                "cadence_time_in_range": 200,
                "resistance_time_in_range": 180,
            }
        }
    return {
        "target_metrics_performance_data": {
            "target_metrics": target_metrics(workout.ride),
            "time_in_metric": [{"name": "cadence", "value": 200}, {"name": "resistance", "value": 180}],
        },
        "target_metrics_compliance": {"cadence": 0.8, "resistance": 0.7},
    }


def performance_graph(call: Call) -> Json:
    """`every_n` is the number of seconds between samples; without it 5, a guess. Units follow the account."""
    workout = find_workout(call)
    step = call.whole_number("every_n", DEFAULT_STEP, least=1)
    units = Units(call.state.settings["distance_unit"])
    axis = list(range(0, workout.seconds, step))
    zones = zone_seconds(workout)
    points = {"total_effort_points": workout.seconds / 60, "heart_rate_zone_durations": zones}
    muscle = {"muscle_group": "arms", "score": 1.5, "percentage": 60, "bucket": 2, "display_name": "Arms"}
    return {
        "duration": workout.seconds,
        "is_class_plan_shown": workout.ride is not None,
        "segment_list": segments(workout.ride) if workout.ride else [],
        "seconds_since_pedaling_start": axis,
        "metrics": _metrics(workout, units, len(axis)),
        "summaries": _summaries(workout, units),
        "average_summaries": _averages(workout, units),
        "has_apple_watch_metrics": workout.kind == "imported",
        "location_data": [],
        "is_location_data_accurate": None,
        **_splits(workout, units),
        **_targets(workout),
        "effort_zones": points if zones else None,
        "muscle_group_score": [muscle] if workout.discipline.slug == "strength" else [],
        "summary_available": True,
        "performance_graph_available": bool(effort(workout).watts or zones),
    }

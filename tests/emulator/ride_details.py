"""Class details: the plan, the music, targets and averages; and the filters and mappings of the library."""

from __future__ import annotations

from typing import Any

from tests.emulator import catalogue, world
from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.ids import hex_id
from tests.emulator.rides import find_ride, ride_row, with_instructor

Json = dict[str, Any]


def segments(taken: world.Ride) -> list[Json]:
    """The plan: warm-up, main part, cool-down, without gaps. Lengths and offsets in seconds."""
    total = taken.minutes * 60
    edge = total // 10
    parts = (("warmup", "Warm Up", edge), ("cycling", "Main", total - 2 * edge), ("cooldown", "Cool Down", edge))
    plan: list[Json] = []
    for index, (slug, name, length) in enumerate(parts):
        icon = slug if slug != "cycling" or taken.discipline.has_power else "upper_body"
        plan.append(
            {
                "id": hex_id("segment", taken.number * 4 + index),
                "name": name,
                "length": length,
                "start_time_offset": sum(part["length"] for part in plan),
                "icon_url": picture(f"segment-{icon}"),
                "icon_name": icon,
                "icon_slug": icon,
                "intensity_in_mets": (3.5, 8.0, 3)[index],
                "metrics_type": taken.discipline.metrics_type or "floor",
                "is_drill": False,
            }
        )
    return plan


def target_windows(taken: world.Ride) -> list[Json]:
    """Instructor cues, a minute each. Offsets in seconds from the class start, both ends inclusive."""
    starts = range(60, min(taken.minutes, 6) * 60, 60)
    return [
        {
            "offsets": {"start": start, "end": start + 59},
            "cadence_range": {"lower": 80 + turn, "upper": 90 + turn},
            "resistance_range": {"lower": 30 + turn, "upper": 40 + turn},
        }
        for turn, start in enumerate(starts)
    ]


def target_graph(taken: world.Ride) -> list[Json]:
    """The cues once more, as a series per metric with one value per window."""
    windows = target_windows(taken)
    series = []
    for metric in ("cadence", "resistance"):
        lower = [window[f"{metric}_range"]["lower"] for window in windows]
        upper = [window[f"{metric}_range"]["upper"] for window in windows]
        average = [(low + high) // 2 for low, high in zip(lower, upper, strict=True)]
        series.append(
            {
                "graph_data": {"upper": upper, "lower": lower, "average": average},
                "max": max(upper),
                "min": min(lower),
                "average": sum(average) // len(average),
                "type": metric,
            }
        )
    return series


def target_metrics(taken: world.Ride) -> list[Json]:
    """The newer form of the same cues."""
    return [
        {
            "offsets": window["offsets"],
            "segment_type": taken.discipline.metrics_type or "floor",
            "metrics": [
                {"name": metric, **{end: window[f"{metric}_range"][end] for end in ("upper", "lower")}}
                for metric in ("cadence", "resistance")
            ],
        }
        for window in target_windows(taken)
    ]


def _playlist(taken: world.Ride) -> Json | None:
    """Null for meditation, which has no music."""
    if taken.discipline.slug == "meditation":
        return None
    artist = {"artist_id": hex_id("artist", taken.number), "artist_name": f"Example Band {taken.number}"}
    album = {
        "id": hex_id("album", taken.number),
        "image_url": picture(f"album-{taken.number}"),
        "name": f"Album {taken.number}",
    }
    return {
        "id": hex_id("playlist", taken.number),
        "ride_id": taken.id,
        "top_artists": [artist],
        "top_albums": [album],
        "stream_id": f"{taken.id}-music",
        "stream_url": None,
        "is_top_artists_shown": True,
        "is_playlist_shown": True,
        "is_in_class_music_shown": True,
        "songs": [
            {
                "id": hex_id("song", taken.number * 4 + index),
                "title": f"Song {taken.number}.{index}",
                "artists": [artist],
                "album": album,
                "cue_time_offset": 60 + index * 180,
                "start_time_offset": index * 180,
                "liked": False,
                "explicit_rating": 0,
            }
            for index in range(3)
        ],
    }


def _averages(taken: world.Ride) -> Json:
    """Of everyone who took the class; null where no machine measures. Work in kilojoules, power in watts."""
    names = "total_work distance calories avg_power avg_speed avg_cadence avg_resistance".split()
    values: tuple[float | None, ...] = (300, 12.5, 350, 140, 18.25, 82, 41)
    if not taken.discipline.is_pedaling:
        values = (None, None, 180, None, None, None, None)
    measured = {f"average_{name}": value for name, value in zip(names, values, strict=True)}
    zones = {f"heart_rate_z{zone}_duration": zone * 60 for zone in range(1, 6)}
    return measured | {"average_effort_score": 21.5, "total_heart_rate_zone_durations": zones}


def ride_details(call: Call) -> Json:
    """`stream_source` changes nothing here: no difference in the body is known."""
    taken = find_ride(call, call.path["ride_id"])
    has_targets = taken.discipline.is_pedaling
    expected = {"expected_upper_output": 400, "expected_lower_output": 250}
    old_targets = {"target_graph_metrics": target_graph(taken), "total_expected_output": expected}
    new_targets = {"target_metrics": target_metrics(taken), "total_expected_output": expected}
    types = catalogue.class_types()
    return {
        "ride": with_instructor(taken, ride_row(call, taken)),
        "class_types": [
            {"id": each["id"], "name": each["name"]}
            for each in types
            if each["fitness_discipline"] == taken.discipline.slug
        ],
        "playlist": _playlist(taken),
        "averages": _averages(taken),
        "segments": {
            "segment_list": [part | {"is_transition": False, "subsegments_v2": []} for part in segments(taken)],
            "segment_category_distribution": {"warmup": "0.1", taken.discipline.slug: "0.8", "cooldown": "0.1"},
            "segment_body_focus_distribution": {} if has_targets else {"upper": "0.5", "lower": "0.5"},
            "movements_by_weight_category": {},
        },
        "default_album_images": {
            "default_in_class_image_url": picture("album-in-class"),
            "default_class_detail_image_url": picture("album-detail"),
        },
        "excluded_platforms": [],
        "is_ftp_test": False,
        "disabled_leaderboard_filters": {"just_me": False, "following": False, "age_and_gender": False},
        "sampled_top_tags": None,
        "instructor_cues": target_windows(taken) if has_targets else [],
        "target_class_metrics": old_targets if has_targets else {},
        "target_metrics_data": new_targets if has_targets else {},
        "lanebreak_info": None,
        "last_time_metrics": None,
        "related_rides": {"id": "related", "name": "related", "display_name": "More like this", "rides": []},
        "events": {"data": []},
    }


def _filter(name: str, display_name: str, kind: str, values: list[tuple[str, str]], *, images: bool = False) -> Json:
    """`value` is always a text, also for numbers and booleans."""
    shown = [
        {"value": value, "display_name": text, "list_order": None if kind == "toggle" else order}
        | ({"display_image_url": picture(f"filter-{name}-{order}")} if images else {})
        for order, (value, text) in enumerate(values, start=1)
    ]
    return {
        "name": name,
        "display_name": display_name,
        "type": kind,
        "user_specific": kind == "toggle",
        "values": shown,
        "display_hint": "grid" if images else "list",
    }


def ride_filters(call: Call) -> Json:
    images = call.flag("include_icon_images")
    coaches = [(coach.id, coach.first_name) for coach in world.INSTRUCTORS]
    slug = call.query.get("browse_category", "")
    types = [
        (each["id"], each["display_name"])
        for each in catalogue.class_types()
        if slug in ("", each["fitness_discipline"])
    ]
    minutes = [(str(each * 60), f"{each} min") for each in (10, 15, 20, 30, 45, 60)]
    return {
        "filters": [
            _filter("duration", "Length", "collection", minutes),
            _filter("instructor_id", "Instructor", "collection", coaches, images=images),
            _filter("class_type_id", "Class Type", "collection", types),
            _filter("is_favorite_ride", "Bookmarked", "toggle", [("true", "Bookmarked")]),
        ],
        "sorts": [
            {"value": {"sort": key, "desc": desc}, "display_name": text, "slug": slug}
            for key, desc, text, slug in (
                ("original_air_time", True, "New", "new"),
                ("total_workouts", True, "Popular", "popular"),
                ("difficulty_estimate", False, "Easiest", "easiest"),
            )
        ],
    }


def metadata_mappings(_call: Call) -> Json:
    """Key names are typed, the rows of the last three lists are guesses."""
    return {
        "instructors": [
            {"id": coach.id, "name": f"{coach.first_name} Example", "image_url": picture(f"instructor-{coach.number}")}
            for coach in world.INSTRUCTORS
        ],
        "class_types": catalogue.class_types(),
        "equipment": catalogue.equipment(),
        "fitness_disciplines": catalogue.fitness_disciplines(),
        "device_type_display_names": [
            {"device_type": "home_bike_v1", "display_name": "Bike"},
            {"device_type": "home_tread", "display_name": "Tread"},
            {"device_type": "iPhone", "display_name": "App"},
        ],
        "content_focus_labels": [{"slug": "endurance", "display_name": "Endurance"}],
        "difficulty_levels": [
            {"slug": slug, "display_name": slug.title()} for slug in ("beginner", "intermediate", "advanced")
        ],
        "locales": [{"locale": "en-US", "locale_name": "English"}, {"locale": "de-DE", "locale_name": "German"}],
    }


def list_categories(_call: Call) -> Json:
    return {"browse_categories": catalogue.browse_categories()}

"""Services as they are in the wild: what one of their answers may hold depends on whose it is, and on the moment.

Each function makes the body of one answer. All values are made up; the habits are those of public APIs: rare nulls,
members that are there only sometimes, maps by id, date, code or locale, records of several kinds in one list, numbers
in texts, whole numbers that have decimals the next time, empty lists, values of enums that hardly ever come.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

Json = dict[str, Any]
Service = Callable[[Random], Any]

_WORDS: Final = "river stone amber cloud maple sierra harbor falcon cedar ember meadow summit delta orchid".split()


def _hex(chance: Random, digits: int = 32) -> str:
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def _id62(chance: Random, length: int = 16) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
    return "".join(chance.choices(letters, k=length))


def _words(chance: Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))


def _moment(chance: Random) -> datetime:
    return datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(60_000_000))


def _iso(chance: Random) -> str:
    return _moment(chance).strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch(chance: Random) -> int:
    return int(_moment(chance).timestamp())


def _maybe(chance: Random, rate: float, value: Any, other: Any = None) -> Any:
    return value if chance.random() < rate else other


def _number(chance: Random, high: float) -> float:
    """Rounded to a decimal, and whole where that is none, as many encoders write it."""
    value = round(chance.random() * high, 1)
    return int(value) if value == int(value) else value


def _sometimes(chance: Random, **members: tuple[float, Any]) -> Json:
    """Members that are there at this rate."""
    return {name: value for name, (rate, value) in members.items() if chance.random() < rate}


def _some(chance: Random, most: int, none: float = 0.1) -> range:
    return range(0 if chance.random() < none else chance.randint(1, most))


# --- Code hosting ---


def repositories(chance: Random) -> list[Json]:
    """A list of an owner's repositories."""
    organization, habit = chance.random() < 0.3, chance.random()
    owner = {"login": chance.choice(_WORDS), "id": chance.randrange(10**8), "type": "User", "site_admin": False}
    if organization:
        owner["type"] = "Organization"
    return [_repository(chance, owner, habit) for _ in _some(chance, 30)]


def _repository(chance: Random, owner: Json, habit: float) -> Json:
    name = "-".join(chance.choices(_WORDS, k=2))
    return {
        "id": chance.randrange(10**9),
        "node_id": "R_" + _id62(chance),
        "name": name,
        "full_name": f"{owner['login']}/{name}",
        "private": False,
        "owner": owner,
        "html_url": f"https://code.example/{owner['login']}/{name}",
        "description": _maybe(chance, 0.8, _words(chance, 6)),
        "fork": chance.random() < habit,
        "homepage": chance.choice(["", None, None, "https://example.org/" + name, "example.org"]),
        "language": _maybe(chance, 0.9, chance.choice(["Python", "Go", "C++", "Jupyter Notebook", "HTML", "Rust"])),
        "license": _maybe(chance, habit, {"key": "mit", "name": "MIT License", "spdx_id": "MIT", "url": None}),
        "topics": [chance.choice(_WORDS) for _ in _some(chance, 4, 0.7)],
        "mirror_url": _maybe(chance, 0.01, "https://example.org/mirror.git"),
        "stargazers_count": int(10 ** (chance.random() * 5 * habit)) - 1,
        "size": chance.randrange(100_000),
        "visibility": "public",
        "created_at": _iso(chance),
        "pushed_at": _maybe(chance, 0.99, _iso(chance)),
        **_sometimes(chance, permissions=(habit, {"admin": False, "push": False, "pull": True})),
    }


def events(chance: Random) -> list[Json]:
    """A feed: what the payload holds depends on the type of the event around it."""
    kinds = ["PushEvent", "WatchEvent", "IssuesEvent", "PullRequestEvent", "CreateEvent", "ReleaseEvent", "GollumEvent"]
    weights = [chance.random() ** 4 for _ in kinds]
    return [_event(chance, chance.choices(kinds, weights)[0]) for _ in _some(chance, 30)]


def _event(chance: Random, kind: str) -> Json:
    payloads: dict[str, Json] = {
        "PushEvent": {
            "push_id": chance.randrange(10**10),
            "size": chance.randint(0, 3),
            "ref": "refs/heads/main",
            "commits": [{"sha": _hex(chance, 40), "distinct": True} for _ in _some(chance, 3)],
        },
        "WatchEvent": {"action": "started"},
        "IssuesEvent": {"action": chance.choice(["opened", "closed", "reopened"]), "issue": _issue(chance)},
        "PullRequestEvent": {"action": "opened", "number": chance.randrange(900), "pull_request": _issue(chance)},
        "CreateEvent": {"ref": _maybe(chance, 0.6, "main"), "ref_type": chance.choice(["branch", "tag", "repository"])},
        "ReleaseEvent": {"action": "published", "release": {"id": chance.randrange(10**8), "draft": False}},
        "GollumEvent": {"pages": [{"page_name": "Home", "action": "edited", "summary": None}]},
    }
    return {
        "id": str(chance.randrange(10**11)),
        "type": kind,
        "actor": {"id": chance.randrange(10**8), "login": chance.choice(_WORDS), "gravatar_id": ""},
        "payload": payloads[kind],
        "public": True,
        "created_at": _iso(chance),
        **_sometimes(chance, org=(0.3, {"id": 1, "login": chance.choice(_WORDS)})),
    }


def _issue(chance: Random) -> Json:
    return {
        "id": chance.randrange(10**9),
        "title": _words(chance, 4),
        "assignee": _maybe(chance, 0.2, {"login": chance.choice(_WORDS), "id": 7}),
        "milestone": _maybe(chance, 0.1, {"id": 1, "due_on": _maybe(chance, 0.5, _iso(chance))}),
        "labels": [{"id": 1, "name": "bug", "color": _hex(chance, 6)} for _ in _some(chance, 2, 0.6)],
        "closed_at": _maybe(chance, 0.5, _iso(chance)),
        "body": _maybe(chance, 0.9, _words(chance, 20)),
        "author_association": chance.choices(["NONE", "MEMBER", "OWNER", "CONTRIBUTOR"], [60, 10, 20, 10])[0],
        "draft": False,
    }


# --- Payments ---


def charges(chance: Random) -> Json:
    """A list of payments: kinds of payment, references that may be expanded, free metadata."""
    kind = chance.choices(["card", "sepa_debit", "link"], [80, 15, 5])[0]
    return {
        "object": "list",
        "url": "/v1/charges",
        "has_more": chance.random() < 0.5,
        "data": [_charge(chance, kind) for _ in _some(chance, 20)],
    }


def _charge(chance: Random, kind: str) -> Json:
    failed = chance.random() < 0.05
    details: Json = {
        "card": {"brand": chance.choice(["visa", "mastercard", "amex"]), "exp_month": chance.randint(1, 12)},
        "sepa_debit": {"bank_code": str(chance.randrange(10**8)), "country": "DE", "last4": "3000"},
        "link": {"country": None},
    }
    address = {"city": _maybe(chance, 0.5, "Springfield"), "country": _maybe(chance, 0.7, "US"), "line2": None}
    return {
        "id": "ch_" + _id62(chance, 24),
        "object": "charge",
        "amount": chance.choice([500, 999, 1250, 100_000]),
        "amount_refunded": _maybe(chance, 0.05, 500, 0),
        "application_fee": None,
        "balance_transaction": _maybe(chance, 0.97, "txn_" + _id62(chance, 24)),
        "billing_details": {"address": address, "email": _maybe(chance, 0.6, "a@example.org"), "phone": None},
        "created": _epoch(chance),
        "currency": chance.choices(["usd", "eur", "gbp"], [70, 25, 5])[0],
        "customer": _maybe(chance, 0.8, "cus_" + _id62(chance, 14)),
        "failure_code": _maybe(chance, float(failed), "card_declined"),
        "metadata": {} if chance.random() < 0.7 else {chance.choice(_WORDS): _words(chance, 1)},
        "outcome": _maybe(chance, 0.95, {"network_status": "approved_by_network", "risk_score": chance.randrange(99)}),
        "paid": not failed,
        "payment_method_details": {kind: details[kind], "type": kind},
        "receipt_url": _maybe(chance, 0.98, "https://pay.example/receipts/" + _id62(chance)),
        "refunded": False,
        "shipping": _maybe(chance, 0.1, {"address": address, "carrier": None, "name": "Ann"}),
        "status": chance.choices(["succeeded", "pending", "failed"], [93, 2, 5])[0],
    }


# --- Weather and rates ---


def weather(chance: Random) -> Json:
    """The weather of the moment at one place: rain and gusts are members only when there are some."""
    return {
        "coord": {"lon": 13.4, "lat": 52.5},
        "base": "stations",
        "weather": [
            {"id": 800 + n, "main": chance.choice(["Clear", "Clouds", "Rain", "Mist"]), "icon": "01d"}
            for n in range(chance.choices([1, 2], [9, 1])[0])
        ],
        "main": {
            "temp": _number(chance, 30),
            "feels_like": _number(chance, 30),
            "pressure": chance.randint(980, 1040),
            **_sometimes(chance, sea_level=(0.6, 1015), grnd_level=(0.6, 1010)),
        },
        "wind": {"speed": _number(chance, 20), "deg": chance.randrange(360), **_sometimes(chance, gust=(0.4, 11.2))},
        "clouds": {"all": chance.randrange(101)},
        "dt": _epoch(chance),
        "sys": {"country": "DE", "sunrise": _epoch(chance), **_sometimes(chance, type=(0.7, 2), id=(0.7, 2_011_538))},
        "timezone": 3600,
        "id": 2_950_159,
        "name": "Berlin",
        "cod": 200,
        **_sometimes(
            chance,
            rain=(0.2, {"1h": _number(chance, 3)}),
            snow=(0.05, {"1h": _number(chance, 3)}),
            visibility=(0.95, 10_000),
        ),
    }


def forecast(chance: Random) -> Json:
    """Columns of numbers with gaps, and warnings that are there when there are some."""
    hours = 24 if chance.random() < 0.9 else 48
    day = _moment(chance)
    return {
        "latitude": 52.52,
        "generationtime_ms": chance.random(),
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {
            "time": [(day + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M") for n in range(hours)],
            "temperature_2m": [_maybe(chance, 0.98, _number(chance, 30)) for _ in range(hours)],
            "snow_depth": [0 if chance.random() < 0.9 else 0.02 for _ in range(hours)],
        },
        **_sometimes(chance, alerts=(0.15, [{"event": "Wind", "start": _epoch(chance), "tags": []}])),
    }


def rates(chance: Random) -> Json:
    """Exchange rates by currency: which ones depends on what was asked."""
    codes = "USD JPY GBP CHF SEK NOK DKK PLN CZK HUF RON TRY AUD CAD NZD".split()
    listed = chance.sample(codes, chance.randint(3, len(codes)))
    return {
        "base": "EUR",
        "date": _moment(chance).strftime("%Y-%m-%d"),
        "rates": {code: _number(chance, 300) for code in listed},
    }


def series(chance: Random) -> Json:
    """Prices by day, as texts, under names with blanks and dots."""
    return {
        "Meta Data": {"1. Information": "Daily Prices", "2. Symbol": chance.choice(["IBM", "SAP", "BRK.B"])},
        "Time Series (Daily)": {
            (_moment(chance)).strftime("%Y-%m-%d"): {
                "1. open": f"{chance.random() * 200:.4f}",
                "5. volume": str(chance.randrange(10**7)),
            }
            for _ in range(chance.randint(5, 100))
        },
    }


# --- Content and shops ---


def articles(chance: Random) -> Json:
    """Texts in several languages, blocks of several kinds, settings as pairs of name and value."""
    locales = ["en", *chance.sample(["de", "fr-CA", "pt-BR", "ja", "zh_Hant", "es"], chance.randint(0, 4))]
    return {
        "items": [
            {
                "slug": "-".join(chance.choices(_WORDS, k=3)),
                "translations": {each: {"title": _words(chance, 3), "draft": False} for each in locales},
                "blocks": [_block(chance) for _ in _some(chance, 6)],
                "published": chance.choice([_iso(chance), _iso(chance), _moment(chance).strftime("%Y-%m-%d")]),
                "fields": [_setting(chance) for _ in _some(chance, 3, 0.3)],
                "author": _maybe(chance, 0.9, {"name": "Ann", "avatar": _maybe(chance, 0.5, "https://example.org/a")}),
                "seo": _maybe(chance, 0.5, {"title": "x"}, []),
            }
            for _ in _some(chance, 10)
        ],
        "total": chance.randrange(500),
        "next": _maybe(chance, 0.5, "https://cms.example/articles?page=2"),
    }


def _block(chance: Random) -> Json:
    kind = chance.choices(["paragraph", "image", "embed", "list", "quote"], [60, 20, 5, 10, 5])[0]
    own: dict[str, Json] = {
        "paragraph": {"content": _words(chance, 9)},
        "image": {"content": {"src": "https://example.org/i.png", "width": 640}, "caption": _maybe(chance, 0.5, "x")},
        "embed": {"content": None, "url": "https://example.org/v"},
        "list": {"content": [_words(chance, 2) for _ in _some(chance, 4)]},
        "quote": {"content": _words(chance, 5), "by": "Ann"},
    }
    return {"id": _hex(chance, 8), "type": kind, **own[kind]}


def _setting(chance: Random) -> Json:
    name, value = chance.choice(
        [
            ("limit", 10),
            ("color", "red"),
            ("beta", True),
            ("weights", [1, 2]),
            ("theme", {"dark": True}),
            ("ratio", 0.5),
        ]
    )
    return {"name": name, "value": value}


def products(chance: Random) -> Json:
    """Prices as texts, stock below zero, discounts that hardly anything has."""
    return {
        "products": [
            {
                "id": chance.randrange(10**13),
                "title": _words(chance, 2),
                "body_html": _maybe(chance, 0.9, "<p>x</p>"),
                "vendor": "Acme",
                "tags": ", ".join(chance.choices(_WORDS, k=chance.randint(0, 3))),
                "published_at": _maybe(chance, 0.9, "2024-01-01T10:00:00-05:00"),
                "variants": [
                    {
                        "price": f"{chance.randrange(1, 300)}.{chance.choice(['00', '99', '50'])}",
                        "compare_at_price": _maybe(chance, 0.2, "99.00"),
                        "inventory_quantity": chance.randint(-5, 400),
                        "barcode": chance.choice([None, "", str(chance.randrange(10**12))]),
                        "weight": chance.choice([0, 0.2, 1, 2.5]),
                        "weight_unit": chance.choices(["kg", "g", "lb"], [80, 15, 5])[0],
                        "option1": chance.choice(["Default Title", "S", "M", "42"]),
                        "option2": _maybe(chance, 0.3, "Blue"),
                    }
                    for _ in range(chance.randint(1, 5))
                ],
                "images": [
                    {"src": "https://example.org/i.png", "alt": _maybe(chance, 0.3, "x")} for _ in _some(chance, 4)
                ],
                "image": _maybe(chance, 0.8, {"src": "https://example.org/i.png"}),
                **_sometimes(chance, discount=(0.02, {"value": "10.0", "kind": "percentage"})),
            }
            for _ in _some(chance, 15)
        ]
    }


def places(chance: Random) -> Json:
    """GeoJSON: how deep coordinates are nested depends on the type of the geometry."""

    def point() -> list[float]:
        return [_number(chance, 180), _number(chance, 90), *([chance.randrange(9)] if chance.random() < 0.1 else [])]

    shapes: dict[str, Callable[[], Any]] = {
        "Point": point,
        "LineString": lambda: [point() for _ in range(3)],
        "Polygon": lambda: [[point() for _ in range(4)]],
    }
    usual = chance.choice(list(shapes))

    def feature() -> Json:
        kind = usual if chance.random() < 0.9 else chance.choice(list(shapes))
        properties = _sometimes(
            chance,
            name=(0.7, _words(chance, 2)),
            ele=(0.2, str(chance.randrange(900))),
            opening_hours=(0.2, "Mo-Fr 08:00-18:00"),
            website=(0.2, "https://example.org"),
        )
        return {
            "type": "Feature",
            "id": chance.choice(["node/", "way/"]) + str(chance.randrange(10**9)),
            "properties": {"highway": chance.choice(["bus_stop", "crossing", "stop"]), **properties},
            "geometry": {"type": kind, "coordinates": shapes[kind]()},
        }

    return {"type": "FeatureCollection", "features": [feature() for _ in _some(chance, 12)]}


def search(chance: Random) -> Json:
    """Hits of several indexes; facets by name; what matched by field."""
    return {
        "took": chance.randrange(300),
        "timed_out": False,
        "_shards": {"total": 5, "successful": 5, "failed": 0},
        "hits": {
            "total": {"value": chance.randrange(10_000), "relation": chance.choices(["eq", "gte"], [8, 2])[0]},
            "max_score": _maybe(chance, 0.9, chance.random() * 10),
            "hits": [
                {
                    "_index": chance.choice(["posts-2024.01", "posts-2024.02"]),
                    "_id": _id62(chance, 20),
                    "_score": _maybe(chance, 0.95, chance.random() * 10),
                    "_source": {
                        "views": int(10 ** (chance.random() * 7)),
                        "tags": _maybe(
                            chance, 0.9, [chance.choice(_WORDS) for _ in _some(chance, 3)], chance.choice(_WORDS)
                        ),
                        "updated": _epoch(chance) * 1000,
                    },
                    **_sometimes(chance, highlight=(0.6, {chance.choice(["title", "body"]): ["<em>x</em>"]})),
                }
                for _ in _some(chance, 10)
            ],
        },
        "aggregations": {
            name: {"buckets": [{"key": chance.choice(_WORDS), "doc_count": 3} for _ in _some(chance, 5)]}
            for name in chance.sample(["by_tag", "by_author", "by_year"], chance.randint(1, 3))
        },
    }


# --- Fitness ---


def profile(chance: Random) -> Json:
    """Whoever asks: most members have a default, and what a new account lacks is null."""
    old = chance.random()
    return {
        "id": _hex(chance),
        "username": chance.choice(_WORDS) + str(chance.randrange(100)),
        "location": chance.choice(["", "Austin, TX", "Berlin"]),
        "height": _maybe(chance, old, _number(chance, 80)),
        "weight": _maybe(chance, old, _number(chance, 250)),
        "gender": chance.choice(["male", "female", "other", None]),
        "birthday": _maybe(chance, 0.8, -_epoch(chance) // 2),
        "image_url": "https://images.example/u/" + _hex(chance),
        "total_workouts": int(1000 * old),
        "cycling_ftp": int(300 * old) if old > 0.5 else 0,
        "cycling_ftp_source": chance.choice([None, "ftp_manual_source", "ftp_workout_source"]),
        "cycling_ftp_workout_id": _maybe(chance, 0.4, _hex(chance)),
        "created_at": _epoch(chance),
        "last_workout_at": _maybe(chance, 0.9, _epoch(chance), 0),
        "is_demo": False,
        "hardware_settings": _maybe(chance, 0.3, {"tread": {"units": "mph"}}),
        "paired_devices": [{"name": "HRM", "paired_device_type": "heart_rate_monitor"} for _ in _some(chance, 2, 0.6)],
        "subscription": _maybe(chance, 0.1, {"tier": "all-access"}),
        "workout_counts": [
            {
                "name": each,
                "slug": each.lower(),
                "count": int(100 * old * chance.random()),
                "icon_url": "https://x.test/i",
            }
            for each in ("Cycling", "Running", "Yoga")
        ],
        "default_max_heart_rate": chance.randint(150, 200),
        "customized_max_heart_rate": _maybe(chance, 0.2, chance.randint(150, 200), 0),
        "block_explicit": False,
        "v1_referrals_made": chance.randint(0, 3),
        **_sometimes(chance, quick_hits=(0.7, {"speed_shortcuts": None}), card_expires_at=(0.5, None)),
    }


def workouts(chance: Random) -> Json:
    """A page of somebody's workouts; nearly all of them are of the kind that they like."""
    liked = chance.choice(["cycling", "running", "strength", "yoga"])
    page = [_workout(chance, liked if chance.random() < 0.8 else "meditation") for _ in _some(chance, 20)]
    return {
        "data": page,
        "limit": 20,
        "page": 0,
        "total": len(page) * chance.randint(1, 9),
        "count": len(page),
        "page_count": chance.randint(0, 40),
        "show_previous": False,
        "show_next": len(page) == 20,
        "sort_by": "-created_at,-pk",
        "aggregate_stats": [],
        "total_heart_rate_zone_durations": _maybe(chance, 0.3, {"heart_rate_z1_duration": 60}),
    }


def _workout(chance: Random, discipline: str) -> Json:
    rides = discipline in {"cycling", "running"}
    start = _epoch(chance)
    return {
        "id": _hex(chance),
        "created_at": start,
        "start_time": start,
        "end_time": _maybe(chance, 0.97, start + 1800),
        "device_type": chance.choices(["home_bike_v1", "iPhone", "tread_v2", "web"], [60, 25, 10, 5])[0],
        "fitness_discipline": discipline,
        "has_pedaling_metrics": discipline == "cycling",
        "name": discipline.title() + " Workout",
        "status": chance.choices(["COMPLETE", "IN_PROGRESS", "CANCELED"], [96, 2, 2])[0],
        "total_work": _number(chance, 500_000) if discipline == "cycling" else 0.0,
        "workout_type": chance.choices(["class", "freestyle", "scenic"], [85, 10, 5])[0],
        "metrics_type": discipline if rides else None,
        "effort_zones": _maybe(chance, 0.4, {"total_effort_points": _number(chance, 90)}),
        "strava_id": _maybe(chance, 0.1, str(chance.randrange(10**9))),
        "leaderboard_rank": _maybe(chance, 0.6, chance.randrange(1, 30_000)) if rides else None,
        "platform": chance.choices(["home_bike", "iOS_app", "web"], [6, 3, 1])[0],
        "ride": {
            "id": _hex(chance),
            "title": _words(chance, 3),
            "difficulty_rating_avg": _number(chance, 10) if chance.random() < 0.95 else 0,
            "instructor_id": _maybe(chance, 0.9, _hex(chance)),
            "scheduled_start_time": _epoch(chance),
            "class_type_ids": [_hex(chance) for _ in _some(chance, 2)],
            "duration": chance.choice([300, 600, 1200, 1800, 2700]),
            "is_explicit": chance.random() < 0.3,
            "vod_stream_url": None,
            **_sometimes(
                chance, instructor=(0.9, {"name": "Ann", "id": _hex(chance), "image_url": "https://x.test/i"})
            ),
        },
        **_sometimes(
            chance,
            achievement_templates=(0.5, []),
            average_effort_score=(0.7, _maybe(chance, 0.5, _number(chance, 90))),
            total_leaderboard_users=(0.5, chance.randrange(40_000)),
        ),
    }


def graph(chance: Random) -> Json:
    """Lines of one workout: which ones depends on the device; a heart rate only where somebody wore a belt."""
    seconds = chance.randint(10, 200)
    slugs = chance.choice([["output", "cadence", "resistance", "speed"], ["pace", "speed", "altitude"], []])
    with_heart = chance.random() < 0.4
    return {
        "duration": seconds * 5,
        "is_class_plan_shown": chance.random() < 0.9,
        "segment_list": [
            {"id": _hex(chance), "length": 60, "name": "Warmup", "metrics_type": chance.choice(["cycling", "floor"])}
            for _ in _some(chance, 4)
        ],
        "seconds_since_pedaling_start": list(range(1, seconds)),
        "average_summaries": [
            {"display_name": f"Avg {slug}", "value": _number(chance, 100), "slug": f"avg_{slug}"} for slug in slugs
        ],
        "metrics": [
            {
                "display_name": slug.title(),
                "slug": slug,
                "values": [_maybe(chance, 0.99, _number(chance, 100)) for _ in range(seconds)],
                "average_value": _number(chance, 100),
                **({"zones": [{"slug": "zone1", "duration": 7}]} if slug == "heart_rate" else {}),
                **({"alternatives": [{"slug": "pace", "values": [1, 2.5]}]} if slug == "speed" else {}),
            }
            for slug in [*slugs, *(["heart_rate"] if with_heart else [])]
        ],
        "has_apple_watch_metrics": False,
        "location_data": []
        if chance.random() < 0.8
        else [{"segment_id": _hex(chance), "coordinates": [{"latitude": 1.5}]}],
        "effort_zones": _maybe(chance, float(with_heart), {"total_effort_points": 1.5}),
        **_sometimes(chance, splits_data=(0.3, {"distance_marker_display_unit": "mi", "splits": []}), muscle=(0.2, {})),
    }


def tags(chance: Random) -> Json:
    """GraphQL: a union by its type name, edges, errors beside data."""
    kind = chance.choices(["Tag", "TagNotFound"], [95, 5])[0]
    if kind == "TagNotFound":
        return {"data": {"tag": {"__typename": kind, "reason": "gone"}}}
    edges = [
        {
            "cursor": _id62(chance),
            "node": {"__typename": "User", "id": _hex(chance), "assets": _maybe(chance, 0.8, {"image": None})},
        }
        for _ in _some(chance, 20)
    ]
    return {
        "data": {
            "tag": {
                "__typename": kind,
                "name": chance.choice(_WORDS),
                "followingCount": chance.randrange(100_000),
                "assets": _maybe(chance, 0.5, {"backgroundImage": {"location": "https://x.test/b.png"}}),
                "users": {
                    "edges": edges,
                    "pageInfo": {"hasNextPage": len(edges) == 20, "endCursor": _maybe(chance, 0.9, "x")},
                },
            }
        }
    }


SERVICES: Final[tuple[Service, ...]] = (
    repositories,
    events,
    charges,
    weather,
    forecast,
    rates,
    series,
    articles,
    products,
    places,
    search,
    profile,
    workouts,
    graph,
    tags,
)

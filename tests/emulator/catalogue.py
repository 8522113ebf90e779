"""Look-up tables that stand beside lists of classes: disciplines, class types, categories, equipment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.emulator.ids import hex_id

Json = dict[str, Any]


def picture(name: str) -> str:
    """Address of a synthetic picture; nothing is served there."""
    return f"https://images.example.com/{name}.png"


@dataclass(frozen=True, slots=True)
class Discipline:
    """A kind of workout.

    Attributes:
        metrics: slugs a class of this kind shows.
        metrics_type: family of the device metrics, None where no machine measures.
    """

    number: int
    slug: str
    name: str
    metrics: tuple[str, ...] = ("heart_rate", "calories")
    metrics_type: str | None = None

    @property
    def is_pedaling(self) -> bool:
        return self.metrics_type == "cycling"

    @property
    def has_power(self) -> bool:
        return self.metrics_type in ("cycling", "running")


_BIKE = ("cadence", "resistance", "output", "speed", "distance", "calories", "heart_rate")
_TREAD = ("pace", "speed", "incline", "elevation", "distance", "calories", "heart_rate")

DISCIPLINES = {
    each.slug: each
    for each in (
        Discipline(1, "cycling", "Cycling", _BIKE, "cycling"),
        Discipline(2, "strength", "Strength"),
        Discipline(3, "yoga", "Yoga"),
        Discipline(4, "running", "Running", _TREAD, "running"),
        Discipline(5, "meditation", "Meditation"),
        Discipline(6, "stretching", "Stretching"),
        Discipline(7, "walking", "Walking", _TREAD, "running"),
        Discipline(8, "cardio", "Cardio"),
        Discipline(9, "circuit", "Tread Bootcamp", _TREAD, "running"),
        Discipline(10, "bike_bootcamp", "Bike Bootcamp", _BIKE, "cycling"),
        Discipline(11, "beyond_the_ride", "Beyond the Ride"),
        Discipline(12, "caesar", "Rowing"),
        Discipline(13, "caesar_bootcamp", "Row Bootcamp"),
    )
}
"""By slug, in list order. The evidence keeps the list open; these are all the slugs it names."""

_CLASS_TYPE_NAMES = ("Endurance", "Intervals")


def class_type_ids(discipline: Discipline) -> list[str]:
    return [hex_id("class_type", discipline.number * 2 + index) for index in range(len(_CLASS_TYPE_NAMES))]


def class_types() -> list[Json]:
    return [
        {
            "id": class_type_id,
            "name": f"{name} {discipline.name}",
            "display_name": name,
            "fitness_discipline": discipline.slug,
            "is_active": discipline.slug != "beyond_the_ride",
            "list_order": discipline.number * 2 + index,
        }
        for discipline in DISCIPLINES.values()
        for index, (class_type_id, name) in enumerate(zip(class_type_ids(discipline), _CLASS_TYPE_NAMES, strict=True))
    ]


def fitness_disciplines() -> list[Json]:
    return [{"id": hex_id("discipline", each.number), "name": each.name} for each in DISCIPLINES.values()]


def browse_categories() -> list[Json]:
    """One category per discipline, with the same slug: a simplification of ours."""
    return [
        {
            "id": hex_id("browse_category", each.number),
            "name": each.name,
            "slug": each.slug,
            "list_order": each.number,
            "icon_url": picture(f"category-{each.slug}"),
            "portal_image_url": picture(f"portal-{each.slug}"),
        }
        for each in DISCIPLINES.values()
    ]


EQUIPMENT = ("Example Dumbbells", "Example Mat", "Example Block")


def equipment() -> list[Json]:
    return [
        {
            "id": hex_id("equipment", number),
            "name": name,
            "slug": name.lower().replace(" ", "_"),
            "icon_url": picture(f"equipment-{number}"),
        }
        for number, name in enumerate(EQUIPMENT, start=1)
    ]

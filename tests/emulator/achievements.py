"""Badges: their templates, and the own collection of them."""

from __future__ import annotations

from typing import Any

from tests.emulator.call import Call
from tests.emulator.catalogue import picture
from tests.emulator.ids import hex_id

Json = dict[str, Any]

_CATEGORIES = {
    "workout_milestones": ("Workout Milestones", ("First Example", "Ten Examples", "Fifty Examples")),
    "special_events": ("Special Events", ("Example Day", "Synthetic Sunday")),
}
NAMES = [name for _, names in _CATEGORIES.values() for name in names]


def times_earned(number: int) -> int:
    """Every third badge is not earned yet."""
    return number % 3 * number


def template(number: int) -> Json:
    """The badge with this number, counted from 1 through all categories."""
    name = NAMES[number - 1]
    slug = name.lower().replace(" ", "_")
    animated = number % 2 == 0
    return {
        "id": hex_id("achievement", number),
        "name": name,
        "slug": slug,
        "description": f"A synthetic badge: {name}.",
        "image_url": picture(f"badge-{slug}"),
        "small_image_url": picture(f"badge-{slug}-small") if number % 3 else None,
        "large_image_url": picture(f"badge-{slug}-large") if animated else None,
        "animated_image_url": picture(f"badge-{slug}-animated") if animated else None,
        "kinetic_token_background": "gold" if animated else None,
        "achievement_count": times_earned(number),
    }


def counted(number: int) -> Json:
    return {"count": times_earned(number), "template": template(number)}


def user_achievements(call: Call) -> Json:
    """The same collection for every member: who earned what matters to nobody here."""
    call.visible_member()
    return {
        "categories": [
            {
                "name": name,
                "slug": slug,
                "achievements": [counted(NAMES.index(badge) + 1) for badge in badges],
            }
            for slug, (name, badges) in _CATEGORIES.items()
        ]
    }

"""The five shop routes, whose bodies nobody knows.

The `data` wrapper follows a neighbouring route, the rest is a guess from the names: ask for no more than JSON.
"""

from __future__ import annotations

from typing import Any

from tests.emulator.call import Call
from tests.emulator.clock import DAY, NOW, iso
from tests.emulator.errors import invalid
from tests.emulator.ids import hex_id
from tests.emulator.paging import paginate

Json = dict[str, Any]

_REVIEWS = 23
_REVIEW_SORTS = ("-submittedAt", "submittedAt")


def _money(cents: int) -> Json:
    return {"price_in_cents": cents, "currency_code": "USD"}


def list_plans(_call: Call) -> Json:
    plans = (("example-app", "Example App", 1299), ("example-app-plus", "Example App Plus", 2400))
    return {
        "data": {
            "plans": [
                {"id": hex_id("plan", number), "slug": slug, "name": name, "interval": "month", **_money(cents)}
                for number, (slug, name, cents) in enumerate(plans, start=1)
            ]
        }
    }


def list_stores(_call: Call) -> Json:
    stores = ("Example Showroom Springfield", "Example Showroom Shelbyville")
    return {
        "data": {
            "stores": [
                {"id": hex_id("store", number), "name": name, "country_code": "US", "is_open": True}
                for number, name in enumerate(stores, start=1)
            ]
        }
    }


def list_reviews(call: Call) -> Json:
    """Ten per page, sorted by time of submission."""
    sort_by = call.query.get("sort_by", _REVIEW_SORTS[0])
    if sort_by not in _REVIEW_SORTS:
        raise invalid({"sort_by": f"one of {', '.join(_REVIEW_SORTS)} is required"})
    numbers = list(range(1, _REVIEWS + 1))
    if sort_by == "submittedAt":
        numbers.reverse()
    shown, counters = paginate(numbers, call, default=10)
    reviews = [
        {
            "id": hex_id("review", number),
            "title": f"Example review {number}",
            "rating": 3 + number % 3,
            "submittedAt": iso(NOW - number * DAY),
        }
        for number in shown
    ]
    return {"data": {"reviews": reviews}, **counters, "sort_by": sort_by}


def list_orders(_call: Call) -> Json:
    orders = [
        {
            "id": hex_id("order", number),
            "status": "delivered",
            "created_at": NOW - number * 90 * DAY,
            "items": [{"id": hex_id("product", number), "name": "Example Mat", "quantity": 1, **_money(6000)}],
        }
        for number in (1, 2)
    ]
    return {"data": {"orders": orders}}


def get_card(_call: Call) -> Json:
    return {"data": {"card": {"brand": "example", "last_four": "0000", "expires_month": 1, "expires_year": 2030}}}

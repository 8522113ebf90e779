"""Memberships, their transactions, and referrals."""

from __future__ import annotations

from typing import Any

from tests.emulator import world
from tests.emulator.call import Call
from tests.emulator.clock import DAY, NOW
from tests.emulator.credentials import USER_ID
from tests.emulator.errors import not_found
from tests.emulator.followers import user_summary
from tests.emulator.ids import hex_id
from tests.emulator.paging import paginate
from tests.emulator.users import user_public

Json = dict[str, Any]

SUBSCRIPTION_ID = hex_id("subscription", 1)
_TRANSACTIONS = 14


def _subscription(call: Call, number: int) -> Json:
    """Number 1 is active, number 2 an ended trial."""
    owner = user_public(call.state, world.MEMBERS[0], call.caller)
    active = number == 1
    return {
        "id": hex_id("subscription", number),
        "name": f"Example App Membership {number}",
        "status": "active_normal" if active else "cancelled",
        "status_text": "Active" if active else "Ended",
        "is_active": active,
        "is_trial": not active,
        "billing_type": "apple_monthly",
        "cost_in_cents": 1299,
        "currency_code": "USD",
        "country_code": "US",
        "expires_at": NOW + (20 if active else -300) * DAY,
        "original_purchase_date": NOW - 400 * DAY,
        "stream_limit": 1,
        "total_active_streams": 0,
        "user_id": USER_ID,
        "owner": owner,
        "user": owner,
        "shared_user_set": [user_summary(call, world.MEMBERS[1])] if active else [],
    }


def list_subscriptions(call: Call) -> Json:
    """App memberships only: the key of device memberships is not known."""
    return {"digital_subscriptions": [_subscription(call, number) for number in (1, 2)]}


def list_transactions(call: Call) -> Json:
    """No real body is known: the page members and the joined object are guesses."""
    call.own_account()
    if call.path["subscription_id"] not in (hex_id("subscription", 1), hex_id("subscription", 2)):
        raise not_found("Subscription")
    joined = "transaction" in call.joins("transaction")
    total = _TRANSACTIONS if call.path["subscription_id"] == SUBSCRIPTION_ID else 0
    shown, counters = paginate(range(1, total + 1), call)
    rows = []
    for number in shown:
        row: Json = {"id": hex_id("transaction", number), "created_at": NOW - number * 30 * DAY}
        if joined:
            row["transaction"] = {"id": hex_id("transaction", 64 + number), "amount_in_cents": 1299, "status": "paid"}
        rows.append(row)
    return {"data": rows, **counters, "sort_by": None}


def referral_history(call: Call) -> Json:
    """Known is only that it tells a coupon code and the referrals made."""
    call.own_account()
    referrals = [{"created_at": NOW - number * 50 * DAY, "status": "redeemed"} for number in (1, 2)]
    return {"coupon_code": "EXAMPLE-COUPON", "referrals_made": len(referrals), "referrals": referrals}

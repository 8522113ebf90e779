"""Pages of REST lists: `limit` and a zero-based `page` in the query, counters beside `data` in the body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from tests.emulator.call import Call

Row = TypeVar("Row")

CAP = 100
"""The server lowers a higher `limit` silently."""

DEFAULT_LIMIT = 20

_LOW_CAP = 10
"""That of a planted change."""


def paginate(
    rows: Sequence[Row], call: Call, default: int = DEFAULT_LIMIT, cap: int = CAP
) -> tuple[Sequence[Row], dict[str, Any]]:
    """The rows of the page asked for, and the body's paging members without `sort_by` and `data`.

    A page behind the last one is empty, not an error: a guess. So is 400 for a limit or page that is no number.
    """
    limit = min(call.whole_number("limit", default, least=1), _LOW_CAP if "low cap" in call.hooks else cap)
    page = call.whole_number("page", 0, least=0)
    start = (page % 2 if "pages loop" in call.hooks else page) * limit
    if "pages overlap" in call.hooks:
        start -= page
    shown = rows[start : start + limit]
    page_count = -(-len(rows) // limit)
    return shown, {
        "limit": limit,
        "page": page,
        "total": len(rows),
        "count": len(shown),
        "page_count": page_count,
        "show_previous": page > 0,
        "show_next": page + 1 < page_count or "pages loop" in call.hooks,
    }

"""What stands in an answer in place of a secret: nothing can be said about the value that was there.

Event logs mask secrets, cassettes have placeholders for them, and live answers are masked before anything is learnt
from them. A secret in hexadecimal digits has a placeholder of its own form, which counts as it stands.
"""

from __future__ import annotations

import re
from typing import Any, Final

#: What `paceline.report.masking` writes, a layer above this one; a number becomes this text as well.
MASK: Final = "********"

_PLACEHOLDER: Final = re.compile(r"scrubbed-[a-z0-9_]+")  # paceline.transport.cassette_placeholders
_NINES: Final = re.compile(r"-?9{10,}")


def is_hidden(text: str) -> bool:
    """Whether a secret stood in a text.

    >>> is_hidden("Bearer ********"), is_hidden("/u/scrubbed-user_token/me"), is_hidden("starred")
    (True, True, False)
    """
    return MASK in text or ("scrubbed-" in text and _PLACEHOLDER.search(text) is not None)


def is_wholly_hidden(value: Any) -> bool:
    """Whether a value is nothing but a mask, so that it may have been of any type.

    A number of nines, the placeholder of cassettes, tells nothing where it is as long as a point in time.
    """
    if isinstance(value, str):
        return value == MASK
    return isinstance(value, int) and 10**9 < abs(value) < 10**40 and _NINES.fullmatch(str(value)) is not None

"""What stands in a cassette in place of a secret.

It says whose place it takes (`scrubbed-access_token`), is the same wherever the same secret stood, so that scripts and
chains of requests work on replay, and tells nothing of the secret but its kind: an id in hexadecimal digits, which
schemas check the form of, becomes one of the same length that begins with `5ec2e7`, a number one of nines.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_WORD: Final = "scrubbed-"
_HEX: Final = "5ec2e7"

#: Every placeholder in a text, save for numbers.
PLACEHOLDER: Final = re.compile(
    r"scrubbed-[a-z0-9_]+(?:-[0-9]+)?"
    r"|(?<![0-9A-Fa-f])5ec2e7(?:[0-9a-f]{2}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{10,})"
    r"|(?<![0-9A-Fa-f])5EC2E7[0-9A-F]{10,}"
)
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NINES: Final = re.compile(r"-?9{4,}(?:\.9+)?")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LOWER_HEX: Final = re.compile(r"[0-9a-f]{16,64}")
_UPPER_HEX: Final = re.compile(r"[0-9A-F]{16,64}")
_LONGEST_NAME: Final = 40


def placeholder(name: str, secret: str, number: int = 1) -> str:
    """What to write for a secret that was first met under this name.

    Args:
        number: counts the secrets of this name and kind, from 1.

    >>> placeholder("accessToken", "hunter2"), placeholder("session_id", "0a" * 16, 2), placeholder("pin", "4711")
    ('scrubbed-accesstoken', '5ec2e7aced6e65eae529342c4ba67640', '9999')
    """
    label = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_LONGEST_NAME].strip("_") or "secret"
    digest = hashlib.sha256(f"{label}/{number}".encode()).hexdigest()
    if _NUMBER.fullmatch(secret):
        return re.sub(r"[0-9]", "9", secret)  # in JSON it may stand without quotes
    if _UUID.fullmatch(secret):
        return f"{_HEX}{digest[:2]}-{digest[2:6]}-4{digest[6:9]}-8{digest[9:12]}-{digest[12:24]}"
    if _LOWER_HEX.fullmatch(secret):
        return (_HEX + digest)[: len(secret)]
    if _UPPER_HEX.fullmatch(secret):
        return (_HEX + digest)[: len(secret)].upper()
    return f"{_WORD}{label}" if number == 1 else f"{_WORD}{label}-{number}"


def kind(secret: str) -> tuple[str, int]:
    """What a placeholder tells of a secret: secrets of different kinds are counted apart."""
    example = placeholder("", secret)
    return ("word", 0) if example.startswith(_WORD) else ("hex", len(example))


def is_placeholder(value: str) -> bool:
    """Whether a value is nothing but a placeholder."""
    return PLACEHOLDER.fullmatch(value) is not None or _NINES.fullmatch(value) is not None


def has_placeholder(text: str) -> bool:
    """Whether something was hidden in a text."""
    return PLACEHOLDER.search(text) is not None


def fits(recorded: str, now: str) -> bool:
    """Whether a text can be what was recorded: whatever stands in place of a placeholder cannot be compared.

    >>> fits("/api/scrubbed-token/me", "/api/k-1/me"), fits("/api/scrubbed-token/me", "/api/k-1/you")
    (True, False)
    """
    if recorded == now:
        return True
    if not has_placeholder(recorded):
        return False
    first, *between, last = PLACEHOLDER.split(recorded)
    if not now.startswith(first):
        return False
    position = len(first)
    for piece in between:
        position = now.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return now.endswith(last) and len(now) - len(last) >= position

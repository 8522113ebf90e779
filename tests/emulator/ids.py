"""Synthetic identifiers: 32 lowercase hex digits without dashes, as all objects of the API carry them."""

from __future__ import annotations

import hashlib

NO_CLASS = "0" * 32
"""Class id of a workout that followed no class."""

_KINDS = (
    "user ride workout instructor peloton class_type browse_category equipment discipline achievement challenge "
    "subscription transaction segment song album artist playlist series contract order product review store plan"
).split()
_FIRST_CODE = 0x0A


def hex_id(kind: str, number: int) -> str:
    """Id of the `number`-th object of its kind; never the 32 zeros of `NO_CLASS`.

    >>> hex_id("user", 1), hex_id("ride", 1)
    ('00000000000000000000000000000a01', '00000000000000000000000000000b01')
    """
    code = _FIRST_CODE + _KINDS.index(kind)
    return f"{number >> 8:028x}{code:02x}{number & 0xFF:02x}"


def digest(text: str, length: int = 32) -> str:
    """The first `length` (at most 64) hex digits of a hash: looks random, is the same in every run."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]

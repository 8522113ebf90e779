"""JSON of JavaScript's, whose texts may hold half a surrogate pair: Python could not write those to any file."""

from __future__ import annotations

import json
from typing import Any


def loads(text: str) -> Any:
    """The value, with a replacement character for each half of a pair."""
    value = json.loads(text)
    if "\\ud" in text:  # JSON.stringify escapes halves, and them alone
        whole = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
        value = json.loads(whole.decode("utf-16-le", "replace"))
    return value

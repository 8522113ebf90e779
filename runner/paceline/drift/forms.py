"""Forms that single values take: of texts, of numbers, and of the names of members that are ids rather than names."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Final

#: Forms of texts, as regular expressions that are also good for JSON Schema (ECMA-262). A date with a time counts as
#: one form with and without zone, since one field often has both.
TEXT_FORMS: Final = {
    "uuid": r"^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$",
    "hex32": r"^[0-9A-Fa-f]{32}$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "date-time": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r" ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)?$",
    "url": r"^[A-Za-z][A-Za-z0-9+.-]*://[^ \t\r\n]+$",
    "e-mail": r"^[^@ \t\r\n]+@[^@ \t\r\n]+\.[^@ \t\r\n]+$",
}

#: Forms of numbers, as ranges: from September 2001 to the end of the century.
NUMBER_FORMS: Final = {
    "epoch-seconds": (1_000_000_000, 4_102_444_800),
    "epoch-milliseconds": (1_000_000_000_000, 4_102_444_800_000),
}

#: Names of members that stand for something, by what they look like. A member that has such a name is an entry of a
#: map, all others are fields of a record.
KEY_FORMS: Final = {
    "uuid": TEXT_FORMS["uuid"],
    "hex": r"^[0-9a-f]{24,}$",
    "number": r"^-?[0-9]+$",
    "date": r"^[0-9]{4}-[0-9]{2}(-[0-9]{2}([Tt ].*)?)?$",
    "e-mail": TEXT_FORMS["e-mail"],
    "url": TEXT_FORMS["url"],
    "id": r"^([A-Za-z]+[_:-][0-9]{4,}|(?=([A-Za-z]*[0-9]){4})(?=.*[A-Za-z])[A-Za-z0-9]{16,})$",
}

#: The form of the names of an object with so many members that it cannot be a record.
ANY_KEY: Final = "any"

_TEXT: Final = {name: re.compile(pattern.replace("$", r"\Z")) for name, pattern in TEXT_FORMS.items()}
_KEY: Final = {name: re.compile(pattern.replace("$", r"\Z")) for name, pattern in KEY_FORMS.items()}

_LARGEST: Final = 1e300
_LONGEST_TOKEN: Final = 40
_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_./+-][A-Za-z0-9]+){0,5}")
_HEXADECIMAL: Final = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{8,}|.*[0-9]{6,}.*")

#: Names of fields whose values tell who somebody is, or open a door: no list of their values is ever kept.
_PERSONAL: Final = re.compile(
    r"(?:^|_)(?:name|names|username|nick|nickname|login|handle|author|owner|mail|email|phone|mobile|address|street|city|"
    r"zip|postal|postcode|location|hometown|birth|birthday|birthdate|password|passwd|secret|token|session|sid|cookie|"
    r"key|auth|authorization|credential|signature|nonce|csrf|xsrf|ip|iban|card|ssn|code|message|title|description|"
    r"slug|"
    r"serial|gender|sex|ethnicity|religion|nationality)(?:_|$)"
)
#: Of these the last word decides: `error_code` and `country_code` are enums, `promo_code` need not be.
_HARMLESS: Final = re.compile(
    r"(?:^|_)(?:error|status|country|language|currency|locale|reason|result|sub)_?code$|^code$|^(?:type|kind|status)_name$"
)
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def text_forms(text: str) -> list[str]:
    """The forms a text has; mostly one or none.

    >>> text_forms("2024-02-29T12:00:00Z"), text_forms("Monday")
    (['date-time'], [])
    """
    return [name for name, pattern in _TEXT.items() if pattern.match(text)]


def number_forms(number: float) -> list[str]:
    """The forms a number may have."""
    return [name for name, (low, high) in NUMBER_FORMS.items() if low <= number < high]


def key_form(name: str) -> str | None:
    """The form of the name of a member that is an id; None for the name of a field.

    >>> key_form("2024-02-29"), key_form("total_work")
    ('date', None)
    """
    return next((form for form, pattern in _KEY.items() if pattern.match(name)), None)


def is_token(text: str) -> bool:
    """Whether a text looks like a value of an enum: one word or a few, joined by signs, and no id.

    >>> [is_token(each) for each in ("IN_PROGRESS", "beyond_the_ride", "In progress", "deadbeef01", "ann@example.org")]
    [True, True, False, False, False]
    """
    return len(text) <= _LONGEST_TOKEN and bool(_TOKEN.fullmatch(text)) and not _HEXADECIMAL.fullmatch(text)


def is_personal(name: str) -> bool:
    """Whether a field of this name may hold what tells a person or opens a door.

    >>> is_personal("firstName"), is_personal("session_id"), is_personal("fitness_discipline"), is_personal("errorCode")
    (True, True, False, False)
    """
    words = "_".join(filter(None, _WORDS.split(name))).lower()
    return bool(_PERSONAL.search(words)) and not _HARMLESS.search(words)


def mark(text: str) -> int:
    """One of 4096 numbers for a text: enough to see that a value is new, too little to tell what it was."""
    return int(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:3], 16)


def below(number: float) -> float:
    """The next of 0, ±1, ±2, ±5, ±10, ±20, ... that is not above: a bound that does not tell the value.

    >>> below(70.5), below(0), below(-3), below(0.0321)
    (50.0, 0, -5.0, 0.02)
    """
    return -above(-number) if number < 0 else _step(number, up=False)


def above(number: float) -> float:
    """The next of 0, ±1, ±2, ±5, ±10, ±20, ... that is not below.

    >>> above(70.5), above(200), above(-3)
    (100.0, 200.0, -2.0)
    """
    return -below(-number) if number < 0 else _step(number, up=True)


def _step(number: float, *, up: bool) -> float:
    if number in {0, math.inf}:
        return number
    if number > _LARGEST:  # `1e999` is JSON, and so is a number of a thousand digits
        return math.inf if up else _LARGEST
    exponent = math.floor(math.log10(number))
    steps = [_power(factor, exponent + shift) for shift in (-1, 0, 1) for factor in (1, 2, 5)]
    fitting = [step for step in steps if (step >= number if up else step <= number)]
    return (min if up else max)(fitting) if fitting else number


def _power(factor: int, exponent: int) -> float:
    return float(f"{factor}e{exponent}")  # the nearest double, which 10.0**exponent is not

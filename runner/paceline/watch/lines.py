"""A place of a body in the lines of the lock, as the two sides of a change."""

from __future__ import annotations

from typing import Final

from paceline.drift.facts import Answers
from paceline.drift.lock_lines import lines_of
from paceline.drift.pointers import plain

_MOST: Final = 40


def lines_at(answers: Answers | None, pointer: str) -> tuple[str, ...]:
    """The lines of a place and of what is in it, as `/data/*/id: required 9/9; string 9, hex32 9`.

    Args:
        pointer: as of a finding.

    Returns:
        nothing where the place is not in the body, or was not there; a long list is cut.
    """
    if answers is None or not (pointer == "" or pointer.startswith("/")):
        return ()
    found = [
        f"{plain(line.pointer) or '(body)'}: {line.text}"
        for line in lines_of(answers.shape)
        if plain(line.pointer) == pointer or plain(line.pointer).startswith(f"{pointer}/")
    ]
    more = len(found) - _MOST
    return (*found[:_MOST], f"… and {more} more") if more > 0 else tuple(found)

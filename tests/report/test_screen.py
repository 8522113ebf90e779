"""Text made fit for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.report.screen import count, cut, cut_middle, cut_painted, duration, line, lines, size, width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ✓ text", "plain ✓ text"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("half \ud83d", "half \\ud83d"),
    ],
)
def test_what_would_do_something_to_a_terminal_is_spelt_out(text: str, expected: str) -> None:
    """Control characters of both sets, changes of direction, halves of characters."""
    assert expected == line(text)


@given(st.text())
def test_no_text_does_anything_to_a_terminal(text: str) -> None:
    """Whatever a service answers, there is no escape in what is shown, and it can be encoded."""
    shown = [line(text), *lines(text)]

    assert not any(character in each for each in shown for character in "\x1b\x9b\r\n\x07\x08\u202e")
    "".join(shown).encode("utf-8")  # raises when it cannot be


def test_lines_keep_their_ends() -> None:
    """Line ends of all systems divide, a tab becomes blanks."""
    assert ["a", "b    c", ""] == lines("a\r\nb\tc\n")


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b[31mab\x1b[39m", 2)])
def test_width(text: str, columns: int) -> None:
    """East Asian characters take two columns, accents and colours none."""
    assert columns == width(text)


def test_cutting() -> None:
    """The result is as wide as it may be, no character is halved, and colours are all kept."""
    assert ["abc", "ab…", "日…", "…"] == [cut("abc", 3), cut("abcd", 3), cut("日本", 3), cut("日本", 1)]
    assert "http://loc…/17/items" == cut_middle("http://localhost/orders/17/items", 20)
    assert "\x1b[31mab…\x1b[39m" == cut_painted("\x1b[31mabcd\x1b[39m ef", 3)


@given(st.text(), st.integers(3, 40))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    """However wide its characters are."""
    assert width(cut(line(text), columns)) <= columns
    assert width(cut_middle(line(text), columns)) <= columns


def test_numbers_in_words() -> None:
    """Sizes in decimal units, times rounded up as Postman does, nouns in the plural."""
    assert ["0 B", "999 B", "1.0 kB", "1.0 MB", "2.5 GB"] == [
        size(0), size(999), size(1000), size(999_960), size(2_500_000_000)
    ]  # fmt: skip
    assert ["0 ms", "1 ms", "999 ms", "1.0 s", "1 min 0 s", "1 h 1 min"] == [
        duration(0), duration(0.2), duration(999), duration(1000), duration(59_960), duration(3_700_000)
    ]  # fmt: skip
    assert ["0 checks", "1 check", "1,000 checks"] == [count(0, "check"), count(1, "check"), count(1000, "check")]

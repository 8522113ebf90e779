"""Drift on the terminal: what changed, since when, who reads it, and how to accept it."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

import pytest
from tests.report.building import BROKEN, Run, checks, entry, shop, tell, terminal, trip
from tests.report.drifting import EACH_LEVEL, KIND, NOTE, TOTAL, WHOLE, change, compared, drift
from tests.report.screens import on_terminal

from paceline.cli.reporters import add_reporters, reporters_of
from paceline.drift.finding import Level
from paceline.drift.outcome import Change, Reader
from paceline.errors import Location
from paceline.model.contract import Breach, ContractVerdict
from paceline.model.outcome import Assertion
from paceline.report.drift_lines import DriftLines
from paceline.report.drift_words import kind_of, now_of
from paceline.report.style import Signs, Style


def test_the_section_of_the_terminal() -> None:
    """After the failures: by level and request, each change with all that is known of it; the sum stands at the end."""
    assert TERMINAL in terminal(compared(WHOLE))


TERMINAL = """
Drift

✗ 1 breaking
  shop/List orders (200)
    /order/total  removed
      was      number
      now      no such field
               in 0 of 4 answers; in 25 of 25 before
      seen     since 2026-11-20, 4 runs
      read by  script of shop/List orders  --> collections/shop.json#/item/0/event/0/script
               contract orders.json  --> schemas/orders.json#/properties/order/properties/total
               request shop/Pay via {{order_total}}  --> collections/shop.json#/item/2
      accept   paceline contract accept --only /order/total

! 1 risky
  shop/List orders (200)
    /order/kind  other values
      was      BIKE, RUN
      now      ROW, such as "AAA"
               4 of 4 are new
      seen     for the first time

+ 1 additive
  shop/List orders (200)
    /order/note  new field, never seen before
      now      string
      seen     for the first time

┌─────────────────────┬──────────┬────────┐
│                     │ executed │ failed │
├─────────────────────┼──────────┼────────┤
│ requests            │        2 │      0 │
│ pre-request scripts │        0 │      0 │
│ test scripts        │        1 │      0 │
│ assertions          │        1 │      0 │
└─────────────────────┴──────────┴────────┘
1.5 s in all · 20 B received · response times 13 ms on average (13 ms to 13 ms)
drift: 1 breaking, 1 risky, 1 additive against contract.lock, 64 requests compared
       nothing is learnt yet of 4 requests: shop/A, shop/B, shop/C and 1 more

✗ FAILED  1 breaking, exit code 5: answers drifted
"""


def test_in_brief() -> None:
    """Neither tree nor table: what failed in two lines each, what changed, the sum."""
    broken = (checks(Assertion("is paid", problem=BROKEN)),)
    text = terminal(compared(drift(NOTE), tests=broken), brief=True)

    assert BRIEF == text
    assert text == terminal(compared(drift(NOTE), tests=broken), brief=True, progress=False)


BRIEF = """\
paceline 0.1.0 · 2 requests

Failures

 1. Shop › List orders: is paid
    expected 1 to equal 2

Drift

+ 1 additive
  shop/List orders (200)
    /order/note  new field, never seen before
      now      string
      seen     for the first time

1.5 s in all · 20 B received · response times 13 ms on average (13 ms to 13 ms)
drift: 1 additive against contract.lock, 64 requests compared

✗ FAILED  1 failure, exit code 1: a check did not hold
"""


@pytest.mark.parametrize(
    ("changes", "fail_on", "last"),
    [
        pytest.param((), "breaking", "✓ PASSED  1 assertion held, exit code 0: all good", id="nothing changed"),
        pytest.param((KIND, NOTE), "breaking", "✓ PASSED  1 assertion held, exit code 0: all good", id="nothing grave"),
        pytest.param((KIND, NOTE), "risky", "✗ FAILED  1 risky, exit code 5: answers drifted", id="grave enough"),
        pytest.param(EACH_LEVEL, "risky", "✗ FAILED  1 breaking, 1 risky, exit code 5: answers drifted", id="graver"),
    ],
)
def test_what_fails(changes: tuple[Change, ...], fail_on: Level, last: str) -> None:
    """Only changes of the level that fails, and graver ones, are told in the verdict."""
    text = terminal(compared(drift(*changes, fail_on=fail_on)))

    assert last == text.splitlines()[-1]
    assert bool(changes) == ("\nDrift\n" in text)
    assert ("drift: no findings against contract.lock, 64 requests compared\n" in text) == (not changes)


def test_a_broken_contract_besides() -> None:
    """It has the same exit code, so the verdict tells both."""
    verdict = ContractVerdict("k", (Breach("status", "k", "", "200", "500", Location("c.yaml")),))
    text = terminal(compared(drift(TOTAL), contract=verdict))

    end = "✗ FAILED  1 failure, 1 breaking, exit code 5: a response broke its contract, and answers drifted"
    assert end == text.splitlines()[-1]


def test_requests_are_told_once() -> None:
    """Changes of one request stand together; what is about its statuses has none."""
    status = change(kind="status", status=0, pointer="status", old="200", new="404")
    text = terminal(compared(drift(status, TOTAL, replace(TOTAL, readers=()))))

    assert 1 == text.count("  shop/List orders\n")
    assert 1 == text.count("  shop/List orders (200)\n")
    assert "    status  other status\n      was      200\n      now      404\n" in text


def test_several_iterations_in_brief() -> None:
    """They are not announced, since nothing of them is shown."""
    run = Run([shop(entry())], iterations=2)
    run.add(trip=trip())
    run.add(trip=trip(), iteration=1)

    assert "Iteration 2 of 2" in terminal(run.events())
    assert "Iteration" not in terminal(run.events(), brief=True)


@pytest.mark.parametrize("verbose", [False, True])
def test_a_command_may_ask_for_it_in_brief(verbose: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the tree is left out, unless the user wants to see all."""
    parser = argparse.ArgumentParser()
    add_reporters(parser)
    tell(compared(drift(NOTE)), *reporters_of(parser.parse_args(["--verbose"] * verbose), brief=True))

    assert verbose == ("GET http://shop.test/orders" in capsys.readouterr().out)


def test_narrow_terminals() -> None:
    """Sentences are broken between words; places and commands, which are copied, stay whole."""
    long = replace(TOTAL, finding=replace(TOTAL.finding, message="in none of 4 answers and in all of 25 before " * 3))
    text = on_terminal(compared(drift(long)), 60, progress=False).partition("\nDrift\n")[2]
    wide = [row for row in text.splitlines() if len(row) > 60 and "drift:" not in row]

    assert all("-->" in row or "accept" in row or "│" in row or "exit code" in row or " · " in row for row in wide)
    assert "               --> schemas/orders.json#/properties/order/properties/total\n" in text
    assert "      accept   paceline contract accept --only /order/total\n" in text
    assert "               in none of 4 answers and in all of 25 before\n" in text


def test_colours_add_nothing_but_colours() -> None:
    """Breaking is red, risky yellow, additive green; the text is the same."""
    plain, colored = terminal(compared(WHOLE)), terminal(compared(WHOLE), color=True)

    assert plain == re.sub(r"\x1b\[\d+m", "", colored)
    for color, pointer in ((31, "/order/total"), (33, "/order/kind"), (32, "/order/note")):
        assert f"\x1b[{color}m{pointer}\x1b[39m" in colored


def test_many_readers() -> None:
    """The first ones are named, the others counted."""
    readers = tuple(Reader("script", f"shop/{number}", Location()) for number in range(20))
    text = "\n".join(DriftLines(Style(color=False, signs=Signs())).change(replace(TOTAL, readers=readers), ""))

    assert 8 == text.count("script of shop/")
    assert "           and 12 more\n" in text


@pytest.mark.parametrize(
    ("sample", "told"), [('"AAA"', 'object, such as "AAA"'), ("an object", "object"), ("", "object")]
)
def test_samples(sample: str, told: str) -> None:
    """A sample is shown where it says more than the type."""
    assert told == now_of(change(new="object", sample=sample).finding)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("documented", "new field, documented, but not seen before"),
        ("history", "new field, known from history"),
        ("never seen", "new field, never seen before"),
        ("", "new field"),
    ],
)
def test_three_kinds_of_new_fields(known: str, told: str) -> None:
    """A report says where else a new field is known from."""
    assert told == kind_of(change(kind="new field", known=known).finding)

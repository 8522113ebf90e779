"""Drift in Markdown: in a comment, and on GitHub."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.report.building import BROKEN, Run, checks, entry, shop, tell, trip
from tests.report.drifting import EACH_LEVEL, LOCK, TOTAL, WHOLE, compared, drift
from tests.report.jobs import Job

from paceline.drift.outcome import Drift
from paceline.model.outcome import Assertion
from paceline.report.comment import MarkdownReport
from paceline.report.drift_markdown import drift_markdown
from paceline.report.masking import Mask


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Job:
    return Job(tmp_path, capsys)


def markdown(found: Drift | None, folder: Path, **outcome: Any) -> str:
    tell(compared(found, **outcome), MarkdownReport(folder / "run.md", Mask()))
    return (folder / "run.md").read_text(encoding="utf-8")


def test_the_markdown_report(tmp_path: Path) -> None:
    """The verdict, a table of what changed, and each change to be opened, both shapes as a patch."""
    text = html.unescape(markdown(WHOLE, tmp_path))

    assert text.startswith("## ❌ Shop\n\n✗ FAILED  1 breaking, exit code 5: answers drifted\n")
    assert MARKDOWN in text
    assert "Slowest requests" in text


MARKDOWN = """\
### ❌ Drift: 1 breaking, 1 risky, 1 additive against contract.lock, 64 requests compared

nothing is learnt yet of 4 requests: shop/A, shop/B, shop/C and 1 more

| level | request | place | what | was | now | since | read by |
|---|---|---|---|---|---|---|---|
| 🔴 **breaking** | shop/List orders (200) | <code>/order/total</code> | removed | number | no such field | \
2026-11-20, 4 runs | 1 script, 1 contract, 1 request |
| 🟡 risky | shop/List orders (200) | <code>/order/kind</code> | other values | BIKE, RUN | ROW, such as "AAA" | \
for the first time | nobody known |
| 🟢 additive | shop/List orders (200) | <code>/order/note</code> | new field, never seen before | no such field | \
string | for the first time | nobody known |

<details><summary>🔴 shop/List orders (200) <code>/order/total</code>: removed</summary>

```text
breaking: shop/List orders (200)
/order/total  removed
  was      number
  now      no such field
           in 0 of 4 answers; in 25 of 25 before
  seen     since 2026-11-20, 4 runs
  read by  script of shop/List orders  --> collections/shop.json#/item/0/event/0/script
           contract orders.json  --> schemas/orders.json#/properties/order/properties/total
           request shop/Pay via {{order_total}}  --> collections/shop.json#/item/2
  accept   paceline contract accept --only /order/total
```

```diff
  /order: always 4/4; object 4
- /order/id: required 25/25; number 25, 1..50
```

</details>
"""


def test_markdown_without_changes(tmp_path: Path) -> None:
    """One line says that nothing changed; of a run that was not compared there is none."""
    assert "### ✅ Drift: no findings against contract.lock, 64 requests compared\n" in html.unescape(
        markdown(drift(), tmp_path)
    )
    assert "Drift" not in markdown(None, tmp_path)


def test_a_comment_has_a_limit(tmp_path: Path) -> None:
    """What GitHub would refuse is not written: changes that do not fit are counted, and failures have their part."""
    many = drift(*(replace(TOTAL, finding=replace(TOTAL.finding, pointer=f"/{at}/€")) for at in range(2000)))
    run = Run([shop(entry())])
    for _ in range(60):
        run.add(trip=trip(b"x" * 2000), tests=(checks(Assertion("bad", problem=BROKEN)),))
    tell(run.events(drift=many), MarkdownReport(tmp_path / "run.md", Mask()))
    text = (tmp_path / "run.md").read_text(encoding="utf-8")
    rows = len(re.findall(r"^\| 🔴", text, re.MULTILINE))
    details = text.count("<summary>🔴")

    assert 62_000 < len(text.encode()) <= 65_536
    assert rows
    assert f"{2000 - rows:,} more changes did not fit into the table.\n" in text
    assert details
    assert f"There is no room here for the details of {2000 - details:,} changes.\n" in text
    failed = text.count("<summary>❌ <b>Shop › List orders</b>: bad</summary>")
    assert failed
    assert f"There is no room for {60 - failed} more requests that failed." in text


@pytest.mark.parametrize("limit", [0, 500, 1500, 3000, 10_000])
def test_no_limit_is_exceeded(limit: int) -> None:
    """However little room there is."""
    assert len(drift_markdown(drift(*EACH_LEVEL * 20), limit).encode()) <= limit


def test_annotations(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error for what fails, a warning for what does not, a notice for what is new; the summary tells of it too."""
    monkeypatch.chdir(job.folder)  # where there is no lock
    runner = job.report(compared(WHOLE))

    assert [
        ("error", "shop/List orders (200) /order/total: removed", "collections/shop.json"),
        ("warning", "shop/List orders (200) /order/kind: other values", None),
        ("notice", "shop/List orders (200) /order/note: new field, never seen before", None),
        ("notice", "drift", None),
    ] == [(name, properties["title"], properties.get("file")) for name, properties, _ in runner.commands]
    assert runner.errors[0][1].endswith("  accept   paceline contract accept --only /order/total")
    assert "### ❌ Drift: 1 breaking" in html.unescape(job.summary)


def test_an_annotation_of_the_lock(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that nobody is known to read stands at the lock that promised otherwise."""
    monkeypatch.chdir(job.folder)
    (job.folder / LOCK).write_text("version: 1\n")
    runner = job.report(compared(drift(replace(TOTAL, readers=()))))

    assert LOCK == runner.errors[0][0]["file"]

"""Drift that says nothing, that means harm, or that has secrets, in all reports."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.report.building import Run, entry, shop, tell, terminal, trip
from tests.report.drifting import change, compared, drift
from tests.report.jobs import EVIL, HOSTILE, OURS, Job, outside_of_fences
from tests.report.junit_schema import check_schema
from tests.report.opening import html_report

from paceline.drift.outcome import Drift, Reader
from paceline.engine.events import Event
from paceline.errors import Location
from paceline.formats.variables import parse_variable_set
from paceline.report.comment import MarkdownReport
from paceline.report.event_log import JsonlReport
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport
from paceline.report.reporter import Reporter


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Job:
    return Job(tmp_path, capsys)


def everywhere(text: str) -> Drift:
    """A drift in which every place that text can come from has this one."""
    reader = Reader("request", text, Location(text, text), text)
    bad = change(
        pointer=text, key=text, old=text, new=text, message=text, sample=text, accepted_by=text, readers=(reader,)
    )
    lines = replace(bad, old_lines=(text, f"{text}: a"), new_lines=(f"{text}: b",))
    return Drift(text, 1, (text,), "breaking", (lines,))


def reports(found: Drift | None, folder: Path, job: Job, mask_from: Iterable[Event] = ()) -> dict[str, str]:
    """All reports of it, as text."""
    events = list(mask_from) or compared(found)
    mask = Mask()
    files: dict[str, Reporter] = {
        "json": JsonReport(folder / "r.json", mask),
        "xml": JunitReport(folder / "r.xml", mask),
        "md": MarkdownReport(folder / "r.md", mask),
        "jsonl": JsonlReport(folder / "r.jsonl", mask),
    }
    tell(events, *files.values())
    texts = {name: (folder / f"r.{name}").read_text(encoding="utf-8") for name in files}
    texts["cli"] = terminal(events)
    texts["brief"] = terminal(events, brief=True)
    texts["html"] = html_report(events, folder).unpacked
    job.report(events)
    return texts | {"github": job.output + job.summary}


def test_hostile_text(tmp_path: Path, job: Job) -> None:
    """Neither the terminal, nor XML, HTML, Markdown or GitHub's runner take it for anything but text."""
    evil = f"\x1b]0;title\x07\u202e{EVIL}\0\ud83d"
    found = everywhere(evil)
    evil_words: Any = evil  # as a damaged log could have them
    odd = replace(found.changes[0].finding, kind=evil_words, known=evil_words)
    texts = reports(replace(found, changes=(replace(found.changes[0], finding=odd),)), tmp_path, job)
    check_schema(ET.fromstring(texts["xml"].encode()))
    json.loads(texts["json"])
    outside = re.sub("</?code>", "", OURS.sub("", outside_of_fences(texts["md"])))

    assert not {"\x1b", "\x07", "\u202e", "\0"} & set(texts["cli"] + texts["brief"])
    assert not re.search(r"[<>`\[\]@]|www\.|evil\.test|^#+ Passed", outside, re.MULTILINE)
    assert not re.search("@all|#1", re.sub("<code>.*?</code>", "", html.unescape(texts["md"]).split("```")[0]))
    assert [9] == [row.count("|") for row in outside.splitlines() if row.startswith("| 🔴")]
    assert "<img src=x" not in texts["html"].partition('<section id="drift"')[2].partition("</section>")[0]


def test_nobody_commands_githubs_runner(job: Job) -> None:
    """A change may have a command of the runner in every text."""
    runner = job.report(compared(everywhere(HOSTILE)))

    assert ["error", "notice"] == [name for name, _, _ in runner.commands]


def test_secrets(tmp_path: Path, job: Job) -> None:
    """They are hidden wherever they stand, also those that come to light at the end."""
    environment = parse_variable_set([{"key": "pin", "value": "canary-1", "type": "secret"}])
    left = parse_variable_set([{"key": "session_token", "value": "canary-2"}])
    run = Run([shop(entry())], environment=environment)
    run.add(trip=trip())
    events = run.events(environment=left, drift=everywhere("/canary-1/canary-2"))
    texts = reports(everywhere(""), tmp_path, job, events)

    assert [] == [name for name, text in texts.items() if "canary" in text]
    assert [] == [name for name, text in texts.items() if "********" not in text]


def test_names_are_no_secrets(tmp_path: Path, job: Job) -> None:
    """That a field is called `password` or a cookie `session_token` does not hide what is said of it."""
    command = "paceline contract accept --only cookie:session_token"
    cookie = change(kind="cookie", pointer="cookie:session_token", accepted_by=command)
    field = change(pointer="/access_token", old_lines=("/access_token: required 25/25; string 25, hex32 25, open",))
    texts = reports(drift(cookie, field), tmp_path, job)
    shown = {name: html.unescape(text) for name, text in texts.items()}

    assert [] == [name for name, text in shown.items() if "cookie:session_token" not in text]
    assert [] == [name for name, text in shown.items() if "********" in text]
    assert all("/access_token: required 25/25; string 25" in shown[name] for name in ("json", "jsonl", "html", "md"))


def test_without_a_comparison_nothing_changes(tmp_path: Path, job: Job) -> None:
    """No report has a word of drift."""
    texts = reports(None, tmp_path, job)
    texts["html"] = texts["html"].partition("</style>")[2].partition("<script")[0]

    assert [] == [name for name, text in texts.items() if "drift" in text.lower()]

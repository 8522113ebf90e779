"""A real browser: Chromium as the system has it, steered by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from tests.report.building import tell

from paceline.engine.events import Event
from paceline.report.html.report import HtmlReport
from paceline.report.masking import Mask

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def without_browser(what: str) -> NoReturn:
    """Skip where somebody works without a browser; where nobody looks, that is a failure and not a green run."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and a run in CI must not go without")
    pytest.skip(what)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file: as long as it is there, Playwright's event loop runs, which other tests may not want."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        without_browser("there is no Chromium here (Debian, Ubuntu: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        without_browser("Playwright is not installed (pip install playwright)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


class Opened:
    """A report in a tab, and all that would be wrong with it: errors, words on the console, requests, dialogs."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.trouble: list[str] = []
        page.on("console", lambda message: self.trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "about:")):
            self.trouble.append(f"request: {request.url}")

    def rows(self) -> list[str]:
        """Names of the rows that are in the document."""
        return [name.rpartition(": ")[2] for name in self.page.locator("#list .row-name").all_text_contents()]

    def open(self, name: str) -> None:
        """Click a row, and wait until it is open."""
        self.page.get_by_role("option").filter(has_text=name).first.click()
        self.page.locator("#detail-title", has_text=name).wait_for()

    def tab(self, name: str) -> str:
        """Choose a part of the open request; what is in it."""
        self.page.locator("[role=tab]", has_text=name).first.click()
        return self.page.locator("#tab-panel").inner_text()


@pytest.fixture
def open_report(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Write the report of a run and open it; `settings` are those of a browser context. In the end all was quiet."""
    tabs: list[Opened] = []

    def opening(events: Iterable[Event], *, ready: str = "#list [role=option]", **settings: Any) -> Opened:
        path = tmp_path / f"report-{len(tabs)}.html"
        tell(events, HtmlReport(path, Mask()))
        tab = Opened(chromium.new_context(**settings).new_page())
        tabs.append(tab)
        tab.page.set_default_timeout(20_000)
        tab.page.goto(path.as_uri())
        tab.page.locator(ready).first.wait_for()
        return tab

    yield opening
    trouble = [each for tab in tabs for each in tab.trouble]
    for tab in tabs:
        tab.page.context.close()
    assert trouble == []

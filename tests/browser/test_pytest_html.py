"""The page of pytest-html, with what the plugin adds to its rows, in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.conftest import Opened
from tests.building import item, written
from tests.servers import answering, response, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAYLOAD = "</pre></details><script>alert('body')</script><img src=x onerror=alert('image')>"
TEST = """
console.log("<script>alert('console')</script>")
pm.test("<script>alert('name')</script>", () => pm.expect(1).to.eql(2))
"""


def test_a_row_has_all_and_runs_nothing(tmp_path: Path, chromium: Browser) -> None:
    """Request, response, cookies and console are text, whatever they hold; secrets are masked, long lines wrapped."""
    headers = [("Set-Cookie", "sid=canary-cookie; Path=/"), ("Content-Type", "text/html")]
    with serving(answering(lambda _: response(200, headers, PAYLOAD.encode() + b"long" * 500))) as server:
        hostile = item("Hostile", f"{server.url}/", test=TEST)
        written(tmp_path / "shop.postman_collection.json", item("First", f"{server.url}/"), hostile)
        command = [sys.executable, "-m", "pytest", "--html=page.html", "--self-contained-html", "-n", "1"]
        environ = {name: value for name, value in os.environ.items() if name != "CI"}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=environ)
    assert done.returncode == 1, done.stdout
    tab = Opened(chromium.new_page(viewport={"width": 1100, "height": 800}))
    tab.page.goto((tmp_path / "page.html").as_uri())
    tab.page.get_by_text("Show all details").click()

    row = tab.page.locator("tbody", has_text="Hostile").locator("visible=true")
    assert ["Request and response", "Cookies", "Console"] == row.locator("summary").all_inner_texts()
    row.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    told = row.locator("details pre").all_inner_texts()
    assert PAYLOAD in told[0]
    assert "sid; Domain=127.0.0.1; Path=/" in told[1]
    assert "log: <script>alert('console')</script>" == told[2]
    assert "canary-cookie" not in tab.page.content()
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.page.context.close()
    assert [] == [each for each in tab.trouble if not each.startswith("console:")]

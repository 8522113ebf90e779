"""The run of test_canary.py, with secrets in every place, as an HTML report: no secret is in it in any form."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.building import tell
from tests.report.opening import Opened, opened
from tests.report.secret_forms import FORMS
from tests.report.test_canary import SECRETS, Service, _cores, _texts, collection
from tests.servers import answering, serving

from paceline.engine.options import RunOptions
from paceline.engine.run import run
from paceline.engine.session import Means
from paceline.formats.collection import parse_collection
from paceline.formats.variables import parse_variable_set
from paceline.report.html.report import HtmlReport
from paceline.report.masking import Mask
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    path: Path = tmp_path_factory.mktemp("canary") / "report.html"
    values = [
        {"key": "plain", "value": SECRETS["declared variable"], "type": "secret"},
        {"key": "password", "value": SECRETS["environment"]},
    ]
    environment = parse_variable_set({"name": "canary", "values": values})
    globals_ = parse_variable_set([{"key": "token", "value": SECRETS["globals"]}], "globals")
    with serving(answering(Service())) as server:
        jar = CookieJar()
        transport = LiveTransport(jar, trust_env=False)
        collections = [parse_collection(collection(server.url))]
        events = run(collections, environment, globals_, RunOptions(iterations=2), Means(transport, jar))
        tell(events, HtmlReport(path, Mask()))
        transport.close()
    return opened(path)


def test_the_run_is_in_the_report(report: Opened) -> None:
    """Every item has its details, and what scripts said is there with its secrets masked."""
    assert 32 == len(report.details)
    assert "********" in report.details[-1]["console"][0]["text"]
    assert "broke with ********" in report.unpacked


@pytest.mark.parametrize("secret", SECRETS)
def test_no_part_of_it_tells_a_secret(report: Opened, secret: str) -> None:
    """Neither the page nor what its blocks hold once they are unpacked, as it is or in any encoding."""
    forms = {form(SECRETS[secret]).strip('"\\') for form in FORMS.values()} | set(_cores(SECRETS[secret]))
    texts = {
        "page": report.text,
        "index": "\n".join(_texts(report.index)),
        "details": "\n".join(_texts(report.details)),
    }

    assert [] == [(place, form) for place, text in texts.items() for form in forms if form in text]

"""A run with secrets in every place, of which no report tells any in any form."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.report.building import tell
from tests.report.secret_forms import FORMS
from tests.servers import Request, answering, response, serving

from paceline.engine.options import RunOptions
from paceline.engine.run import run
from paceline.engine.session import Means
from paceline.formats.collection import parse_collection
from paceline.formats.variables import parse_variable_set
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport
from paceline.report.terminal import TerminalReport
from paceline.transport.cookies import CookieJar
from paceline.transport.live import LiveTransport

# Each with what its kind makes hard: quotes, blanks, signs that URLs and JSON escape, digits only, words.
SECRETS = {
    "declared variable": "canary-declared/1",
    "environment": 'canary "environment" 2+2=4 & é',
    "globals": "canary-globals-3",
    "collection variable": "canary\\collection\\4",
    "set by a script": "canary-from-script-5",
    "literal auth": "canary-folder-auth-6",
    "password of an address": "canary-user-info-7",
    "query parameter": "canary-query-8",
    "header": "canary-header-9",
    "body, JSON": "canary-body<10>",
    "body, form": "canary form 11?",
    "body, number": "4829130012",
    "body, nested": "canary-nested-13",
    "body, GraphQL": "canary-graphql-14",
    "body, multipart": "canary-multipart-15",
    "script's request": "canary-call-16",
    "cookie": "canarycookie17",
    "response header": "canary-answer-18",
    "response, JSON": "canary-response/19",
    "response, broken": "canary-broken-20",
    "response, XML": "canary-xml-21",
    "redirect": "canary-redirect-22",
    "a word": "kanari",
}


class Service:
    """An echo, and a few services with secrets of their own; after the first round the echo says all it has heard."""

    def __init__(self) -> None:
        self.rounds = 0

    def __call__(self, request: Request) -> bytes:
        path = request.target.partition("?")[0]
        self.rounds += path == "/login"
        if path in ANSWERS:
            return ANSWERS[path]
        said = {"target": request.target, "headers": dict(request.headers), "body": request.body.decode()}
        parrot = {"said": said, "all": EVERY_FORM if self.rounds > 1 else []}
        headers = [("Content-Type", "application/json"), ("X-Said", request.target)]
        return response(500, headers, json.dumps(parrot).encode())


EVERY_FORM = [form(secret) for secret in SECRETS.values() for form in FORMS.values()]
LOGIN = {"user": {"id": 7, "credentials": {"a": [SECRETS["response, JSON"]]}}, "token": SECRETS["a word"]}
XML = f"<r><Password>{SECRETS['response, XML']}</Password></r>"
ANSWERS = {
    "/login": response(
        200,
        [("Set-Cookie", f"sid={SECRETS['cookie']}; Path=/"), ("X-Auth-Token", SECRETS["response header"])],
        json.dumps(LOGIN).encode(),
    ),
    "/broken": response(200, (), f'{{"refresh_token": "{SECRETS["response, broken"]}", "a": '.encode()),
    "/xml": response(200, [("Content-Type", "text/xml")], XML.encode()),
    "/redirect": response(302, [("Location", f"/echo?access_token={SECRETS['redirect']}")]),
}

#: Says an item's own secret in the first round and all of them in the second: on the console, in names, in errors.
PARROT = """
const all = pm.info.iteration ? %s : %s;
console.log(...all, {password: all[0], all});
console.warn(JSON.stringify(all), encodeURIComponent(all.join()), btoa(unescape(encodeURIComponent(all.join()))));
for (const one of all) { pm.test('has ' + one, () => pm.expect(one).to.equal('not ' + one)); }
pm.test.skip('later ' + all.join());
throw new Error('broke with ' + all.join(' and '));
"""


def collection(url: str) -> dict[str, Any]:
    host = url.removeprefix("http://")
    script = f"pm.environment.set('session_token', {json.dumps(SECRETS['set by a script'])})"
    call = {"url": f"{url}/echo", "method": "POST", "header": {"X-Api-Key": SECRETS["script's request"]}}
    graphql = {"query": f'mutation {{ login(password: "{SECRETS["body, GraphQL"]}") {{ id }} }}', "variables": "{}"}
    nested = {"a": [{"credentials": {"who": SECRETS["body, nested"]}}], "password": SECRETS["body, JSON"]}
    numbers = {"otp": int(SECRETS["body, number"])}
    basic = [{"key": "username", "value": "eve"}, {"key": "password", "value": SECRETS["literal auth"]}]

    def item(name: str, path: str, body: Any = None, *scripts: str, **members: Any) -> dict[str, Any]:
        request = {"method": "POST", "url": f"{url}{path}", "body": body, **members}
        own = [SECRETS[name]] if name in SECRETS else []
        parrot = PARROT % (json.dumps([*SECRETS.values()]), json.dumps(own))
        return {"name": name, "request": request, "event": [_test(*scripts, parrot)]}

    return {
        "info": {"name": "Canary"},
        "variable": [{"key": "apiKey", "value": SECRETS["collection variable"]}],
        "item": [
            item("cookie", "/login", None, script),
            item("response, broken", "/broken"),
            item("response, XML", "/xml"),
            item("redirect", "/redirect"),
            item("query parameter", f"/echo?api_key={SECRETS['query parameter']}&q={{{{password}}}}"),
            item("password of an address", "/echo", url=f"http://eve:{SECRETS['password of an address']}@{host}/echo"),
            item("header", "/echo", header=[{"key": "X-Api-Key", "value": SECRETS["header"]}]),
            item("body, JSON", "/echo", {"mode": "raw", "raw": json.dumps(nested)}),
            item("body, number", "/echo", {"mode": "raw", "raw": json.dumps(numbers)}),
            item("body, form", "/echo", _fields("urlencoded", "password", SECRETS["body, form"])),
            item("body, GraphQL", "/echo", {"mode": "graphql", "graphql": graphql}),
            item("body, multipart", "/echo", _fields("formdata", "token", SECRETS["body, multipart"])),
            item("script's request", "/echo", None, f"pm.sendRequest({json.dumps(call)}, () => {{}})"),
            {"name": "signed", "auth": {"type": "basic", "basic": basic}, "item": [item("literal auth", "/echo")]},
            item("environment", "/echo?a={{plain}}", {"mode": "raw", "raw": "{{password}} {{token}} {{apiKey}}"}),
            item("down", "/echo", url="http://127.0.0.1:1/?token={{password}}"),
        ],
    }


def _test(*scripts: str) -> dict[str, Any]:
    return {"listen": "test", "script": {"exec": "\n".join(scripts).split("\n")}}


def _fields(mode: str, key: str, value: str) -> dict[str, Any]:
    return {"mode": mode, mode: [{"key": key, "value": value, "type": "text"}]}


@dataclass
class Reports:
    terminal: str
    verbose: str
    json: str
    junit: str

    def texts(self) -> dict[str, str]:
        """Everything that can be read in the reports, in their own notation and with it undone."""
        data = json.loads(self.json)
        bodies = (
            bytes(answered["response"]["stream"]["data"]).decode("utf-8", "replace")
            for execution in data["run"]["executions"]
            for answered in (execution, *execution.get("subRequests", ()))
            if "response" in answered
        )
        elements = (f"{each.text} {list(each.attrib.values())}" for each in ET.fromstring(self.junit).iter())
        return {
            **vars(self),
            "texts of the JSON report": "\n".join(_texts(data)),
            "bodies of the JSON report": "\n".join(bodies),
            "elements of the JUnit report": "\n".join(elements),
        }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    folder: Path = tmp_path_factory.mktemp("reports")
    plain, verbose = io.StringIO(), io.StringIO()
    environment = parse_variable_set(
        {
            "name": "canary",
            "values": [
                {"key": "plain", "value": SECRETS["declared variable"], "type": "secret"},
                {"key": "password", "value": SECRETS["environment"]},
            ],
        }
    )
    globals_ = parse_variable_set([{"key": "token", "value": SECRETS["globals"]}], "globals")
    mask = Mask()
    with serving(answering(Service())) as server:
        jar = CookieJar()
        transport = LiveTransport(jar, trust_env=False)
        options, means = RunOptions(iterations=2), Means(transport, jar)
        events = run([parse_collection(collection(server.url))], environment, globals_, options, means)
        tell(
            events,
            TerminalReport(plain, color=False, progress=False, verbose=False, mask=mask),
            TerminalReport(verbose, color=True, progress=True, verbose=True, mask=mask),
            JsonReport(folder / "report.json", mask),
            JunitReport(folder / "report.xml", mask),
        )
        transport.close()
    return Reports(
        plain.getvalue(),
        verbose.getvalue(),
        (folder / "report.json").read_text("utf-8"),
        (folder / "report.xml").read_text("utf-8"),
    )


def test_the_run_said_all_it_should(reports: Reports) -> None:
    """Every request was made and every script broke, so that the secrets had their chance."""
    data = json.loads(reports.json)["run"]

    assert (32, 1) == (len(data["executions"]), len(data["executions"][12]["subRequests"]))
    assert len(data["failures"]) > 16 * len(SECRETS)
    assert "broke with ********" in reports.terminal


@pytest.mark.parametrize("secret", SECRETS)
def test_no_report_tells_a_secret(reports: Reports, secret: str) -> None:
    """Neither as it is nor in any encoding: not in a name, an address, a header, a body, a message, a command."""
    forms = {form(SECRETS[secret]).strip('"\\') for form in FORMS.values()} | set(_cores(SECRETS[secret]))

    assert [] == [(place, form) for place, text in reports.texts().items() for form in forms if form in text]


def _cores(secret: str) -> Iterator[str]:
    """What of base64 depends on the secret alone, wherever in the encoded text it stands."""
    for before in range(3):
        encoded = b64encode(b"x" * before + secret.encode()).decode().rstrip("=")
        yield encoded[4 if before else 0 : -1]


def test_what_is_no_secret_stays_readable(reports: Reports) -> None:
    """Names, addresses, statuses and members of bodies are still told."""
    for told in ("Canary", "body, JSON", "/echo", "500 Fine", "2 iterations"):
        assert told in reports.terminal
    assert '"id": 7' in reports.verbose

"""Requests as `curl` commands: what curl then sends is what was sent before."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import Request, Server, answering, redirecting, response, serving

from paceline.model.exchange import HttpRequest
from paceline.report.curl import curl_command

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(
        answering(lambda request: response(200, body=b"" if request.line.startswith("HEAD") else b"ok"))
    ) as one:
        yield one


def run(command: str, shell: str = "sh") -> None:
    done = subprocess.run([shell, "-c", command], capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, (command, done.stderr)


def again(server: Server, method: str, target: str, headers: dict[str, str], body: bytes | None) -> Request:
    """What arrives when the command for this request is run by a shell."""
    request = HttpRequest(method, server.url + target, tuple(headers.items()), body)
    run(curl_command(request).replace("curl ", "curl --silent --show-error --noproxy '*' ", 1))
    return server.requests[-1]


def fields(request: Request) -> dict[str, str]:
    lines = request.head.decode("latin-1").rstrip("\r\n").split("\r\n")[1:]
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@needs_curl
@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        pytest.param("GET", "/", {"Accept": "*/*"}, None, id="GET"),
        pytest.param("HEAD", "/", {"Accept": "*/*"}, None, id="HEAD"),
        pytest.param("DELETE", "/orders/1", {"X-A": "1"}, None, id="DELETE"),
        pytest.param("GET", "/?a=[1-3]&b={x,y}&c='d'&e=$f`g`", {}, None, id="signs of globs and shells"),
        pytest.param("GET", "/a/../b/./c", {}, None, id="dots in the path"),
        pytest.param("GET", "/", {"Accept": "text/html", "X-Empty": "", "User-Agent": "me/1"}, None, id="headers"),
        pytest.param("GET", "/", {"X-Quote": 'it\'s "$HOME" \\ `id`'}, None, id="quotes in a header"),
        pytest.param("GET", "/", {"Cookie": 'a=b; c="d e"'}, None, id="cookies"),
        pytest.param("GET", "/", {"Host": "shop.test"}, None, id="another host"),
        pytest.param("POST", "/", {"Content-Type": "application/json"}, b'{"a": "it\'s"}', id="JSON"),
        pytest.param("PUT", "/", {"Content-Type": "text/plain"}, b"@no-file", id="a text like the name of a file"),
        pytest.param("PATCH", "/", {"Content-Type": "text/plain"}, b"100%\n\t'a'\\n\r\nend\n", id="several lines"),
        pytest.param("POST", "/", {"Content-Type": "text/plain"}, b"-n\n", id="what printf would take for an option"),
        pytest.param("POST", "/", {"Content-Type": "text/plain"}, "Zürich ✓".encode(), id="other characters"),
        pytest.param("POST", "/", {"Content-Type": "image/png"}, bytes(range(256)), id="bytes"),
        pytest.param("POST", "/", {}, b"a=1", id="no content type"),
        pytest.param("POST", "/", {"Content-Type": "text/plain"}, b"", id="an empty body"),
        pytest.param("GET", "/", {"Content-Type": "text/plain"}, b"search", id="GET with a body"),
    ],
)
def test_curl_sends_the_same(
    server: Server, method: str, target: str, headers: dict[str, str], body: bytes | None
) -> None:
    """Method, target, headers and body arrive as they did before; nothing is added."""
    arrived = again(server, method, target, headers, body)
    added = {"Host": server.url.removeprefix("http://")} | ({} if body is None else {"Content-Length": str(len(body))})

    assert f"{method} {target} HTTP/1.1" == arrived.line
    assert added | headers == fields(arrived)
    assert (body or b"") == arrived.body


@needs_curl
def test_forms_with_files(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form comes as curl's own options; files are named, and taken from where curl is started."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a, b.txt").write_text("content")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nit\'s; @1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a, b.txt"\r\nContent-Type: text/csv\r\n\r\n'
        b"content\r\n--x--\r\n"
    )
    arrived = again(server, "POST", "/", {"Content-Type": "multipart/form-data; boundary=x"}, body)
    boundary = re.search(rb"boundary=(.*)\r\n", arrived.head)

    assert boundary is not None
    assert body == arrived.body.replace(boundary[1], b"x")


@needs_curl
def test_a_form_that_curl_cannot_make(server: Server) -> None:
    """Its bytes are sent as they are."""
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/html\r\n\r\n\xff\r\n--x--\r\n'

    assert body == again(server, "POST", "/", {"Content-Type": "multipart/form-data; boundary=x"}, body).body


@needs_curl
def test_redirects_are_followed_as_postman_does() -> None:
    """POST becomes GET after 302, since the method is left to curl."""
    with serving(redirecting({"/old": (302, "/new")})) as moved:
        request = HttpRequest("POST", f"{moved.url}/old", (("Content-Type", "text/plain"),), b"x")
        run(curl_command(request, follow=True).replace("curl ", "curl --silent --noproxy '*' ", 1))

        assert ["POST /old HTTP/1.1", "GET /new HTTP/1.1"] == [one.line for one in moved.requests]


def test_what_curl_does_by_itself_is_left_out() -> None:
    """The command is short: no Host, no lengths, no connection, no number of Postman's."""
    headers = (
        ("Accept", "*/*"),
        ("User-Agent", "paceline/1"),
        ("Postman-Token", "7"),
        ("Host", "shop.test"),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Connection", "keep-alive"),
    )

    assert "curl http://shop.test/ --compressed -A paceline/1" == curl_command(
        HttpRequest("GET", "http://shop.test/", headers)
    )


def test_a_long_body_is_not_shown() -> None:
    """It would fill the screen, and exceed what a shell takes in a line."""
    command = curl_command(HttpRequest("POST", "http://shop.test/", (("Accept", "*/*"),), b"x" * 9000))

    assert command.endswith("--data-binary @body  # first put the body of 9000 bytes into the file `body`")


def test_the_command_is_one_line_of_printable_characters() -> None:
    """Whatever is in the request, it can be shown and copied."""
    command = curl_command(HttpRequest("GET", "http://shop.test/\x1b[31m\n", (("X-A", "\u202e\x00'"),), b"\x1b\n\xff"))

    assert command.isprintable()

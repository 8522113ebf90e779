"""A request as a `curl` command for a POSIX shell, to repeat it by hand."""

from __future__ import annotations

import re
from shlex import quote
from typing import Final

from paceline.model.exchange import HttpRequest

#: A longer body is not put into the command: it would fill the screen, and then the shell's limit for a line.
LONGEST_BODY: Final = 8192

_MADE_BY_CURL: Final = frozenset({"host", "content-length", "connection", "postman-token", "accept-encoding"})
_GLOB: Final = re.compile(r"[\[\]{}]")
_DOTS: Final = re.compile(r"/\.{1,2}(?:[/?#]|\Z)")
_PRINTF: Final = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x5C: "\\\\", 0x25: "%%", 0x27: "'\\''"}


def curl_command(request: HttpRequest, *, follow: bool = False, longest_body: int = LONGEST_BODY) -> str:
    r"""The command that sends this request, on one line.

    What curl adds by itself is left out, and what it would add beyond the request is switched off. A body that is not
    plain text on one line comes from `printf`, which every shell has. Of a form with files the files are named; curl
    looks for them where it is started.

    Args:
        follow: whether to follow redirects.
        longest_body: in bytes; a longer one is to be put into a file called `body` first, as a comment tells.

    >>> print(curl_command(HttpRequest("PATCH", "http://a.test/1", (("Accept", "*/*"), ("X-Id", "7")), b"it's")))
    curl -X PATCH http://a.test/1 -A '' -H Content-Type: -H 'X-Id: 7' --data-raw 'it'\''s'
    """
    headers = {name.lower(): value for name, value in request.headers}
    body, pipe, comment = _body(request, headers.get("content-type", ""), longest_body)
    flags = {
        "--location": follow,
        "--compressed": "accept-encoding" in headers,
        "--globoff": _GLOB.search(request.url),
        "--path-as-is": _DOTS.search(request.url),
    }
    words = ["curl", *_method(request), _quoted(request.url), *(flag for flag, wanted in flags.items() if wanted)]
    words += _headers(request, is_form=body[:1] in (["-F"], ["--form-string"]))
    return f"{pipe}{' '.join((*words, *body))}{comment}"


def _method(request: HttpRequest) -> list[str]:
    """Only what curl would not choose by itself: with `-X POST` it would POST again after a redirect."""
    method = request.method
    if method == "HEAD" and request.body is None:
        return ["--head"]
    if method == ("GET" if request.body is None else "POST"):
        return []
    return ["-X", _quoted(method)]


def _headers(request: HttpRequest, *, is_form: bool) -> list[str]:
    words: list[str] = []
    present = {name.lower() for name, _ in request.headers}
    if "user-agent" not in present:
        words += ["-A", "''"]
    if "accept" not in present:
        words += ["-H", "Accept:"]
    if request.body is not None and "content-type" not in present and not is_form:
        words += ["-H", "Content-Type:"]  # curl would call it a form
    host = request.url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    for name, value in request.headers:
        folded = name.lower()
        if folded == "accept" and value == "*/*":
            continue  # curl's own
        if folded == "content-type" and is_form:
            continue  # curl chooses its own boundary
        if folded in _MADE_BY_CURL and not (folded == "host" and value != host):
            continue
        if folded == "user-agent":
            words += ["-A", _quoted(value)]
        elif folded == "cookie":
            words += ["-b", _quoted(value)] if "=" in value else ["-H", _quoted(f"{name}: {value}")]
        else:
            words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    return words


def _body(request: HttpRequest, content_type: str, longest: int) -> tuple[list[str], str, str]:
    """Words for the command, what stands before it, and a comment behind it."""
    body = request.body
    if body is None:
        return [], "", ""
    if content_type.lower().startswith("multipart/form-data") and (form := _form(body, content_type)):
        return form, "", ""
    if len(body) > longest:
        return ["--data-binary", "@body"], "", f"  # first put the body of {len(body)} bytes into the file `body`"
    text = _plain_line(body)
    if text is not None:
        return ["--data-raw", _quoted(text)], "", ""
    return ["--data-binary", "@-"], f"printf '{_escaped(body)}' | ", ""


def _plain_line(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _escaped(body: bytes) -> str:
    """The format that makes `printf` write these bytes."""
    text = "".join(_PRINTF.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in body)
    return f"\\055{text[1:]}" if text.startswith("-") else text  # else it would be an option


_PART: Final = re.compile(
    r'Content-Disposition: form-data; name="([^"]*)"(?:; filename="([^"]*)")?(?:; filename\*=[^\r\n]*)?'
    r"(?:\r\nContent-Type: ([^\r\n]*))?",
    re.IGNORECASE,
)


def _form(body: bytes, content_type: str) -> list[str] | None:
    """The parts of a form as words; None when it is not one that curl can make."""
    from paceline.resolve.multipart import boundary_of

    boundary = boundary_of(content_type)
    if boundary is None:
        return None
    delimiter = b"--" + boundary.encode()
    first, *parts, last = body.split(delimiter)
    if first or last.strip() != b"--" or not parts:
        return None
    words: list[str] = []
    for part in parts:
        head, blank, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        match = _PART.fullmatch(head.decode("utf-8", "replace"))
        if not blank or match is None:
            return None
        word = _file_part(match) if match[2] is not None else _text_part(match, content)
        if word is None:
            return None
        words += word
    return words


def _file_part(match: re.Match[str]) -> list[str] | None:
    name, file, type = match[1], match[2], match[3]
    if not file or "=" in name:
        return None
    spelt = '"{}"'.format(file.replace("\\", "\\\\").replace('"', '\\"')) if re.search(r"[,;\"\\]", file) else file
    return ["-F", _quoted(f"{name}=@{spelt}" + (f";type={type}" if type else ""))]


def _text_part(match: re.Match[str], content: bytes) -> list[str] | None:
    text = _plain_line(content)
    if text is None or match[3] is not None or "=" in match[1]:
        return None
    return ["--form-string", _quoted(f"{match[1]}={text}")]


def _quoted(text: str) -> str:
    """A word for the shell; where characters cannot be shown, in the form `$'...'` that POSIX took over from bash."""
    if text.isprintable():
        # Not shlex's way of ending quotes, '"'"', which nobody can read.
        quoted = quote(text)
        return quoted if "'" not in text else "'{}'".format(text.replace("'", "'\\''"))
    escaped = "".join(
        character if character.isprintable() and character not in "\\'" else _ansi_c(character) for character in text
    )
    return f"$'{escaped}'"


def _ansi_c(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogatepass"))

"""Cookie jars in files, in the form of Newman's `--cookie-jar` and `--export-cookie-jar`.

That is what `CookieJar.serialize` of tough-cookie writes: an object whose member `cookies` lists them.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from paceline.errors import FileError, FormatError, Location
from paceline.transport.cookie_json import from_json, to_json
from paceline.transport.cookies import CookieJar

# The settings of Newman's jar (postman-request, lib/cookies.js), so that it reads our files as its own.
_SETTINGS = {
    "version": "tough-cookie@4.1.3",
    "storeType": "MemoryCookieStore",
    "rejectPublicSuffixes": False,
    "enableLooseMode": True,
    "allowSpecialUseDomain": True,
    "prefixSecurity": "silent",
}
_FIX = "give a file that --export-cookie-jar has written"


def read_cookie_jar(path: str | os.PathLike[str]) -> CookieJar:
    """The jar that a file holds.

    Raises:
        FileError: the file cannot be read.
        FormatError: it is not JSON, or no jar; the location tells the place.
    """
    at = Location(os.fspath(path))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"cannot read the cookie jar: {error.strerror}", at, "check the path") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"the cookie jar is not UTF-8 text: {error.reason}", at, _FIX) from error
    try:
        jar = json.loads(text)
    except ValueError as error:
        raise FormatError(f"the cookie jar is not JSON: {error}", at, _FIX) from error
    if not isinstance(jar, dict) or not isinstance(jar.get("cookies"), list):
        raise FormatError('a cookie jar must be an object with a list "cookies"', at, _FIX)
    place = at.child("cookies")
    return CookieJar(from_json(cookie, at=place.child(index)) for index, cookie in enumerate(jar["cookies"]))


def write_cookie_jar(jar: CookieJar, path: str | os.PathLike[str]) -> None:
    """Write a jar, in full or not at all: a reader never meets half a file. Missing folders are made.

    Only the user may read the file, since cookies open doors as passwords do.

    Raises:
        FileError: it cannot be written.
    """
    target = Path(path)
    text = json.dumps({**_SETTINGS, "cookies": [to_json(cookie) for cookie in jar]}, indent=2, ensure_ascii=False)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a Path has no descriptor)
                file.write(f"{text}\n")
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        fix = "check that the folder is one, and that you may write there"
        raise FileError(f"cannot write the cookie jar: {error.strerror}", Location(str(target)), fix) from error

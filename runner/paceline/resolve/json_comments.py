"""JSON as people write it in the body editor: with comments, which are never sent."""

from __future__ import annotations

import re

# Text runs to the next comment. A string is one piece of it, so that `//` inside is text; `\"` outside of one opens
# none. A line comment takes a carriage return before its newline along, and one that is not closed goes to the end, as
# with strip-json-comments, which postman-runtime uses (lib/runner/request-helpers-presend.js).
_TEXT_OR_COMMENT = re.compile(
    r"""
    ( (?: [^"/\\]++ | "(?: [^"\\]++ | \\. )*+"? | \\["\\]? | /(?![/*]) )++ )
    | //[^\n]*+
    | /\*.*?(?: \*/ | \Z )
    """,
    re.DOTALL | re.VERBOSE,
)


def strip_json_comments(text: str) -> str:
    r"""The text without `//` and `/* */` comments; all else, line ends included, stays as it is.

    >>> strip_json_comments('{"url": "http://test" /* not // this */} // but this')
    '{"url": "http://test" } '
    """
    if "//" not in text and "/*" not in text:
        return text
    return _TEXT_OR_COMMENT.sub(r"\1", text)

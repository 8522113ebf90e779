"""JSON bodies: read more strictly than Python reads them."""

from __future__ import annotations

import pytest

from paceline.contract.body import UnreadableError, read_json


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"id": 12345678901234567890123}', {"id": 12345678901234567890123}, id="a big integer, exactly"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="a byte order mark"),
        pytest.param('{"a": "ü"}'.encode("utf-16-le"), {"a": "ü"}, id="UTF-16"),
        pytest.param(b" null ", None, id="null"),
    ],
)
def test_json_is_read(body: bytes, expected: object) -> None:
    """Integers keep all their digits, whatever a float would make of them."""
    assert read_json(body).value == expected


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(b"", "an empty body", id="empty"),
        pytest.param(b" \r\n", "an empty body", id="blanks"),
        pytest.param(b'{\n "a": tru }', "line 2, column 7, at tru }", id="a slip"),
        pytest.param(b'{"a": 1', "line 1, column 8, at its end", id="cut off"),
        pytest.param(b'{"a": NaN}', "line 1, column 7, at NaN}", id="NaN"),
        pytest.param(b"[1,\n-Infinity]", "line 2, column 1, at -Infinity]", id="Infinity"),
        pytest.param(b"[" + b"9" * 5000 + b"]", "line 1, column 2, at 999", id="a number of 5000 digits"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8, from byte 7", id="bytes that are no text"),
        pytest.param(b"<html>\n</html>", "line 1, column 1, at <html> </html>", id="a web page"),
        pytest.param(b"[" * 20_000, "nested too deep", id="nested too deep"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(body: bytes, told: str) -> None:
    """Line, column and what stands there."""
    with pytest.raises(UnreadableError) as caught:
        read_json(body)

    assert told in str(caught.value)


def test_a_name_that_stands_twice_is_told_by_its_place() -> None:
    """RFC 8259, section 4: receivers differ in what they make of it, so no two clients need agree."""
    body = read_json(b'{"data": [{"id": 1}, {"id": 1, "x": 2, "id": 3}]}')

    assert body.value == {"data": [{"id": 1}, {"id": 3, "x": 2}]}
    assert body.repeated == ("/data/1/id",)

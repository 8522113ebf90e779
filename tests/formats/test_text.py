"""From bytes to JSON."""

import json
from pathlib import Path

import pytest

from paceline.errors import FileError, FormatError, Location
from paceline.formats.deep import MAX_DEPTH
from paceline.formats.files import write_text
from paceline.formats.text import decode, json_text, load_json, parse_json

AT = Location("orders.json")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param('{"name": "Grün 😀"}'.encode(), id="UTF-8"),
        pytest.param('{"name": "Grün 😀"}'.encode("utf-8-sig"), id="UTF-8 with byte order mark"),
        pytest.param('{"name": "Grün 😀"}'.encode("utf-16"), id="UTF-16 with byte order mark"),
        pytest.param(b"\xfe\xff" + '{"name": "Grün 😀"}'.encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param('{"name": "Grün 😀"}'.encode("utf-16-le"), id="UTF-16 without mark, little end first"),
        pytest.param('{"name": "Grün 😀"}'.encode("utf-16-be"), id="UTF-16 without mark, big end first"),
        pytest.param('{"name": "Grün 😀"}'.encode("utf-32"), id="UTF-32"),
    ],
)
def test_encodings(data: bytes) -> None:
    """Every encoding that JSON ever allowed is read, with a byte order mark or without."""
    assert {"name": "Grün 😀"} == parse_json(decode(data, AT), AT)


@pytest.mark.parametrize(
    ("data", "what", "fix"),
    [
        pytest.param(
            b'{\n"name": "Gr\xfcn"}', "UTF-8: line 2 has the byte 0xFC", "save the file as UTF-8", id="Latin-1"
        ),
        pytest.param(b"PK\x03\x04rest", "a ZIP archive", "unpack it", id="ZIP"),
        pytest.param(b"\x1f\x8brest", "a gzip archive", "unpack it", id="gzip"),
        pytest.param(b"", "the file is empty", "export", id="nothing"),
        pytest.param(b" \n\t", "the file is empty", "export", id="only blanks"),
    ],
)
def test_no_text(data: bytes, what: str, fix: str) -> None:
    """Bytes that are no text are an error, never a guess that would spoil a password."""
    with pytest.raises(FormatError) as caught:
        parse_json(decode(data, AT), AT)

    assert what in caught.value.what
    assert fix in caught.value.fix
    assert AT == caught.value.where


@pytest.mark.parametrize(
    ("text", "place", "fix"),
    [
        pytest.param('{"a": 1,\n "b": 2,\n}', "line 2, column 8", "remove this comma", id="comma before a brace"),
        pytest.param("[1, 2, ]", "line 1, column 6", "remove this comma", id="comma before a bracket"),
        pytest.param('{"a": 1\n "b": 2}', "line 2, column 2", "put a comma", id="no comma"),
        pytest.param('{"a" 1}', "line 1, column 6", "put a colon", id="no colon"),
        pytest.param("{'a': 1}", "line 1, column 2", "straight double quotes", id="single quotes"),
        pytest.param("{“a”: 1}", "line 1, column 2", "straight double quotes", id="curly quotes"),
        pytest.param("{a: 1}", "line 1, column 2", "names stand in double quotes", id="bare name"),
        pytest.param('{\n// note\n"a": 1}', "line 2, column 1", "no comments", id="comment"),
        pytest.param('{"a": True}', "line 1, column 7", "true or false", id="Python's true"),
        pytest.param('{"a": undefined}', "line 1, column 7", "write null", id="undefined"),
        pytest.param('{"a": NaN}', "line 1, column 7", "no such number", id="NaN"),
        pytest.param('{"a": -Infinity}', "line 1, column 7", "no such number", id="infinity"),
        pytest.param('{"a": 007}', "line 1, column 8", "no leading zero", id="leading zero"),
        pytest.param(f"[{'1' * 5000}]", "line 1, column 2", "write it as a text", id="number without end"),
        pytest.param('{"a": "x\ny"}', "line 1, column 9", r"\n or \t", id="line break in a text"),
        pytest.param(r'{"a": "C:\data"}', "line 1, column 10", "backslash", id="backslash"),
        pytest.param('{"a": "b', "line 1, column 7", "close the text", id="open text"),
        pytest.param('{"a": [1, 2', "line 1, column 12", "cut off", id="cut off"),
        pytest.param('{"a": 1}}', "line 1, column 9", "remove what follows", id="one brace too many"),
        pytest.param('{\n<<<<<<< HEAD\n"a": 1}', "line 2, column 1", "resolve the conflict", id="merge conflict"),
        pytest.param("<!DOCTYPE html>", "line 1, column 1", "web page", id="web page"),
        pytest.param("info:\n  name: x", "line 1, column 1", "YAML", id="YAML"),
        pytest.param("hello", "line 1, column 1", "a JSON value belongs here", id="something else"),
    ],
)
def test_syntax_errors(text: str, place: str, fix: str) -> None:
    """A syntax error names line and column, shows the place and tells what to do."""
    with pytest.raises(FormatError) as caught:
        parse_json(text, AT)

    advice, excerpt, mark = caught.value.fix.split("\n")
    assert f"this is not JSON: {place}" == caught.value.what
    assert fix in advice
    assert "^" == mark.strip(" |")
    assert len(excerpt) <= 70


def test_the_mark_stands_below_the_place() -> None:
    """The excerpt of a long line is cut so that the place is in it."""
    with pytest.raises(FormatError) as caught:
        parse_json('{"long": "' + "x" * 500 + '", "a": oops, "rest": "' + "y" * 500 + '"}', AT)

    _, excerpt, mark = caught.value.fix.split("\n")
    assert "oops" == excerpt[mark.index("^") :][:4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}, id="the last of equal names wins"),
        pytest.param(r'["\ud83d\ude00"]', ["😀"], id="a surrogate pair is one character"),
        pytest.param(r'["\ud83d!", "\ude00"]', ["\ufffd!", "\ufffd"], id="half a pair is the replacement character"),
        pytest.param(r'["\\ud83d"]', [r"\ud83d"], id="an escaped backslash escapes nothing"),
        pytest.param('["a\u00a0"]\u00a0', ["a\u00a0"], id="odd blanks at the end"),
    ],
)
def test_as_javascript(text: str, expected: object) -> None:
    """JSON means what it means to Postman; and every text in it can be written as UTF-8."""
    assert expected == parse_json(text, AT)


NESTED = '{"a": [1, {"b": "x", "c": [], "d": {}, "b": "y"}, null, -1.5e3, true], "a2": "\\u00e9\\n"}'


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param(NESTED, True, id="every kind of value"),
        pytest.param(NESTED.replace(" ", "\n\t "), True, id="blanks everywhere"),
        pytest.param(NESTED[:-1], False, id="cut off"),
        pytest.param(NESTED.replace(":", ""), False, id="no colons"),
        pytest.param(NESTED.replace('"c"', "c"), False, id="bare name"),
        pytest.param(NESTED.replace("-1.5e3", "NaN"), False, id="NaN"),
        pytest.param(NESTED + "]", False, id="too much"),
    ],
)
def test_a_file_nested_too_deep_for_the_usual_parser(text: str, same: bool) -> None:
    """Two thousand levels are read like two: the same values, the same errors at the same places."""
    depth = 2_000
    deep = "[" * depth + text + "]" * depth
    if same:
        value = parse_json(deep, AT)
        for _ in range(depth):
            (value,) = value
        assert json.loads(text) == value
    else:
        with pytest.raises(FormatError) as shallow:
            parse_json(f"[{text}]", AT)
        with pytest.raises(FormatError) as caught:
            parse_json(deep, AT)
        assert shallow.value.fix.split("\n")[0] == caught.value.fix.split("\n")[0]


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, "[" * (MAX_DEPTH + 1)])
def test_a_file_nested_without_end(text: str) -> None:
    """A hundred thousand levels are refused, not followed."""
    with pytest.raises(FormatError, match="nested more than 10000 levels deep"):
        parse_json(text, AT)


@pytest.mark.parametrize("indent", [None, 2])
def test_writing(indent: int | None) -> None:
    """JSON is written as `json.dumps` does, also where that gives up for depth."""
    value = json.loads(NESTED)
    depth = 2_000
    deep = value
    for _ in range(depth):
        deep = [deep]
    lines = json_text(deep, indent).split("\n")

    assert json.dumps(value, ensure_ascii=False, indent=indent) == json_text(value, indent)
    if indent is None:
        assert ["[" * depth + json_text(value) + "]" * depth] == lines
    else:
        inner = [line[indent * depth :] for line in lines[depth:-depth]]
        assert json_text(value, indent).split("\n") == inner
    again = parse_json("\n".join(lines), AT)
    for _ in range(depth):
        (again,) = again
    assert value == again


def test_writing_what_is_no_number() -> None:
    """NaN and infinity are null, as with `JSON.stringify`."""
    assert '{"a": [null, null, 1.5], "b": {}}' == json_text({"a": [float("nan"), float("-inf"), 1.5], "b": {}})


def test_a_missing_file(tmp_path: Path) -> None:
    """A missing file comes with the file that may be meant: one spelt like it, or one that starts like it."""
    (tmp_path / "orders.postman_collection.json").touch()
    (tmp_path / "staging.json").touch()
    errors = {}
    for name in ("stagign.json", "orders.json", "zebra.json", "no-folder/a.json", "nul\0.json"):
        with pytest.raises(FileError) as caught:
            load_json(tmp_path / name)
        errors[name] = caught.value

    assert f"did you mean {str(tmp_path / 'staging.json')!r}?" == errors["stagign.json"].fix
    assert f"did you mean {str(tmp_path / 'orders.postman_collection.json')!r}?" == errors["orders.json"].fix
    assert "check the path" == errors["zebra.json"].fix
    assert "there is no folder" in errors["no-folder/a.json"].fix
    assert Location(str(tmp_path / "zebra.json")) == errors["zebra.json"].where


def test_an_address_is_no_file() -> None:
    """An address on the web is not fetched; the error says what to do instead."""
    with pytest.raises(FileError, match="curl"):
        load_json("https://example.com/orders.json")


def test_a_folder(tmp_path: Path) -> None:
    """A folder given for a file comes with a file in it."""
    with pytest.raises(FileError, match="give the path of a file"):
        load_json(tmp_path)

    (tmp_path / "orders.json").touch()
    with pytest.raises(FileError, match=r"orders\.json"):
        load_json(tmp_path)


def test_write_text(tmp_path: Path) -> None:
    """A file is written with its folders, replaces the old one, and leaves nothing else behind."""
    path = tmp_path / "deep" / "er" / "out.json"
    write_text(path, "first")
    path.chmod(0o600)
    write_text(path, '["Grün \ud83d"]')

    assert ["Grün \ud83d"] == json.loads(path.read_text("utf-8"))
    assert [path] == list(path.parent.iterdir())
    assert 0o600 == path.stat().st_mode & 0o777


def test_write_text_through_a_link(tmp_path: Path) -> None:
    """A link stays a link: the file it points to gets the content."""
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")

    assert link.is_symlink()
    assert "new" == target.read_text()


def test_write_text_to_a_device() -> None:
    """A device is written to, not replaced by a file."""
    write_text("/dev/null", "gone")

    assert Path("/dev/null").is_char_device()


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """A folder, or a path through a file, is an error of the file."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "below.json"):
        with pytest.raises(FileError) as caught:
            write_text(path, "content")
        assert Location(str(path)) == caught.value.where

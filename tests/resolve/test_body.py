"""What each body mode sends. Where no comment says otherwise, the expected bytes are those Newman 6.2.2 sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from paceline.errors import FileError, Location, RequestError
from paceline.model.collection import Body, FormPart, Param
from paceline.resolve.body import encode_body
from paceline.resolve.json_comments import strip_json_comments
from paceline.resolve.media_types import media_type
from paceline.resolve.uploads import LocalFiles

OWN_BOUNDARY = re.compile(r"multipart/form-data; boundary=(-{26}[0-9]{24})")
FILES = {
    "a.txt": b"hello",
    "b.json": b'{"a":1}',
    "noext": b"xx",
    "empty.bin": b"",
    "sub/s.csv": b"S",
    "sp ace.tar.gz": b"s",
    "na\xefve.png": b"u",
    "\u017elu\u0165.PDF": b"z",
}


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return LocalFiles([tmp_path])


def no_files(src: str) -> tuple[str, bytes]:
    raise FileError(f"nobody should read {src}")


def sent(body: Body, content_type: str | None = None) -> tuple[bytes | None, str | None]:
    """Content and Content-Type of a body that needs no file."""
    payload = encode_body(body, content_type, no_files)
    assert payload is not None
    return payload.content, payload.content_type


# raw ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (None, "text/plain"),
        ("text", "text/plain"),
        ("json", "application/json"),
        ("html", "text/html"),
        ("xml", "application/xml"),
        ("javascript", "application/javascript"),
        ("weird", "text/plain"),
    ],
)
def test_the_language_decides_the_content_type(language: str | None, expected: str) -> None:
    """The editor's language becomes a Content-Type; an unknown one, or none, is plain text."""
    assert (b"x", expected) == sent(Body("raw", raw="x", language=language))


def test_raw_text_is_sent_in_utf8() -> None:
    """Text goes in UTF-8; half of a surrogate pair, which no UTF-8 can hold, as U+FFFD."""
    assert b"hello \xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbd" == sent(Body("raw", raw="hello é \U0001f600 \ud800"))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"a":1} // c', '{"a":1} ', id="to the end of the line"),
        pytest.param('{ // c\n"a":1 /* x */ }', '{ \n"a":1  }', id="the newline stays"),
        pytest.param('{"a":1 // c\r\n}', '{"a":1 \n}', id="a carriage return goes"),
        pytest.param("a // b\rc", "a ", id="a carriage return alone ends no line"),
        pytest.param('/* a\nb */{"a":1}', '{"a":1}', id="a block over lines"),
        pytest.param('{"a":"// no", "b":"/* no */"}', '{"a":"// no", "b":"/* no */"}', id="not in a string"),
        pytest.param(r'{"a":"\"//x"} // y', r'{"a":"\"//x"} ', id="an escaped quote ends no string"),
        pytest.param(r'{"a":"\\"} // c', r'{"a":"\\"} ', id="an escaped backslash escapes nothing"),
        pytest.param(r"\"// x", r"\"", id="an escaped quote opens no string"),
        pytest.param('"unterminated // x', '"unterminated // x', id="a string that does not end"),
        pytest.param("{'a':'// x'}", "{'a':'", id="apostrophes are no quotes"),
        pytest.param("/*/ x */1", "1", id="a block needs both its stars"),
        pytest.param("1 /* // */ 2", "1  2", id="a line comment in a block is none"),
        pytest.param("// /* \n 1 */", "\n 1 */", id="a block in a line comment is none"),
        pytest.param("1 /* x", "1 ", id="a block that does not end"),
        pytest.param('{"a":1} /', '{"a":1} /', id="one slash is no comment"),
    ],
)
def test_comments_leave_json(text: str, expected: str) -> None:
    """Comments of JSON are not sent; what looks like one inside a string is."""
    assert expected == strip_json_comments(text)
    assert expected.encode() == sent(Body("raw", raw=text, language="json"))[0]


@pytest.mark.parametrize(
    ("language", "content_type", "stripped"),
    [
        ("json", None, True),
        ("json", "text/plain", True),
        ("text", "application/json", False),
        (None, "application/json", True),
        ("", "application/json", True),
        (None, "application/json; charset=utf-8", True),
        (None, "application/vnd.api+json", True),
        (None, "text/json", False),
        (None, None, False),
        # Newman wants lower case; media types have none (RFC 9110, section 8.3.1).
        (None, "Application/JSON", True),
    ],
)
def test_only_json_loses_its_comments(language: str | None, content_type: str | None, stripped: bool) -> None:
    """The language says whether a text is JSON; without one the Content-Type does."""
    content, _ = sent(Body("raw", raw="{} // c", language=language), content_type)

    assert (b"{} " if stripped else b"{} // c") == content


def test_json_of_nothing_but_comment() -> None:
    """Nothing is left to send, but the Content-Type still goes out."""
    assert (None, "application/json") == sent(Body("raw", raw="// later", language="json"))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(Body("raw", raw=""), id="empty text"),
        pytest.param(Body("raw", raw="x", enabled=False), id="disabled"),
        pytest.param(Body("file", source="nope", enabled=False), id="disabled, the file is not looked for"),
        pytest.param(Body("urlencoded"), id="no fields"),
        pytest.param(Body("urlencoded", params=(Param("a", "1", enabled=False),)), id="all fields disabled"),
        pytest.param(Body("formdata"), id="no parts"),
        pytest.param(
            Body("formdata", parts=(FormPart("a", "file", sources=("nope",), enabled=False),)), id="all parts disabled"
        ),
    ],
)
def test_an_empty_body_is_none(body: Body) -> None:
    """A body that is disabled or has nothing in it is as good as no body."""
    assert encode_body(body, None, no_files) is None


# urlencoded -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param([("a", "1"), ("b", "2"), ("a", "3")], "a=1&a=3&b=2", id="one key stands together"),
        pytest.param([("a", None), ("b", ""), ("", "v"), ("", "")], "a=&b=&=v&=", id="nothing as key or value"),
        pytest.param([("a b", "c+d&e=f%20%g/é")], "a%20b=c%2Bd%26e%3Df%2520%25g%2F%C3%A9", id="encoded once more"),
        pytest.param([("a", "-_.~!'()*")], "a=-_.~%21%27%28%29%2A", id="as RFC 3986"),
        pytest.param([("é[]", "x\n\0")], "%C3%A9%5B%5D=x%0A%00", id="keys and controls too"),
        pytest.param(
            [("b", "1"), ("10", "x"), ("2", "y"), ("01", "z"), ("4294967294", "k"), ("4294967295", "m")],
            "2=y&10=x&4294967294=k&b=1&01=z&4294967295=m",
            id="numbers first, as in a JavaScript object",
        ),
        # Newman loses the field (JavaScript sets the prototype of its object); ours sends it.
        pytest.param([("__proto__", "1"), ("c", "2")], "__proto__=1&c=2", id="no key is special"),
    ],
)
def test_urlencoded(params: list[tuple[str, str | None]], expected: str) -> None:
    """Fields are joined and percent-encoded as Node's querystring and postman-request do it between them."""
    body = Body("urlencoded", params=tuple(Param(key, value) for key, value in params))

    assert (expected.encode(), "application/x-www-form-urlencoded") == sent(body)


@pytest.mark.parametrize(
    ("content_type", "kept"),
    [
        ("application/x-www-form-urlencoded; charset=utf-8", True),
        ("Application/X-WWW-Form-Urlencoded", True),  # Newman replaces it
        ("application/x-www-form-urlencodedz", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_a_content_type_that_does_not_fit_a_form_is_replaced(content_type: str, kept: bool) -> None:
    """The body of a form is announced as what it is, whatever the request says."""
    payload = encode_body(Body("urlencoded", params=(Param("a", "1"),)), content_type, no_files)

    assert payload is not None
    assert (None if kept else "application/x-www-form-urlencoded") == payload.content_type
    assert payload.overrides


# graphql --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(Body("graphql", query="{ a }"), '{"query":"{ a }"}', id="query alone"),
        pytest.param(Body("graphql", query='é\n\t"q"'), '{"query":"é\\n\\t\\"q\\""}', id="only what JSON must escape"),
        pytest.param(Body("graphql", query="\u2028\x7f\x01\ud800/"), '{"query":"\u2028\x7f\\u0001\\ud800/"}', id="odd"),
        pytest.param(Body("graphql", query="q", variables=""), '{"query":"q"}', id="no variables"),
        pytest.param(
            Body("graphql", query="q", variables='{\n "x": 1 }'),
            '{"query":"q","variables":{\n "x": 1 }}',
            id="variables in text as they are",
        ),
        pytest.param(Body("graphql", query="q", variables="{x:"), '{"query":"q","variables":{x:}', id="no JSON"),
        pytest.param(
            Body("graphql", query="q", variables={"x": [1, "é", None, True, 1.0, 1e21, 2.5]}),
            '{"query":"q","variables":{"x":[1,"é",null,true,1,1e+21,2.5]}}',
            id="variables as JSON value",
        ),
        pytest.param(Body("graphql", query="q", variables=[1]), '{"query":"q","variables":[1]}', id="of any type"),
        pytest.param(
            Body("graphql", query="q", operation_name="O", variables="{}"),
            '{"query":"q","operationName":"O","variables":{}}',
            id="operation",
        ),
        pytest.param(
            Body("graphql", query="q", operation_name=""),
            '{"query":"q","operationName":""}',
            id="operation without name",
        ),
        # Newman sends `"variables":  }`, which no server can read.
        pytest.param(Body("graphql", query="q", variables=" \n"), '{"query":"q"}', id="blank variables"),
        # Newman rounds it to a double.
        pytest.param(
            Body("graphql", query="q", variables={"id": 9007199254740993}),
            '{"query":"q","variables":{"id":9007199254740993}}',
            id="long integers keep their digits",
        ),
    ],
)
def test_graphql(body: Body, expected: str) -> None:
    """A GraphQL query is carried by JSON of query, operationName and variables."""
    assert (expected.encode(), "application/json") == sent(body)


# formdata -------------------------------------------------------------------------------------------------------------


def text(key: str, value: str | None, **more: Any) -> FormPart:
    return FormPart(key, "text", value, **more)


def upload(key: str, *sources: str, **more: Any) -> FormPart:
    return FormPart(key, "file", sources=sources, **more)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(text("a", "é\r\n"), '; name="a"\r\n\r\né\r\n', id="text"),
        pytest.param(text("", None), '; name=""\r\n\r\n', id="nothing"),
        pytest.param(text("é\U0001f600", "1"), '; name="é\U0001f600"\r\n\r\n1', id="a name in UTF-8"),
        pytest.param(
            text("a", "{}", content_type="application/json"),
            '; name="a"\r\nContent-Type: application/json\r\n\r\n{}',
            id="text with a type",
        ),
        pytest.param(text("a", "x", content_type=""), '; name="a"\r\n\r\nx', id="text with an empty type"),
        pytest.param(
            text("a", "x", file_name="f.json"),
            '; name="a"; filename="f.json"\r\nContent-Type: application/json\r\n\r\nx',
            id="text with a file name",
        ),
        pytest.param(
            upload("f", "a.txt"),
            '; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello',
            id="file",
        ),
        pytest.param(
            upload("f", "noext"),
            '; name="f"; filename="noext"\r\nContent-Type: application/octet-stream\r\n\r\nxx',
            id="file of no known type",
        ),
        pytest.param(
            upload("f", "empty.bin"),
            '; name="f"; filename="empty.bin"\r\nContent-Type: application/octet-stream\r\n\r\n',
            id="empty file",
        ),
        pytest.param(
            upload("f", "./sub/s.csv"),
            '; name="f"; filename="s.csv"\r\nContent-Type: text/csv\r\n\r\nS',
            id="the folder stays at home",
        ),
        pytest.param(
            upload("f", "sp ace.tar.gz"),
            '; name="f"; filename="sp ace.tar.gz"\r\nContent-Type: application/gzip\r\n\r\ns',
            id="the last extension counts",
        ),
        pytest.param(
            upload("f", "na\xefve.png"),
            '; name="f"; filename="na\xefve.png"\r\nContent-Type: image/png\r\n\r\nu',
            id="a name in Latin-1",
        ),
        pytest.param(
            upload("f", "\u017elu\u0165.PDF"),
            '; name="f"; filename="\u017elu\u0165.PDF"; filename*=UTF-8\'\'%C5%BElu%C5%A5.PDF\r\n'
            "Content-Type: application/pdf\r\n\r\nz",
            id="a name beyond Latin-1",
        ),
        pytest.param(
            upload("f", "a.txt", file_name="\u017e'()*|`^ %.json"),
            '; name="f"; filename="\u017e\'()*|`^ %.json"; filename*=UTF-8\'\'%C5%BE%27%28%29%2a|`^%20%25.json\r\n'
            "Content-Type: text/plain\r\n\r\nhello",
            id="a name with signs",
        ),
        pytest.param(
            upload("f", "a.txt", file_name="p/q/z.json"),
            '; name="f"; filename="z.json"\r\nContent-Type: text/plain\r\n\r\nhello',
            id="another name, the file's own type",
        ),
        pytest.param(
            upload("f", "a.txt", file_name=""),
            '; name="f"; filename=""\r\nContent-Type: text/plain\r\n\r\nhello',
            id="an empty name",
        ),
        pytest.param(
            upload("f", "a.txt", content_type="x/y"),
            '; name="f"; filename="a.txt"\r\nContent-Type: x/y\r\n\r\nhello',
            id="a given type",
        ),
        pytest.param(
            upload("f", value="aGVsbG8="),
            '; name="f"\r\nContent-Type: application/octet-stream\r\n\r\nhello',
            id="content in base64",
        ),
        pytest.param(
            upload("f", value="aGVsbG8", file_name="x.json"),
            '; name="f"; filename="x.json"\r\nContent-Type: application/json\r\n\r\nhello',
            id="content with a name, without padding",
        ),
        pytest.param(
            upload("f", value="aGVsbG8=", content_type="t/t"),
            '; name="f"\r\nContent-Type: t/t\r\n\r\nhello',
            id="content with a type",
        ),
        pytest.param(upload("f", value=""), '; name="f"; filename=""\r\n\r\n', id="expressly empty content"),
        pytest.param(
            upload("f", "a.txt", value="!"),
            '; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello',
            id="a source goes before content",
        ),
        # Newman writes quotes and line ends as they are, which ends the name; browsers and ours escape them.
        pytest.param(text('q"uo\r\nte', "1"), '; name="q%22uo%0D%0Ate"\r\n\r\n1', id="a name cannot break out"),
        pytest.param(
            text("a", "1", file_name='q"\r\nX: y'),
            '; name="a"; filename="q%22%0D%0AX: y"; filename*=UTF-8\'\'q%22%0D%0AX%3A%20y\r\n\r\n1',
            id="nor can a file name",
        ),
    ],
)
def test_a_part_of_a_form(part: FormPart, expected: str, files: LocalFiles) -> None:
    """Each part names its field; a file tells its name and type too."""
    payload = encode_body(Body("formdata", parts=(part,)), "multipart/form-data; boundary=abc", files)

    assert payload is not None
    assert f"--abc\r\nContent-Disposition: form-data{expected}\r\n--abc--\r\n".encode() == payload.content
    assert payload.content_type is None


def test_a_form_of_several_parts(files: LocalFiles) -> None:
    """Parts keep their order and may repeat; a field with several sources sends one part for each."""
    parts = (
        text("x", "1"),
        text("off", "0", enabled=False),
        upload("f", "a.txt", "b.json"),
        # Newman sends the second file field empty when the first has a list of sources.
        upload("g", "noext"),
        text("x", "2"),
    )
    payload = encode_body(Body("formdata", parts=parts), None, files)

    assert payload is not None
    match = OWN_BOUNDARY.fullmatch(payload.content_type or "")
    assert match
    expected = """\
--BOUNDARY
Content-Disposition: form-data; name="x"

1
--BOUNDARY
Content-Disposition: form-data; name="f"; filename="a.txt"
Content-Type: text/plain

hello
--BOUNDARY
Content-Disposition: form-data; name="f"; filename="b.json"
Content-Type: application/json

{"a":1}
--BOUNDARY
Content-Disposition: form-data; name="g"; filename="noext"
Content-Type: application/octet-stream

xx
--BOUNDARY
Content-Disposition: form-data; name="x"

2
--BOUNDARY--
"""
    assert expected.replace("\n", "\r\n").replace("BOUNDARY", match[1]).encode() == payload.content


def test_the_boundary_comes_from_the_content() -> None:
    """The same form is the same bytes each time (Newman throws dice), another form has another boundary."""
    first, again, other = (sent(Body("formdata", parts=(text("a", value),)))[1] for value in ("one", "one", "another"))

    assert first == again != other


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ('multipart/form-data; charset=utf-8; boundary="a b"; x=y', "a b"),
        ("multipart/form-data;boundary=abc; x=y", "abc"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=abc", None),
        ("a/b, multipart/form-data; boundary=abc", None),
        # Newman wants lower case, and takes the blank into the boundary, which RFC 2046, section 5.1.1, forbids.
        ("Multipart/Form-Data; boundary=abc", "abc"),
        ("multipart/form-data; boundary=abc ; x=y", "abc"),
    ],
)
def test_the_boundary_of_the_request(content_type: str, boundary: str | None) -> None:
    """A Content-Type that names a boundary for a form is kept and obeyed, any other is replaced."""
    content, replaced = sent(Body("formdata", parts=(text("a", "1"),)), content_type)

    assert content is not None
    if boundary is None:
        match = OWN_BOUNDARY.fullmatch(replaced or "")
        assert match
        boundary = match[1]
    else:
        assert replaced is None
    assert content.startswith(f"--{boundary}\r\n".encode())
    assert content.endswith(f"\r\n--{boundary}--\r\n".encode())


# file -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Body("file", source="a.txt"), (b"hello", "text/plain")),
        (Body("file", source="noext"), (b"xx", "application/octet-stream")),
        (Body("file", source="empty.bin"), (b"", "application/octet-stream")),
        (Body("file", source="a.txt", content="eA=="), (b"hello", "text/plain")),
        (Body("file", content="aGVsbG8="), (b"hello", None)),
    ],
)
def test_a_file_as_body(body: Body, expected: tuple[bytes, str | None], files: LocalFiles) -> None:
    """The file is the body and its name tells the type; content in base64 has no name, and so no type."""
    payload = encode_body(body, None, files)

    assert payload is not None
    assert expected == (payload.content, payload.content_type)


AT = Location("c.json", "/item/0/request/body")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param(Body("file", source="nope", at=AT), 'no file "nope"', id="no such file"),
        pytest.param(Body("file", source="sub", at=AT), '"sub" is a folder', id="a folder"),
        pytest.param(Body("file", at=AT), "names none", id="no file chosen"),
        pytest.param(Body("file", source="nope", content="eA==", at=AT), 'no file "nope"', id="content is no stopgap"),
        pytest.param(Body("file", content="!!", at=AT), "not base64", id="not base64"),
        pytest.param(Body("file", content="aGVsb", at=AT), "not base64", id="base64 cut off"),
        pytest.param(Body("formdata", parts=(upload("f", "nope", at=AT),)), 'no file "nope"', id="no such part"),
        pytest.param(Body("formdata", parts=(upload("f", "a.txt", "nope", at=AT),)), 'no file "nope"', id="one of two"),
        pytest.param(Body("formdata", parts=(upload("f", at=AT),)), '"f" names no file', id="no file in a part"),
        pytest.param(Body("formdata", parts=(upload("f", "", at=AT),)), "has no name", id="an empty source"),
        pytest.param(Body("formdata", parts=(upload("f", value="?", at=AT),)), "not base64", id="no base64 in a part"),
    ],
)
def test_a_file_that_cannot_be_sent_is_an_error(body: Body, what: str, files: LocalFiles) -> None:
    """Nothing is sent without its files; Newman leaves them out with a warning and the run is green."""
    with pytest.raises(RequestError) as caught:
        encode_body(body, None, files)

    assert "EFILE" == caught.value.code
    assert AT == caught.value.where
    assert what in caught.value.what
    assert caught.value.fix


def test_a_content_type_cannot_break_out_of_its_part() -> None:
    """A line end in the type of a part would be a header of its own; Newman sends it."""
    with pytest.raises(RequestError, match="line end"):
        sent(Body("formdata", parts=(text("a", "1", content_type="a/b\r\nX: y"),)))


# files on disk --------------------------------------------------------------------------------------------------------


def test_roots_are_searched_in_order(tmp_path: Path) -> None:
    """The first root that has the file gives it; a folder of that name does not count."""
    (tmp_path / "collection" / "both.txt").mkdir(parents=True)
    (tmp_path / "collection" / "first.txt").write_text("collection")
    (tmp_path / "first.txt").write_text("working directory")
    (tmp_path / "both.txt").write_text("working directory")
    read = LocalFiles([tmp_path / "collection", tmp_path])

    assert ("first.txt", b"collection") == read("first.txt")
    assert ("both.txt", b"working directory") == read("both.txt")


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    """Roots are for relative paths."""
    (tmp_path / "a.txt").write_text("x")

    assert ("a.txt", b"x") == LocalFiles([tmp_path / "elsewhere"])(str(tmp_path / "a.txt"))


def test_a_missing_file_tells_where_it_was_looked_for(tmp_path: Path) -> None:
    """Every path tried is named once, and a file of nearly the same name is offered."""
    (tmp_path / "orders.csv").write_text("x")
    with pytest.raises(FileError) as caught:
        LocalFiles([tmp_path, tmp_path / "sub", tmp_path])("order.csv")

    assert 'no file "order.csv"' == caught.value.what
    expected = f'Did you mean "orders.csv"? Tried {tmp_path / "order.csv"} and {tmp_path / "sub" / "order.csv"}'
    assert expected == caught.value.fix


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.json", "application/json"),
        ("A.JPG", "image/jpeg"),
        ("a.tar.gz", "application/gzip"),
        ("a.js", "application/javascript"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.wav", "audio/wave"),
        ("a.gpx", "application/gpx+xml"),
        ("a.fit", None),
        ("Makefile", None),
        (".gz", None),
    ],
)
def test_media_types(name: str, expected: str | None) -> None:
    """Media types are those of Newman, whatever tables the machine has."""
    assert expected == media_type(name)

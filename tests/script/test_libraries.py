"""What a script may `require`, and the globals it finds."""

from __future__ import annotations

from typing import Any

import pytest
from tests.script.conftest import Play, play_in

from paceline.script.v8 import Sandbox


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("require('lodash').VERSION.split('.')[0]", "4"),
        ("_.VERSION.split('.')[0]", "3"),
        ("require('chai').expect(1).to.equal(1) && 1", 1),
        ("new (require('ajv'))().validate({type: 'number'}, 'x')", False),
        ("tv4.validate(7, {type: 'number'})", True),
        ("require('tv4').validate('x', {type: 'number'})", False),
        ("require('cheerio').load('<p>ride</p>')('p').text()", "ride"),
        ("cheerio.load('<p>ride</p>')('p').text()", "ride"),
        ("require('crypto-js').SHA256('').toString().slice(0, 8)", "e3b0c442"),
        ("CryptoJS.HmacSHA256('a', 'b').toString().length", 64),
        ("require('moment').utc(0).format('YYYY-MM-DD')", "1970-01-01"),
        ("require('csv-parse/lib/sync')('a,b\\n1,2', {columns: true})", [{"a": "1", "b": "2"}]),
        ("require('uuid').v4().length", 36),
        ("require('atob')('cmlkZQ==')", "ride"),
        ("require('btoa')('ride')", "cmlkZQ=="),
        ("atob('cmlkZQ==') + btoa('ride')", "ridecmlkZQ=="),
        ("btoa('a') + btoa('ab') + btoa('') + atob(' Y Q = = ')", "YQ==YWI=a"),
        ("Buffer.from('ride').toString('base64')", "cmlkZQ=="),
        ("require('buffer').Buffer.from('7269', 'hex').toString()", "ri"),
        ("require('url').parse('http://a:1/b?c=d').port", "1"),
        ("require('querystring').parse('a=1&b=2').b", "2"),
        ("require('path').basename('/a/b.json', '.json')", "b"),
        ("require('util').format('%s!', 'ride')", "ride!"),
        ("require('punycode').toASCII('\\u00e9.fr')", "xn--9ca.fr"),
        ("typeof require('events').EventEmitter", "function"),
        ("typeof require('stream').Readable", "function"),
        ("typeof require('string_decoder').StringDecoder", "function"),
        ("typeof require('assert').equal", "function"),
        ("typeof require('timers').setTimeout", "function"),
        ("require('postman-collection').Url.parse('http://a.b/c').host", ["a", "b"]),
        ("xml2Json('<a><b>1</b></a>')", {"a": {"b": "1"}}),
        ("typeof Intl.NumberFormat", "function"),
        ("new Blob(['ab', new Blob(['c'])]).size", 3),
        ("new File(['ab'], 'ride.txt').name", "ride.txt"),
        ("await new Blob(['text']).text()", "text"),
    ],
)
def test_libraries(play: Play, expression: str, result: Any) -> None:
    """Each is there and works."""
    if "Intl" in expression or "require('xml2js')" in expression:
        played = play(f"const seen = (function () {{ return {expression}; }}).call(); console.log(seen)")
    else:
        played = play(f"const seen = {expression}; console.log(seen)")

    assert (played.result.problem, played.logged) == (None, [result])


def test_xml2js(play: Play) -> None:
    """xml2js works with a callback."""
    assert play("require('xml2js').parseString('<a>1</a>', (e, r) => console.log(r))").logged == [{"a": "1"}]


def test_unknown_library(play: Play) -> None:
    """What is not there is an error."""
    assert "Cannot find module 'nope'" in play("require('nope')").problem().message


@pytest.mark.parametrize("text", ["btoa('\\u20ac')", "atob('a')", "atob('*')"])
def test_base64_of_what_is_none(play: Play, text: str) -> None:
    """What cannot be encoded or decoded throws."""
    assert play(text).result.problem is not None


def test_random_bytes(play: Play) -> None:
    """Ten thousand UUIDs of one script differ, and those of the next one too."""
    source = "const u = require('uuid').v4; const all = new Set(); for (let i = 0; i < 10000; i++) all.add(u()); "
    first = play(source + "console.log(all.size); console.log(u())")
    second = play("console.log(require('uuid').v4())")

    assert first.logged[0] == 10_000
    assert first.logged[1] != second.logged[0]


def test_random_bytes_are_chacha20() -> None:
    """With a key of zeros the bytes are those of RFC 8439, appendix A.1, test vectors 1 and 2."""
    sandbox = Sandbox(entropy=bytes)
    source = "console.log(Buffer.from(crypto.getRandomValues(new Uint8Array(128))).toString('hex'))"
    try:
        told = play_in(sandbox, source).logged[0]
    finally:
        sandbox.close()

    assert told[:32] == "76b8e0ada0f13d90405d6ae55386bd28"
    assert told[128:160] == "9f07e7be5551387a98ba977c732d080d"

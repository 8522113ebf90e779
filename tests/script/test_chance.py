"""What scripts draw by lot: from the cassette's seed in a run that is recorded or replayed, else from the system."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.script.conftest import Play, play_in
from tests.script.test_send_request import respond

from paceline.model.exchange import HttpRequest
from paceline.model.outcome import ScriptCall
from paceline.resolve.dynamic import DYNAMIC_NAMES
from paceline.resolve.randomness import Randomness
from paceline.script.dynamic import ask_faker
from paceline.script.execution import Answer
from paceline.script.process import SandboxProcess, Turns
from paceline.script.v8 import Sandbox

#: A moment that no clock shows while the tests run: 2001-09-09T01:46:40Z.
START = 1_000_000_000.0

DRAWS = {
    "Math.random": "Math.random()",
    "bytes": "Buffer.from(crypto.getRandomValues(new Uint8Array(40))).toString('hex')",
    "crypto.randomUUID": "crypto.randomUUID()",
    "uuid": "require('uuid').v4()",
    "lodash, which keeps Math.random from its boot": "[_.random(1e9), _.sample(_.range(1e6)), _.shuffle(_.range(50))]",
    "CryptoJS": "CryptoJS.lib.WordArray.random(16).toString()",
    "Sugar": "[Number.random(1e9), [..._.range(1000)].sample()]",
    "{{$guid}}": "pm.variables.replaceIn('{{$guid}} {{$randomUUID}}')",
    "{{$randomInt}}": "pm.variables.replaceIn('{{$randomInt}} {{$randomInt}} {{$randomInt}} {{$randomPassword}}')",
    "faker": "pm.variables.replaceIn('{{$randomPhrase}} {{$randomEmail}} {{$randomBankAccountIban}}')",
    "a model's id of the SDK": "new (require('postman-collection').Item)({}).id",
    "an eval'd one": "eval('Math.random()')",
    "one through a function of its own global": "Function('return Math.random()')()",
}

LOOKS = {
    "Date.now": "Date.now()",
    "new Date": "new Date().getTime()",
    "Date as a function": "Date.parse(Date())",
    "a subclass": "new (class Later extends Date {})().getTime()",
    "the constructor of a date": "new (new Date(0).constructor)().getTime()",
    "Reflect": "Reflect.construct(Date, []).getTime()",
    "moment": "require('moment')().valueOf()",
    "lodash": "_.now()",
    "Sugar, which keeps Date from its boot": "Date.create('now').getTime()",
    "Intl": "Date.parse(new Intl.DateTimeFormat('en-US', {dateStyle: 'short', timeStyle: 'long'}).format())",
    "{{$timestamp}}": "Number(pm.variables.replaceIn('{{$timestamp}}')) * 1000",
    "{{$isoTimestamp}}": "Date.parse(pm.variables.replaceIn('{{$isoTimestamp}}'))",
    "{{$randomDateRecent}}": "Date.parse(pm.variables.replaceIn('{{$randomDateRecent}}'))",
    "new File": "new File(['x'], 'x').lastModified",
}


@pytest.fixture(scope="module")
def other() -> Iterator[Sandbox]:
    """A second sandbox: with another history, and booted at another time."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def drawn(sandbox: Turns, value: str, seed: str | None = "7", start: float | None = START) -> Any:
    """What a script draws, three times."""
    source = f"console.log(JSON.stringify([1, 2, 3].map(() => {value})))"
    return play_in(sandbox, source, chance=Randomness(seed, start)).logged


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in DRAWS.items()])
def test_draws_come_from_the_seed(sandbox: Sandbox, other: Sandbox, value: str) -> None:
    """The same in every sandbox for the same seed, others for another seed, and anything without."""
    told = drawn(sandbox, value)

    assert told == drawn(other, value) == drawn(sandbox, value)
    assert drawn(other, value, "8") != told
    assert drawn(other, value, None) != told
    assert drawn(other, value, None) != drawn(other, value, None)


@pytest.mark.parametrize("look", [pytest.param(look, id=name) for name, look in LOOKS.items()])
def test_the_time_comes_from_the_seed(play: Play, look: str) -> None:
    """It is the seed's whoever asks, and again the real one for a script without a seed."""
    source = f"console.log({look})"
    told = play(source, chance=Randomness("7", START)).logged

    assert abs(told[0] / 1000 - START) < 90_000  # $randomDateRecent is of the day before
    assert told == play(source, chance=Randomness("7", START)).logged
    assert abs(play(source).logged[0] / 1000 - datetime.now(UTC).timestamp()) < 90_000


def test_every_dynamic_variable(sandbox: Sandbox, other: Sandbox) -> None:
    """All 118 names: what was drawn before in a sandbox makes no difference, and few are alike for another seed."""

    def values(place: Sandbox, seed: str) -> dict[str, list[str]]:
        source = f"""
            const names = {sorted(DYNAMIC_NAMES)};
            const draw = (name) => [1, 2, 3].map(() => pm.variables.replaceIn('{{{{' + name + '}}}}'));
            console.log(Object.fromEntries(names.map((name) => [name, draw(name)])));
        """
        told: dict[str, list[str]] = play_in(place, source, chance=Randomness(seed, START)).logged[0]
        return told

    first = values(sandbox, "7")
    another = values(sandbox, "8")

    assert first == values(other, "7") == values(sandbox, "7")
    assert len(first) == len(DYNAMIC_NAMES)
    assert sum(first[name] != another[name] for name in first) > 100


def test_the_clock_goes_on_a_millisecond_per_look(play: Play) -> None:
    """Two replays that look as often see the same times."""
    played = play("console.log([Date.now(), +new Date(), Date.now()])", chance=Randomness("7", START))
    first, *later = played.logged[0]

    assert first >= START * 1000
    assert later == [first + 1, first + 2]


def test_the_clock_goes_on_with_timers(play: Play) -> None:
    """By the time that they were to wait, for scripts that poll measure it; not by that which it took."""
    once = """
        const start = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
        const middle = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 1.5));
        console.log([middle - start, Date.now() - middle]);
    """
    again = """
        const seen = [Date.now()];
        const ticks = setInterval(() => {
            seen.push(Date.now());
            if (seen.length === 4) { clearInterval(ticks); console.log(seen.map((moment) => moment - seen[0])); }
        }, 15);
    """

    assert play(once, chance=Randomness("7", START)).logged == [[21, 3]]
    assert play(again, chance=Randomness("7", START)).logged == [[0, 16, 31, 46]]


def test_the_clock_never_goes_back(play: Play) -> None:
    """What the next script of the item, or its next request, sees is later than what this one saw."""
    chance = Randomness("7", START)
    before = play("for (let i = 0; i < 5000; i++) Date.now(); console.log(Date.now())", chance=chance).logged[0]
    after = play("console.log(Date.now())", chance=chance).logged[0]

    assert before < after < before + 10
    assert after < chance.time() * 1000 < after + 10


def test_dates_stay_dates(play: Play) -> None:
    """Under a seed all that does not ask for the time is as ever."""
    source = """
        class Later extends Date { twice() { return this * 2; } }
        const d = new Date(2020, 1, 29, 12, 30, 15, 7);
        console.log([
            new Date(86400000).toISOString(), Date.parse('1970-01-02T00:00:00Z'), Date.UTC(1970, 0, 2),
            [d.getFullYear(), d.getMonth(), d.getDate(), d.getHours(), d.getMilliseconds()],
            d instanceof Date, new Later(3) instanceof Date, new Later(3) instanceof Later, new Later(3).twice(),
            d.constructor === Date, Object.prototype.toString.call(d), _.isDate(d), require('util').isDate(d),
            Date.name, Date.length, /native code/.test(Date), typeof Date(), String(new Date(NaN)),
            isNaN(new Date(undefined)), require('moment').utc(0).add(1, 'day').format(), require('moment').isDate(d),
            _.cloneDeep({ d: new Date(5) }).d.getTime(), JSON.stringify(new Date(0)),
            new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).format(0),
            Object.getOwnPropertyNames(Date).length, new Date('2020-01-01').getTime(), Math.max(1, 2),
            [1, 2].map(new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' }).format)
        ]);
        pm.test('equal', () => pm.expect(new Date(5)).to.eql(new Date(5)));
        pm.test('a date', () => pm.expect(new Date(5)).to.be.a('date').and.be.instanceOf(Date));
    """
    seeded, plain = play(source, chance=Randomness("7", START)), play(source)

    assert seeded.result.problem is None
    assert seeded.logged == plain.logged
    assert seeded.verdicts == plain.verdicts == {"equal": "passed", "a date": "passed"}


def test_without_a_seed_nothing_is_replaced(play: Play) -> None:
    """A script finds V8's own Date and Math.random, also after one with a seed and whatever that did to them."""
    look = """
        const { prototype } = Intl.DateTimeFormat;
        const { get } = Object.getOwnPropertyDescriptor(prototype, 'format');
        const found = [Date, Date.now, Math.random, prototype.formatToParts, get];
    """
    play(f"{look}; kept = found")
    ruin = "Date.now = () => 1; Math.random = () => 0.5; Date.prototype.constructor = 1; Date = null;"
    play(ruin, chance=Randomness("7", START))
    played = play(f"{look}; console.log(found.map((own, i) => own === kept[i])); console.log('genrand_int32' in {{}})")

    assert played.logged == [[True] * 5, False]
    assert play("console.log(Date === Date.prototype.constructor)").logged == [True]


def test_a_seed_does_not_outlast_its_script(play: Play) -> None:
    """Not even in faker, which knows no other source: the draws of scripts without a seed stay unforeseeable."""
    told = set()
    for _ in range(3):
        play("Math.random()", chance=Randomness("7", START))
        told.update(play("console.log(pm.variables.replaceIn('{{$randomPhrase}}{{$randomBankAccountIban}}'))").logged)

    assert len(told) == 3


def test_what_a_stub_leaves_behind_is_overruled(play: Play) -> None:
    """A script may replace Math.random for all that follow; a seed counts all the same."""
    expected = play("console.log(Math.random())", chance=Randomness("7", START)).logged
    play("theirs = Math.random; Math.random = () => 0.5")
    told = play("console.log(Math.random())", chance=Randomness("7", START)).logged
    stubbed = play("console.log(Math.random()); Math.random = theirs").logged

    assert (told, stubbed) == (expected, [0.5])


def test_a_script_that_was_broken_off(play: Play, sandbox: Sandbox) -> None:
    """After a caller that left in the middle, the next script has no seed of its own accord."""
    play("Math.random()", chance=Randomness("7", START))
    assert sandbox.turn() == []

    assert abs(play("console.log(Date.now())").logged[0] / 1000 - START) > 90_000


def test_fresh_values_of_faker(sandbox: Sandbox, other: Sandbox) -> None:
    """Asked for by name: the same for the same seed and the same order of questions, whatever ran before."""

    def asked(place: Sandbox, seed: str | None) -> list[str]:
        chance = Randomness(seed, START)
        return [ask_faker(place, name, chance) for name in ("$randomPhrase", "$randomDatePast", "$randomPhrase")]

    first = asked(sandbox, "7")
    ask_faker(other, "$randomCity")

    assert first == asked(other, "7")
    assert first[0] != first[2]
    assert first != asked(other, "8")
    assert asked(other, None) != asked(other, None)


def test_in_a_process_of_its_own(sandbox: Sandbox) -> None:
    """A sandbox behind a pipe draws the same."""
    process = SandboxProcess()
    try:
        for value in ("Math.random()", "Date.now()", "pm.variables.replaceIn('{{$randomPhrase}}')"):
            assert drawn(process, value) == drawn(sandbox, value)
        assert ask_faker(process, "$randomPhrase", Randomness("7", START)) == ask_faker(
            sandbox, "$randomPhrase", Randomness("7", START)
        )
    finally:
        process.close()


def test_answers_come_in_the_order_of_the_requests(play: Play) -> None:
    """Else what a callback draws would depend on which server was quicker; without a seed the quick one is first."""
    source = """
        for (const n of [1, 2, 3]) pm.sendRequest('http://localhost/' + n, (_, r) =>
            Promise.resolve().then(() => console.log([r.json().url, Math.random()])));
    """

    def backwards() -> Any:
        answered = {number: threading.Event() for number in (1, 2, 3, 4)}
        answered[4].set()

        def send(request: Mapping[str, Any], number: int) -> Answer:
            assert answered[number + 1].wait(30)
            answer = respond(request, number)
            threading.Timer(0.05, answered[number].set).start()
            return answer

        return send

    seeded = play(source, send=backwards(), chance=Randomness("7", START))
    plain = play(source, send=backwards())

    assert [url for url, _ in seeded.logged] == ["/1", "/2", "/3"]
    assert [call.request.url for call in seeded.calls] == ["/1", "/2", "/3"]
    assert [url for url, _ in plain.logged] == ["/3", "/2", "/1"]
    assert seeded.logged == play(source, send=respond, chance=Randomness("7", START)).logged


def test_a_chance_without_a_seed_is_none(play: Play) -> None:
    """The system's own source may be handed in as well, and its clock."""

    def unanswered(_request: Mapping[str, Any], _number: int) -> Answer:
        return Answer(ScriptCall(HttpRequest("GET", "")), error={"name": "Error", "message": "no"})

    source = "pm.sendRequest('http://a/', () => console.log([Math.random(), Date.now()]))"
    (first, moment), (second, _) = (play(source, send=unanswered, chance=Randomness()).logged[0] for _ in range(2))

    assert first != second
    assert abs(moment / 1000 - datetime.now(UTC).timestamp()) < 60

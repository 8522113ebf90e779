"""The synthetic population: who exists, which classes there are, who took what.

Only the bare facts stand here; the modules named after the objects turn them into the bodies of the API.
Everything follows from running numbers, so each server start sees the same world.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulator.catalogue import DISCIPLINES, Discipline
from tests.emulator.clock import DAY, HOUR, NOW
from tests.emulator.credentials import USER_ID, USERNAME
from tests.emulator.ids import hex_id

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty".split()


def number_word(number: int) -> str:
    """English word of 0 to 49: "seven", "twenty_one"."""
    tens, ones = divmod(number, 10)
    if number < len(_ONES):
        return _ONES[number]
    return f"{_TENS[tens]}_{_ONES[ones]}" if ones else _TENS[tens]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an account. Number 0 is the account of the emulator's user."""

    number: int
    username: str
    is_private: bool = False

    @property
    def id(self) -> str:
        return hex_id("user", self.number)


@dataclass(frozen=True, slots=True)
class Instructor:
    number: int
    first_name: str
    disciplines: tuple[str, ...]
    is_group: bool = False

    @property
    def id(self) -> str:
        return hex_id("instructor", self.number)


@dataclass(frozen=True, slots=True)
class Ride:
    """A class of any discipline; the API calls all of them rides.

    Attributes:
        instructor: None for scenic content, which nobody leads.
        aired: unix seconds of the first airing, None when it never aired.
    """

    number: int
    discipline: Discipline
    minutes: int
    instructor: Instructor | None
    aired: int | None

    @property
    def id(self) -> str:
        return hex_id("ride", self.number)

    @property
    def title(self) -> str:
        return f"{self.minutes} min Example {self.discipline.name} {self.number}"


@dataclass(frozen=True, slots=True)
class Session:
    """One airing of a class, live or on demand; the API calls it a peloton."""

    number: int
    ride: Ride
    start: int
    status: str = "PRE_START"
    is_live: bool = True
    is_studio: bool = True

    @property
    def id(self) -> str:
        return hex_id("peloton", self.number)


@dataclass(frozen=True, slots=True)
class Workout:
    """What a member did.

    Attributes:
        ride: None without a class; the API then shows the class id of 32 zeros.
        kind: class, freestyle, scenic or imported.
        start, created: unix seconds. A late upload is created long after its start.
    """

    number: int
    user_id: str
    ride: Ride | None
    discipline: Discipline
    start: int
    seconds: int
    created: int
    kind: str = "class"
    in_progress: bool = False
    zone: str = "America/New_York"
    has_heart_rate: bool = True

    @property
    def id(self) -> str:
        return hex_id("workout", self.number)

    @property
    def end(self) -> int | None:
        return None if self.in_progress else self.start + self.seconds


def _members() -> list[Member]:
    others = [Member(number, f"rider_{number_word(number)}", number % 7 == 0) for number in range(1, 41)]
    return [Member(0, USERNAME), *others]


def _instructors() -> list[Instructor]:
    names = "Ada Grace Alan Edsger Barbara Donald Frances Kenneth Radia Dennis Hedy Niklaus".split()
    slugs = list(DISCIPLINES)
    coaches = [
        Instructor(number, name, (slugs[number % len(slugs)], slugs[(number + 4) % len(slugs)]))
        for number, name in enumerate(names, start=1)
    ]
    return [*coaches, Instructor(len(names) + 1, "Ada and Grace", ("cycling",), is_group=True)]


MEMBERS = _members()
INSTRUCTORS = _instructors()

_RIDE_PATTERN = "cycling strength yoga cycling strength running meditation cycling strength".split()
_RARE = "stretching walking cardio circuit bike_bootcamp beyond_the_ride caesar caesar_bootcamp".split()
_MINUTES = (45, 20, 30, 30, 10, 45, 10, 60, 30, 15)
SCENIC_RIDE, NEVER_AIRED_RIDE = 78, 77


def _ride(number: int) -> Ride:
    block, place = divmod(number - 1, len(_MINUTES))
    slug = _RIDE_PATTERN[place] if place < len(_RIDE_PATTERN) else _RARE[block % len(_RARE)]
    instructor = None if number == SCENIC_RIDE else INSTRUCTORS[number % len(INSTRUCTORS)]
    aired = None if number == NEVER_AIRED_RIDE else NOW - 120 * DAY - number * 7 * HOUR
    return Ride(number, DISCIPLINES[slug], _MINUTES[place], instructor, aired)


RIDES = [_ride(number) for number in range(1, 81)]


def _sessions() -> list[Session]:
    """The timetable: two days back, five ahead, and three sessions in November 2020.

    The latter never aired: they keep the fixed window of the reference collection's live request from being empty.
    """
    nearby = [NOW + (number - 8) * 6 * HOUR for number in range(1, 29)]
    sessions = []
    for number, start in enumerate([*nearby, 1604300400, 1604386800, 1604473200], start=1):
        over = NOW - 3 * DAY < start < NOW
        sessions.append(
            Session(
                number,
                RIDES[(number * 3) % len(RIDES)],
                start,
                "COMPLETE" if over else "PRE_START",
                is_live=number % 4 != 0,
                is_studio=number % 5 != 0,
            )
        )
    return sessions


SESSIONS = _sessions()


def session_of_workout(workout: Workout) -> Session | None:
    """The on-demand session a workout joined; None without a class."""
    if workout.ride is None:
        return None
    status = "PRE_START" if workout.in_progress else "COMPLETE"
    return Session(256 + workout.number, workout.ride, workout.start, status, is_live=workout.number % 9 == 0)


_OWN_PATTERN = "cycling strength cycling running cycling meditation cycling yoga walking".split()
_OWN_TOTAL = 45
_FREE_PLACE, _LATE, _IMPORTED, _SCENIC = 4, 12, 20, 30


def _class_of(slug: str, turn: int) -> Ride:
    fitting = [ride for ride in RIDES if ride.discipline.slug == slug and ride.instructor]
    return fitting[turn % len(fitting)]


def _own_workout(number: int) -> Workout:
    place = number % len(_OWN_PATTERN)
    discipline = DISCIPLINES[_OWN_PATTERN[place]]
    kind = {_IMPORTED: "imported", _SCENIC: "scenic"}.get(number, "freestyle" if place == _FREE_PLACE else "class")
    ride = _class_of(discipline.slug, number // len(_OWN_PATTERN)) if kind == "class" else None
    newest = number == _OWN_TOTAL
    start = NOW - 10 * 60 if newest else NOW - (_OWN_TOTAL - number) * 32 * HOUR - 6 * HOUR
    return Workout(
        number,
        USER_ID,
        ride,
        discipline,
        start,
        seconds=ride.minutes * 60 if ride else 1500,
        created=start + (3 * DAY if number == _LATE else 0),
        kind=kind,
        in_progress=newest,
        zone=("America/New_York", "Etc/GMT+5", "Europe/Berlin")[number % 3],
        has_heart_rate=number % 4 != 1,
    )


def _workouts_of(member: Member) -> list[Workout]:
    """Three workouts each, none for the last member; the first 24 members all took the first class."""
    if member == MEMBERS[-1]:
        return []
    rides = [RIDES[0] if member.number <= 24 else RIDES[1], *(RIDES[member.number + step] for step in (2, 9))]
    workouts = []
    for turn, ride in enumerate(rides):
        number = 256 + member.number * 4 + turn
        start = NOW - (turn + 1) * 5 * DAY - member.number * HOUR
        workouts.append(Workout(number, member.id, ride, ride.discipline, start, ride.minutes * 60, start))
    return workouts


def workouts() -> list[Workout]:
    """Everybody's workouts, in no particular order."""
    own = [_own_workout(number) for number in range(1, _OWN_TOTAL + 1)]
    return own + [workout for member in MEMBERS[1:] for workout in _workouts_of(member)]

"""What a workout measured, and the units an account sees it in."""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulator.world import Workout

KM_PER_MILE = 1.609344
METRES_PER_FOOT = 0.3048


@dataclass(frozen=True, slots=True)
class Effort:
    """Averages and totals in miles, mph, watts, joules, kcal, percent, rpm and bpm; None where nothing measured."""

    watts: int | None
    joules: float
    cadence: int | None
    resistance: int | None
    incline: float | None
    mph: float | None
    miles: float | None
    calories: int
    heart_rate: int | None


def effort(workout: Workout) -> Effort:
    """Derived from the workout's number. Nothing has power except bike and tread; imported work has none."""
    measured = workout.discipline.has_power and workout.kind != "imported"
    pedaling = measured and workout.discipline.is_pedaling
    watts = 120 + workout.number % 40 if measured else None
    mph = (16.5 if pedaling else 6.25) + workout.number % 7 / 4 if measured else None
    return Effort(
        watts=watts,
        joules=float((watts or 0) * workout.seconds),
        cadence=78 + workout.number % 10 if pedaling else None,
        resistance=38 + workout.number % 8 if pedaling else None,
        incline=1.5 if measured and not pedaling else None,
        mph=mph,
        miles=round(mph * workout.seconds / 3600, 2) if mph else None,
        calories=workout.seconds // 60 * 8,
        heart_rate=125 + workout.number % 20 if workout.has_heart_rate else None,
    )


def zone_seconds(workout: Workout) -> dict[str, int] | None:
    """Seconds in each of five heart-rate zones, None without heart rate; they add up to the workout's length."""
    if not workout.has_heart_rate:
        return None
    shares = (1, 2, 4, 2, 1)
    return {f"heart_rate_z{zone}_duration": workout.seconds * share // 10 for zone, share in enumerate(shares, start=1)}


@dataclass(frozen=True, slots=True)
class Units:
    """The display units of an account: `imperial` or `metric`."""

    system: str

    @property
    def is_metric(self) -> bool:
        return self.system == "metric"

    @property
    def distance(self) -> str:
        return "km" if self.is_metric else "mi"

    @property
    def speed(self) -> str:
        return "kph" if self.is_metric else "mph"

    @property
    def pace(self) -> str:
        return f"min/{self.distance}"

    @property
    def height(self) -> str:
        return "m" if self.is_metric else "ft"

    def from_miles(self, miles: float) -> float:
        """A distance in miles, or a speed in mph, in display units."""
        return round(miles * KM_PER_MILE if self.is_metric else miles, 2)

    def pace_of(self, mph: float) -> float:
        """Minutes per mile or kilometre."""
        return round(60 / (mph * KM_PER_MILE if self.is_metric else mph), 2)

    def from_feet(self, feet: float) -> float:
        return round(feet * METRES_PER_FOOT if self.is_metric else feet, 2)

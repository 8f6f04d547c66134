"""How many people keep the promise, hour by hour of a day to come, from the eight weeks before it. Reads only.

The promise is the strictest one of the numbers looked at, and the share of it that is to be kept is 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median, median_low
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.desk.ask_hours import openings
from smsdesk.desk.expect import expected_waits, waited
from smsdesk.desk.keep_count import counted_today
from smsdesk.desk.measure_handling import Handled, handled
from smsdesk.desk.work_together import Scope, available, scheduled
from smsdesk.rules.forecast import Forecast
from smsdesk.rules.staffing import Need, Work, people_needed, quantiles, share_at_best, share_kept

SHARE = 0.95
FEWEST_ANSWERS = 20  # below, a percentile of handling times is chance
HOUR = timedelta(hours=1)
QUIET = 0.05  # texts an hour: at the ends of a day, an hour that brings fewer is not drawn


@dataclass(frozen=True)
class Measured:
    """How answering went: `n` answers, how long each was in a person's hands, and how many they had there at once."""

    n: int
    handling: tuple[timedelta, ...]
    at_once: int

    @property
    def median(self) -> timedelta:
        return timedelta(seconds=median(length.total_seconds() for length in self.handling))

    @property
    def is_enough(self) -> bool:
        return self.n >= FEWEST_ANSWERS


@dataclass(frozen=True)
class HourPlan:
    """One hour: what it is expected to bring, who is needed for it, and what `people` keep of the promise."""

    starts_at: datetime
    expected: float
    last: int  # what it brought on the latest day that the forecast stands on
    need: Need
    people: int
    kept: float


@dataclass(frozen=True)
class Plan:
    """One day. Without hours where the past is too short to say anything, or nothing is to be expected."""

    scope: Scope
    day: date
    is_closed: bool
    target: timedelta
    share: float
    forecast: Forecast
    measured: Measured
    available: int  # people of the team who are available this moment
    goes_by_shifts: bool  # `people` of each hour are those on shift then
    hours: tuple[HourPlan, ...]

    def kept_with(self, people: int) -> tuple[float, float]:
        """Of the whole day's promises, and in the hour that needs most people."""
        most = self.most_needed
        kept = {hour: share_kept(people, _work(hour.expected, self.measured), self.target) for hour in self.hours}
        return _whole(kept), kept[most] if most else 1.0

    @property
    def kept(self) -> float | None:
        """Of the whole day's promises."""
        return _whole({hour: hour.kept for hour in self.hours}) if self.hours else None

    @property
    def at_best(self) -> float:
        """The share that would be kept if nobody ever had to wait for a person."""
        return share_at_best(_work(1, self.measured), self.target)

    @property
    def most_needed(self) -> HourPlan | None:
        """The hour that needs most people, of several the busiest."""
        return max(self.hours, key=lambda hour: (hour.need.people, hour.expected), default=None)


def plan(session: Session, scope: Scope, day: date, now: datetime, people: int | None = None) -> Plan:
    """That day, today or one of the six after it, with so many people. Without a number: by shifts, or those available now."""
    expected = expected_waits(session, scope.numbers, scope.zone, day, now)
    measured, here = _measured(session, scope, now), available(session, scope.team_id)
    shifts = scheduled(session, scope.team_id, now) if people is None else None
    hours: tuple[HourPlan, ...] = ()
    if measured.is_enough and expected.expected:
        starts = [_starts(day, hour, scope.zone) for hour in range(len(expected.expected))]
        there = [shifts.at(at + HOUR / 2) if shifts else here if people is None else people for at in starts]
        hours = _hours(session, scope, expected, measured, starts, there, now)
    return Plan(
        scope=scope,
        day=day,
        is_closed=openings(session, scope.numbers, now).is_closed_on(day, scope.zone),
        target=scope.target,
        share=SHARE,
        forecast=expected,
        measured=measured,
        available=here,
        goes_by_shifts=shifts is not None,
        hours=hours,
    )


def hours_needed(session: Session, scope: Scope, day: date, now: datetime) -> list[tuple[datetime, Need]]:
    """Who is needed in each hour of that day, by when it starts; empty where the past is too short to say."""
    expected, measured = expected_waits(session, scope.numbers, scope.zone, day, now), _measured(session, scope, now)
    if not measured.is_enough:
        return []
    needs = _needs(session, expected, measured, scope.target, now)
    return [(_starts(day, hour, scope.zone), need) for hour, need in enumerate(needs)]


def _needs(
    session: Session, expected: Forecast, measured: Measured, target: timedelta, now: datetime
) -> Sequence[Need]:
    return counted_today(session, now).once(
        ("needs", expected, measured, target),
        lambda: [people_needed(_work(count, measured), target, SHARE) for count in expected.expected],
    )


def _measured(session: Session, scope: Scope, now: datetime) -> Measured:
    """Of these numbers; where they have too few answers, of the whole team."""
    counted, ids = counted_today(session, now), frozenset(number.id for number in scope.numbers)

    def sum_up() -> Measured:
        waits = counted.once("handled", lambda: handled(session, now))
        own = [wait for wait in waits if wait.number_id in ids]
        return _summed_up(own if len(own) >= FEWEST_ANSWERS else [w for w in waits if w.team_id == scope.team_id])

    return counted.once(("measured", scope.team_id, ids), sum_up)


def _summed_up(waits: Sequence[Handled]) -> Measured:
    at_once = median_low(wait.at_once for wait in waits) if waits else 1
    return Measured(len(waits), quantiles([wait.took for wait in waits]), at_once)


def _work(expected: float, measured: Measured) -> Work:
    return Work(expected, measured.handling, measured.at_once)


def _hours(
    session: Session,
    scope: Scope,
    expected: Forecast,
    measured: Measured,
    starts: Sequence[datetime],
    there: Sequence[int],
    now: datetime,
) -> tuple[HourPlan, ...]:
    """From the first hour that brings anything to the last."""
    last = waited(session, scope.numbers, scope.zone, expected.used[:1], now)[expected.used[0]]
    needs = _needs(session, expected, measured, scope.target, now)
    busy = [hour for hour, count in enumerate(expected.expected) if count >= QUIET]
    return tuple(
        HourPlan(
            starts_at=starts[hour],
            expected=expected.expected[hour],
            last=round(last[hour]),
            need=needs[hour],
            people=there[hour],
            kept=share_kept(there[hour], _work(expected.expected[hour], measured), scope.target),
        )
        for hour in (range(busy[0], busy[-1] + 1) if busy else ())
    )


def _starts(day: date, hour: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def _whole(kept: Mapping[HourPlan, float]) -> float:
    return sum(hour.expected * share for hour, share in kept.items()) / sum(hour.expected for hour in kept)

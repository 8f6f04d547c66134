"""The days that a report is about, and the days before that it is held against; a day is a day where the number is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY, WEEK, HOUR = timedelta(days=1), timedelta(days=7), timedelta(hours=1)
LONGEST = 400  # days
FIRST, LAST = date(2000, 1, 1), date(2200, 1, 1)

Stretch = tuple[datetime, datetime]  # from … until just before


class Days(StrEnum):
    """Which days are asked for."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    SEVEN = "7d"
    TWENTY_EIGHT = "28d"
    MONTH = "month"
    OWN = "own"


class NotAPeriod(ValueError):
    """Dates that make no period; the sentence says how to mend them."""


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included, or to `until` on the way."""

    first: date
    last: date
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise NotAPeriod("The last day lies before the first: swap them.")
        if not FIRST <= self.first <= self.last <= LAST:
            raise NotAPeriod("Choose days from 2000 on.")
        if self.last - self.first >= LONGEST * DAY:
            raise NotAPeriod(f"Choose {LONGEST} days at most.")

    @property
    def days(self) -> list[date]:
        return [self.first + DAY * step for step in range((self.last - self.first).days + 1)]

    def stretch(self, zone: str) -> Stretch:
        """The period as moments in UTC, where clocks show that zone."""
        return self.cut(day_begins(self.first, zone), day_begins(self.last + DAY, zone))

    def day(self, day: date, zone: str) -> Stretch:
        return self.cut(day_begins(day, zone), day_begins(day + DAY, zone))

    def slots(self, weekday: int, hour: int, zone: str) -> Iterator[Stretch]:
        """That hour of the week, on each such day; twice where clocks go back over it, never where they jump over it."""
        for day in self.days:
            if day.weekday() == weekday:
                begins, ends = self.day(day, zone)
                for at in hours(begins, ends, zone):
                    if at.astimezone(ZoneInfo(zone)).hour == hour:
                        yield at, min(ends, _next_hour(at, zone))

    def cut(self, since: datetime, until: datetime) -> Stretch:
        return since, max(since, until if self.until is None else min(until, self.until))


def period(days: Days, today: date, own: tuple[date, date] | None = None) -> Period:
    """Raises NotAPeriod."""
    match days:
        case Days.TODAY:
            return Period(today, today)
        case Days.YESTERDAY:
            return Period(today - DAY, today - DAY)
        case Days.SEVEN:
            return Period(today - 6 * DAY, today)
        case Days.TWENTY_EIGHT:
            return Period(today - 27 * DAY, today)
        case Days.MONTH:
            return Period(today.replace(day=1), today)
        case Days.OWN:
            if own is None:
                raise NotAPeriod("Write both days, as in 2026-01-31.")
            return Period(*own)


def before(asked: Period, days: Days, now: datetime, zone: str) -> Period:
    """What it is held against: the same weekdays before, and no more of them than have passed of a period that goes on."""
    if days is Days.MONTH:
        first = (asked.first - DAY).replace(day=1)
        last = min(first + (asked.last - asked.first), asked.first - DAY)
    else:
        length = asked.last - asked.first + DAY
        back = WEEK * max(1, -(-length // WEEK))
        first, last = asked.first - back, asked.last - back
    if asked.stretch(zone)[1] <= now:
        return Period(first, last)
    # As far into that day as we are into this one, by the clock on the wall
    there = now.astimezone(ZoneInfo(zone))
    until = datetime.combine(last, there.time(), ZoneInfo(zone)).astimezone(UTC)
    return Period(first, last, until)


def day_begins(day: date, zone: str) -> datetime:
    """In UTC; where clocks skip midnight, the first moment of the day."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def hour_of(moment: datetime) -> datetime:
    """The hour in UTC that it lies in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def piece_of(moment: datetime, zone: str) -> datetime:
    """Where its hour on the wall begins, or the hour in UTC if that began later: no piece lies in two hours of either."""
    there = moment.astimezone(ZoneInfo(zone))
    begins = moment - timedelta(minutes=there.minute, seconds=there.second, microseconds=there.microsecond)
    return max(hour_of(moment), begins.astimezone(UTC))


def hours(since: datetime, until: datetime, zone: str) -> Iterator[datetime]:
    """Every hour on the wall that begins in a stretch, which begins with one itself."""
    at = since
    while at < until:
        yield at
        at = _next_hour(at, zone)


def _next_hour(at: datetime, zone: str) -> datetime:
    there = at.astimezone(ZoneInfo(zone))
    return at + HOUR - timedelta(minutes=there.minute, seconds=there.second)


def parted(stretches: Iterable[Stretch], holes: Sequence[Stretch]) -> tuple[list[Stretch], list[Stretch]]:
    """Of these stretches, what lies outside the holes, and what lies in them. Holes are in order and apart."""
    outside, inside = list[Stretch](), list[Stretch]()
    for since, until in stretches:
        at = since
        for begins, ends in holes:
            if ends <= at or begins >= until:
                continue
            if begins > at:
                outside.append((at, begins))
            inside.append((max(at, begins), min(until, ends)))
            at = min(until, ends)
        if at < until:
            outside.append((at, until))
    return outside, inside


def joined(starts: Iterable[datetime]) -> list[Stretch]:
    """Hours, given by their starts in order, as few stretches as they make."""
    runs: list[Stretch] = []
    for at in starts:
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + HOUR)
        else:
            runs.append((at, at + HOUR))
    return runs

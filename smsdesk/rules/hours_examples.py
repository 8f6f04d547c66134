"""Moments at which opening hours are worth a look: before the weekend, around a holiday, on the night of a clock change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsdesk.rules.opening_hours import Hours, NeverOpen, due_at, is_open, next_change, next_open
from smsdesk.rules.time_zones import next_clock_change

BEFORE = timedelta(minutes=5)  # a text comes in shortly before closing
WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
LONG_CLOSURE = timedelta(hours=30)  # longer than any usual night


@dataclass(frozen=True)
class Example:
    """A text that comes at `start` is answered in time until `due`. `why` says what is special about it."""

    why: str
    start: datetime
    due: datetime


def examples(
    hours: Hours, target: timedelta, now: datetime, special_days: Sequence[tuple[date, str]] = ()
) -> tuple[Example, ...]:
    """At most four, none twice. `special_days` are named dates, in order, on which something else holds."""
    starts = [
        *_labelled("Shortly before closing", _closings(hours, now, now + WEEK)),
        *_labelled("Over the longest break of the week", _longest_break(hours, now)),
        *_around_the_next(special_days, hours, now),
        *_on_the_night_of_a_change(hours, target, now),
    ]
    told: dict[datetime, Example] = {}
    for why, start in starts:
        try:
            told.setdefault(start, Example(why, start, due_at(hours, start, target)))
        except NeverOpen:
            continue
    return tuple(told.values())


def telling_moment(hours: Hours, now: datetime) -> datetime:
    """A moment to begin with: shortly before the longest break of the coming week, or now where there is none."""
    return next(_longest_break(hours, now), now)


def _labelled(why: str, moments: Iterator[datetime]) -> list[tuple[str, datetime]]:
    """The first of them."""
    first = next(moments, None)
    return [] if first is None else [(why, first)]


def _closings(hours: Hours, since: datetime, until: datetime) -> Iterator[datetime]:
    """Shortly before each closing between the two."""
    at = since
    while (change := next_change(hours, at)) is not None and change <= until:
        if is_open(hours, at) and change - BEFORE >= since:
            yield change - BEFORE
        at = change


def _longest_break(hours: Hours, now: datetime) -> Iterator[datetime]:
    def closed_for(start: datetime) -> timedelta:
        closing = start + BEFORE
        try:
            return next_open(hours, closing + timedelta(microseconds=1)) - closing
        except NeverOpen:
            return timedelta(0)

    longest = max(_closings(hours, now, now + WEEK), key=closed_for, default=None)
    if longest is not None and closed_for(longest) >= LONG_CLOSURE:
        yield longest


def _around_the_next(days: Sequence[tuple[date, str]], hours: Hours, now: datetime) -> list[tuple[str, datetime]]:
    """The last closing before the first of those dates that would have been a working day, or on it if it is a short one."""
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    for day, name in days:
        spans = hours.spans_on(day)
        if day <= today or spans == hours.week[day.weekday()]:
            continue
        begin = datetime.combine(day, time.min, zone).astimezone(UTC)
        since, until = (
            (begin, begin + timedelta(days=2)) if spans else (max(now, begin - WEEK), begin + timedelta(days=1))
        )
        return _labelled(f"Around {name}", iter(list(_closings(hours, since, until))[: 1 if spans else None][-1:]))
    return []


def _on_the_night_of_a_change(hours: Hours, target: timedelta, now: datetime) -> list[tuple[str, datetime]]:
    change = next_clock_change(hours.zone, now)
    if change is None:
        return []
    at, forward = change
    why = f"When clocks go {'forward' if forward > timedelta(0) else 'back'}"
    across = at - max(target // 2 // MINUTE, 1) * MINUTE
    if across > now and is_open(hours, across) and is_open(hours, at):
        return [(why, across)]
    return _labelled(why, iter(list(_closings(hours, max(now, at - WEEK), at))[-1:]))

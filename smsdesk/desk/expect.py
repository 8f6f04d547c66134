"""What a day is expected to bring, from the same day of the week in the eight weeks before it. Reads only.

What comes in while a number is closed is work for the moment at which it opens, and is counted there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.desk.ask_hours import Openings, openings
from smsdesk.desk.count_arrivals import Counts, texts_in, waits_begun
from smsdesk.desk.keep_count import counted_today
from smsdesk.models.number import Number
from smsdesk.rules.days import day_of
from smsdesk.rules.forecast import WEEK, WEEKS, Forecast, forecast, smoothed

A_DAY = timedelta(days=1)
LONGEST_CLOSURE = 4  # days: what came before a longer one is not counted at its end
HOURS, QUARTERS = 24, 96


def expected_waits(session: Session, numbers: Sequence[Number], zone: str, day: date, now: datetime) -> Forecast:
    """The texts that somebody waits after, by hour of that day, when they can be answered."""
    counted, opening = counted_today(session, now), openings(session, numbers, now)

    def work_out() -> Forecast:
        history = waited(session, numbers, zone, _weeks_before(day), now)
        return forecast(day, history, first_whole_day(numbers, zone), _closed(opening, zone, day))

    return counted.once(("waits", opening, zone, day), work_out)


def waited(
    session: Session, numbers: Sequence[Number], zone: str, days: Collection[date], now: datetime
) -> dict[date, list[float]]:
    """How many began to wait in each hour of these days, all of them over; by when they could be answered."""
    opening = openings(session, numbers, now)
    back = range(LONGEST_CLOSURE + 1 if opening.any_closes else 1)
    read = waits_begun(session, counted_today(session, now), zone, {day - A_DAY * one for day in days for one in back})
    hours = {day: [0.0] * HOURS for day in days}
    there = ZoneInfo(zone)
    for number_id, quarter, count in _all(read, numbers):
        at = opening.worked_at(number_id, quarter).astimezone(there)
        if at.date() in hours:
            hours[at.date()][at.hour] += count
    return hours


def expected_texts(session: Session, numbers: Sequence[Number], zone: str, day: date, now: datetime) -> Forecast:
    """All texts in, by quarter hour of that day, as they come."""
    opening = openings(session, numbers, now)

    def work_out() -> Forecast:
        read = texts_in(session, counted_today(session, now), zone, _weeks_before(day))
        history = {before: [0.0] * QUARTERS for before in read}
        there = ZoneInfo(zone)
        for _, quarter, count in _all(read, numbers):
            at = quarter.astimezone(there)
            history[at.date()][at.hour * 4 + at.minute // 15] += count
        slots = {before: smoothed(quarters) for before, quarters in history.items()}
        return forecast(day, slots, first_whole_day(numbers, zone), _closed(opening, zone, day), slots=QUARTERS)

    return counted_today(session, now).once(("texts", opening, zone, day), work_out)


def first_whole_day(numbers: Iterable[Number], zone: str) -> date | None:
    """The day after the first of these numbers was set up."""
    first = min((number.created_at for number in numbers), default=None)
    return None if first is None else day_of(first, zone) + A_DAY


def _weeks_before(day: date) -> list[date]:
    return [day - WEEK * back for back in range(1, WEEKS + 1)]


def _closed(opening: Openings, zone: str, day: date) -> set[date]:
    return {before for before in _weeks_before(day) if opening.is_closed_on(before, zone)}


def _all(read: Mapping[date, Counts], numbers: Iterable[Number]) -> Iterable[tuple[UUID, datetime, int]]:
    ids = [number.id for number in numbers]
    for counts in read.values():
        for number_id in ids:
            for quarter, count in counts.get(number_id, {}).items():
                yield number_id, quarter, count

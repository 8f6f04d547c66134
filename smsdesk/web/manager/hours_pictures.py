"""What the pages of opening hours show, ready to be written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from smsdesk.desk.keep_hours import Plan
from smsdesk.rules.opening_hours import A_DAY, Hours, Span, is_open, next_change
from smsdesk.rules.week_in_words import DAYS, SHORT, spans_in_words, week_in_words

COMING = timedelta(days=400)


@dataclass(frozen=True)
class Bar:
    left: int  # minutes after midnight
    width: int
    is_carried: bool  # it began on the evening before


@dataclass(frozen=True)
class DrawnDay:
    name: str
    words: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class DrawnWeek:
    days: tuple[DrawnDay, ...]
    words: str


@dataclass(frozen=True)
class MomentWords:
    """`Friday`, `17:55`, `27 November`."""

    day: str
    time: str
    date: str
    iso: str


@dataclass(frozen=True)
class HolidayRow:
    iso: str
    date: str
    name: str
    is_closed: bool
    falls_on_a_closed_day: bool


def drawn(week: Sequence[Sequence[Span]]) -> DrawnWeek:
    """What is open over midnight is drawn on the day on which it is."""
    days = []
    for day, spans in enumerate(week):
        own = [Bar(span.opens, min(span.closes, A_DAY) - span.opens, False) for span in spans]
        carried = [Bar(0, span.closes - A_DAY, True) for span in week[day - 1] if span.closes > A_DAY]
        days.append(DrawnDay(SHORT[day], f"{DAYS[day]}: {spans_in_words(spans)}", (*carried, *own)))
    return DrawnWeek(tuple(days), week_in_words(week))


def moment_words(at: datetime, zone: str, now: datetime) -> MomentWords:
    there = at.astimezone(ZoneInfo(zone))
    time = f"{there:%H:%M}" + (f":{there:%S}" if there.second else "")
    if there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset():
        time += f" {there:%Z}"  # that night, the clocks show it twice
    year = f" {there.year}" if there.year != now.astimezone(ZoneInfo(zone)).year else ""
    return MomentWords(f"{there:%A}", time, f"{there.day} {there:%B}{year}", at.isoformat())


def state_words(hours: Hours | None, now: datetime) -> tuple[bool, str]:
    """Whether it is open, and until when it stays so: `until 18:00`, `opens Monday 09:00`."""
    if hours is None:
        return True, "around the clock"
    here, change = is_open(hours, now), next_change(hours, now)
    if change is None:
        return here, "around the clock" if here else "for more than a year"
    at, today = moment_words(change, hours.zone, now), moment_words(now, hours.zone, now)
    if at.date == today.date:
        day = ""
    elif (change - now).days < 6:
        day = f"{at.day} "
    else:
        day = f"{at.day} {at.date}, "
    return here, f"{'until' if here else 'opens'} {day}{at.time}"


def coming_holidays(plan: Plan, today: date, now: datetime) -> tuple[HolidayRow, ...]:
    """From today on, by date; two of one day are one row."""
    names: dict[date, list[str]] = {}
    for holiday in plan.all_holidays(now):
        if today <= holiday.day <= today + COMING:
            names.setdefault(holiday.day, []).append(holiday.name)
    return tuple(
        HolidayRow(
            iso=day.isoformat(),
            date=dated(day),
            name=", ".join(names[day]),
            is_closed=day not in plan.worked_holidays,
            falls_on_a_closed_day=not plan.week[day.weekday()],
        )
        for day in sorted(names)
    )


def dated(day: date) -> str:
    """`Fri 25 December 2026`."""
    return f"{day:%a} {day.day} {day:%B} {day.year}"

"""All calendars at a glance, and which numbers are open by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.adapters.holidays import countries, regions
from smsdesk.desk import see, shifts
from smsdesk.desk.keep_hours import Plan, calendars, plan_of
from smsdesk.models.agent import Agent
from smsdesk.models.calendar import Calendar
from smsdesk.models.number import Number
from smsdesk.rules.roles import Action, may
from smsdesk.web.agent.words import called
from smsdesk.web.manager.hours_pictures import DrawnWeek, coming_holidays, dated, drawn, state_words
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.previews import Preview, preview

MOST_NEXT_DAYS = 3


@dataclass(frozen=True)
class CalendarCard:
    id: UUID
    name: str
    week: DrawnWeek
    place: str  # whose holidays: `Germany, Bayern`
    next_days: tuple[str, ...]  # holidays and own days that come
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class NumberHours:
    id: UUID
    label: str
    address: str
    calendar_id: UUID | None
    calendar: str
    zone: str  # as it stands in the field
    is_open: bool
    state: str
    problem: str = ""


@dataclass(frozen=True)
class HoursPicture:
    cards: tuple[CalendarCard, ...]
    numbers: tuple[NumberHours, ...]
    may_change: bool
    saved: str  # what was just done, in words


@dataclass(frozen=True)
class HoursLook:
    card: CalendarCard
    preview: Preview


@dataclass(frozen=True)
class Refused:
    """What was typed for a number or a person, and why it was not taken."""

    id: UUID
    calendar_id: UUID | None
    zone: str
    problem: str


def overview(
    session: Session, me: Agent, now: datetime, *, saved: str = "", anew: int = 0, refused: Refused | None = None
) -> HoursPicture:
    kept, numbers = calendars(session), see.numbers(session, me)
    by_id = {calendar.id: calendar for calendar in kept}
    people = [(agent.name, agent.calendar_id) for agent, _ in shifts.people(session, me)]
    return HoursPicture(
        cards=tuple(_card(calendar, numbers, _shifts(people, calendar), now) for calendar in kept),
        numbers=tuple(_number(number, by_id, refused, now) for number in numbers),
        may_change=may(me.role, Action.MANAGE_PROMISES),
        saved=_saved(saved, by_id, numbers) + _anew(anew),
    )


def look(session: Session, me: Agent, calendar: Calendar, asked: Mapping[str, str], now: datetime) -> HoursLook:
    numbers = see.numbers(session, me)
    zone = usual_zone(numbers, calendar)
    return HoursLook(_card(calendar, numbers, (), now), preview(plan_of(calendar), asked, zone, now))


def usual_zone(numbers: Sequence[Number], calendar: Calendar | None) -> str:
    """Of most numbers that are open by it, else of most numbers."""
    users = [number for number in numbers if calendar is not None and number.calendar_id == calendar.id]
    return zone_of(users or numbers)


def place_words(plan: Plan) -> str:
    if plan.country is None:
        return ""
    country = next((known.name for known in countries() if known.code == plan.country), plan.country)
    region = next((known.name for known in regions(plan.country) if known.code == plan.region), "")
    return f"{country}, {region}" if region else country


def _card(calendar: Calendar, numbers: Sequence[Number], people: Sequence[str], now: datetime) -> CalendarCard:
    plan = plan_of(calendar)
    used_by = [number.label for number in numbers if number.calendar_id == calendar.id]
    return CalendarCard(
        id=calendar.id,
        name=calendar.name,
        week=drawn(plan.week),
        place=place_words(plan),
        next_days=_next_days(plan, zone_of([n for n in numbers if n.calendar_id == calendar.id] or numbers), now),
        used_by=(*used_by, *people),
    )


def _next_days(plan: Plan, zone: str, now: datetime) -> tuple[str, ...]:
    """Those on which something else holds than in the week."""
    today = now.astimezone(ZoneInfo(zone)).date()
    rows = [row for row in coming_holidays(plan, today, now) if row.is_closed and not row.falls_on_a_closed_day]
    named = {row.iso: (row.date, row.name) for row in rows}
    named |= {own.day.isoformat(): (dated(own.day), own.name or "own day") for own in plan.own_days if own.day >= today}
    return tuple(f"{date}: {name}" for _, (date, name) in sorted(named.items())[:MOST_NEXT_DAYS])


def _shifts(people: Sequence[tuple[str, UUID | None]], calendar: Calendar) -> tuple[str, ...]:
    names = sorted(name for name, calendar_id in people if calendar_id == calendar.id)
    return tuple(f"{name}'s shift" for name in names)


def _number(number: Number, by_id: Mapping[UUID, Calendar], refused: Refused | None, now: datetime) -> NumberHours:
    calendar = by_id.get(number.calendar_id) if number.calendar_id else None
    is_open, state = state_words(plan_of(calendar).hours(number.time_zone, now) if calendar else None, now)
    asked = refused if refused and refused.id == number.id else None
    return NumberHours(
        id=number.id,
        label=number.label,
        address=called(None, number.address),
        calendar_id=asked.calendar_id if asked else number.calendar_id,
        calendar=calendar.name if calendar else "Always open",
        zone=asked.zone if asked else number.time_zone,
        is_open=is_open,
        state=state,
        problem=asked.problem if asked else "",
    )


def _saved(saved: str, by_id: Mapping[UUID, Calendar], numbers: Sequence[Number]) -> str:
    if saved == "removed":
        return "Thrown away."
    number = next((number for number in numbers if str(number.id) == saved), None)
    if number is not None:
        calendar = by_id.get(number.calendar_id) if number.calendar_id else None
        return f"Changed: {number.label} is open by {f'“{calendar.name}”' if calendar else 'no hours, so always'}, {number.time_zone}."
    calendar = next((calendar for key, calendar in by_id.items() if str(key) == saved), None)
    if calendar is None:
        return ""
    used = any(number.calendar_id == calendar.id for number in numbers)
    then = " Clocks that run are set anew." if used else " No number goes by it yet; choose it for one below."
    return f"Saved: “{calendar.name}”.{then}"


def _anew(clocks: int) -> str:
    return "" if clocks < 1 else f" {clocks} running {'clock was' if clocks == 1 else 'clocks were'} set anew."

"""Who is on shift, now and over the day, and which hours each person works by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.desk import see, shifts
from smsdesk.desk.keep_hours import calendars, hours_of
from smsdesk.models.agent import Agent
from smsdesk.rules.opening_hours import A_DAY, Hours, is_open, next_change
from smsdesk.rules.roles import Action, may
from smsdesk.web.manager.hours_overviews import Refused
from smsdesk.web.manager.hours_pictures import Bar, state_words
from smsdesk.web.manager.overviews import zone_of


@dataclass(frozen=True)
class CalendarChoice:
    id: UUID
    name: str


@dataclass(frozen=True)
class PersonShift:
    id: UUID
    name: str
    calendar_id: UUID | None
    calendar: str
    zone: str  # as it stands in the field
    is_on: bool
    state: str
    bars: tuple[Bar, ...]  # of today, on the clock that the page goes by
    problem: str = ""


@dataclass(frozen=True)
class ShiftsPicture:
    people: tuple[PersonShift, ...]
    choices: tuple[CalendarChoice, ...]
    on_now: int
    day: str
    zone: str
    now_at: int  # minutes since that midnight
    may_change: bool
    saved: str


def shift_overview(
    session: Session, me: Agent, now: datetime, *, saved: str = "", refused: Refused | None = None
) -> ShiftsPicture:
    zone = zone_of(see.numbers(session, me))
    people = tuple(
        _person(agent, calendar.name if calendar else "", hours, refused, zone, now)
        for agent, calendar in shifts.people(session, me)
        for hours in [hours_of(session, calendar, agent.time_zone, now) if calendar else None]
    )
    there = now.astimezone(ZoneInfo(zone))
    return ShiftsPicture(
        people=people,
        choices=tuple(CalendarChoice(calendar.id, calendar.name) for calendar in calendars(session)),
        on_now=sum(person.is_on for person in people),
        day=f"{there:%A} {there.day} {there:%B}",
        zone=zone,
        now_at=there.hour * 60 + there.minute,
        may_change=may(me.role, Action.MANAGE_PROMISES),
        saved=next((_saved(person) for person in people if str(person.id) == saved), ""),
    )


def _person(
    agent: Agent, calendar: str, hours: Hours | None, refused: Refused | None, zone: str, now: datetime
) -> PersonShift:
    is_on, state = state_words(hours, now)
    there = "" if hours is None or hours.zone == zone else " there"
    asked = refused if refused and refused.id == agent.id else None
    return PersonShift(
        id=agent.id,
        name=agent.name,
        calendar_id=asked.calendar_id if asked else agent.calendar_id,
        calendar=calendar or "Always on shift",
        zone=asked.zone if asked else agent.time_zone,
        is_on=is_on,
        state="always" if hours is None else state.replace("opens", "on again") + there,
        bars=_today(hours, zone, now),
        problem=asked.problem if asked else "",
    )


def _today(hours: Hours | None, zone: str, now: datetime) -> tuple[Bar, ...]:
    """The stretches of the day of `now` in that zone, in minutes of its clock."""
    if hours is None:
        return (Bar(0, A_DAY, False),)
    there = ZoneInfo(zone)
    begin = datetime.combine(now.astimezone(there).date(), time.min, there)
    end, at, bars = begin + timedelta(days=1), begin, list[Bar]()
    while at < end:
        change = next_change(hours, at)
        until = end if change is None else min(change, end)
        if is_open(hours, at):
            left, right = _minutes(at, begin), _minutes(until, begin)
            bars.append(Bar(left, max(right - left, 0), False))
        at = until
    return tuple(bars)


def _minutes(at: datetime, begin: datetime) -> int:
    there = at.astimezone(begin.tzinfo)
    return (there.date() - begin.date()).days * A_DAY + there.hour * 60 + there.minute


def _saved(person: PersonShift) -> str:
    by = f"works by “{person.calendar}”, {person.zone}" if person.calendar_id else "is always on shift"
    return f"Changed: {person.name} {by}."

"""Keeping calendars: the week that people answer in, holidays and days of their own, and which numbers are open by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk import apply_policies
from smsdesk.desk.open_hours import OwnDay, Plan, hours_of, plan_of
from smsdesk.desk.promise_book import publish
from smsdesk.desk.record import record
from smsdesk.desk.see import NotThere
from smsdesk.models.agent import Agent
from smsdesk.models.calendar import Calendar
from smsdesk.models.number import Number
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.time_zones import parse_zone

__all__ = [
    "BadName",
    "ChangedMeanwhile",
    "NeverOpens",
    "OwnDay",
    "Plan",
    "StillUsed",
    "add",
    "calendar",
    "calendars",
    "change",
    "hours_of",
    "open_by",
    "plan_of",
    "remove",
]

LONGEST_NAME = 60


class BadName(ValueError):
    """A calendar cannot be called that; the message says why."""


class NeverOpens(ValueError):
    """A week in which nobody is ever there promises nothing."""

    def __init__(self) -> None:
        super().__init__("Open it on one day of the week at least: while nobody is there, nothing can be promised.")


class ChangedMeanwhile(Exception):
    """Somebody else saved it since it was looked at."""


class StillUsed(Exception):
    """Numbers or people go by it; the message says which."""


def calendars(session: Session) -> list[Calendar]:
    """By name."""
    return list(session.scalars(select(Calendar).order_by(func.lower(Calendar.name))))


def calendar(session: Session, calendar_id: UUID) -> Calendar:
    """Raises NotThere."""
    found = session.get(Calendar, calendar_id)
    if found is None:
        raise NotThere
    return found


def add(session: Session, plan: Plan, by: Agent, now: datetime) -> Calendar:
    """A new calendar, by which nothing goes yet. Raises BadName, NeverOpens."""
    ensure_sound(session, plan, None)
    added = Calendar(created_at=now)
    _write(added, plan, now)
    session.add(added)
    session.flush()
    record(session, "calendar.added", now, actor_id=by.id, subject_id=added.id)
    return added


def change(session: Session, changed: Calendar, plan: Plan, by: Agent, now: datetime, *, seen: datetime) -> None:
    """What it says from now on. Raises BadName, NeverOpens; ChangedMeanwhile unless it still is as it was `seen`."""
    ensure_sound(session, plan, changed.id)
    session.refresh(changed, with_for_update=True)
    if changed.updated_at != seen:
        raise ChangedMeanwhile
    _write(changed, plan, now)
    publish(session, now)
    record(session, "calendar.changed", now, actor_id=by.id, subject_id=changed.id)


def ensure_sound(session: Session, plan: Plan, calendar_id: UUID | None) -> None:
    """Whether it could be kept under that id. Raises BadName, NeverOpens."""
    if not plan.name:
        raise BadName("Give these hours a name, such as “Shop hours”.")
    if len(plan.name) > LONGEST_NAME:
        raise BadName(f"Make the name shorter: {LONGEST_NAME} letters at most.")
    same = select(Calendar.id).where(func.lower(Calendar.name) == plan.name.lower(), Calendar.id != calendar_id)
    if session.scalar(same.limit(1)):
        raise BadName(f"There are hours called “{plan.name}” already; give these another name.")
    if not any(plan.week):
        raise NeverOpens


def remove(session: Session, removed: Calendar, by: Agent, now: datetime) -> None:
    """Raises StillUsed."""
    users = [f"{label} is open by it" for label in session.scalars(_numbers_by(removed))]
    users += [f"it is the shift of {name}" for name in session.scalars(_people_by(removed))]
    if users:
        raise StillUsed(f"“{removed.name}” is still used: {', and '.join(users)}. Give them other hours first.")
    record(session, "calendar.removed", now, actor_id=by.id, subject_id=removed.id)
    session.delete(removed)


def open_by(session: Session, number: Number, by_calendar: Calendar | None, zone: str, by: Agent, now: datetime) -> int:
    """From now on this number is open by that calendar, or always; its clock is on `zone`. Raises NotAZone.

    Returns how many running reply clocks were set anew.
    """
    number.time_zone = parse_zone(zone)
    number.calendar_id = by_calendar.id if by_calendar else None
    publish(session, now)
    record(
        session,
        "number.hours",
        now,
        team_id=number.team_id,
        actor_id=by.id,
        subject_id=number.id,
        calendar_id=str(number.calendar_id) if by_calendar else None,
        time_zone=number.time_zone,
    )
    changed = apply_policies.rederive_number(session, number.id, now)
    announce(session, "queue", None, team_id=number.team_id)
    return changed


def _write(calendar: Calendar, plan: Plan, now: datetime) -> None:
    calendar.name, calendar.country, calendar.region = plan.name, plan.country, plan.region
    calendar.week = [_pairs(spans) for spans in plan.week]
    calendar.open_holidays = sorted(day.isoformat() for day in plan.worked_holidays)
    calendar.own_days = [
        {"date": own.day.isoformat(), "name": own.name, "spans": _pairs(own.spans)}
        for own in sorted(plan.own_days, key=lambda own: own.day)
    ]
    calendar.updated_at = now


def _numbers_by(calendar: Calendar) -> Any:
    return select(Number.label).where(Number.calendar_id == calendar.id).order_by(Number.label)


def _people_by(calendar: Calendar) -> Any:
    return select(Agent.name).where(Agent.calendar_id == calendar.id).order_by(Agent.name)


def _pairs(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.opens, span.closes] for span in spans]

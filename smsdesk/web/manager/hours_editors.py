"""The editor's picture: what is typed, what it says, and what it makes of a promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.adapters.holidays import Country, Region, countries, regions
from smsdesk.desk import see
from smsdesk.desk.keep_hours import Plan
from smsdesk.models.agent import Agent
from smsdesk.models.calendar import Calendar
from smsdesk.rules.week_in_words import DAYS, over_midnight
from smsdesk.web.manager.hours_forms import MOST_SPANS, Typed, TypedOwnDay, TypedSpan
from smsdesk.web.manager.hours_overviews import usual_zone
from smsdesk.web.manager.hours_pictures import DrawnWeek, HolidayRow, coming_holidays, drawn
from smsdesk.web.manager.previews import Preview, preview


@dataclass(frozen=True)
class EditedDay:
    place: int  # 0 is Monday
    name: str
    spans: tuple[TypedSpan, ...]
    over_midnight: str
    may_add: bool


@dataclass(frozen=True)
class EditorPicture:
    id: UUID | None
    address: str
    title: str
    name: str
    seen: str
    days: tuple[EditedDay, ...]
    country: str
    region: str
    countries: tuple[Country, ...]
    regions: tuple[Region, ...]
    holidays: tuple[HolidayRow, ...]
    worked_before: tuple[str, ...]  # dates that are not listed and stay as they are
    own_days: tuple[TypedOwnDay, ...]
    week: DrawnWeek
    preview: Preview
    zones: tuple[str, ...]  # of the numbers
    problems: Mapping[str, str]


def picture(
    session: Session,
    me: Agent,
    typed: Typed,
    calendar: Calendar | None,
    asked: Mapping[str, str],
    now: datetime,
    seen: str,
) -> EditorPicture:
    plan = typed.read()
    numbers = see.numbers(session, me)
    shown = preview(plan, asked, usual_zone(numbers, calendar), now)
    listed = coming_holidays(plan, now.astimezone(ZoneInfo("UTC")).date(), now)
    return EditorPicture(
        id=calendar.id if calendar else None,
        address=f"/manager/hours/{calendar.id}" if calendar else "/manager/hours",
        title=calendar.name if calendar else "New hours",
        name=typed.name,
        seen=seen,
        days=tuple(_day(place, typed.week[place], plan) for place in range(7)),
        country=typed.country,
        region=plan.region or "",
        countries=countries(),
        regions=regions(plan.country) if plan.country else (),
        holidays=listed,
        worked_before=_not_listed(plan, listed, now),
        own_days=tuple(typed.own_days),
        week=drawn(plan.week),
        preview=shown,
        zones=tuple(sorted({number.time_zone for number in numbers} | {shown.zone})),
        problems=typed.problems,
    )


def _day(place: int, spans: list[TypedSpan], plan: Plan) -> EditedDay:
    return EditedDay(
        place=place,
        name=DAYS[place],
        spans=tuple(spans),
        over_midnight=over_midnight(place, plan.week[place]),
        may_add=len(spans) < MOST_SPANS,
    )


def _not_listed(plan: Plan, listed: tuple[HolidayRow, ...], now: datetime) -> tuple[str, ...]:
    """Other holidays of that country that are worked; those of another country are forgotten."""
    rows, known = {row.iso for row in listed}, {holiday.day for holiday in plan.all_holidays(now)}
    return tuple(sorted(day.isoformat() for day in plan.worked_holidays & known if day.isoformat() not in rows))

"""When people answer: what a calendar says, with the holidays of its country. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.adapters.holidays import Holiday, NoSuchCountry, holidays
from smsdesk.models.calendar import Calendar
from smsdesk.rules.opening_hours import Hours, Span

YEARS = range(-1, 3)  # whose holidays are told: last year's until the one after next


@dataclass(frozen=True)
class OwnDay:
    """A date on which something else holds than the week and the holidays; no spans: closed."""

    day: date
    name: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a calendar says, wherever it will hold."""

    name: str
    week: tuple[tuple[Span, ...], ...]
    country: str | None = None
    region: str | None = None
    worked_holidays: frozenset[date] = frozenset()
    own_days: tuple[OwnDay, ...] = ()

    def hours(self, zone: str, now: datetime) -> Hours:
        """With the holidays of the years around `now`; own days go before them."""
        days: dict[date, tuple[Span, ...]] = {holiday.day: () for holiday in self.closed_holidays(now)}
        days |= {own.day: own.spans for own in self.own_days}
        return Hours(zone, self.week, tuple(days.items()))

    def closed_holidays(self, now: datetime) -> list[Holiday]:
        return [holiday for holiday in self.all_holidays(now) if holiday.day not in self.worked_holidays]

    def all_holidays(self, now: datetime) -> list[Holiday]:
        """Of last year until the one after next. None where the country is no longer known."""
        if self.country is None:
            return []
        try:
            return [found for year in YEARS for found in holidays(self.country, self.region, now.year + year)]
        except NoSuchCountry:
            return []


def hours_of(session: Session, calendar: Calendar | UUID, zone: str, now: datetime) -> Hours:
    """When people answer by this calendar in that zone."""
    found = calendar if isinstance(calendar, Calendar) else session.get_one(Calendar, calendar)
    return plan_of(found).hours(zone, now)


def plan_of(calendar: Calendar) -> Plan:
    return Plan(
        name=calendar.name,
        week=tuple(_spans(day) for day in calendar.week),
        country=calendar.country,
        region=calendar.region,
        worked_holidays=frozenset(map(date.fromisoformat, calendar.open_holidays)),
        own_days=tuple(
            OwnDay(date.fromisoformat(own["date"]), own["name"], _spans(own["spans"])) for own in calendar.own_days
        ),
    )


def _spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(opens, closes) for opens, closes in pairs)

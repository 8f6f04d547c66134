"""When numbers are open, several at a time. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.desk.count_arrivals import began
from smsdesk.desk.open_hours import hours_of
from smsdesk.models.number import Number
from smsdesk.rules.opening_hours import Hours, NeverOpen, elapsed, next_open

A_DAY, A_MOMENT = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Openings:
    """When each of some numbers is open; None: always."""

    hours: tuple[tuple[UUID, Hours | None], ...]

    @property
    def any_closes(self) -> bool:
        return any(hours for _, hours in self.hours)

    def is_closed_on(self, day: date, zone: str) -> bool:
        """None of them opens on that day, or is still open from the day before."""
        return not any(_opens(hours, began(day, zone), began(day + A_DAY, zone)) for _, hours in self.hours)

    def open_time(self, number_id: UUID, since: datetime, until: datetime) -> timedelta:
        """How much of that time it was open."""
        return elapsed(dict(self.hours)[number_id], since, until)

    def worked_at(self, number_id: UUID, at: datetime) -> datetime:
        """`at`, or the opening after it."""
        return _next_open(dict(self.hours)[number_id], at) or at


def openings(session: Session, numbers: Iterable[Number], now: datetime) -> Openings:
    return Openings(
        tuple(
            (
                number.id,
                hours_of(session, number.calendar_id, number.time_zone, now) if number.calendar_id else None,
            )
            for number in numbers
        )
    )


def _opens(hours: Hours | None, begins: datetime, ends: datetime) -> bool:
    # Whoever closes at midnight is not open on the day that begins then, though the moment of closing still counts
    at = _next_open(hours, begins + A_MOMENT)
    return at is not None and at < ends


def _next_open(hours: Hours | None, at: datetime) -> datetime | None:
    try:
        return next_open(hours, at)
    except NeverOpen:
        return None

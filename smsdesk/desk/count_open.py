"""Counting time for a watch: on the wall, or in the open hours of each number where only those count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.keep_hours import hours_of
from smsdesk.models.number import Number
from smsdesk.rules.opening_hours import Hours, elapsed, is_open
from smsdesk.rules.watch_figures import Place


@dataclass(frozen=True)
class Scope:
    """What a watch looks at: one number, one team, or everything."""

    number_id: UUID | None = None
    team_id: UUID | None = None


@dataclass(frozen=True)
class Opening:
    """`hours` of every number; those of the scope say when it is open. Without any, time is that on the wall."""

    hours: Mapping[UUID, Hours | None] = field(default_factory=dict)
    ours: frozenset[Hours | None] = frozenset({None})

    def is_open(self, at: datetime) -> bool:
        """One number of the scope is, at least."""
        return any(is_open(hours, at) for hours in self.ours)

    def seconds(self, place: Place, start: datetime, end: datetime) -> float:
        if place is not None:
            return elapsed(self.hours.get(place), start, end).total_seconds()
        return max(elapsed(hours, start, end).total_seconds() for hours in self.ours)


ALWAYS = Opening()


def opening(session: Session, scope: Scope, now: datetime) -> Opening:
    """The open hours of the numbers in this scope, with the holidays of the years around `now`."""
    numbers = session.execute(select(Number.id, Number.team_id, Number.calendar_id, Number.time_zone)).all()
    hours = {
        number.id: hours_of(session, number.calendar_id, number.time_zone, now) if number.calendar_id else None
        for number in numbers
    }
    ours = {
        hours[number.id]
        for number in numbers
        if scope.number_id in {None, number.id} and scope.team_id in {None, number.team_id}
    }
    return Opening(hours, frozenset(ours or {None}))

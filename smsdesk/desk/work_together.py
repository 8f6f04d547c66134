"""Who works together, so that one more of them helps all: a team, on all of its numbers or on one. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.open_hours import hours_of
from smsdesk.desk.promise_book import Book, book
from smsdesk.desk.see import NotThere, numbers, teams
from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.calendar import Calendar
from smsdesk.models.number import Number
from smsdesk.rules.opening_hours import Hours, is_open
from smsdesk.rules.terms import REPLIES


@dataclass(frozen=True)
class Scope:
    """Who works together: a team on all of its numbers, or on one of them."""

    team_id: UUID
    label: str
    numbers: tuple[Number, ...]
    target: timedelta  # the strictest reply time that one of them promises
    is_whole_team: bool

    @property
    def zone(self) -> str:
        zones = [number.time_zone for number in self.numbers]
        return max(zones, key=zones.count)


@dataclass(frozen=True)
class Shifts:
    """The hours of those of a team who have a shift; whoever has none is not counted."""

    hours: tuple[Hours, ...]

    def at(self, moment: datetime) -> int:
        """How many are on shift then."""
        return sum(is_open(hours, moment) for hours in self.hours)


def scopes(session: Session, me: Agent, now: datetime) -> list[Scope]:
    """The teams that this person may see, by name, and each number of a team that has several."""
    theirs: dict[UUID, list[Number]] = {}
    for number in numbers(session, me):
        theirs.setdefault(number.team_id, []).append(number)
    promises, found = book(session, now), []
    for team in teams(session, me):
        own = theirs.get(team.id, [])
        if own:
            found.append(_scope(promises, team.id, team.name, own, True))
        if len(own) > 1:
            found += [_scope(promises, team.id, number.label, [number], False) for number in own]
    return found


def scope_of(session: Session, me: Agent, number: Number | None, now: datetime) -> list[Scope]:
    """That number alone, or each of their teams."""
    if number is not None:
        return [_scope(book(session, now), number.team_id, number.label, [number], False)]
    return [scope for scope in scopes(session, me, now) if scope.is_whole_team]


def _scope(promises: Book, team_id: UUID, label: str, own: Sequence[Number], is_whole_team: bool) -> Scope:
    said = [
        terms.target
        for number in own
        for kind in REPLIES
        if (terms := promises.terms(kind, promises.plain_facts(number.id))) is not None
    ]
    return Scope(team_id, label, tuple(own), min(said, default=own[0].target), is_whole_team)


def chosen(found: Sequence[Scope], team_id: UUID | None, number_id: UUID | None) -> Scope:
    """The one that was asked for, else the first. Raises NotThere."""
    for scope in found:
        if number_id is not None and [number.id for number in scope.numbers] == [number_id]:
            return scope
        if number_id is None and scope.is_whole_team and team_id in {None, scope.team_id}:
            return scope
    raise NotThere


def available(session: Session, team_id: UUID) -> int:
    here = (
        select(Agent.id)
        .join(Membership, Membership.agent_id == Agent.id)
        .where(
            Membership.team_id == team_id,
            Agent.availability == Availability.AVAILABLE,
            Agent.disabled_at.is_(None),
        )
    )
    return len(session.scalars(here).all())


def scheduled(session: Session, team_id: UUID, now: datetime) -> Shifts | None:
    """Who is on shift when; None where nobody of the team has a shift."""
    rows = session.execute(
        select(Calendar, Agent.time_zone)
        .join(Agent, Agent.calendar_id == Calendar.id)
        .join(Membership, Membership.agent_id == Agent.id)
        .where(Membership.team_id == team_id, Agent.disabled_at.is_(None))
    ).all()
    return Shifts(tuple(hours_of(session, calendar, zone, now) for calendar, zone in rows)) if rows else None

"""Who is on shift: a calendar of their own, on their own clock. Whoever has none is on shift always."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from smsdesk.desk.keep_hours import hours_of
from smsdesk.desk.record import record
from smsdesk.desk.see import in_their_teams
from smsdesk.models.agent import Agent, Membership
from smsdesk.models.calendar import Calendar
from smsdesk.rules.opening_hours import is_open
from smsdesk.rules.time_zones import parse_zone


def off_shift(session: Session, agent_ids: Iterable[UUID], now: datetime) -> set[UUID]:
    """Those of them whose shift it is not."""
    shifts = select(Agent.id, Agent.time_zone, Calendar).join(Calendar, Calendar.id == Agent.calendar_id)
    return {
        agent_id
        for agent_id, zone, calendar in session.execute(shifts.where(Agent.id.in_(list(agent_ids))))
        if not is_open(hours_of(session, calendar, zone, now), now)
    }


def people(session: Session, me: Agent) -> list[tuple[Agent, Calendar | None]]:
    """Those whom this person may see, by name, each with the hours of their shift."""
    everybody = select(Agent, Calendar).outerjoin(Calendar, Calendar.id == Agent.calendar_id)
    theirs = select(Membership.agent_id).where(in_their_teams(me, Membership.team_id))
    seen = Agent.id.in_(theirs) if not me.sees_all_teams else true()
    rows = session.execute(everybody.where(Agent.disabled_at.is_(None), seen).order_by(Agent.name, Agent.id))
    return [(agent, calendar) for agent, calendar in rows]


def on_shift(session: Session, agent: Agent, now: datetime) -> bool:
    return not off_shift(session, [agent.id], now)


def set_shift(session: Session, agent: Agent, calendar: Calendar | None, zone: str, by: Agent, now: datetime) -> None:
    """From now on that is when they work; None: always. Raises NotAZone."""
    agent.time_zone = parse_zone(zone)
    agent.calendar_id = calendar.id if calendar else None
    record(session, "agent.shift", now, actor_id=by.id, subject_id=agent.id, time_zone=agent.time_zone)

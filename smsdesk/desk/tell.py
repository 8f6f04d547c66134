"""An alert is told to whoever it concerns, once: on the screen at once, and by every other way that they chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.fan_out import PlannedAlert, plan
from smsdesk.desk.promise_book import terms_by_id
from smsdesk.models.agent import Agent, Membership
from smsdesk.models.alert import Alert, AlertRecipient
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.watch import Watch
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import Whom, plain

BATCH = 500


@dataclass(frozen=True)
class Told:
    """One alert with those whom it reaches: agent → why; `phones`: whom the ladder says to text as well."""

    alert: Any
    people: dict[UUID, str]
    phones: frozenset[UUID]


def tell_waiting(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Tell alerts that nobody has been told of; returns how many."""
    alerts = session.execute(
        select(
            Alert.id,
            Alert.kind,
            Alert.step,
            Alert.team_id,
            Alert.conversation_id,
            Alert.due_at,
            Alert.claimed_at,
            Alert.overtaken_by_id,
            Alert.words,
            Conversation.assignee_id,
            Clock.kind.label("clock_kind"),
            Clock.terms_id,
            Clock.target,
            Watch.owners,
        )
        .outerjoin(Conversation, Conversation.id == Alert.conversation_id)
        .outerjoin(Clock, Clock.id == Alert.clock_id)
        .outerjoin(Watch, Watch.id == Alert.watch_id)
        .where(Alert.told_at.is_(None))
        .order_by(Alert.claimed_at, Alert.id)
        .limit(limit)
        .with_for_update(of=Alert, key_share=True, skip_locked=True)
    ).all()
    if alerts:
        told = _with_people(session, alerts)
        _write(session, told, now)
        plan(session, [_planned(one) for one in told if one.alert.overtaken_by_id is None], now)
        _announce(session, told)
    return len(alerts)


def _with_people(session: Session, alerts: Sequence[Any]) -> list[Told]:
    """Whom each alert reaches. One that was overtaken reaches nobody by itself: the graver one speaks to its people too."""
    crews, asked = _Crews(session), {alert.id: _whom(session, alert) for alert in alerts}
    told = []
    for alert in alerts:
        if alert.overtaken_by_id is not None:
            told.append(Told(alert, {}, frozenset()))
            continue
        people = crews.owners(alert.owners) if alert.owners is not None else crews.concerned(asked[alert.id], alert)
        told.append(Told(alert, people, crews.phones(people) if Whom.PHONE in asked[alert.id] else frozenset()))
    return told


def _whom(session: Session, alert: Any) -> list[Whom]:
    if alert.clock_kind is None:
        return []
    terms = terms_by_id(session)(alert.terms_id) if alert.terms_id else plain(alert.clock_kind, alert.target)
    spoken_for = (alert.words or {}).get("speaks_for", [alert.step])
    return [whom for step in spoken_for for whom in terms.whom(step)]


def _write(session: Session, told: Sequence[Told], now: datetime) -> None:
    connection = session.connection()
    rows = [
        {"alert_id": one.alert.id, "agent_id": agent_id, "why": why}
        for one in told
        for agent_id, why in one.people.items()
    ]
    if rows:
        connection.execute(insert(_table(AlertRecipient)), rows)
    connection.execute(
        update(_table(Alert))
        .where(Alert.id == bindparam("alert"), Alert.told_at.is_(None))
        .values(told_at=bindparam("moment")),
        [{"alert": one.alert.id, "moment": max(now, one.alert.claimed_at)} for one in told],
    )


def _planned(one: Told) -> PlannedAlert:
    return PlannedAlert(one.alert.id, one.alert.kind, one.alert.step, one.alert.team_id, one.people, one.phones)


def _announce(session: Session, told: Sequence[Told]) -> None:
    for one in told:
        for agent_id in one.people:
            announce(session, "alert", one.alert.id, agent_id=agent_id)
        if one.alert.conversation_id is not None:
            announce(session, "conversation", one.alert.conversation_id, team_id=one.alert.team_id)


class _Crews:
    """Who belongs to which team, read once for a whole batch."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Agent.id, Agent.role).where(Agent.disabled_at.is_(None)))
        self.roles: dict[UUID, Role] = dict(rows.all())
        self.members: dict[UUID, list[UUID]] = {}
        for team_id, agent_id in session.execute(select(Membership.team_id, Membership.agent_id)):
            if agent_id in self.roles:
                self.members.setdefault(team_id, []).append(agent_id)
        self.managers = [id for id, role in self.roles.items() if role in {Role.MANAGER, Role.ADMIN}]

    def concerned(self, whom: Sequence[Whom], alert: Any) -> dict[UUID, str]:
        """Agent → why. What nobody else would hear, the team hears, and what no team would hear, the managers."""
        told: dict[UUID, str] = {}
        team = self.members.get(alert.team_id, [])
        if Whom.ASSIGNEE in whom and alert.assignee_id in self.roles:
            told[alert.assignee_id] = "assignee"
        if Whom.TEAM in whom or (Whom.ASSIGNEE in whom and not told):
            told |= {member: "team" for member in team if member not in told}
        if Whom.LEAD in whom:
            told |= {lead: "lead" for lead in team if self.roles[lead] is Role.LEAD and lead not in told}
        if {Whom.MANAGER, Whom.PHONE} & set(whom) or not told:
            told |= {manager: "manager" for manager in self.managers if manager not in told}
        return told

    def owners(self, ids: Sequence[str]) -> dict[UUID, str]:
        """Those of a watch; the managers where none of them is here any more."""
        here = {UUID(id): "owner" for id in ids if UUID(id) in self.roles}
        return here or dict.fromkeys(self.managers, "manager")

    def phones(self, people: dict[UUID, str]) -> frozenset[UUID]:
        """Whose phone the last rung means: the managers'."""
        return frozenset(self.managers) & frozenset(people)


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]

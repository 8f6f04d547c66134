"""Alerts as those see them who watch over a team: what is open, and the record of what was told to whom. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from smsdesk.desk.see import in_their_teams
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertKind, AlertRecipient
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.reply_clock import ClockKind, ClockState
from smsdesk.rules.terms import weight

LOOKS_BACK = timedelta(days=1)
LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """One alert of a clock that was told; the customer has waited since `started_at`."""

    id: UUID
    kind: AlertKind
    step: str
    clock_kind: ClockKind
    clock_id: UUID
    conversation_id: UUID
    customer: str
    number_id: UUID
    started_at: datetime
    target: timedelta
    due_at: datetime
    told_at: datetime
    told: tuple[str, ...]
    still_waits: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None

    @property
    def lateness(self) -> timedelta:
        """From the moment that it was for to the moment that it was told."""
        return self.told_at - self.due_at


@dataclass(frozen=True, slots=True)
class ToldOfWatch:
    """What a watch found, in the words in which it was told; `watch_id` None: the watch is gone."""

    id: UUID
    watch_id: UUID | None
    name: str
    words: str
    due_at: datetime
    told_at: datetime
    told: tuple[str, ...]
    acknowledged_at: datetime | None
    acknowledged_by: str | None

    @property
    def lateness(self) -> timedelta:
        return self.told_at - self.due_at


def open_alerts(session: Session, agent: Agent, now: datetime) -> list[ToldAlert]:
    """What nobody has acknowledged: breaches of the last day, and warnings while the customer waits; one a clock, newest first."""
    concerns = or_(Alert.kind.in_([AlertKind.BREACH, AlertKind.ESCALATION]), Clock.state == ClockState.RUNNING)
    rows = session.execute(
        _told(agent)
        .where(Alert.told_at >= now - LOOKS_BACK, Alert.acknowledged_at.is_(None), concerns)
        .where(Alert.overtaken_by_id.is_(None))
        .order_by(Alert.told_at.desc(), Alert.id.desc())
        .limit(LOOKED_AT)
    ).all()
    gravest: dict[UUID, Any] = {}
    for row in rows:
        known = gravest.get(row.clock_id)
        if known is None or weight(row.step, row.target) > weight(known.step, row.target):
            gravest[row.clock_id] = row
    open_ones = _with_people(session, [row for row in rows if gravest[row.clock_id] is row])
    return [one for one in open_ones if isinstance(one, ToldAlert)]


def alerts_told(
    session: Session, agent: Agent, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[ToldAlert | ToldOfWatch]:
    """The record, newest first; the next page begins `before` the last one's moment and id."""
    # One that a graver one of the same moment spoke for was told to nobody by itself
    rows = _told(agent).where(Alert.told_at.is_not(None), Alert.overtaken_by_id.is_(None))
    if before is not None:
        moment, id = before
        rows = rows.where(
            Alert.told_at <= moment, or_(Alert.told_at < moment, and_(Alert.told_at == moment, Alert.id < id))
        )
    found = session.execute(rows.order_by(Alert.told_at.desc(), Alert.id.desc()).limit(limit)).all()
    return _with_people(session, found)


def _told(agent: Agent) -> Select[*tuple[Any, ...]]:
    seen_by = Agent.__table__.alias("seen_by")
    return (
        select(
            Alert.id,
            Alert.kind,
            Alert.step,
            Alert.clock_id,
            Alert.watch_id,
            Alert.words,
            Alert.conversation_id,
            Alert.due_at,
            Alert.told_at,
            Alert.acknowledged_at,
            seen_by.c.name.label("acknowledged_by"),
            Clock.number_id,
            Clock.started_at,
            Clock.target,
            Clock.kind.label("clock_kind"),
            Clock.state,
            Customer.name,
            Address.value.label("address"),
        )
        .outerjoin(Clock, Clock.id == Alert.clock_id)
        .outerjoin(Conversation, Conversation.id == Alert.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(Address, Address.id == Conversation.address_id)
        .outerjoin(seen_by, seen_by.c.id == Alert.acknowledged_by_id)
        .where(in_their_teams(agent, Alert.team_id))
    )


def _with_people(session: Session, rows: Sequence[Any]) -> list[ToldAlert | ToldOfWatch]:
    told: dict[UUID, list[str]] = {}
    if rows:
        recipients = session.execute(
            select(AlertRecipient.alert_id, Agent.name)
            .join(Agent, Agent.id == AlertRecipient.agent_id)
            .where(AlertRecipient.alert_id.in_([row.id for row in rows]))
            .order_by(Agent.name)
        )
        for alert_id, name in recipients:
            told.setdefault(alert_id, []).append(name)
    return [_one(row, tuple(told.get(row.id, ()))) for row in rows]


def _one(row: Any, told: tuple[str, ...]) -> ToldAlert | ToldOfWatch:
    if row.kind is AlertKind.WATCH:
        said = row.words or {}
        return ToldOfWatch(
            id=row.id,
            watch_id=row.watch_id,
            name=said.get("name", ""),
            words=said.get("text", ""),
            due_at=row.due_at,
            told_at=row.told_at,
            told=told,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
        )
    return ToldAlert(
        id=row.id,
        kind=row.kind,
        step=row.step,
        clock_kind=row.clock_kind,
        clock_id=row.clock_id,
        conversation_id=row.conversation_id,
        customer=row.name or shown(row.address),
        number_id=row.number_id,
        started_at=row.started_at,
        target=row.target,
        due_at=row.due_at,
        told_at=row.told_at,
        told=told,
        still_waits=row.state is ClockState.RUNNING,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )

"""Somebody has seen an alert, and says so; it leaves everybody's screen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.keep_time import happened, locked
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertKind, AlertRecipient
from smsdesk.models.clock import Clock
from smsdesk.rules.reply_clock import ClockState, acknowledged


def acknowledge(session: Session, alert: Alert, by: Agent, now: datetime) -> bool:
    """With those that it speaks for. The first one counts; returns whether it was this one."""
    spoken_for = and_(Alert.clock_id == alert.clock_id, Alert.overtaken_by_id == alert.id)
    first = session.execute(
        update(Alert)
        .where(or_(Alert.id == alert.id, spoken_for), Alert.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by_id=by.id),
        execution_options={"synchronize_session": False},
    )
    session.refresh(alert)
    if first.rowcount == 0:  # type: ignore[attr-defined]
        return False
    record(
        session,
        "alert.acknowledged",
        now,
        conversation_id=alert.conversation_id,
        team_id=alert.team_id,
        actor_id=by.id,
        subject_id=alert.id,
    )
    _end_ladder(session, alert, by, now)
    told = session.scalars(select(AlertRecipient.agent_id).where(AlertRecipient.alert_id == alert.id))
    for agent_id in told.all():
        announce(session, "alert", alert.id, agent_id=agent_id)
    return True


def _end_ladder(session: Session, alert: Alert, by: Agent, now: datetime) -> None:
    """Somebody knows that it is late: nobody further up is told. A warning that was seen takes nothing back."""
    if alert.clock_id is None or alert.kind not in {AlertKind.BREACH, AlertKind.ESCALATION}:
        return
    clock = session.scalars(locked(select(Clock).where(Clock.id == alert.clock_id))).one()
    if clock.state in {ClockState.RUNNING, ClockState.PAUSED} and clock.acknowledged_at is None:
        happened(session, clock, acknowledged(now, by.id))

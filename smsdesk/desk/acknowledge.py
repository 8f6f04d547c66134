"""Somebody has seen an alert, and says so; it leaves everybody's screen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertRecipient


def acknowledge(session: Session, alert: Alert, by: Agent, now: datetime) -> bool:
    """The first one counts; returns whether it was this one."""
    first = session.execute(
        update(Alert)
        .where(Alert.id == alert.id, Alert.acknowledged_at.is_(None))
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
    told = session.scalars(select(AlertRecipient.agent_id).where(AlertRecipient.alert_id == alert.id))
    for agent_id in told.all():
        announce(session, "alert", alert.id, agent_id=agent_id)
    return True

"""A colleague answers the text of an alert with "OK": they have seen it, and nobody further up is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.desk.acknowledge import acknowledge
from smsdesk.desk.dispatch import told_of
from smsdesk.desk.text_staff import STAFF
from smsdesk.desk.thread import Place
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertDelivery, Channel
from smsdesk.rules.seen_words import says_seen

ANSWERED_WITHIN = timedelta(hours=12)


def has_seen(session: Session, text: InboundText, place: Place, now: datetime) -> bool:
    """Acknowledge what the newest text to this phone told of; False where the text says anything else, or answers nothing."""
    if place.segment != STAFF or text.media or not says_seen(text.body):
        return False
    newest = session.execute(
        select(AlertDelivery, Agent)
        .join(Agent, Agent.id == AlertDelivery.agent_id)
        .where(
            Agent.phone == text.sender,
            Agent.disabled_at.is_(None),
            AlertDelivery.channel == Channel.PHONE,
            AlertDelivery.message_id.is_not(None),
            AlertDelivery.created_at > now - ANSWERED_WITHIN,
        )
        .order_by(AlertDelivery.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return False
    for alert_id in told_of(session, newest.AlertDelivery):
        acknowledge(session, session.get_one(Alert, alert_id), newest.Agent, now)
    return True

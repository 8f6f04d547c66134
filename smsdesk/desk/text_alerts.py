"""Alerts as texts to people's own phones: written into the outbox once each, and what became of the text is their fate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.desk import describe_alerts
from smsdesk.desk.dispatch import (
    ON_ITS_WAY,
    TOGETHER_ABOVE,
    bundle,
    due_groups,
    due_rows,
    share_fate,
    told_of,
)
from smsdesk.desk.fan_out import NO_PHONE
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.desk.text_staff import NoNumberOfOurs, text_staff
from smsdesk.desk.write_out import where_all_are
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertDelivery, Channel, DeliveryState
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message
from smsdesk.rules.alert_letters import text_message
from smsdesk.rules.delivery_status import State

LASTS = timedelta(hours=1)  # an older alert is no longer worth a text
STOPPED = "That phone texted STOP to this number; START from it brings alerts back."
NO_NUMBER = "There is no number of ours to text from."
LEFT = "They no longer work here."
FATES = {
    State.ACCEPTED: DeliveryState.SENT,
    State.SENT: DeliveryState.SENT,
    State.DELIVERED: DeliveryState.SENT,
    State.UNCONFIRMED: DeliveryState.UNKNOWN,
    State.UNDELIVERED: DeliveryState.FAILED,
    State.FAILED: DeliveryState.FAILED,
    State.BLOCKED: DeliveryState.FAILED,
}


def write_texts(session: Session, public_url: str, now: datetime) -> int:
    """Put what waits for phones into the outbox; more than a few for one person become one text. Returns how many texts."""
    return sum(_write_to(session, UUID(target), public_url, now) for target in due_groups(session, now, Channel.PHONE))


def follow_texts(session: Session, now: datetime) -> int:
    """Give each alert the fate of its text, once the outbox knows it. Returns how many."""
    rows = session.execute(
        select(AlertDelivery.id, Message.state, Message.accepted_at, Message.block_reason, Message.error_code)
        .join(Message, Message.id == AlertDelivery.message_id)
        .where(ON_ITS_WAY, AlertDelivery.channel == Channel.PHONE, Message.state.in_(list(FATES)))
    ).all()
    for row in rows:
        fate = FATES[row.state]
        told_at = (row.accepted_at or now) if fate is DeliveryState.SENT else None
        _settle(session, row.id, {"state": fate, "told_at": told_at, "error": _why(row) if told_at is None else None})
    return len(rows)


def has_work(session: Session, now: datetime) -> bool:
    """Whether anything waits for a phone, or for news of its text. Only reads."""
    followed = select(AlertDelivery.id).where(ON_ITS_WAY, AlertDelivery.message_id.is_not(None)).limit(1)
    return session.scalar(followed) is not None or bool(due_groups(session, now, Channel.PHONE))


def _write_to(session: Session, agent_id: UUID, public_url: str, now: datetime) -> int:
    agent = session.get_one(Agent, agent_id)
    rows = due_rows(session, Channel.PHONE, str(agent_id), now)
    if len(rows) > TOGETHER_ABOVE:
        if not _take(session, rows[0]):
            return 0
        bundle(session, rows)
        return _write(session, agent, rows[0], public_url, now)
    return sum(_write(session, agent, row, public_url, now) for row in rows if _take(session, row))


def _take(session: Session, row: AlertDelivery) -> bool:
    """Whoever wins the row writes its text in the same transaction, so that there is never a second one."""
    taken = session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id == row.id, AlertDelivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.SENDING, attempts=AlertDelivery.attempts + 1),
        execution_options={"synchronize_session": False},
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _write(session: Session, agent: Agent, row: AlertDelivery, public_url: str, now: datetime) -> int:
    if agent.disabled_at is not None or not agent.phone:
        _settle(session, row.id, {"state": DeliveryState.FAILED, "error": LEFT if agent.disabled_at else NO_PHONE})
        return 0
    found = describe_alerts.notes(session, told_of(session, row), public_url, now)
    body = text_message(list(found.values()), where_all_are(agent, public_url))
    first = session.get_one(Alert, row.alert_id)
    try:
        # Not half a text where STOP or nothing of ours stands in the way
        with session.begin_nested():
            message = text_staff(session, agent, agent.phone, body, now, LASTS, team_id=first.team_id,
                                 number_id=_number_of(session, first))  # fmt: skip
            session.flush()
    except (OptedOut, NoNumberOfOurs) as why:
        error = STOPPED if isinstance(why, OptedOut) else NO_NUMBER
        _settle(session, row.id, {"state": DeliveryState.FAILED, "error": error})
        return 0
    session.execute(
        update(AlertDelivery).where(AlertDelivery.id == row.id).values(message_id=message.id),
        execution_options={"synchronize_session": False},
    )
    return 1


def _number_of(session: Session, alert: Alert) -> UUID | None:
    if alert.conversation_id is None:
        return None
    return session.get_one(Conversation, alert.conversation_id).number_id


def _settle(session: Session, delivery_id: UUID, values: dict[str, Any]) -> None:
    session.execute(
        update(AlertDelivery).where(AlertDelivery.id == delivery_id).values(**values),
        execution_options={"synchronize_session": False},
    )
    share_fate(session, delivery_id, values)


def _why(row: Any) -> str:
    if row.block_reason:
        return str(row.block_reason).replace("The customer", "They")
    if row.state is State.UNCONFIRMED:
        return "Nobody knows whether the text left."
    return f"The carrier did not deliver the text{f' ({row.error_code})' if row.error_code else ''}."

"""How much there is of everything that should be little: figures for a watching machine, without a word about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from smsdesk.models.alert import Alert
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.message import IN_DOUBT, TO_BE_SENT, Message
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.delivery_status import State


@dataclass(frozen=True)
class Gauges:
    """Counts at one moment; `clock_silence` is how long ago the clock process ticked, None where it never did."""

    waiting: int
    late: int
    unsent: dict[State, int]
    unconfirmed: int
    untold_alerts: int
    quarantined: int
    clock_silence: timedelta | None


def gauge(session: Session, now: datetime) -> Gauges:
    waits = select(func.count()).where(Conversation.state == ConversationState.WAITING_FOR_US)
    beat = session.get(Heartbeat, "clock")
    return Gauges(
        waiting=session.scalar(waits) or 0,
        late=session.scalar(waits.where(Conversation.reply_due_at < now)) or 0,
        unsent=_unsent(session),
        unconfirmed=session.scalar(select(func.count()).select_from(Message).where(text(IN_DOUBT))) or 0,
        untold_alerts=session.scalar(select(func.count()).select_from(Alert).where(Alert.told_at.is_(None))) or 0,
        quarantined=session.scalar(select(func.count()).select_from(QuarantinedText)) or 0,
        clock_silence=now - beat.at if beat else None,
    )


def _unsent(session: Session) -> dict[State, int]:
    """By state, from the small index that the sender uses."""
    rows = session.execute(select(Message.state, func.count()).where(text(TO_BE_SENT)).group_by(Message.state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are no pairs to mypy

"""How much there is of everything that should be little: figures for a watching machine, without a word about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from smsdesk.desk.dispatch import ON_ITS_WAY
from smsdesk.models.alert import Alert, AlertDelivery, OutgoingWebhook
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
    deliveries: dict[str, int]
    programs_failing: int


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
        deliveries=_deliveries(session),
        programs_failing=session.scalar(
            select(func.count()).where(OutgoingWebhook.is_on, OutgoingWebhook.failing_since.is_not(None))
        )
        or 0,
    )


def _deliveries(session: Session) -> dict[str, int]:
    """On their way, by channel, from the small index that the sender uses."""
    rows = session.execute(
        select(AlertDelivery.channel, func.count()).where(ON_ITS_WAY).group_by(AlertDelivery.channel)
    )
    return {channel.value: count for channel, count in rows}


def _unsent(session: Session) -> dict[State, int]:
    """By state, from the small index that the sender uses."""
    rows = session.execute(select(Message.state, func.count()).where(text(TO_BE_SENT)).group_by(Message.state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are no pairs to mypy

"""A database that was restored does not know what happened since: what was on its way then may have gone long ago.

Nothing of it goes out by itself. A person sees each such answer as unconfirmed and decides; what is ours alone is given up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.desk.record import record
from smsdesk.desk.settle import move, opened
from smsdesk.models.alert import AlertDelivery, Channel, DeliveryState
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State

ON_THEIR_WAY = (State.READY, State.RETRY_WAIT, State.SENDING, State.UNKNOWN)
RESTORED = "The database was restored from a backup before this left."


def hold_back(session: Session, now: datetime) -> int:
    """Returns how many texts were on their way. Twice is once."""
    texts = select(Message.id, Message.conversation_id, Message.author_kind).where(
        Message.direction == Direction.OUT, Message.state.in_(ON_THEIR_WAY)
    )
    rows = session.execute(texts.order_by(Message.conversation_id, Message.seq)).all()
    for row in rows:
        message = opened(session, row.id, row.conversation_id)
        if row.author_kind is AuthorKind.AGENT:
            move(session, message, State.UNCONFIRMED, now)
        else:
            move(session, message, State.FAILED, now, why=RESTORED)
    session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.channel == Channel.PHONE, AlertDelivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.FAILED, error=RESTORED),
        execution_options={"synchronize_session": False},
    )
    record(session, "database.restored", now, held_back=len(rows))
    return len(rows)

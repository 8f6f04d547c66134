"""Which answer kept which promise, and which text is still without one. Looks only."""

from __future__ import annotations

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from smsdesk.desk.keep_time import events_of, locked
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.keywords import NEEDS_NO_ANSWER, read_keyword
from smsdesk.rules.reply_clock import ClockKind, ClockState

REACHED = (State.ACCEPTED, State.SENT, State.DELIVERED)
RESOLVED = "resolved"  # why a clock was cancelled
NO_REPLY_NEEDED = "no reply needed"


def resolved_too_soon(session: Session, message: Message) -> Clock | None:
    """The clock that "resolved" cut short while this answer to it was on its way: whoever answers and resolves did answer."""
    clock = session.scalar(
        locked(
            select(Clock)
            .where(
                Clock.conversation_id == message.conversation_id,
                Clock.state == ClockState.CANCELLED,
                Clock.kind != ClockKind.RESOLUTION,
                Clock.started_seq <= (message.answered_through or 0),
            )
            .order_by(Clock.started_seq.desc())
            .limit(1)
        )
    )
    if clock is None:
        return None
    last = events_of(session, clock)[-1]
    return clock if last.detail.get("why") == RESOLVED and last.at >= message.created_at else None


def clocks_kept_by(session: Session, message: Message) -> list[Clock]:
    """Newest first. Two, where an answer also stood in for an earlier one that had failed."""
    kept_by = select(Clock).where(Clock.fulfilled_by_id == message.id, Clock.state == ClockState.FULFILLED)
    clocks = list(session.scalars(locked(kept_by.order_by(Clock.started_seq.desc()))))
    cut_short = resolved_too_soon(session, message) if message.author_kind is AuthorKind.AGENT else None
    return clocks or ([cut_short] if cut_short else [])


def other_answer(session: Session, failed: Message | None, clock: Clock) -> Message | None:
    """The first text of a person, besides the failed one, that reached the customer and covers what the clock ran for."""
    return session.scalar(
        select(Message)
        .where(
            Message.conversation_id == clock.conversation_id,
            Message.author_kind == AuthorKind.AGENT,
            Message.id != failed.id if failed is not None else true(),
            Message.state.in_(REACHED),
            Message.answered_through >= clock.started_seq,
            Message.accepted_at.is_not(None),
        )
        .order_by(Message.accepted_at)
        .limit(1)
    )


def oldest_unanswered(session: Session, conversation: Conversation, answered_through: int) -> Message | None:
    texts = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
            Message.seq > answered_through,
        )
        .order_by(Message.seq)
    )
    return next((text for text in texts if read_keyword(text.body) not in NEEDS_NO_ANSWER), None)

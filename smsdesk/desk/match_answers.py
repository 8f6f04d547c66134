"""Which answer kept which promise, and which text is still without one. Looks only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, select, true
from sqlalchemy.orm import Session

from smsdesk.desk.keep_time import locked
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import LONG_AGO, Conversation
from smsdesk.models.event import Event
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.keywords import NEEDS_NO_ANSWER, read_keyword
from smsdesk.rules.reply_clock import ClockEventKind, ClockKind, ClockState

REACHED = (State.ACCEPTED, State.SENT, State.DELIVERED)
RESOLVED = "resolved"  # why a clock was cancelled
NO_REPLY_NEEDED = "no reply needed"
STOPPED = "the customer said STOP"
EARLIER_TEXT_WAITS = "an earlier text is unanswered again"


def resolved_too_soon(session: Session, message: Message) -> Clock | None:
    """The clock that "resolved" cut short while this answer to it was on its way: whoever answers and resolves did answer."""
    cut_short = (
        clock
        for clock, why, at in reversed(cancelled(session, message.conversation_id))
        if why == RESOLVED and at >= message.created_at and clock.started_seq <= (message.answered_through or 0)
    )
    return next(cut_short, None)


def cancelled(
    session: Session, conversation_id: UUID, *, hold: bool = True
) -> list[tuple[Clock, str | None, datetime]]:
    """The reply clocks that stand cancelled, with why and when, the last one last; held, unless one only looks."""
    theirs = (
        select(Clock, StoredEvent.detail, StoredEvent.at)
        .join(StoredEvent, and_(StoredEvent.clock_id == Clock.id, StoredEvent.kind == ClockEventKind.CANCEL))
        .where(
            Clock.conversation_id == conversation_id,
            Clock.state == ClockState.CANCELLED,
            Clock.kind != ClockKind.RESOLUTION,
        )
        .order_by(StoredEvent.id)
    )
    ends: dict[UUID, tuple[Clock, str | None, datetime]] = {}
    for clock, detail, at in session.execute(locked(theirs) if hold else theirs):
        ends.pop(clock.id, None)  # cancelled before as well
        ends[clock.id] = (clock, detail.get("why"), at)
    return list(ends.values())


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


def answered_through(session: Session, conversation: Conversation) -> int:
    """The last text that an answer of a person covers."""
    ours = (Message.conversation_id == conversation.id, Message.author_kind == AuthorKind.AGENT)
    return session.scalar(select(func.max(Message.answered_through)).where(*ours, Message.state.in_(REACHED))) or 0


@dataclass(frozen=True)
class Unanswered:
    """The oldest text that nobody has answered; `clock`: the one that stood behind an earlier text for it."""

    seq: int
    since: datetime
    clock: Clock | None


def oldest_unanswered(session: Session, conversation: Conversation, answered_through: int) -> Unanswered | None:
    """Of the open episode. What a person or a STOP let go, and a goodbye, waits for nothing."""
    texts = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.episode_id == conversation.episode_id,
            Message.direction == Direction.IN,
            Message.seq > answered_through,
        )
        .order_by(Message.seq)
    ).all()
    ends = cancelled(session, conversation.id) if texts else []
    let_go_at = max((at for _, why, at in ends if why != EARLIER_TEXT_WAITS), default=LONG_AGO)
    behind = {clock.started_seq: clock for clock, why, _ in ends if why == EARLIER_TEXT_WAITS}
    for text in texts:
        if text.created_at > let_go_at and (text.seq in behind or _needs_an_answer(session, text)):
            return Unanswered(text.seq, text.created_at, behind.get(text.seq))
    return None


def _needs_an_answer(session: Session, text: Message) -> bool:
    farewell = exists().where(
        Event.conversation_id == text.conversation_id, Event.kind == "text.farewell", Event.subject_id == text.id
    )
    return read_keyword(text.body) not in NEEDS_NO_ANSWER and not session.scalar(select(farewell))

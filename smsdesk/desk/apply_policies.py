"""What is promised has changed: clocks that run are given their new terms, from their old start.

A change publishes a new version of the book. Each running clock knows under which version it was last held against it, so
whatever a crash or a text that arrived at the same instant left behind is found by looking, and done once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal_column, select, union, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.keep_time import happened, locked
from smsdesk.desk.promise_book import Book, book, facts_of, write_terms
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation, place_in_queue
from smsdesk.models.conversation import locked as locked_conversation
from smsdesk.models.terms import PromiseBook
from smsdesk.rules.reply_clock import ClockEvent, ClockEventKind, ClockKind, ClockState, policy_applied

BATCH = 200
NOT_PROMISED = "nothing is promised any more"
# A text that was being stored under the old version when the new one was committed is in the database by then
STRAGGLERS_WITHIN = timedelta(seconds=25)
OPEN = (ClockState.RUNNING, ClockState.PAUSED)
# Written out, for the partial indexes that hold these alone
_REPLY_RUNS: ColumnElement[bool] = literal_column("clock.state = 'running' AND clock.kind <> 'resolution'")
_RESOLUTION_OPEN: ColumnElement[bool] = literal_column(
    "clock.kind = 'resolution' AND clock.state IN ('running', 'paused')"
)


def drain(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Hold up to `limit` conversations with a running clock against the book; returns how many, 0 where all are done."""
    stand = session.execute(select(PromiseBook.version, PromiseBook.derived_version, PromiseBook.changed_at)).one()
    if stand.version == stand.derived_version:
        return 0
    behind = session.scalars(_conversations(Clock.book_version < stand.version).limit(limit)).all()
    for conversation_id in behind:
        _follow(session, conversation_id, now)
    if not behind and now - stand.changed_at > STRAGGLERS_WITHIN:
        session.execute(
            update(PromiseBook).where(PromiseBook.version == stand.version).values(derived_version=stand.version),
            execution_options={"synchronize_session": False},
        )
    return len(behind)


def is_behind(session: Session) -> bool:
    """Whether `drain` has something to look for."""
    return bool(session.scalar(select(PromiseBook.version != PromiseBook.derived_version)))


def rederive_number(session: Session, number_id: UUID, now: datetime) -> int:
    """The clocks of one number, at once; how many reply clocks go by other terms now."""
    conversations = session.scalars(_conversations(Clock.number_id == number_id)).all()
    return sum(_follow(session, conversation_id, now) for conversation_id in conversations)


def rederive_conversation(session: Session, conversation: Conversation, now: datetime) -> None:
    """After its team, tags, priority or segment changed. The caller holds the conversation."""
    session.flush()
    known = book(session, now)
    for clock in session.scalars(locked(open_clocks(conversation.id))).all():
        _apply(session, known, conversation, clock, now)


def place(conversation: Conversation, clock: Clock) -> None:
    """A waiting conversation says what its clock says."""
    conversation.waiting_since, conversation.reply_due_at = clock.started_at, clock.due_at
    conversation.queue_at = place_in_queue(clock.due_at, conversation.last_message_at)


def _follow(session: Session, conversation_id: UUID, now: datetime) -> int:
    """How many reply clocks of the conversation changed: one or none."""
    known, conversation = book(session, now), session.scalars(locked_conversation(conversation_id)).one()
    clocks = session.scalars(locked(open_clocks(conversation_id))).all()
    changed = [clock for clock in clocks if _apply(session, known, conversation, clock, now)]
    if changed:
        announce(session, "conversation", conversation.id, team_id=conversation.team_id)
    return sum(clock.kind is not ClockKind.RESOLUTION for clock in changed)


def _apply(session: Session, known: Book, conversation: Conversation, clock: Clock, now: datetime) -> bool:
    """Whether the clock goes by other terms now."""
    clock.book_version = known.version
    terms = known.terms(clock.kind, facts_of(session, conversation))
    if terms is None:
        happened(session, clock, ClockEvent(ClockEventKind.CANCEL, now, {"why": NOT_PROMISED}))
        return True
    if terms.id == clock.terms_id:
        session.flush()
        return False
    write_terms(session, terms, now)
    happened(session, clock, policy_applied(now, terms))
    if clock.kind is not ClockKind.RESOLUTION:
        place(conversation, clock)
        session.flush()
    return True


def open_clocks(conversation_id: UUID) -> Select[Clock]:
    """Those that run or pause in a conversation."""
    return select(Clock).where(Clock.conversation_id == conversation_id, Clock.state.in_(OPEN))


def _conversations(where: ColumnElement[bool]) -> Any:
    """In one order for everybody who takes several, or two would wait for each other."""
    each = (select(Clock.conversation_id).where(which, where) for which in (_REPLY_RUNS, _RESOLUTION_OPEN))
    found = union(*each).subquery()
    return select(found.c.conversation_id).order_by(found.c.conversation_id)

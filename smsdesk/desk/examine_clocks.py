"""What must always hold of clocks, as questions to the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from smsdesk.models.alert import Alert
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.models.terms import PromiseBook
from smsdesk.rules.reply_clock import ClockKind, ClockState

PATIENCE = timedelta(seconds=60)  # trust.md 6.2: everything holds again within a minute
_REPLY_RUNS = and_(Clock.state == ClockState.RUNNING, Clock.kind != ClockKind.RESOLUTION)


def waiting_without_clock(_now: datetime) -> Select[int]:
    running = exists().where(Clock.conversation_id == Conversation.id, _REPLY_RUNS)
    waits = Conversation.state == ConversationState.WAITING_FOR_US
    return select(func.count()).select_from(Conversation).where(or_(and_(waits, ~running), and_(~waits, running)))


def deadline_differs(_now: datetime) -> Select[int]:
    join = and_(Clock.conversation_id == Conversation.id, _REPLY_RUNS)
    return (
        select(func.count())
        .select_from(Conversation)
        .join(Clock, join)
        .where(Conversation.reply_due_at != Clock.due_at)
    )


def resolution_out_of_step(_now: datetime) -> Select[int]:
    """It runs while the customer waits for us, pauses while we wait for them, and ends with its episode."""
    state = Conversation.state
    odd = or_(
        and_(Clock.state == ClockState.RUNNING, state != ConversationState.WAITING_FOR_US),
        and_(Clock.state == ClockState.PAUSED, state == ConversationState.WAITING_FOR_US),
        and_(Clock.state.in_([ClockState.RUNNING, ClockState.PAUSED]), state == ConversationState.RESOLVED),
    )
    return (
        select(func.count())
        .select_from(Clock)
        .join(Conversation, Conversation.episode_id == Clock.episode_id)
        .where(Clock.kind == ClockKind.RESOLUTION, odd)
    )


def behind_the_book(now: datetime) -> Select[int]:
    """A text may be on its way in under the version before."""
    book = exists().where(PromiseBook.version > Clock.book_version, PromiseBook.changed_at < now - PATIENCE)
    return select(func.count()).select_from(Clock).where(Clock.state.in_([ClockState.RUNNING, ClockState.PAUSED]), book)


def silent_clock(now: datetime) -> Select[int]:
    return select(func.count()).select_from(Clock).where(Clock.next_alert_at < now - PATIENCE)


def missed_without_alert(now: datetime) -> ColumnElement[bool]:
    """A condition on clocks: the deadline has passed, and nobody was or will be alerted."""
    told = exists().where(Alert.clock_id == Clock.id, Alert.kind == "breach")
    # One that is told when the shop opens has its moment still before it
    is_silent = or_(Clock.next_alert_at.is_(None), Clock.next_alert_at < now - PATIENCE)
    late = or_(
        and_(Clock.state == ClockState.RUNNING, Clock.due_at < now - PATIENCE, is_silent),
        and_(Clock.state == ClockState.FULFILLED, Clock.fulfilled_at >= Clock.due_at, Clock.breached_at.is_not(None)),
    )
    return and_(late, ~told)


def missed(now: datetime) -> Select[int]:
    return select(func.count()).select_from(Clock).where(missed_without_alert(now))

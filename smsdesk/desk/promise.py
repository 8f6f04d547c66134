"""The promise of a reply: a clock starts with a text, is kept by a person's answer, and runs again if that fails.

Whoever calls these holds the conversation's row, or they take it themselves: a text that arrives meanwhile waits for its
turn, and then sees what became of the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import apply_policies, keep_resolution, keep_time
from smsdesk.desk.keep_time import facts_of, happened, running
from smsdesk.desk.match_answers import (
    EARLIER_TEXT_WAITS,
    REACHED,
    RESOLVED,
    STOPPED,
    Unanswered,
    answered_through,
    cancelled,
    clocks_kept_by,
    oldest_unanswered,
    other_answer,
    resolved_too_soon,
)
from smsdesk.desk.promise_book import book, publish
from smsdesk.desk.promise_book import facts_of as facts_for
from smsdesk.desk.record import record
from smsdesk.desk.thread import reopen
from smsdesk.models.clock import Clock
from smsdesk.models.consent import Stop
from smsdesk.models.conversation import Conversation, ConversationState, locked, place_in_queue
from smsdesk.models.customer import Customer
from smsdesk.models.episode import Episode
from smsdesk.models.message import AuthorKind, Message
from smsdesk.models.number import Number
from smsdesk.rules.reply_clock import ClockEvent, ClockEventKind, which_clock

__all__ = [
    "REACHED",
    "RESOLVED",
    "STOPPED",
    "answer",
    "cancel",
    "change_target",
    "facts_of",
    "is_stopped",
    "nobody_waits",
    "resume",
    "running",
    "unanswer",
    "wait",
]


def answer(session: Session, message: Message, at: datetime, learnt_at: datetime | None = None) -> None:
    """A text of ours was accepted by the carrier at `at`. Only a person's keeps a promise, for what they had before them.

    `learnt_at`: where we learn of it later, as when a failure is corrected.
    """
    now = learnt_at or at
    if message.author_kind is not AuthorKind.AGENT:
        return
    conversation = session.scalars(locked(message.conversation_id)).one()
    _forget_farewell(conversation, message)
    clock = running(session, conversation.id)
    was_running = clock is not None and clock.started_seq <= (message.answered_through or 0)
    if not was_running:
        clock = resolved_too_soon(session, message)
    if clock is None:
        return
    keep_time.fulfil(session, clock, message, at, now)
    episode = session.get_one(Episode, clock.episode_id)
    episode.first_replied_at = episode.first_replied_at or at
    conversation.last_helper_id = message.author_id
    session.flush()
    if was_running:
        _wait_for_what_is_left(session, conversation, message.answered_through or 0, now)


def unanswer(session: Session, message: Message, now: datetime) -> None:
    """The carrier failed an answer: its clock runs on from its old start, for the wait was real."""
    conversation = session.scalars(locked(message.conversation_id)).one()
    unhelped: list[Clock] = []
    for clock in clocks_kept_by(session, message):
        helped = other_answer(session, message, clock)
        _correct_first_reply(session, clock, helped)
        if helped is not None:
            keep_time.fulfil(session, clock, helped, helped.accepted_at or now, now)
        else:
            unhelped.append(clock)
    if unhelped:
        _wait_again(session, conversation, unhelped, message, now)


def cancel(session: Session, conversation: Conversation, why: str, now: datetime) -> None:
    """Nobody waits any more: the conversation was resolved, or the customer said STOP."""
    keep_time.cancel_running(session, conversation.id, why, now)
    nobody_waits(conversation)


def resume(
    session: Session, conversation: Conversation, ended_at: datetime, now: datetime, ended_by: str = RESOLVED
) -> None:
    """What "resolved", or a STOP that was none, had cut short waits again, since its old start."""
    if is_stopped(session, conversation):
        return
    ends = cancelled(session, conversation.id)
    clock = next((clock for clock, why, at in ends if why == ended_by and at == ended_at), None)
    if clock is None or other_answer(session, None, clock) is not None:
        # An answer that was on its way arrived meanwhile, and did not cover everything
        _wait_for_what_is_left(session, conversation, answered_through(session, conversation), now)
    else:
        _run_again(session, conversation, clock, now)


def change_target(session: Session, number: Number, target: timedelta, actor_id: UUID, now: datetime) -> int:
    """A manager promises another reply time; clocks that run are re-derived. Returns how many."""
    record(session, "number.target_changed", now, team_id=number.team_id, actor_id=actor_id, subject_id=number.id,
           before=round(number.target.total_seconds()), after=round(target.total_seconds()))  # fmt: skip
    number.target = target
    publish(session, now)
    changed = apply_policies.rederive_number(session, number.id, now)
    announce(session, "queue", None, team_id=number.team_id)
    return changed


def wait(session: Session, conversation: Conversation, clock: Clock, now: datetime) -> None:
    """The conversation stands in the queue where its clock says; one that runs again goes by what is promised there now."""
    conversation.state, conversation.snoozed_until = ConversationState.WAITING_FOR_US, None
    clock.team_id = conversation.team_id
    apply_policies.place(conversation, clock)
    apply_policies.rederive_conversation(session, conversation, now)
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    if conversation.assignee_id is None:
        later(session, "routing.drain")


def nobody_waits(conversation: Conversation) -> None:
    """It leaves its place among those who wait."""
    conversation.waiting_since = conversation.reply_due_at = None
    conversation.queue_at = place_in_queue(None, conversation.last_message_at)


def _correct_first_reply(session: Session, clock: Clock, helped: Message | None) -> None:
    episode = session.get_one(Episode, clock.episode_id)
    if clock.fulfilled_at is not None and episode.first_replied_at == clock.fulfilled_at:
        episode.first_replied_at = helped.accepted_at if helped else None


def _wait_again(
    session: Session, conversation: Conversation, unhelped: list[Clock], message: Message, now: datetime
) -> None:
    """The oldest of these clocks runs again; the others stand behind it, as texts stand behind an earlier text."""
    ahead = running(session, conversation.id)
    oldest = unhelped[-1]
    nobody_may_answer = is_stopped(session, conversation)
    again = ClockEvent(ClockEventKind.REACTIVATE, now, {"message_id": str(message.id)})
    for clock in unhelped:
        clock.fulfilled_by_id = None
        if nobody_may_answer:
            happened(session, clock, again, ClockEvent(ClockEventKind.CANCEL, now, {"why": STOPPED}))
        elif clock is not oldest or (ahead is not None and ahead.started_seq <= clock.started_seq):
            happened(session, clock, again, ClockEvent(ClockEventKind.CANCEL, now, {"why": EARLIER_TEXT_WAITS}))
        else:
            keep_time.cancel_running(session, conversation.id, EARLIER_TEXT_WAITS, now)
            happened(session, clock, again)
            reopen_if_resolved(session, conversation)
            wait(session, conversation, clock, now)
        record(session, "clock.reactivated", now, conversation_id=conversation.id, team_id=clock.team_id,
               subject_id=clock.id)  # fmt: skip


def reopen_if_resolved(session: Session, conversation: Conversation) -> None:
    """Its last episode goes on."""
    if conversation.state is ConversationState.RESOLVED and conversation.episode_id is not None:
        reopen(session, conversation.episode_id)


def _wait_for_what_is_left(session: Session, conversation: Conversation, answered_through: int, now: datetime) -> None:
    oldest = oldest_unanswered(session, conversation, answered_through)
    if oldest is None or conversation.episode_id is None:
        conversation.state = ConversationState.WAITING_FOR_THEM
        nobody_waits(conversation)
        keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    elif oldest.clock is not None:
        _run_again(session, conversation, oldest.clock, now)
    else:
        _start(session, conversation, conversation.episode_id, oldest, now)


def _run_again(session: Session, conversation: Conversation, clock: Clock, now: datetime) -> None:
    happened(session, clock, ClockEvent(ClockEventKind.REACTIVATE, now))
    record(
        session, "clock.reactivated", now, conversation_id=conversation.id, team_id=clock.team_id, subject_id=clock.id
    )
    wait(session, conversation, clock, now)


def _start(session: Session, conversation: Conversation, episode_id: UUID, oldest: Unanswered, now: datetime) -> None:
    known, replied_before = book(session, now), session.get_one(Episode, episode_id).first_replied_at is not None
    terms = known.terms(which_clock(replied_before), facts_for(session, conversation))
    assert terms is not None, "a reply is always promised"
    keep_time.start(
        session,
        conversation_id=conversation.id,
        number_id=conversation.number_id,
        team_id=conversation.team_id,
        episode_id=episode_id,
        terms=terms,
        book_version=known.version,
        seq=oldest.seq,
        started_at=oldest.since,
        now=now,
    )
    clock = running(session, conversation.id)
    assert clock is not None, "it was just started"
    wait(session, conversation, clock, now)


def _forget_farewell(conversation: Conversation, answer: Message) -> None:
    """What was written after the goodbye was answered by a person; it holds nothing back any more."""
    if conversation.farewell_seq is not None and (answer.answered_through or 0) >= conversation.farewell_seq:
        conversation.farewell_seq = conversation.farewell_at = None


def is_stopped(session: Session, conversation: Conversation) -> bool:
    """Nobody may answer there by text, or can."""
    stop = exists().where(Stop.address_id == conversation.address_id, Stop.number_id == conversation.number_id)
    erased = exists().where(Customer.id == conversation.customer_id, Customer.erased_at.is_not(None))
    return bool(session.scalar(select(stop | erased)))

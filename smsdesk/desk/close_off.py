"""The first step of an erasure: the number is forgotten, nothing more goes there, and nobody waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.erasure_log import ErasureLog, PersonErased
from smsdesk.adapters.promises import announce
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.recognise import mark
from smsdesk.desk.settle import move, opened
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop, StopSource, StopWish, WishOutcome
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.erasure import ErasedPhone, ErasedStop, Erasure
from smsdesk.models.message import Direction, Message
from smsdesk.models.reading import Draft
from smsdesk.rules.delivery_status import State
from smsdesk.rules.tombstones import is_tombstone, tombstone

ERASED = "the customer was erased"
NOT_SENT = "The customer was erased before it was sent."
NOT_YET_SENT = (State.READY, State.RETRY_WAIT, State.SENDING)


def close_off(session: Session, erasure: Erasure, log: ErasureLog, now: datetime) -> int:
    """Returns how many texts are to be emptied. What a restored database must know is on the disk before the commit."""
    customers = _hold(session, erasure.customer_id)
    theirs = select(Conversation.id).where(Conversation.customer_id == erasure.customer_id).order_by(Conversation.id)
    held = {id: session.scalars(locked(id)).one() for id in session.scalars(theirs).all()}
    addresses = session.scalars(
        select(Address).where(Address.customer_id == erasure.customer_id).order_by(Address.id).with_for_update()
    ).all()
    # A first text to another number may have come in between
    held |= {id: session.scalars(locked(id)).one() for id in session.scalars(theirs).all() if id not in held}
    for conversation in held.values():
        _grant_wish(session, conversation, now)
    log.keep(_remembered(session, erasure, addresses, now))
    for conversation in held.values():
        _hold_back(session, conversation, now)
        _end(session, conversation, erasure.asked_by_id, now)
    for address in addresses:
        address.value = tombstone(address.id)
    for customer in customers:
        customer.name = customer.segment = customer.time_zone = None
        customer.erased_at = now
    session.flush()
    return session.scalar(select(func.count()).where(Message.conversation_id.in_(held))) or 0


def _hold(session: Session, customer_id: UUID) -> list[Customer]:
    """Them, and whoever was found to be the same person; in one order for everybody, as a merge does."""
    found, frontier = {customer_id}, {customer_id}
    while frontier:
        frontier = set(session.scalars(select(Customer.id).where(Customer.merged_into_id.in_(frontier)))) - found
        found |= frontier
    rows = select(Customer).where(Customer.id.in_(found)).order_by(Customer.id).with_for_update()
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def _remembered(session: Session, erasure: Erasure, addresses: Sequence[Address], now: datetime) -> PersonErased:
    """Also in the database: the marks of their numbers, and what they said STOP to."""
    marks = {address.id: mark(session, address.value) for address in addresses if not is_tombstone(address.value)}
    stops = [
        (marks[stop.address_id], stop.number_id, stop.since)
        for stop in session.scalars(select(Stop).where(Stop.address_id.in_(marks)))
    ]
    remember(session, marks.values(), stops, now)
    return PersonErased(erasure.id, now, erasure.customer_id, tuple(marks.values()), tuple(stops))


def remember(session: Session, marks: Any, stops: Sequence[tuple[str, UUID, datetime]], at: datetime) -> None:
    """By their marks alone, a STOP goes on to stand and old texts stay away. Twice is once, and the latest moment counts."""
    for one in marks:
        known = session.get(ErasedPhone, one)
        if known is None:
            session.add(ErasedPhone(mark=one, erased_at=at))
        else:
            known.erased_at = max(known.erased_at, at)
    for one, number_id, since in stops:
        values = {"mark": one, "number_id": number_id, "since": since}
        session.execute(upsert(ErasedStop).on_conflict_do_nothing(index_elements=["mark", "number_id"]), values)
    session.flush()


def _grant_wish(session: Session, conversation: Conversation, now: datetime) -> None:
    """Words that may have meant STOP are not there to be decided about any more: they did."""
    granted = session.execute(
        update(StopWish)
        .where(StopWish.conversation_id == conversation.id, StopWish.outcome.is_(None))
        .values(outcome=WishOutcome.STOPPED, decided_at=now)
        .returning(StopWish.message_id),
        execution_options={"synchronize_session": False},
    ).scalars().all()  # fmt: skip
    where = {"address_id": conversation.address_id, "number_id": conversation.number_id}
    for message_id in granted:
        values = where | {"since": now, "source": StopSource.DEFAULT}
        session.execute(upsert(Stop).on_conflict_do_nothing(index_elements=["address_id", "number_id"]), values)
        session.add(
            ConsentEvent(
                **where, kind=ConsentKind.STOPPED, at=now, words="", message_id=message_id, source=StopSource.DEFAULT
            )
        )
    session.flush()


def _hold_back(session: Session, conversation: Conversation, now: datetime) -> None:
    """A call that is being made cannot be taken back; everything else can."""
    waiting = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.direction == Direction.OUT, Message.state.in_(NOT_YET_SENT)
    )
    for id in session.scalars(waiting.order_by(Message.seq)).all():
        message = opened(session, id, conversation.id)
        if message.state is not State.SENDING or message.called_at is None:
            move(session, message, State.BLOCKED, now, why=NOT_SENT)


def _end(session: Session, conversation: Conversation, by_id: UUID | None, now: datetime) -> None:
    promise.cancel(session, conversation, ERASED, now)
    episode = session.get(Episode, conversation.episode_id) if conversation.episode_id else None
    if episode is not None and episode.resolved_at is None:
        episode.resolved_at, episode.resolved_by_id = now, by_id
    conversation.state, conversation.assignee_id, conversation.snoozed_until = ConversationState.RESOLVED, None, None
    conversation.farewell_seq = conversation.farewell_at = None
    conversation.last_preview, conversation.placement_reason, conversation.tags = "", None, []
    session.flush()
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    mine = {"synchronize_session": False}
    session.execute(delete(Draft).where(Draft.conversation_id == conversation.id), execution_options=mine)
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)

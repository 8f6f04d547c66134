"""What a conversation is about and how much it presses: its priority, its tags, and the segment of its customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.apply_policies import rederive_conversation
from smsdesk.desk.recognise import ensure_not_erased
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, Priority, locked
from smsdesk.models.customer import Customer
from smsdesk.rules.labels import read_label, read_labels
from smsdesk.rules.time_zones import parse_zone


def prioritise(session: Session, conversation: Conversation, priority: Priority, by: Agent, now: datetime) -> None:
    """What is promised follows at once."""
    conversation = session.scalars(locked(conversation.id)).one()
    if conversation.priority is not priority:
        before, conversation.priority = conversation.priority, priority
        _follow(session, conversation, "conversation.prioritised", by, now, before=before.value, after=priority.value)


def tag(session: Session, conversation: Conversation, tags: Collection[str], by: Agent, now: datetime) -> None:
    """These and no others. Raises BadLabel."""
    wanted = read_labels(tags)
    conversation = session.scalars(locked(conversation.id)).one()
    ensure_not_erased(session, conversation.customer_id)
    if list(conversation.tags) != wanted:
        conversation.tags = wanted
        _follow(session, conversation, "conversation.tagged", by, now, tags=wanted)


def put_in_segment(session: Session, customer: Customer, segment: str | None, by: Agent, now: datetime) -> None:
    """Every conversation of theirs follows. Raises BadLabel."""
    wanted = read_label(segment) if segment and segment.strip() else None
    if customer.segment == wanted:
        return
    _hold(session, customer)
    customer.segment = wanted
    session.flush()
    record(session, "customer.segmented", now, actor_id=by.id, subject_id=customer.id, segment=wanted)
    follow_customer(session, customer, now)


def place(session: Session, customer: Customer, zone: str, by: Agent, now: datetime) -> None:
    """Where they are, if somebody knows better than their phone number; nothing typed means that nobody does. Raises NotAZone."""
    wanted = parse_zone(zone) if zone.strip() else None
    if customer.time_zone != wanted:
        customer.time_zone = wanted
        record(session, "customer.placed", now, actor_id=by.id, subject_id=customer.id, time_zone=wanted)


def follow_customer(session: Session, customer: Customer, now: datetime) -> None:
    """Every conversation of theirs is promised what is promised to such customers."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer.id).order_by(Conversation.id)
    for conversation_id in session.scalars(theirs).all():
        conversation = session.scalars(locked(conversation_id)).one()
        mark(session, conversation)
        rederive_conversation(session, conversation, now)
        announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def mark(session: Session, conversation: Conversation) -> None:
    """Texts of a plain conversation take the fast lane, which knows no more than its number."""
    segment = session.scalar(select(Customer.segment).where(Customer.id == conversation.customer_id))
    conversation.is_plain = not conversation.tags and conversation.priority is Priority.NORMAL and segment is None
    session.flush()


def _hold(session: Session, customer: Customer) -> None:
    """Raises WasErased."""
    session.scalar(select(Customer.id).where(Customer.id == customer.id).with_for_update())
    ensure_not_erased(session, customer.id)


def _follow(
    session: Session, conversation: Conversation, kind: str, by: Agent, now: datetime, **detail: object
) -> None:
    mark(session, conversation)
    record(session, kind, now, conversation_id=conversation.id, team_id=conversation.team_id, actor_id=by.id,
           subject_id=conversation.id, **detail)  # fmt: skip
    rederive_conversation(session, conversation, now)
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)

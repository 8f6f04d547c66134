"""Beside the thread: the customer's card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk import see
from smsdesk.desk.promise_book import book, facts_of
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.consent import Stop
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address
from smsdesk.models.episode import Episode
from smsdesk.rules.durations import spell
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.recipients import zones_of
from smsdesk.rules.roles import Action, may
from smsdesk.rules.terms import ClockKind
from smsdesk.web.agent import words

EARLIER = 5


@dataclass(frozen=True, slots=True)
class OtherPhone:
    """Where else a customer texts from; `address` None: a colleague's conversation. `came_with`: who can be taken apart."""

    phone: str
    address: str | None
    came_with: UUID | None


@dataclass(frozen=True, slots=True)
class CardPicture:
    """Beside the thread: the customer."""

    conversation_id: UUID
    name: str
    initials: str
    since_words: str
    address: str
    number_label: str
    consent_words: str
    stopped: bool
    last_reply_words: str
    episodes_words: str
    earlier: tuple[str, ...]
    priority: str = "normal"
    tags: str = ""
    segment: str = ""
    time_zone: str = ""
    guessed_zone: str = ""  # what their phone number says
    promise_words: str = ""  # which policy holds here
    other_phones: tuple[OtherPhone, ...] = ()
    is_erased: bool = False
    data_address: str | None = None  # where a manager takes along or erases what is held about them


def card_picture(session: Session, conversation: Conversation, me: Agent, now: datetime) -> CardPicture:
    """The customer: who they are, what they agreed to, what went before."""
    zone, customer, address = conversation.number.time_zone, conversation.customer, conversation.address
    stopped = session.scalar(
        select(Stop.since).where(Stop.address_id == address.id, Stop.number_id == conversation.number_id)
    )
    return CardPicture(
        conversation_id=conversation.id,
        name=customer.called,
        initials=words.initials(customer.name, address.value),
        since_words=f"customer since {words.short_day(customer.created_at, zone)}",
        address=shown(address.value),
        number_label=conversation.number.label,
        consent_words=f"stopped on {words.short_day(stopped, zone)}" if stopped else "replies allowed",
        stopped=stopped is not None,
        last_reply_words=_last_reply(session, conversation.id),
        episodes_words=str(session.scalar(select(func.count()).where(Episode.conversation_id == conversation.id))),
        earlier=tuple(_earlier(session, conversation, zone)),
        priority=conversation.priority.value,
        tags=", ".join(conversation.tags),
        segment=customer.segment or "",
        time_zone=customer.time_zone or "",
        guessed_zone=next(iter(zones_of(address.value)), zone).rpartition("/")[2].replace("_", " "),
        promise_words=_promise_words(session, conversation, now),
        other_phones=tuple(_other_phones(session, conversation, me)),
        is_erased=customer.erased_at is not None,
        data_address=f"/manager/customers/{customer.id}" if may(me.role, Action.HANDLE_PERSONAL_DATA) else None,
    )


def _other_phones(session: Session, conversation: Conversation, me: Agent) -> Iterator[OtherPhone]:
    """Of the same person, each with their newest conversation there that may be seen."""
    theirs = see.conversations(me).where(Conversation.customer_id == conversation.customer_id)
    seen = theirs.with_only_columns(Conversation.address_id, Conversation.id).order_by(Conversation.last_message_at)
    newest = {row.address_id: row.id for row in session.execute(seen)}
    phones = select(Address.id, Address.value, Address.first_customer_id).where(
        Address.customer_id == conversation.customer_id, Address.id != conversation.address_id
    )
    for id, value, came_with in session.execute(phones.order_by(Address.created_at)):
        yield OtherPhone(shown(value), f"/conversations/{newest[id]}" if id in newest else None, came_with)


def _promise_words(session: Session, conversation: Conversation, now: datetime) -> str:
    """What holds here, and which policy says so."""
    terms = book(session, now).terms(ClockKind.NEXT_REPLY, facts_of(session, conversation))
    if terms is None:
        return ""
    return f"a reply within {spell(terms.target)}" + (f" ({terms.policy})" if terms.policy else "")


def _last_reply(session: Session, conversation_id: UUID) -> str:
    clock = session.execute(
        select(Clock.started_at, Clock.fulfilled_at)
        .where(Clock.conversation_id == conversation_id, Clock.fulfilled_at.is_not(None))
        .order_by(Clock.started_seq.desc())
        .limit(1)
    ).one_or_none()
    return spell(clock.fulfilled_at - clock.started_at) if clock else "no reply yet"


def _earlier(session: Session, conversation: Conversation, zone: str) -> list[str]:
    episodes = session.execute(
        select(Episode.opened_at, Episode.resolved_at)
        .where(Episode.conversation_id == conversation.id, Episode.resolved_at.is_not(None))
        .order_by(Episode.id.desc())
        .limit(EARLIER)
    )
    return [
        f"{words.short_day(e.opened_at, zone)} · resolved in {spell(e.resolved_at - e.opened_at)}" for e in episodes
    ]

"""What stands above the composer: that nothing may be sent, and what would lift that; or a wish that waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import check_sending, note_stop, suspect
from smsdesk.models.agent import Agent
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop, StopSource, WishOutcome
from smsdesk.models.conversation import Conversation
from smsdesk.models.number import Number
from smsdesk.rules.roles import Action, may
from smsdesk.web.agent import words

ON_THEIR_WORD = (
    "This customer texted STOP{where} {when}. Nothing can be sent until they text START; notes stay possible."
)
ON_THE_CARRIERS = (
    "The carrier says that this customer texted STOP{where}, {when}. Only their START lifts it; notes stay possible."
)
ON_OURS = "{who} recorded {when} that this customer wants no more texts{how}. Their START lifts it, or a manager."
BY_DEFAULT = "This customer may have asked for no more texts, and nobody decided within a day. Their START lifts it, or a manager."
ERASED = "This customer was erased on {day}. Nothing can be written or sent here; if they text again, they are a new customer."
HELD = "It is quiet time where they are, and nobody waits for an answer: what you send now goes {when}."


@dataclass(frozen=True, slots=True)
class WishPicture:
    """`words` are the customer's."""

    words: str
    due_words: str


@dataclass(frozen=True, slots=True)
class ConsentPicture:
    """`blocked_words`: why nothing can be sent, and what lifts it. `decided_words`: a decision of mine that I may take back.
    `erased_words`: then there is nothing else."""

    conversation_id: UUID
    erased_words: str | None = None
    blocked_words: str | None = None
    can_lift: bool = False
    wish: WishPicture | None = None
    decided_words: str | None = None
    quiet_words: str | None = None


def consent_picture(session: Session, conversation: Conversation, me: Agent, now: datetime) -> ConsentPicture:
    """`conversation` comes from `see`."""
    erased_at = conversation.customer.erased_at
    if erased_at is not None:
        day = words.short_day(erased_at, conversation.number.time_zone)
        return ConsentPicture(conversation.id, erased_words=ERASED.format(day=day))
    source = note_stop.in_force(session, conversation)
    wish = suspect.undecided(session, conversation.id)
    zone = conversation.number.time_zone
    return ConsentPicture(
        conversation_id=conversation.id,
        blocked_words=_blocked(session, conversation, source, now)
        or check_sending.why_unreachable(session, conversation, now),
        can_lift=source in note_stop.OUR_READING and may(me.role, Action.LIFT_STOP),
        wish=WishPicture(wish.words, words.moment(wish.due_at, now, zone)) if wish else None,
        decided_words=None if wish else _decided(session, conversation, me, source, now),
        quiet_words=None if source else _quiet(session, conversation, now),
    )


def _blocked(session: Session, conversation: Conversation, source: StopSource | None, now: datetime) -> str | None:
    if source is None:
        return None
    stop = session.get_one(Stop, (conversation.address_id, conversation.number_id))
    when = words.moment(stop.since, now, conversation.number.time_zone)
    when = f"{'at' if len(when) == len('14:05') else 'on'} {when}"
    if source in note_stop.OUR_READING:
        return _on_ours(session, conversation, source, when)
    asked_elsewhere = stop.asked_number_id not in {None, conversation.number_id}
    where = f" to {session.get_one(Number, stop.asked_number_id).label}" if asked_elsewhere else ""
    return (ON_THEIR_WORD if source is StopSource.KEYWORD else ON_THE_CARRIERS).format(where=where, when=when)


def _on_ours(session: Session, conversation: Conversation, source: StopSource, when: str) -> str:
    if source is StopSource.DEFAULT:
        return BY_DEFAULT
    entry = session.execute(
        select(Agent.name, ConsentEvent.words, ConsentEvent.message_id)
        .outerjoin(Agent, Agent.id == ConsentEvent.actor_id)
        .where(ConsentEvent.address_id == conversation.address_id, ConsentEvent.kind == ConsentKind.STOPPED)
        .order_by(ConsentEvent.id.desc())
        .limit(1)
    ).one_or_none()
    who = entry.name if entry and entry.name else "Somebody"
    how = f": “{entry.words}”" if entry and entry.words else ""
    return ON_OURS.format(who=who, when=when, how=how)


def _decided(
    session: Session, conversation: Conversation, me: Agent, source: StopSource | None, now: datetime
) -> str | None:
    last = suspect.last_decision(session, conversation.id, me, now)
    if last is None:
        return None
    if last.outcome is WishOutcome.NOT_A_STOP:
        return "You read it as something else than an opt-out."
    return "You recorded an opt-out." if source is StopSource.AGENT else None


def _quiet(session: Session, conversation: Conversation, now: datetime) -> str | None:
    if check_sending.is_answer(session, conversation, now):
        return None
    until = check_sending.quiet_until(session, conversation, now)
    return HELD.format(when=words.moment(until, now, conversation.number.time_zone)) if until else None

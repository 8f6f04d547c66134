"""A stop comes into force, and is lifted: from then on, or no longer, nothing goes to that phone, whoever approved it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.keep_rules import rules_of_the_house
from smsdesk.desk.match_answers import STOPPED
from smsdesk.desk.record import record
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop, StopSource
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.models.number import Number
from smsdesk.rules.house_rules import StopCovers
from smsdesk.rules.texts import clean

LONGEST_WORDS = 200
THEIR_OWN = frozenset({StopSource.KEYWORD, StopSource.CARRIER})


class OptedOut(Exception):
    """This customer wants no texts from this number; only their START lifts it."""


def stop(
    session: Session,
    conversation_id: UUID,
    address_id: UUID,
    number_id: UUID,
    now: datetime,
    *,
    message_id: UUID | None,
    words: str,
    source: StopSource,
    actor_id: UUID | None = None,
) -> None:
    """From here on nothing goes to this address, whoever approved it and whenever; the caller holds the conversation."""
    everywhere, covered = _covered(session, number_id)
    for each in covered:
        _put_in_force(session, address_id, each, number_id if everywhere else None, source, now)
    enter(session, ConsentKind.STOPPED, address_id, number_id, now, message_id, words, source, actor_id)
    for conversation in _concerned(session, conversation_id, address_id, covered):
        promise.cancel(session, conversation, STOPPED, now)
        if conversation.state is not ConversationState.RESOLVED:
            conversation.state, conversation.snoozed_until = ConversationState.WAITING_FOR_THEM, None
        session.flush()
        keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
        _tell(session, "consent.stopped", conversation, now, message_id, actor_id, source=source.value)


def start(
    session: Session,
    conversation: Conversation,
    now: datetime,
    *,
    kind: ConsentKind,
    message_id: UUID | None,
    words: str,
    source: StopSource,
    actor_id: UUID | None = None,
    only: Collection[StopSource] = tuple(StopSource),
) -> bool:
    """The stop of this number is over, and what it stopped elsewhere; returns whether there was one.

    `only`: whose stops it can lift. What a customer said themselves is lifted by nobody else.
    """
    address_id, number_id = conversation.address_id, conversation.number_id
    asked_here = or_(Stop.number_id == number_id, Stop.asked_number_id == number_id)
    lifted = session.execute(delete(Stop).where(Stop.address_id == address_id, asked_here, Stop.source.in_(only)))
    enter(session, kind, address_id, number_id, now, message_id, words, source, actor_id)
    was_stopped = bool(lifted.rowcount)  # type: ignore[attr-defined]
    _tell(session, f"consent.{kind.value}", conversation, now, message_id, actor_id, lifted=was_stopped)
    return was_stopped


def cover_new_number(session: Session, number: Number) -> None:
    """Whoever wants no texts from any number of ours wants none from a new one."""
    for one in session.scalars(select(Stop).where(Stop.asked_number_id == Stop.number_id)).all():
        _put_in_force(session, one.address_id, number.id, one.asked_number_id, StopSource(one.source), one.since)


def is_stopped(session: Session, address_id: UUID, number_id: UUID) -> bool:
    """True while a stop is in force."""
    return bool(session.scalar(select(exists().where(Stop.address_id == address_id, Stop.number_id == number_id))))


def ensure_not_stopped(session: Session, conversation: Conversation) -> None:
    """Raises OptedOut. Looked at again in the transaction that claims the sending."""
    if is_stopped(session, conversation.address_id, conversation.number_id):
        raise OptedOut


def enter(
    session: Session,
    kind: ConsentKind,
    address_id: UUID,
    number_id: UUID,
    now: datetime,
    message_id: UUID | None,
    words: str,
    source: StopSource,
    actor_id: UUID | None = None,
) -> None:
    """One line more in the ledger of consent."""
    session.add(
        ConsentEvent(
            address_id=address_id,
            number_id=number_id,
            kind=kind,
            at=now,
            words=clean(words)[:LONGEST_WORDS],
            message_id=message_id,
            source=source,
            actor_id=actor_id,
        )
    )


def _covered(session: Session, number_id: UUID) -> tuple[bool, list[UUID]]:
    """Whether it is meant for the whole business, and the numbers that it covers."""
    if rules_of_the_house(session).stop_covers is StopCovers.THIS_NUMBER:
        return False, [number_id]
    # In one order for everybody, so that two stops at the same moment do not wait for each other
    return True, list(session.scalars(select(Number.id).order_by(Number.id)))


def _put_in_force(
    session: Session, address_id: UUID, number_id: UUID, asked_at: UUID | None, source: StopSource, now: datetime
) -> None:
    """The customer's own word takes the place of somebody's reading, never the other way round."""
    values = {"address_id": address_id, "number_id": number_id, "since": now, "source": source.value,
              "asked_number_id": asked_at}  # fmt: skip
    said_here = asked_at in {None, number_id}
    new, keys = upsert(Stop), ["address_id", "number_id"]
    if source in THEIR_OWN:
        # What they said to this number stands as they said it; anybody's reading gives way, wherever they said it
        gives_way = true() if said_here else Stop.source.not_in(THEIR_OWN)
        changed = {name: values[name] for name in ("source", "asked_number_id")}
        session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed, where=gives_way), values)
    else:
        session.execute(new.on_conflict_do_nothing(index_elements=keys), values)


def _concerned(
    session: Session, conversation_id: UUID, address_id: UUID, number_ids: Collection[UUID]
) -> list[Conversation]:
    """The conversation itself, and those with our other numbers, unless somebody is at work there at this moment."""
    here = session.scalars(locked(conversation_id)).one()
    if len(number_ids) == 1:
        return [here]
    elsewhere = (
        select(Conversation)
        .where(
            Conversation.address_id == address_id,
            Conversation.number_id.in_(number_ids),
            Conversation.id != conversation_id,
        )
        .order_by(Conversation.id)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [here, *session.scalars(elsewhere)]


def _tell(
    session: Session,
    kind: str,
    conversation: Conversation,
    now: datetime,
    message_id: UUID | None,
    actor_id: UUID | None,
    **detail: object,
) -> None:
    record(
        session,
        kind,
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=actor_id,
        subject_id=message_id,
        **detail,
    )
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)

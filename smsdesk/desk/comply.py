"""What the law and the carrier ask of us: STOP stops, START lifts it, HELP is answered once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk import keep_resolution, promise
from smsdesk.desk.compose import compose
from smsdesk.desk.record import record
from smsdesk.desk.thread import Place
from smsdesk.models.consent import ConsentEvent, ConsentKind, Stop
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.models.message import AuthorKind
from smsdesk.models.number import Number
from smsdesk.rules.keywords import Keyword
from smsdesk.rules.texts import clean

HELP_AGAIN_AFTER = timedelta(hours=24)  # trust.md 4.1, 5: once a day, or two machines answer each other for ever
HELP_IS_STALE_AFTER = timedelta(minutes=10)
HELP = "{label}: a person reads your texts here and answers them. Text STOP to get no more texts from us."


class OptedOut(Exception):
    """This customer has texted STOP to this number; only their START lifts it."""


def obey(
    session: Session,
    keyword: Keyword,
    place: Place,
    message_id: UUID,
    words: str,
    now: datetime,
    *,
    by_carrier: bool = False,
) -> None:
    """Do what a keyword asks, in the transaction that stores the text. `by_carrier`: it was the carrier that read it so."""
    source = "carrier" if by_carrier else "keyword"
    if keyword is Keyword.STOP:
        stop(
            session,
            place.conversation_id,
            place.address_id,
            place.number_id,
            now,
            message_id=message_id,
            words=words,
            source=source,
        )
    elif keyword is Keyword.START:
        _start(session, place, message_id, words, now, source)
    else:
        _help(session, place, message_id, words, now, source)


def stop(
    session: Session,
    conversation_id: UUID,
    address_id: UUID,
    number_id: UUID,
    now: datetime,
    *,
    message_id: UUID | None,
    words: str,
    source: str,
) -> None:
    """From here on nothing goes to this address, whoever approved it and whenever."""
    session.execute(
        upsert(Stop).on_conflict_do_nothing(index_elements=["address_id", "number_id"]),
        {"address_id": address_id, "number_id": number_id, "since": now},
    )
    _ledger(session, ConsentKind.STOPPED, address_id, number_id, now, message_id, words, source)
    conversation = session.scalars(locked(conversation_id)).one()
    promise.cancel(session, conversation, "the customer said STOP", now)
    if conversation.state is not ConversationState.RESOLVED:
        conversation.state, conversation.snoozed_until = ConversationState.WAITING_FOR_THEM, None
    session.flush()
    keep_resolution.follow(session, conversation.episode_id, conversation.state, now)
    record(
        session,
        "consent.stopped",
        now,
        conversation_id=conversation_id,
        team_id=conversation.team_id,
        subject_id=message_id,
        source=source,
    )
    announce(session, "conversation", conversation_id, team_id=conversation.team_id)


def is_stopped(session: Session, address_id: UUID, number_id: UUID) -> bool:
    """True while a STOP is in force."""
    return bool(session.scalar(select(exists().where(Stop.address_id == address_id, Stop.number_id == number_id))))


def ensure_may_text(session: Session, conversation: Conversation) -> None:
    """Raises OptedOut. Looked at again in the transaction that claims the sending."""
    if is_stopped(session, conversation.address_id, conversation.number_id):
        raise OptedOut


def _start(session: Session, place: Place, message_id: UUID, words: str, now: datetime, source: str) -> None:
    lifted = session.execute(delete(Stop).where(Stop.address_id == place.address_id, Stop.number_id == place.number_id))
    _ledger(session, ConsentKind.STARTED, place.address_id, place.number_id, now, message_id, words, source)
    record(session, "consent.started", now, conversation_id=place.conversation_id, team_id=place.team_id, subject_id=message_id,
           lifted=bool(lifted.rowcount))  # type: ignore[attr-defined]  # fmt: skip


def _help(session: Session, place: Place, message_id: UUID, words: str, now: datetime, source: str) -> None:
    answered = exists().where(
        ConsentEvent.address_id == place.address_id,
        ConsentEvent.number_id == place.number_id,
        ConsentEvent.kind == ConsentKind.HELP_ANSWERED,
        ConsentEvent.at > now - HELP_AGAIN_AFTER,
    )
    if place.is_stopped or session.scalar(select(answered)):
        return
    _ledger(session, ConsentKind.HELP_ANSWERED, place.address_id, place.number_id, now, message_id, words, source)
    conversation = session.get_one(Conversation, place.conversation_id, populate_existing=True)
    label = session.get_one(Number, place.number_id).label
    compose(session, conversation, HELP.format(label=label), AuthorKind.SYSTEM, now, HELP_IS_STALE_AFTER)


def _ledger(
    session: Session,
    kind: ConsentKind,
    address_id: UUID,
    number_id: UUID,
    now: datetime,
    message_id: UUID | None,
    words: str,
    source: str,
) -> None:
    session.add(
        ConsentEvent(
            address_id=address_id,
            number_id=number_id,
            kind=kind,
            at=now,
            words=clean(words)[:200],
            message_id=message_id,
            source=source,
        )
    )

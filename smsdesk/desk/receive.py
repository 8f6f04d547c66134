"""A customer's text arrives. Read this first: it is the story that the rest of SMSDesk stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce, later
from smsdesk.desk import comply, recognise, suspect
from smsdesk.desk.bid_farewell import farewell_columns, farewell_of
from smsdesk.desk.hear_colleague import has_seen
from smsdesk.desk.quarantine import quarantine
from smsdesk.desk.record import record
from smsdesk.desk.start_waiting import Wait, wait_for_answer
from smsdesk.desk.thread import Place, UnknownNumber, episode_for, place_of
from smsdesk.models.conversation import Conversation, ConversationState, place_in_queue
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import AuthorKind, Direction, Message
from smsdesk.rules.delivery_status import State
from smsdesk.rules.keywords import NEEDS_NO_ANSWER, Keyword, carrier_hint, read_keyword
from smsdesk.rules.phone_numbers import UnreadableSender
from smsdesk.rules.revocations import read_revocation
from smsdesk.rules.texts import clean, preview


class AlreadyReceived(Exception):
    """This text is in the database: the carrier delivered it twice. Nothing more is to be done."""


@dataclass(frozen=True)
class Receipt:
    """What became of an inbound text; `conversation_id` is None where it went to quarantine."""

    message_id: UUID
    conversation_id: UUID | None
    keyword: Keyword | None = None


def receive(session: Session, text: InboundText, now: datetime, source: str = "web") -> Receipt:
    """Thread one text, start its clock and ask for an agent. Raises AlreadyReceived; the caller rolls back."""
    if recognise.is_erased_text(session, text.carrier_sid, text.account_sid):
        raise AlreadyReceived(text.carrier_sid)
    try:
        place = place_of(session, text.to, text.sender, now)
    except (UnknownNumber, UnreadableSender) as error:
        return Receipt(quarantine(session, text, error, now), None)
    seq = place.last_seq + 1
    keyword = _keyword(text, place)
    farewell = farewell_of(session, text, place) if keyword is None else None
    is_answered = keyword is None and has_seen(session, text, place, now)
    needs_answer = keyword not in NEEDS_NO_ANSWER and farewell is None and not is_answered
    episode_id, replied_before = episode_for(session, place, needs_answer, now)
    message_id = _write(session, text, place, seq, episode_id, now, source)
    _attach(session, text, message_id, now)
    waits = (
        wait_for_answer(session, place, episode_id, replied_before, seq, now) if needs_answer and episode_id else None
    )
    _move_up(
        session, text, place, seq, episode_id, waits, farewell_columns(place, farewell, needs_answer, seq, now), now
    )
    where = {"conversation_id": place.conversation_id, "team_id": place.team_id, "subject_id": message_id}
    record(session, "text.received", now, **where)
    if farewell is not None:
        record(session, "text.farewell", now, **where, farewell=farewell.value)
    if keyword is not None:
        comply.obey(session, keyword, place, message_id, text.body, now, by_carrier=read_keyword(text.body) is None)
    elif words := read_revocation(text.body):
        suspect.note(session, place.conversation_id, place.team_id, message_id, words, now)
    _tell(session, place, needs_answer)
    return Receipt(message_id, place.conversation_id, keyword)


def _keyword(text: InboundText, place: Place) -> Keyword | None:
    hint = carrier_hint(text.opt_out_type)
    if hint is Keyword.START and not place.is_stopped:
        hint = None  # The carrier takes every "yes" for START; with nothing to lift it answers a question of ours
    return read_keyword(text.body) or hint


def _write(
    session: Session, text: InboundText, place: Place, seq: int, episode_id: UUID | None, now: datetime, source: str
) -> UUID:
    message_id = new_id()
    written = session.connection().execute(
        _INSERT,
        {
            "id": message_id,
            "conversation_id": place.conversation_id,
            "episode_id": episode_id,
            "seq": seq,
            "direction": Direction.IN,
            "author_kind": AuthorKind.CUSTOMER,
            "body": clean(text.body),
            "state": State.RECEIVED,
            "sender": text.sender,
            "recipient": text.to,
            "segments": text.segments,
            "media_count": len(text.media),
            "carrier_account": text.account_sid,
            "carrier_sid": text.carrier_sid,
            "created_at": now,
            "raw": text.raw,
            "source": source,
            "attempts": 0,
        },
    )
    if written.rowcount == 0:
        raise AlreadyReceived(text.carrier_sid)
    return message_id


def _attach(session: Session, text: InboundText, message_id: UUID, now: datetime) -> None:
    if not text.media:
        return
    session.connection().execute(
        insert(_table(Media)),
        [
            {
                "id": new_id(),
                "message_id": message_id,
                "position": ref.index,
                "carrier_media_sid": ref.sid or "",
                "content_type": ref.content_type[:100],
                "state": MediaState.WAITING,
                "attempts": 0,
                "not_before": now,
                "created_at": now,
            }
            for ref in text.media
        ],
    )
    later(session, "media.drain")


def _move_up(
    session: Session,
    text: InboundText,
    place: Place,
    seq: int,
    episode_id: UUID | None,
    waits: Wait | None,
    farewell: dict[str, Any],
    now: datetime,
) -> None:
    """The conversation takes its place in the queue: by the oldest unanswered text, however many follow it."""
    values = farewell | {
        "address_id": place.address_id,
        "episode_id": episode_id,
        "last_seq": seq,
        "last_inbound_seq": seq,
        "last_message_at": now,
        "last_preview": preview(clean(text.body), len(text.media)),
        "last_is_ours": False,
        "queue_at": place_in_queue(place.reply_due_at, now),
    }
    if waits is not None:
        values |= {
            "state": ConversationState.WAITING_FOR_US,
            "waiting_since": waits.since,
            "reply_due_at": waits.due_at,
            "queue_at": place_in_queue(waits.due_at, now),
            "snoozed_until": None,
        }
        if place.assignee_id and not place.assignee_is_here:
            values |= {"assignee_id": None, "placement_reason": None}
    session.connection().execute(update(_table(Conversation)).where(Conversation.id == place.conversation_id), values)


def _tell(session: Session, place: Place, needs_answer: bool) -> None:
    if needs_answer and not (place.assignee_id and place.assignee_is_here):
        later(session, "routing.drain")
    announce(session, "conversation", place.conversation_id, team_id=place.team_id)


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


_INSERT = (
    upsert(_table(Message))
    .on_conflict_do_nothing(index_elements=["carrier_sid", "carrier_account"])
    # Of an INSERT, PostgreSQL tells the count only if asked: without this, a text that came twice is taken for a new one
    .execution_options(preserve_rowcount=True)
)

"""What is emptied when a person is erased, place by place; whatever else holds words or a number gets a line in PARTS.

Each part empties a little and says how much; 0 when nothing is left, None while something is still on its way there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select, update
from sqlalchemy.orm import Session, aliased

from smsdesk.adapters.erasure_log import TextsErased
from smsdesk.adapters.spool import Unreadable
from smsdesk.desk import take_along
from smsdesk.desk.recognise import mark
from smsdesk.desk.remove_at_carrier import Text, enlist
from smsdesk.models.alert import Alert, AlertDelivery
from smsdesk.models.consent import ConsentEvent, StopWish
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address
from smsdesk.models.erasure import CarrierRemoval, ErasedText, Erasure
from smsdesk.models.event import Event
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import Direction, Message, SendAttempt
from smsdesk.models.note import Note
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.tombstones import BEGINS, tombstone

if TYPE_CHECKING:
    from smsdesk.desk.erase import Places

AT_ONCE = 200
FILES_AT_ONCE = 20
GONE = "It was erased."
TELL_OF_THEM = ("conversation.tagged", "conversation.routed", "customer.segmented")  # events with words about a person

Part = Callable[[Session, Erasure, "Places", datetime], int | None]


def texts(session: Session, erasure: Erasure, places: Places, now: datetime) -> int:
    """Bodies, raw posts and the number; the sid stays, by which the carrier's second post is known to be one."""
    last = select(Message.conversation_id, Message.seq).where(Message.id == erasure.gone_through)
    reached = session.execute(last).one_or_none() if erasure.gone_through else None
    for conversation_id, address_id in session.execute(_conversations(erasure)).all():
        if reached is not None and conversation_id < reached.conversation_id:
            continue
        after = reached.seq if reached is not None and conversation_id == reached.conversation_id else 0
        rows = session.execute(
            select(Message.id, Message.direction, Message.carrier_account, Message.carrier_sid)
            .where(Message.conversation_id == conversation_id, Message.seq > after, *_HAS_A_NUMBER)
            .order_by(Message.seq)
            .limit(AT_ONCE)
        ).all()
        if rows:
            _empty(session, erasure, places, rows, tombstone(address_id), now)
            erasure.gone_through = rows[-1].id
            return len(rows)
    if erasure.gone_through is None:
        return 0
    erasure.gone_through = None
    return texts(session, erasure, places, now)  # once more from the start: nothing may have been passed over


def _empty(
    session: Session, erasure: Erasure, places: Places, rows: Sequence[Any], gone_to: str, now: datetime
) -> None:
    if sids := tuple((row.carrier_account or "", row.carrier_sid) for row in rows if row.carrier_sid):
        places.log.keep(TextsErased(erasure.id, sids))
    for direction, column in (Direction.IN, "sender"), (Direction.OUT, "recipient"):
        ids = [row.id for row in rows if row.direction is direction]
        gone = {column: gone_to, "body": "", "raw": None, "block_reason": None, "emptied_at": now}
        _update(session, Message, Message.id.in_(ids), gone)


def files(session: Session, erasure: Erasure, places: Places, _now: datetime) -> int:
    """A file goes before its row says so: whoever dies in between finds the row again, and no file."""
    theirs = select(Message.id).where(Message.conversation_id.in_(_ids(erasure)))
    kept = or_(Media.refusal.is_(None), Media.refusal != GONE)
    rows = session.execute(
        select(Media.id, Media.file_name).where(Media.message_id.in_(theirs), kept).limit(FILES_AT_ONCE)
    ).all()
    for row in rows:
        if row.file_name:
            places.media.forget(row.file_name)
    gone = {"state": MediaState.REFUSED, "refusal": GONE, "file_name": None}
    return _update(session, Media, Media.id.in_([row.id for row in rows]), gone)


def words(session: Session, erasure: Erasure, _places: Places, now: datetime) -> int:
    """What colleagues wrote about them, what they said of consent, labels, and what alerts told colleagues by text."""
    theirs, addresses = _ids(erasure), select(Address.id).where(Address.customer_id == erasure.customer_id)
    emptied = _update(session, Note, (Note.conversation_id.in_(theirs)) & (Note.body != ""), {"body": ""})
    emptied += _update(
        session, ConsentEvent, (ConsentEvent.address_id.in_(addresses)) & (ConsentEvent.words != ""), {"words": ""}
    )
    emptied += _update(
        session, StopWish, (StopWish.conversation_id.in_(theirs)) & (StopWish.words != ""), {"words": ""}
    )
    told = Event.kind.in_(TELL_OF_THEM)
    _update(session, Event, told & Event.conversation_id.in_(theirs), {"detail": {}})
    about_them = Event.conversation_id.is_(None) & (Event.subject_id == erasure.customer_id)
    _update(session, Event, told & about_them, {"detail": {}})
    speaker = aliased(AlertDelivery)
    by_text = (
        select(speaker.message_id)
        .join(AlertDelivery, or_(AlertDelivery.id == speaker.id, AlertDelivery.digest_id == speaker.id))
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(Alert.conversation_id.in_(theirs), speaker.message_id.is_not(None))
    )
    told_by_text = Message.id.in_(by_text) & (Message.body != "")
    _enlist(session, erasure, told_by_text, now)
    return emptied + _update(session, Message, told_by_text, {"body": "", "emptied_at": now})


def exports(session: Session, erasure: Erasure, places: Places, _now: datetime) -> int:
    """What was taken along for them, and is still here."""
    return take_along.forget_person(session, places.exports, erasure.customer_id)


def quarantine(session: Session, erasure: Erasure, places: Places, now: datetime) -> int:
    """Texts that found no number of ours: by their sender, as the log remembers the marks."""
    marks = _marks(places, erasure)
    text = (QuarantinedText.id, QuarantinedText.sender, QuarantinedText.carrier_account, QuarantinedText.carrier_sid)
    held = session.execute(select(*text).where(QuarantinedText.sender.not_like(f"{BEGINS}%")))
    found = [row for row in held if mark(session, row.sender) in marks]
    enlist(session, erasure.id, [Text(row.carrier_account, row.carrier_sid, True) for row in found], now)
    gone = {"sender": f"{BEGINS}{erasure.customer_id.hex}", "body": "", "raw": b""}
    return _update(session, QuarantinedText, QuarantinedText.id.in_([row.id for row in found]), gone)


def spool(session: Session, erasure: Erasure, places: Places, now: datetime) -> int:
    """Texts that wait on the disk, or were set aside there: gone, and known to be."""
    marks, erased_at, gone = _marks(places, erasure), erasure.closed_at or now, 0
    for path in places.spool.all_texts():
        with suppress(Unreadable, FileNotFoundError):
            kept = places.spool.read_text(path)
            if mark(session, kept.text.sender) in marks and kept.received_at <= erased_at:
                remember_text(session, kept.text.account_sid, kept.text.carrier_sid)
                enlist(session, erasure.id, [Text(kept.text.account_sid, kept.text.carrier_sid, True)], now)
                places.log.keep(TextsErased(erasure.id, ((kept.text.account_sid, kept.text.carrier_sid),)))
                _forget(path)
                gone += 1
    return gone


def calls(session: Session, erasure: Erasure, _places: Places, _now: datetime) -> int | None:
    """What the carrier said of a refused call may name the number: once no call is being made any more, that goes too."""
    theirs = _ids(erasure)
    if session.scalar(
        select(exists().where(literal_column("message.state = 'sending'"), Message.conversation_id.in_(theirs)))
    ):
        return None
    ours = select(Message.id).where(Message.conversation_id.in_(theirs))
    emptied = _update(
        session, SendAttempt, SendAttempt.message_id.in_(ours) & SendAttempt.why.is_not(None), {"why": None}
    )
    said = Message.conversation_id.in_(theirs) & Message.block_reason.is_not(None)
    return emptied + _update(session, Message, said, {"block_reason": None})


def carrier(session: Session, erasure: Erasure, _places: Places, now: datetime) -> int:
    """What is to go from the carrier's records is written down, last of all: a text that was being sent has its sid by now."""
    theirs = and_(Message.conversation_id.in_(_ids(erasure)), Message.carrier_sid.is_not(None))
    known = exists().where(CarrierRemoval.carrier_sid == Message.carrier_sid)
    return _enlist(session, erasure, and_(theirs, ~known), now)


def _enlist(session: Session, erasure: Erasure, which: ColumnElement[bool], now: datetime) -> int:
    text = (Message.carrier_account, Message.carrier_sid, Message.media_count)
    rows = session.execute(select(*text).where(which, Message.carrier_sid.is_not(None)).limit(AT_ONCE)).all()
    texts = [Text(row.carrier_account or "", row.carrier_sid or "", row.media_count > 0) for row in rows]
    enlist(session, erasure.id, texts, now)
    return len(texts)


def remember_text(session: Session, account: str, sid: str) -> None:
    """Where no table knows a text, its sid alone keeps it away."""
    if session.get(ErasedText, (sid, account)) is None:
        session.add(ErasedText(carrier_sid=sid, carrier_account=account))
        session.flush()


PARTS: Mapping[str, Part] = {
    "spool": spool,
    "files": files,
    "texts": texts,
    "words": words,
    "exports": exports,
    "quarantine": quarantine,
    "calls": calls,
    "carrier": carrier,
}

_HAS_A_NUMBER = (Message.sender.not_like(f"{BEGINS}%"), Message.recipient.not_like(f"{BEGINS}%"))


def _conversations(erasure: Erasure) -> Select[UUID, UUID]:
    theirs = Conversation.customer_id == erasure.customer_id
    return select(Conversation.id, Conversation.address_id).where(theirs).order_by(Conversation.id)


def _ids(erasure: Erasure) -> Select[UUID]:
    return select(Conversation.id).where(Conversation.customer_id == erasure.customer_id)


def _marks(places: Places, erasure: Erasure) -> set[str]:
    """Of the numbers that this erasure closed off."""
    return {one for entry in places.log.people() if entry.erasure_id == erasure.id for one in entry.marks}


def _update(session: Session, model: Any, where: Any, values: dict[str, Any]) -> int:
    done = session.execute(
        update(model).where(where).values(**values), execution_options={"synchronize_session": False}
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.why").unlink(missing_ok=True)

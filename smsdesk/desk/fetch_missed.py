"""Texts that never reached us are fetched from the carrier's own records, and threaded once (trust.md, F07).

The carrier gives up on a post after its last try; what it could not bring stays in its log. Each number is looked through every few
minutes, from a while before the last look on, so that after an outage, or after a restore, nothing is left there. A customer waits
from the moment at which we could know of it; when they wrote is kept and shown.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Carrier, CarrierDown, InboundText, Listed
from smsdesk.adapters.database import Database
from smsdesk.desk.receive import AlreadyReceived, receive
from smsdesk.desk.recognise import was_erased_since
from smsdesk.desk.record import record
from smsdesk.desk.remove_at_carrier import Text, enlist
from smsdesk.models.erasure import ErasedText
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.models.quarantine import QuarantinedText

log = logging.getLogger(__name__)

SOURCE = "fetched"
EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=30)  # how far a listing may lag, and a post be tried again
AT_FIRST = timedelta(days=1)  # a number that was never looked through
STILL_COMING = timedelta(minutes=1)  # its post may be on the way at this moment
MOST = 1000  # texts threaded in one look; the next look goes on, the oldest first


@dataclass(frozen=True)
class Look:
    """A number whose turn it is, and from when on its log is read."""

    number_id: UUID
    address: str
    since: datetime


def fetch_missed(database: Database, carrier: Carrier, account_sid: str) -> int:
    """One round; the network is asked outside any transaction. Returns how many texts were missing. Raises what the database raises."""
    with database.reading() as session:
        looks = list(due(session, clock.now()))
    fetched = 0
    try:
        for look in looks:
            fetched += _look(database, carrier, account_sid, look)
    except CarrierDown as error:  # the next number would wait as long for nothing
        log.warning("the carrier's log cannot be looked through: %s", error)
    return fetched


def due(session: Session, now: datetime) -> Iterator[Look]:
    """The numbers whose last look is long enough ago; what was texted before a number was set up here is not ours."""
    looked = {
        beat.name: beat.at for beat in session.scalars(select(Heartbeat).where(Heartbeat.name.startswith(_name(""))))
    }
    for number in session.scalars(select(Number).order_by(Number.id)):
        last = looked.get(_name(number.id.hex))
        if last is None or last <= now - EVERY:
            yield Look(number.id, number.address, max(number.created_at, last - OVERLAP if last else now - AT_FIRST))


def times_fetched(session: Session, since: datetime) -> int:
    """How many texts had to be fetched since then; there must be none."""
    came = (Message.direction == literal_column("'in'"), Message.created_at >= since)  # as an index has it
    fetched = select(func.count()).select_from(Message).where(*came, Message.source == SOURCE)
    return session.scalar(fetched) or 0


def written_at(raw: bytes) -> datetime | None:
    """When the customer wrote a text that was fetched."""
    try:
        return datetime.fromisoformat(json.loads(raw)["date_created"])
    except (ValueError, KeyError, TypeError):
        return None


def _look(database: Database, carrier: Carrier, account_sid: str, look: Look) -> int:
    asked_at = clock.now()
    listed = [
        text for text in carrier.inbound_since(look.address, look.since) if text.created_at <= asked_at - STILL_COMING
    ]
    missing = list(islice(_unknown(database, account_sid, reversed(listed)), MOST))
    fetched = [_as_received(carrier, account_sid, text) for text in missing]
    stored = sum(_store(database, text) for text in fetched)
    if stored:
        log.critical(
            "%d texts to one of our numbers never reached us and were fetched from the carrier's log: look at the number's webhook with desk doctor",
            stored,
        )
    if len(missing) < MOST:
        with database.transaction() as session:
            _looked(session, look, asked_at)
    return stored


def _unknown(database: Database, account_sid: str, listed: Iterable[Listed]) -> Iterator[Listed]:
    """In the order in which they were written."""
    rest = iter(listed)
    while part := list(islice(rest, 200)):
        sids = [text.carrier_sid for text in part]
        with database.reading() as session:
            known = set(session.scalars(select(Message.carrier_sid).where(Message.carrier_sid.in_(sids))))
            known |= set(
                session.scalars(select(QuarantinedText.carrier_sid).where(QuarantinedText.carrier_sid.in_(sids)))
            )
            known |= set(session.scalars(select(ErasedText.carrier_sid).where(ErasedText.carrier_sid.in_(sids))))
            unknown = [text for text in part if text.carrier_sid not in known]
            erased = [text for text in unknown if was_erased_since(session, text.sender, text.created_at)]
        _remove(database, account_sid, erased)
        known |= {text.carrier_sid for text in erased}
        yield from (text for text in part if text.carrier_sid not in known)


def _remove(database: Database, account_sid: str, erased: Sequence[Listed]) -> None:
    """They never reached us before their sender was erased: all that is left of them is at the carrier."""
    if erased:
        with database.transaction() as session:
            texts = [Text(account_sid, text.carrier_sid, text.num_media > 0) for text in erased]
            enlist(session, None, texts, clock.now())


def _as_received(carrier: Carrier, account_sid: str, text: Listed) -> InboundText:
    media = carrier.media_of(text.carrier_sid) if text.num_media else ()
    raw = json.dumps({"fetched": True, "date_created": text.created_at.isoformat(), "status": text.word}).encode()
    return InboundText(account_sid, text.carrier_sid, text.to, text.sender, text.body, media, 1, None, raw)


def _store(database: Database, text: InboundText) -> bool:
    """False where its post came after all."""
    try:
        with database.transaction() as session:
            receipt = receive(session, text, clock.now(), SOURCE)
            record(
                session,
                "text.fetched",
                clock.now(),
                conversation_id=receipt.conversation_id,
                subject_id=receipt.message_id,
            )
    except AlreadyReceived:
        return False
    return True


def _looked(session: Session, look: Look, at: datetime) -> None:
    session.execute(
        upsert(Heartbeat).on_conflict_do_update(index_elements=["name"], set_={"at": at}),
        {"name": _name(look.number_id.hex), "at": at},
    )


def _name(number: str) -> str:
    return f"fetched:{number}"

"""Everything that is held about one customer, told part by part, so that a long life needs no more memory than a short one.

Colleagues are not named: what is taken along is about the customer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from smsdesk.adapters.database import Database
from smsdesk.models.clock import Clock
from smsdesk.models.consent import ConsentEvent, Stop, StopWish
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.event import Event
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import DeliveryReport, Message
from smsdesk.models.note import Note
from smsdesk.models.number import Number
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.models.reading import Draft
from smsdesk.rules.csv_rows import BOM, Cell, lines

AT_ONCE = 500
TEXT_HEAD = ("number", "phone", "time (UTC)", "direction", "written by", "text", "state", "pictures and files", "id")
Told = Callable[[int], None]


def as_json(database: Database, customer_id: UUID, told: Told) -> Iterator[str]:
    """One object, in pieces. `told` hears how many texts are in it so far."""
    with database.reading() as session:
        customer = session.get_one(Customer, customer_id)
        head = {"id": customer.id, "name": customer.name, "kind": customer.segment, "time_zone": customer.time_zone,
                "known_since": customer.created_at, "phones": [{"value": one.value, "since": one.created_at} for one in customer.addresses]}  # fmt: skip
        around = {
            name: [_plain(row) for row in session.execute(asked)] for name, asked in _around(customer_id, head).items()
        }
        conversations = session.execute(_conversations(customer_id)).all()
    yield "{" + f'"customer": {_json(head)}'
    for name, rows in around.items():
        yield f',\n"{name}": {_json(rows)}'
    yield ',\n"conversations": ['
    count = 0
    for place, conversation in enumerate(conversations):
        yield (",\n" if place else "") + _json(_plain(conversation))[:-1]
        for name, asked, stamp in _within(conversation.id):
            yield f',\n"{name}": ['
            for number, row in enumerate(_all(database, asked, stamp)):
                yield (",\n" if number else "") + _json(_plain(row))
                count += name == "texts"
                if name == "texts" and count % AT_ONCE == 0:
                    told(count)
            yield "]"
        yield "}"
    yield "]}\n"
    told(count)


def as_csv(database: Database, customer_id: UUID) -> Iterator[str]:
    """Their texts as rows for a spreadsheet, in which nothing becomes a formula."""
    yield BOM + lines([TEXT_HEAD])
    with database.reading() as session:
        conversations = session.execute(_conversations(customer_id)).all()
    for conversation in conversations:
        _, asked, stamp = _within(conversation.id)[0]
        for row in _all(database, asked, stamp):
            yield lines([_cells(conversation, row)])


def files(database: Database, customer_id: UUID) -> Iterator[tuple[UUID, str, str]]:
    """(id, file name below the media folder, type), a few at a time."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer_id)
    kept = (
        select(Media.id, Media.file_name, Media.content_type)
        .join(Message, Message.id == Media.message_id)
        .where(Message.conversation_id.in_(theirs), Media.state == MediaState.READY, Media.file_name.is_not(None))
    )
    for row in _all(database, kept, Media.id):
        yield row.id, row.file_name, row.content_type


def _conversations(customer_id: UUID) -> Select[Any]:
    return (
        select(Conversation.id, Number.address.label("number"), Number.label.label("called"), Address.value.label("phone"),
               Conversation.created_at, Conversation.state, Conversation.priority, Conversation.tags)
        .join(Number, Number.id == Conversation.number_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(Conversation.customer_id == customer_id)
        .order_by(Conversation.id)
    )  # fmt: skip


def _around(customer_id: UUID, head: Mapping[str, Any]) -> dict[str, Select[Any]]:
    """What belongs to the person and their phones; few rows each."""
    phones = select(Address.id).where(Address.customer_id == customer_id)
    known = select(Number.address).where(Number.id == ConsentEvent.number_id).scalar_subquery()
    values = [one["value"] for one in head["phones"]]
    return {
        "consent": select(ConsentEvent.at, ConsentEvent.kind, ConsentEvent.words, ConsentEvent.source, known.label("number"))
        .where(ConsentEvent.address_id.in_(phones)).order_by(ConsentEvent.id),
        "stops": select(Number.address.label("number"), Stop.since).join(Number, Number.id == Stop.number_id).where(Stop.address_id.in_(phones)),
        "texts_that_found_no_number": select(QuarantinedText.received_at, QuarantinedText.recipient, QuarantinedText.body)
        .where(QuarantinedText.sender.in_(values)).order_by(QuarantinedText.id),
        "log": select(Event.at, Event.kind).where(Event.subject_id == customer_id, Event.conversation_id.is_(None)).order_by(Event.id),
    }  # fmt: skip


def _within(conversation_id: UUID) -> tuple[tuple[str, Any, Any], ...]:
    """What a conversation holds, and the column by which each is gone through. The texts come first."""
    here = conversation_id
    text = select(Message.id, Message.created_at.label("at"), Message.direction, Message.author_kind, Message.body, Message.state,
                  Message.error_code, Message.sender, Message.recipient, Message.accepted_at, Message.failed_at, Message.media_count,
                  Message.emptied_at, Message.carrier_sid, Message.source)  # fmt: skip
    reports = select(
        DeliveryReport.id,
        DeliveryReport.received_at,
        DeliveryReport.word,
        DeliveryReport.error_code,
        DeliveryReport.carrier_sid,
    )
    ours = select(Message.id).where(Message.conversation_id == here)
    pictures = select(Media.id, Media.message_id, Media.content_type, Media.state, Media.refusal, Media.size)
    waits = select(Clock.id, Clock.kind, Clock.state, Clock.started_at, Clock.due_at, Clock.fulfilled_at)
    return (
        ("texts", text.where(Message.conversation_id == here), Message.id),
        ("states", reports.where(DeliveryReport.message_id.in_(ours)), DeliveryReport.id),
        ("pictures_and_files", pictures.where(Media.message_id.in_(ours)), Media.id),
        ("notes", select(Note.id, Note.created_at.label("at"), Note.body).where(Note.conversation_id == here), Note.id),
        ("unsent", select(Draft.agent_id, Draft.updated_at.label("at"), Draft.body).where(Draft.conversation_id == here), Draft.agent_id),
        ("wishes", select(StopWish.id, StopWish.asked_at, StopWish.words, StopWish.outcome).where(StopWish.conversation_id == here), StopWish.id),
        ("episodes", select(Episode.id, Episode.opened_at, Episode.first_replied_at, Episode.resolved_at).where(Episode.conversation_id == here), Episode.id),
        ("waits", waits.where(Clock.conversation_id == here), Clock.id),
        ("log", select(Event.id, Event.at, Event.kind).where(Event.conversation_id == here), Event.id),
    )  # fmt: skip


def _all(database: Database, asked: Any, column: Any) -> Iterator[Row[Any]]:
    """Each batch is a look of its own: a database is not held still for as long as a file is written."""
    after: UUID | None = None
    while True:
        part = asked if after is None else asked.where(column > after)
        with database.reading() as session:
            rows = _read(session, part.order_by(column).limit(AT_ONCE))
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1][0]


def _read(session: Session, asked: Select[Any]) -> list[Row[Any]]:
    return list(session.execute(asked).all())


def _cells(conversation: Row[Any], row: Row[Any]) -> tuple[Cell, ...]:
    at = row.at.isoformat(timespec="seconds")
    return (conversation.number, conversation.phone, at, row.direction.value, row.author_kind.value, row.body, row.state.value,
            row.media_count, row.id.hex)  # fmt: skip


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if value is not None and name != "agent_id"}


def _json(value: Any) -> str:
    return json.dumps(value, default=_word, ensure_ascii=False)


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else str(value)

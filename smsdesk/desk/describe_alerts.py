"""What alerts say to somebody outside: read from the rows, as things stand now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.models.alert import Alert, AlertKind
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.rules.alert_letters import Note, named
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.wording import alert_words


def notes(session: Session, alert_ids: Collection[UUID], public_url: str, now: datetime) -> dict[UUID, Note]:
    """Alert → its note. One that is gone is missing."""
    rows = session.execute(
        select(
            Alert.id,
            Alert.kind,
            Alert.step,
            Alert.conversation_id,
            Alert.watch_id,
            Alert.due_at,
            Alert.words,
            Clock.kind.label("clock_kind"),
            Clock.state,
            Clock.started_at,
            Clock.target,
            Customer.name,
            Address.value,
        )
        .outerjoin(Clock, Clock.id == Alert.clock_id)
        .outerjoin(Conversation, Conversation.id == Alert.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(Address, Address.id == Conversation.address_id)
        .where(Alert.id.in_(alert_ids))
    )
    return {row.id: _note(row, public_url, now) for row in rows}


def _note(row: Any, public_url: str, now: datetime) -> Note:
    about = _about(row)
    return Note(
        alert_id=row.id,
        kind=AlertKind(row.kind).value,
        about=about,
        sentence=_sentence(row, about, now),
        due_at=row.due_at,
        late=now - row.due_at,
        url=public_url + _path(row),
    )


def _path(row: Any) -> str:
    if row.conversation_id:
        return f"/conversations/{row.conversation_id}"
    return f"/manager/watches/{row.watch_id}" if row.watch_id else "/manager/alerts"


def _about(row: Any) -> str:
    if row.kind is AlertKind.WATCH:
        return named((row.words or {}).get("name"), None) if (row.words or {}).get("name") else "a figure"
    return named(row.name, row.value)


def _sentence(row: Any, about: str, now: datetime) -> str:
    if row.kind is AlertKind.WATCH or row.started_at is None:
        return " ".join(str((row.words or {}).get("text") or "A watch has found something.").split())[:300]
    if row.state is not ClockState.RUNNING:
        return f"{about[0].upper()}{about[1:]} waited longer than usual; nobody waits there now."
    words = alert_words(row.step, about, now - row.started_at, row.target, row.clock_kind)
    return words[0].upper() + words[1:]

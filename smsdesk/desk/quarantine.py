"""A text that belongs to nobody here is kept, and managers see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce
from smsdesk.desk.record import record
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.texts import clean


def quarantine(session: Session, text: InboundText, error: Exception, now: datetime) -> UUID:
    """Keep a text to an unknown number, or from a sender that cannot be read; a second delivery changes nothing."""
    kept_id = new_id()
    made = session.scalar(
        upsert(QuarantinedText)
        .on_conflict_do_nothing(index_elements=["carrier_sid", "carrier_account"])
        .returning(QuarantinedText.id),
        {
            "id": kept_id,
            "carrier_account": text.account_sid,
            "carrier_sid": text.carrier_sid,
            "recipient": clean(text.to),
            "sender": clean(text.sender),
            "body": clean(text.body),
            "why": type(error).__name__,
            "raw": text.raw,
            "received_at": now,
        },
    )
    if made is None:
        known = (QuarantinedText.carrier_sid == text.carrier_sid, QuarantinedText.carrier_account == text.account_sid)
        return session.scalars(select(QuarantinedText.id).where(*known)).one()
    record(session, "text.quarantined", now, subject_id=kept_id, why=type(error).__name__)
    announce(session, "quarantine", kept_id)
    return kept_id

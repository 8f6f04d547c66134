"""Somebody who was erased is known again by the mark of their number alone: their STOP stands, their old texts stay away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.database import PHONE_KEY
from smsdesk.models.consent import Stop
from smsdesk.models.customer import Customer
from smsdesk.models.erasure import ErasedPhone, ErasedStop, ErasedText
from smsdesk.rules.tombstones import mark_of


class WasErased(Exception):
    """What this customer said is gone, and nothing can be added or sent."""


def mark(session: Session, phone: str) -> str:
    return mark_of(session.info[PHONE_KEY], phone)


def carry_over_stops(session: Session, address_id: UUID, phone: str) -> None:
    """A number is met for the first time, or again: what it once said STOP to is said still."""
    marked = ErasedStop.mark == mark(session, phone)
    for stop in session.execute(select(ErasedStop.number_id, ErasedStop.since).where(marked)).all():
        values = {"address_id": address_id, "number_id": stop.number_id, "since": stop.since}
        session.execute(upsert(Stop).on_conflict_do_nothing(index_elements=["address_id", "number_id"]), values)
    # From here on the address carries them, and START lifts them there
    session.execute(delete(ErasedStop).where(marked), execution_options={"synchronize_session": False})


def was_erased_since(session: Session, phone: str, moment: datetime) -> bool:
    """Whether what this number texted at that moment was erased with it."""
    later = exists().where(ErasedPhone.mark == mark(session, phone), ErasedPhone.erased_at >= moment)
    return bool(session.scalar(select(later)))


def is_erased_text(session: Session, carrier_sid: str, account: str) -> bool:
    """Of texts that no table knows any more."""
    gone = exists().where(ErasedText.carrier_sid == carrier_sid, ErasedText.carrier_account == account)
    return bool(session.scalar(select(gone)))


def ensure_not_erased(session: Session, customer_id: UUID) -> None:
    """Raises WasErased. Whoever writes down words about a customer asks with the conversation or the customer held."""
    if session.scalar(select(exists().where(Customer.id == customer_id, Customer.erased_at.is_not(None)))):
        raise WasErased

"""Consent: an append-only ledger of what customers said, and the stops that are in force."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class ConsentKind(StrEnum):
    STOPPED = "stopped"
    STARTED = "started"
    HELP_ANSWERED = "help_answered"


class ConsentEvent(Identified, Base):
    __tablename__ = "consent_event"

    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"), index=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"))
    kind: Mapped[ConsentKind] = one_of(ConsentKind)
    at: Mapped[datetime]
    words: Mapped[str]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    source: Mapped[str]  # keyword, carrier


class Stop(Base):
    """A stop in force: while this row stands, nothing goes from this number to this address."""

    __tablename__ = "stop"

    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"), primary_key=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"), primary_key=True)
    since: Mapped[datetime]

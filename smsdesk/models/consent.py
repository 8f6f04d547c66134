"""Consent: an append-only ledger of what customers said, the stops that are in force, and wishes that a person has to read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class ConsentKind(StrEnum):
    STOPPED = "stopped"
    STARTED = "started"
    HELP_ANSWERED = "help_answered"
    STOP_CONFIRMED = "stop_confirmed"  # our one text that says so
    NOT_A_STOP = "not_a_stop"  # a person read a wish that was none
    TAKEN_BACK = "taken_back"  # by whoever had recorded it a moment ago
    LIFTED = "lifted"  # by a manager, with evidence


class StopSource(StrEnum):
    """Whose reading a stop rests on."""

    KEYWORD = "keyword"  # the customer's own word
    CARRIER = "carrier"
    AGENT = "agent"  # a colleague read or heard it
    DEFAULT = "default"  # nobody decided within a day


class ConsentEvent(Identified, Base):
    """Only ever added to: the database refuses a change of anything but the words, which an erasure empties."""

    __tablename__ = "consent_event"

    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"), index=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"))
    kind: Mapped[ConsentKind] = one_of(ConsentKind)
    at: Mapped[datetime]
    words: Mapped[str]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))
    source: Mapped[str]  # keyword, carrier, agent, default
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))


class Stop(Base):
    """A stop in force: while this row stands, nothing goes from this number to this address."""

    __tablename__ = "stop"

    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"), primary_key=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"), primary_key=True)
    since: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="keyword", server_default="keyword")
    asked_number_id: Mapped[UUID | None] = mapped_column(ForeignKey("number.id"))  # where they asked, if elsewhere


class WishOutcome(StrEnum):
    """How a wish ended."""

    STOPPED = "stopped"
    NOT_A_STOP = "not_a_stop"
    OVERTAKEN = "overtaken"  # the customer texted STOP or START themselves


UNDECIDED = "outcome IS NULL"


class StopWish(Identified, Base):
    """A text that looks like a wish to get no more texts, until a person has decided or `due_at` has come."""

    __tablename__ = "stop_wish"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"), unique=True)
    words: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    outcome: Mapped[WishOutcome | None] = one_of(WishOutcome)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

    __table_args__ = (
        Index(
            "uq_stop_wish_undecided",
            "conversation_id",
            unique=True,
            postgresql_where=text(UNDECIDED),
            sqlite_where=text(UNDECIDED),
        ),
        Index("ix_stop_wish_due", "due_at", postgresql_where=text(UNDECIDED), sqlite_where=text(UNDECIDED)),
    )

"""A message: one text in or out, with its delivery state."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.agent import Agent
from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.delivery_status import State


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SCHEDULED = "scheduled"
    ACKNOWLEDGEMENT = "acknowledgement"
    SYSTEM = "system"


class Purpose(StrEnum):
    """Why a text of ours is written: what the law asks of it hangs on this."""

    ANSWER = "answer"  # to somebody who wrote to us
    APPROACH = "approach"  # nobody asked for it: never in quiet hours
    CONFIRMATION = "confirmation"  # the one text that may follow a STOP
    STAFF = "staff"  # to a colleague, about work


TO_BE_SENT = "state IN ('ready', 'retry_wait', 'sending', 'unknown')"
IN_DOUBT = "state = 'unconfirmed'"
IN_FLIGHT = "state IN ('accepted', 'sent')"


class Message(Identified, Base):
    __tablename__ = "message"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episode.id"))
    seq: Mapped[int]  # 1, 2, 3 … within the conversation
    direction: Mapped[Direction] = one_of(Direction)
    author_kind: Mapped[AuthorKind] = one_of(AuthorKind)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    body: Mapped[str]
    state: Mapped[State] = one_of(State)
    error_code: Mapped[int | None]
    block_reason: Mapped[str | None]
    sender: Mapped[str]  # both addresses as the carrier writes them
    recipient: Mapped[str]
    segments: Mapped[int] = mapped_column(default=1)
    media_count: Mapped[int] = mapped_column(default=0)
    emptied_at: Mapped[datetime | None]  # its words and pictures were removed then
    carrier_account: Mapped[str | None]
    carrier_sid: Mapped[str | None]
    created_at: Mapped[datetime]  # inbound: received; outbound: approved
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # an inbound post, byte by byte
    source: Mapped[str] = mapped_column(default="web")  # web, spool, backfill, api …

    # Outbound only
    purpose: Mapped[Purpose | None] = one_of(Purpose)  # None: written by a version that did not ask
    client_token: Mapped[str | None]  # one approval, one text: a second press of the button finds this
    not_before: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    answered_through: Mapped[int | None]  # the last inbound seq that its author had before them

    author: Mapped[Agent | None] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("carrier_sid", "carrier_account"),
        Index(
            "uq_message_approval",
            "author_id",
            "client_token",
            unique=True,
            postgresql_where=text("client_token IS NOT NULL"),
            sqlite_where=text("client_token IS NOT NULL"),
        ),
        Index("ix_message_to_be_sent", "not_before", postgresql_where=text(TO_BE_SENT), sqlite_where=text(TO_BE_SENT)),
        Index(
            "ix_message_sending",
            "conversation_id",
            "seq",
            postgresql_where=text(TO_BE_SENT),
            sqlite_where=text(TO_BE_SENT),
        ),
        Index("ix_message_in_doubt", "created_at", postgresql_where=text(IN_DOUBT), sqlite_where=text(IN_DOUBT)),
        Index(
            "ix_message_came_in",
            "created_at",
            "conversation_id",
            postgresql_where=text("direction = 'in'"),
            sqlite_where=text("direction = 'in'"),
        ),
        Index(
            "ix_message_went_out",
            "created_at",
            "conversation_id",
            postgresql_where=text("direction = 'out'"),
            sqlite_where=text("direction = 'out'"),
        ),
        Index("ix_message_in_flight", "accepted_at", postgresql_where=text(IN_FLIGHT), sqlite_where=text(IN_FLIGHT)),
    )


class SendAttempt(Base):
    """One try to hand a text to the carrier, written before the call is made."""

    __tablename__ = "send_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    code: Mapped[int | None]
    why: Mapped[str | None]
    looks: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was not in the carrier's listing
    first_looked_at: Mapped[datetime | None]


class DeliveryReport(Identified, Base):
    """One status post of the carrier, kept for ever; the state of a message is derived from these."""

    __tablename__ = "delivery_report"

    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"), index=True)
    carrier_sid: Mapped[str]
    word: Mapped[str]
    error_code: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    claimed_message_id: Mapped[str] = mapped_column(
        default=""
    )  # from the address that was called; may name nothing of ours

    __table_args__ = (
        UniqueConstraint("carrier_sid", "word", "error_code"),
        Index(
            "ix_delivery_report_parked",
            "received_at",
            postgresql_where=text("message_id IS NULL"),
            sqlite_where=text("message_id IS NULL"),
        ),
    )

"""An erasure: a person's words, names and numbers go; what is left is a mark by which their STOP goes on to count."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class ErasureState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Erasure(Identified, Base):
    __tablename__ = "erasure"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))  # None: done again after a restore
    asked_at: Mapped[datetime]
    state: Mapped[ErasureState] = one_of(ErasureState)
    closed_at: Mapped[datetime | None]  # since then nothing new comes to what is erased
    part: Mapped[str | None] = mapped_column(String(24))  # what is being emptied
    gone_through: Mapped[UUID | None]  # the last text that was emptied
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_erasure_state", "state", "asked_at"),)


class ErasedPhone(Base):
    """A number that was erased, known by its mark alone: what it texted before that moment stays away."""

    __tablename__ = "erased_phone"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]


class ErasedStop(Base):
    """A STOP that outlives its number; whoever is met under that number again has said it."""

    __tablename__ = "erased_stop"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"), primary_key=True)
    since: Mapped[datetime]


class RemovalState(StrEnum):
    WAITING = "waiting"
    GONE = "gone"
    KEPT = "kept"  # the carrier would not, or two weeks were not enough


class CarrierRemoval(Base):
    """A text of somebody who was erased, as it stands in the carrier's records: to be removed there, or removed."""

    __tablename__ = "carrier_removal"

    carrier_sid: Mapped[str] = mapped_column(primary_key=True)
    carrier_account: Mapped[str] = mapped_column(primary_key=True)
    erasure_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("erasure.id")
    )  # None: of before the backup, after a restore
    has_media: Mapped[bool]
    asked_at: Mapped[datetime]
    state: Mapped[RemovalState] = one_of(RemovalState)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]  # while a call is being made: until when nobody else makes it
    code: Mapped[int | None]  # the carrier's word at the last try
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_carrier_removal_state", "state", "not_before"),
        Index("ix_carrier_removal_erasure_id", "erasure_id", "state"),
    )


class ErasedText(Base):
    """A text that was erased and is in no table, since the database was restored from before it: it must not come back."""

    __tablename__ = "erased_text"

    carrier_sid: Mapped[str] = mapped_column(primary_key=True)
    carrier_account: Mapped[str] = mapped_column(primary_key=True)

"""Everything that is held about one customer, in one file, for a while."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    GONE = "gone"  # its week is over, or the customer was erased


class PersonExport(Identified, Base):
    __tablename__ = "person_export"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    asked_at: Mapped[datetime]
    state: Mapped[ExportState] = one_of(ExportState)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    begun: Mapped[int] = mapped_column(default=0)  # how often somebody took it up and went away again
    size: Mapped[int | None]  # bytes
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_person_export_state", "state", "asked_at"),)

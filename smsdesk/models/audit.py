"""What the auditor found when it went through the log."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class AuditState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class AuditRun(Identified, Base):
    __tablename__ = "audit_run"

    night: Mapped[date | None] = mapped_column(unique=True)  # None: a person asked for it
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    asked_at: Mapped[datetime]
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[AuditState] = one_of(AuditState)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    part: Mapped[str | None]  # what is being gone through, and the last row of it that was
    gone_through: Mapped[UUID | None]
    begun: Mapped[int] = mapped_column(default=0)  # how often somebody took it up and went away again
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_audit_run_state", "state", "asked_at"),)


class AuditFinding(Identified, Base):
    __tablename__ = "audit_finding"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("audit_run.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime]
    team_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    episode_id: Mapped[UUID | None]
    clock_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # never a text or a phone number

    __table_args__ = (Index("ix_audit_finding_run", "run_id", "kind", "id"),)

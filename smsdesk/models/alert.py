"""An alert: what a clock says to somebody, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.reply_clock import Step


class AlertKind(StrEnum):
    WARNING = "warning"
    BREACH = "breach"


class Alert(Identified, Base):
    __tablename__ = "alert"

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clock.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[AlertKind] = one_of(AlertKind)
    step: Mapped[Step] = one_of(Step)
    due_at: Mapped[datetime]  # the moment it was for
    claimed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # the moment it reached the first channel
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

    recipients: Mapped[list[AlertRecipient]] = relationship(lazy="selectin")

    __table_args__ = (
        UniqueConstraint("clock_id", "step"),
        Index(
            "ix_alert_untold",
            "claimed_at",
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
        Index("ix_alert_told", "told_at", "id"),
    )


class AlertRecipient(Base):
    __tablename__ = "alert_recipient"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, index=True)
    why: Mapped[str]  # assignee, team, manager

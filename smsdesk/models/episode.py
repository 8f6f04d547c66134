"""An episode: one stretch of a conversation from the first unanswered text to "resolved"."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified


class Episode(Identified, Base):
    __tablename__ = "episode"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    first_replied_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    times_reopened: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index(
            "uq_episode_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
            sqlite_where=text("resolved_at IS NULL"),
        ),
        Index(
            "ix_episode_resolved",
            "resolved_at",
            postgresql_where=text("resolved_at IS NOT NULL"),
            sqlite_where=text("resolved_at IS NOT NULL"),
        ),
    )

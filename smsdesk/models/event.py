"""What happened, one row each, only ever added to: history, audit and reports are read from here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified


class Event(Identified, Base):
    __tablename__ = "event"

    at: Mapped[datetime]
    kind: Mapped[str]  # thing.happened, such as text.received
    conversation_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]  # the message, clock, agent … that it is about
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # never a text or a phone number

    __table_args__ = (
        Index("ix_event_conversation", "conversation_id", "id"),
        # The history of a policy, a calendar, a watch: few among the many that are about a conversation
        Index(
            "ix_event_subject",
            "subject_id",
            "id",
            postgresql_where=text("conversation_id IS NULL"),
            sqlite_where=text("conversation_id IS NULL"),
        ),
    )

"""A note between colleagues, inside a conversation; customers never see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.agent import Agent
from smsdesk.models.base import Base, Identified


class Note(Identified, Base):
    __tablename__ = "note"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[Agent] = relationship(lazy="raise")

"""A team: who sees and answers the conversations of the numbers given to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified


class Team(Identified, Base):
    __tablename__ = "team"

    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]

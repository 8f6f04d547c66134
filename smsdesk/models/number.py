"""A number that the business publishes, its team, and the reply time that it promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.base import Base, Identified
from smsdesk.models.team import Team


class Number(Identified, Base):
    __tablename__ = "number"

    address: Mapped[str] = mapped_column(unique=True)  # E.164, as the carrier writes it
    label: Mapped[str]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    target: Mapped[timedelta]  # first and next reply, where no policy says otherwise
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendar.id"))  # None: open always
    time_zone: Mapped[str] = mapped_column(default="UTC")
    texts_per_second: Mapped[int] = mapped_column(default=10)  # what the carrier lets this sender do
    keeps_texts_days: Mapped[int] = mapped_column(default=0, server_default="0")  # then their words go; 0: never
    next_send_at: Mapped[datetime | None]  # the sender's rate is kept here, for every worker at once
    created_at: Mapped[datetime]

    team: Mapped[Team] = relationship(lazy="raise")

"""A person who answers or watches: their role, teams, capacity and the state that they set by hand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.models.team import Team
from smsdesk.rules.roles import Role, sees_all_teams


class Availability(StrEnum):
    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


class Membership(Base):
    __tablename__ = "membership"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True)


class Agent(Identified, Base):
    __tablename__ = "agent"

    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    role: Mapped[Role] = one_of(Role)
    password_hash: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(default=6)
    availability: Mapped[Availability] = one_of(Availability, default=Availability.AWAY)
    availability_since: Mapped[datetime]
    last_given_at: Mapped[datetime | None]  # the last conversation that routing placed here
    theme: Mapped[str] = mapped_column(default="auto")  # auto, light or dark
    phone: Mapped[str | None]  # E.164; alerts may be texted there
    alert_channels: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")  # besides the screen
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendar.id"))  # their shift; None: always
    time_zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")  # their shift is in it
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    teams: Mapped[list[Team]] = relationship(secondary="membership", order_by=Team.name, lazy="selectin")

    @property
    def team_ids(self) -> list[UUID]:
        return [team.id for team in self.teams]

    @property
    def sees_all_teams(self) -> bool:
        return sees_all_teams(self.role)

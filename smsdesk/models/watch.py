"""A watch: a figure that is looked at all the time, and tells its owners when it goes over its limit."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.watches import Figure, WatchRule, WatchState


class Watch(Identified, Base):
    __tablename__ = "watch"

    name: Mapped[str] = mapped_column(unique=True)
    figure: Mapped[Figure] = one_of(Figure)
    percentile: Mapped[int | None]  # 50, 90 or 99, for reply times
    limit: Mapped[float]
    clears_at: Mapped[float]  # firing ends only below this
    window: Mapped[timedelta]
    at_least: Mapped[int]  # fewer cases in the window prove nothing
    number_id: Mapped[UUID | None] = mapped_column(ForeignKey("number.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    only_open: Mapped[bool]
    owners: Mapped[list[Any]] = mapped_column(JSON)  # ids of agents
    is_on: Mapped[bool]
    muted_until: Mapped[datetime | None]
    state: Mapped[WatchState] = one_of(WatchState, default=WatchState.QUIET)
    state_since: Mapped[datetime]
    last_value: Mapped[float | None]
    next_look_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

    __table_args__ = (Index("ix_watch_next_look", "next_look_at"),)

    @property
    def rule(self) -> WatchRule:
        return WatchRule(
            figure=self.figure,
            limit=self.limit,
            clears_at=self.clears_at,
            percentile=self.percentile,
            window=self.window,
            at_least=self.at_least,
            only_open=self.only_open,
        )

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and self.muted_until > now


class WatchEventKind(StrEnum):
    FIRED = "fired"
    CLEARED = "cleared"
    MUTED = "muted"
    UNMUTED = "unmuted"
    CHANGED = "changed"


class WatchEvent(Identified, Base):
    """What happened to a watch; only ever added to."""

    __tablename__ = "watch_event"

    watch_id: Mapped[UUID] = mapped_column(ForeignKey("watch.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    kind: Mapped[WatchEventKind] = one_of(WatchEventKind)
    value: Mapped[float | None]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

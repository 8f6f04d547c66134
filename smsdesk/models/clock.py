"""A clock: one promise about time. Its row is a fold over its events, which are only ever added to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.reply_clock import ClockEventKind, ClockKind, ClockState


class Clock(Identified, Base):
    __tablename__ = "clock"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episode.id"), index=True)
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[ClockKind] = one_of(ClockKind)
    state: Mapped[ClockState] = one_of(ClockState, default=ClockState.RUNNING)
    started_at: Mapped[datetime] = mapped_column(index=True)
    started_seq: Mapped[int]  # the inbound text that it runs for
    target: Mapped[timedelta]
    due_at: Mapped[datetime]
    fulfilled_at: Mapped[datetime | None]
    fulfilled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"), index=True)
    breached_at: Mapped[datetime | None]
    terms_id: Mapped[UUID | None] = mapped_column(ForeignKey("terms.id"))  # None: from before there were terms
    book_version: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # the promises that it was last held against
    since: Mapped[datetime | None]  # it has run since then without a pause; None: since its start
    spent: Mapped[timedelta] = mapped_column(
        default=timedelta(0), server_default="0"
    )  # of its target, before the last pause
    paused_at: Mapped[datetime | None]
    open_wait: Mapped[timedelta | None]  # once fulfilled: how long it was waited for in open hours
    acknowledged_at: Mapped[datetime | None]  # somebody saw that it is late: the ladder ends there
    next_step: Mapped[str | None] = mapped_column(String(24))  # see rules.terms
    next_alert_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_clock_running",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'running' AND kind <> 'resolution'"),
            sqlite_where=text("state = 'running' AND kind <> 'resolution'"),
        ),
        Index(
            "uq_clock_resolution",
            "episode_id",
            unique=True,
            postgresql_where=text("kind = 'resolution'"),
            sqlite_where=text("kind = 'resolution'"),
        ),
        Index(
            "ix_clock_resolution_open",
            "conversation_id",
            postgresql_where=text("kind = 'resolution' AND state IN ('running', 'paused')"),
            sqlite_where=text("kind = 'resolution' AND state IN ('running', 'paused')"),
        ),
        Index("ix_clock_conversation", "conversation_id", "started_seq"),
        Index(
            "ix_clock_next_alert",
            "next_alert_at",
            postgresql_where=text("next_alert_at IS NOT NULL"),
            sqlite_where=text("next_alert_at IS NOT NULL"),
        ),
        Index("ix_clock_fulfilled", "fulfilled_at", "number_id"),
        Index("ix_clock_due", "due_at", "number_id"),
    )


class ClockEvent(Identified, Base):
    __tablename__ = "clock_event"

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clock.id"), index=True)
    kind: Mapped[ClockEventKind] = one_of(ClockEventKind)
    at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        Index(
            "ix_clock_event_cancelled",
            "at",
            "clock_id",
            postgresql_where=text("kind = 'cancel'"),
            sqlite_where=text("kind = 'cancel'"),
        ),
    )

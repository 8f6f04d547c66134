"""A policy: which conversations are promised what. The first that fits counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.terms import AlertTimes, Counts


class Policy(Identified, Base):
    __tablename__ = "policy"

    position: Mapped[int]
    name: Mapped[str] = mapped_column(unique=True)
    is_on: Mapped[bool]
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)  # numbers, teams, tags, priorities, segments: lists
    targets: Mapped[dict[str, Any]] = mapped_column(JSON)  # kind → priority → seconds
    counts: Mapped[Counts] = one_of(Counts)
    shares: Mapped[list[Any]] = mapped_column(JSON)
    leads: Mapped[list[Any]] = mapped_column(JSON)  # seconds
    ladder: Mapped[list[Any]] = mapped_column(JSON)  # [seconds after the deadline, [whom, …]]
    repeat: Mapped[timedelta | None]
    repeats: Mapped[int]
    alerts: Mapped[AlertTimes] = one_of(AlertTimes)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

    __table_args__ = (Index("ix_policy_position", "position"),)


class TrialState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PolicyTrial(Identified, Base):
    """What a policy would have done with the past, worked out beside the desk; `done` of `total` is its progress."""

    __tablename__ = "policy_trial"

    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    asked_at: Mapped[datetime]
    candidate: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[TrialState] = one_of(TrialState)
    done: Mapped[int]
    total: Mapped[int]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_policy_trial_state", "state", "asked_at"),)

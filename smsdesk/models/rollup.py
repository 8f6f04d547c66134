"""Waits added up by the hour, so that reports of months read a few thousand rows; the clocks stay the truth."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.terms import ClockKind


class RollupHour(Base):
    """An hour in UTC that may be added up; one that is dirty has not been, or has changed since. Others are read from the clocks."""

    __tablename__ = "rollup_hour"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    is_dirty: Mapped[bool] = mapped_column(index=True)
    rolled_at: Mapped[datetime | None]


class WaitRollup(Identified, Base):
    """The waits that were decided in one hour, for one number, team and person; `waits` are packed 32-bit seconds, ascending.

    `hour` is an hour on the number's wall, or the part of one that lies in an hour of UTC: zones may be half an hour off.
    """

    __tablename__ = "wait_rollup"

    hour: Mapped[datetime]
    number_id: Mapped[UUID]
    team_id: Mapped[UUID]
    agent_id: Mapped[UUID | None]
    kind: Mapped[ClockKind] = one_of(ClockKind)
    count: Mapped[int]
    kept: Mapped[int]
    waits: Mapped[bytes]
    open_waits: Mapped[bytes]  # in open hours, ascending by themselves

    __table_args__ = (Index("ix_wait_rollup_hour", "hour", "number_id"),)


class VolumeRollup(Identified, Base):
    """Texts, episodes and waits in one hour on one number; how many waited follows from what began and what ended."""

    __tablename__ = "volume_rollup"

    hour: Mapped[datetime]
    number_id: Mapped[UUID]
    team_id: Mapped[UUID]
    texts_in: Mapped[int]
    texts_out: Mapped[int]
    failed: Mapped[int]
    opened: Mapped[int]
    resolved: Mapped[int]
    began: Mapped[int]  # waits for a reply
    ended: Mapped[int]

    __table_args__ = (UniqueConstraint("hour", "number_id", "team_id"),)

"""A picture or file that came with a text; fetched by a job, so that a bad one never holds up the text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified, one_of


class MediaState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class Media(Identified, Base):
    __tablename__ = "media"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    position: Mapped[int]
    carrier_media_sid: Mapped[str]
    content_type: Mapped[str]  # what the carrier said, then what the bytes are
    state: Mapped[MediaState] = one_of(MediaState, default=MediaState.WAITING)
    refusal: Mapped[str | None]  # why, in words that the thread shows
    file_name: Mapped[str | None]  # a random name below the media folder
    size: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index(
            "ix_media_waiting",
            "not_before",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

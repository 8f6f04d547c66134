"""Texts to a number that nobody set up here: kept, and shown to managers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified


class QuarantinedText(Identified, Base):
    __tablename__ = "quarantined_text"

    carrier_account: Mapped[str]
    carrier_sid: Mapped[str]
    recipient: Mapped[str]
    sender: Mapped[str]
    body: Mapped[str]
    why: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    received_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("carrier_sid", "carrier_account"),)

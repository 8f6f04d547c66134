"""What may be sent at all, as the business has decided: one row, or none while nobody has changed anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base

THE_ONE = 1


class HouseRulesRow(Base):
    __tablename__ = "house_rules"

    id: Mapped[int] = mapped_column(primary_key=True, default=THE_ONE, autoincrement=False)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # read and written by rules/house_rules.py
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

"""A calendar: when people answer. Numbers are open by one, and a person's shift is one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base, Identified


class Calendar(Identified, Base):
    __tablename__ = "calendar"

    name: Mapped[str] = mapped_column(unique=True)
    week: Mapped[list[Any]] = mapped_column(JSON)  # seven days from Monday: [[opens, closes], …] in minutes
    country: Mapped[str | None]  # whose holidays are closed days, as ISO 3166-1
    region: Mapped[str | None]  # ISO 3166-2, without the country
    open_holidays: Mapped[list[Any]] = mapped_column(
        JSON, default=list
    )  # dates of holidays that are worked all the same
    own_days: Mapped[list[Any]] = mapped_column(JSON, default=list)  # {"date", "name", "spans"}; no spans: closed
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

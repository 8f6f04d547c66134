"""The terms of a promise as they were when it was given: never changed, so that a clock can be replayed years later."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from smsdesk.models.base import Base


class TermsRow(Base):
    __tablename__ = "terms"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # made from the content: the same terms are one row
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # see rules.terms
    created_at: Mapped[datetime]


class PromiseBook(Base):
    """One row: how often what is promised has changed, and how far running clocks have followed."""

    __tablename__ = "promise_book"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    derived_version: Mapped[int]  # every running clock was given the terms of this version
    changed_at: Mapped[datetime]
